#include "biometric/process/store_custody.hpp"

#include <utility>

#include "biometric/engine.hpp"
#include "spi/service/waiting.hpp"

namespace sesame::biometric {

namespace {

using namespace std::chrono_literals;

constexpr auto clock_period = std::chrono::hours(1);
constexpr auto news_period = 1s;  // other processes write receipts too
constexpr std::size_t customers_at_once = 250;
constexpr std::size_t rows_at_once = 32;
// More than this, and more than half of all, at once: rather a wrong clock than so many who left.
constexpr std::size_t credible = 10;

[[noreturn]] void refuse(EngineRefusal::Reason reason, const std::string& text) {
  throw EngineRefusal(reason, text);
}

}  // namespace

StoreCustody::StoreCustody(spi::Executor& executor, IdentityStore& store, Gallery& gallery,
                           bool gives_templates_away)
    : store_(store), gallery_(gallery), gives_templates_away_(gives_templates_away), tasks_(executor) {
  if (store_.renewal().under_way) {
    rotation_.taken_up = true;
    start_renewing();
  }
  if (store_.rules().delete_anything() || store_.rules().enrol_again.count() > 0)
    tasks_.spawn(watch_the_clock());
}

spi::Task<std::optional<std::string>> StoreCustody::export_held(std::string customer_id, bool with_template) {
  if (with_template && !gives_templates_away_)
    refuse(EngineRefusal::Reason::not_permitted, "giving templates away is not configured");
  try {
    const HeldOnPerson held = store_.held_on(
        customer_id, with_template ? IdentityStore::Templates::opened : IdentityStore::Templates::left_out);
    co_return to_json(held);
  } catch (const StoreError& error) {
    if (error.trouble() != StoreTrouble::unknown_customer) throw;
  }
  co_return std::nullopt;
}

spi::Task<Expiry> StoreCustody::due_now() {
  Expiry expiry;
  std::string after;
  do {
    DuePage page = store_.due(after, customers_at_once);
    expiry.customers += page.customers;
    expiry.enrol_again += page.enrol_again;
    expiry.due_in_all += page.due.size();
    expiry.damaged_in_all += page.damaged.size();
    for (DueCustomer& due : page.due)
      if (expiry.due.size() < most_due) expiry.due.push_back({std::move(due.customer), std::move(due.why)});
    for (std::string& customer : page.damaged)
      if (expiry.damaged.size() < most_due) expiry.damaged.push_back(std::move(customer));
    after = std::move(page.last);
    co_await spi::yield();
  } while (!after.empty());
  co_return expiry;
}

spi::Task<void> StoreCustody::delete_due(Expiry& expiry, std::string by) {
  for (const Expiry::Due& due : expiry.due) {
    ForgottenCustomer gone = gallery_.forget(due.customer_id, "retention: " + due.why, by);
    for (DeletionReceipt& receipt : gone.receipts) expiry.receipts.push_back(std::move(receipt));
    co_await spi::yield();
  }
}

spi::Task<Expiry> StoreCustody::expire(bool only_say, std::string by) {
  Expiry expiry = co_await due_now();
  if (!only_say) co_await delete_due(expiry, std::move(by));
  co_return expiry;
}

spi::Task<void> StoreCustody::look_at_the_clock() {
  Expiry expiry = co_await due_now();
  const bool incredible = expiry.due_in_all > credible && expiry.due_in_all * 2 > expiry.customers;
  if (!incredible) co_await delete_due(expiry, "retention clock");
  note_once(told_incredible_,
            incredible ? std::to_string(expiry.due_in_all) + " of " + std::to_string(expiry.customers) +
                             " customers are due for deletion at once: nobody was deleted; if the clock is "
                             "right, `sesame identities expire` deletes them"
                       : "");
  note_once(
      told_damaged_,
      expiry.damaged_in_all > 0
          ? "customers whose dates were changed since they were written, so that retention does not go by "
            "them: " +
                std::to_string(expiry.damaged_in_all) + " (sesame identities expire --dry-run)"
          : "");
  note_once(told_enrol_again_, expiry.enrol_again > 0
                                   ? "customers whose template is old and who are asked to enrol again: " +
                                         std::to_string(expiry.enrol_again) + " (sesame identities)"
                                   : "");
}

spi::Task<void> StoreCustody::watch_the_clock() {
  while (true) {
    try {
      co_await look_at_the_clock();
      told_trouble_.clear();
    } catch (const std::exception& error) {  // of the store, or of a token that went away
      note_once(told_trouble_, std::string("the rules of retention could not be followed: ") + error.what());
    }
    co_await spi::sleep_for(clock_period);
  }
}

void StoreCustody::start_renewing() {
  const Renewal renewal = store_.renewal();
  rotation_.epoch = renewal.epoch;
  rotation_.renewed = 0;
  rotation_.damaged.clear();
  rotation_.wanted = renewal.remaining;
  renewing_ = true;
  renewing_failed_.clear();
  tasks_.spawn(renew_all());
}

spi::Task<void> StoreCustody::renew_all() {
  std::string after;
  try {
    for (bool done = false; !done;) {
      const Renewed renewed = store_.renew_some(rows_at_once, after);
      rotation_.renewed += renewed.rows;
      for (const std::string& customer : renewed.damaged)
        if (rotation_.damaged.size() < most_due) rotation_.damaged.push_back(customer);
      done = renewed.done;
      renewed_.notify_all();
      co_await spi::yield();
    }
  } catch (const std::exception& error) {  // of the store, or of a token that went away
    renewing_failed_ = error.what();
  }
  renewing_ = false;
  if (!renewing_failed_.empty())
    note("the change of the gallery's key stopped: " + renewing_failed_);
  else
    note("the gallery has another key: epoch " + std::to_string(rotation_.epoch) + ", " +
         std::to_string(rotation_.renewed) + " templates renewed" +
         (rotation_.damaged.empty() ? ""
                                    : "; the old key stays, for " + std::to_string(rotation_.damaged.size()) +
                                          " did not open (sesame identities rotate names them)"));
  renewed_.notify_all();
}

spi::Task<Rotation> StoreCustody::rotate(std::function<void(Rotation)> progress) {
  if (!renewing_) {
    rotation_.taken_up = store_.renewal().under_way;
    if (!rotation_.taken_up) store_.begin_renewal();
    start_renewing();
  }
  while (renewing_) {
    if (progress) progress(rotation_);
    co_await renewed_.wait();
  }
  if (!renewing_failed_.empty()) refuse(EngineRefusal::Reason::failed, renewing_failed_);
  co_return rotation_;
}

void StoreCustody::note(std::string text) {
  constexpr std::size_t most_notes = 100;  // nobody asks where there is no host
  if (notes_.size() < most_notes) notes_.push_back(std::move(text));
}

// The clock looks every hour; the operator hears of a thing when it begins, and when it is another.
void StoreCustody::note_once(std::string& told, std::string text) {
  if (!text.empty() && text != told) note(text);
  told = std::move(text);
}

spi::Task<CustodyNews> StoreCustody::news(std::int64_t journaled) {
  if (journaled > 0) store_.set_journaled(journaled);
  std::int64_t seen = -1;
  while (true) {
    CustodyNews news;
    const std::int64_t change = store_.change();
    if (change != std::exchange(seen, change))
      for (const Receipt& receipt : store_.receipts(store_.journaled() + 1))
        news.receipts.push_back(to_deletion_receipt(receipt));
    news.notes = std::exchange(notes_, {});
    if (!news.receipts.empty() || !news.notes.empty()) co_return news;
    co_await spi::sleep_for(news_period);
  }
}

}  // namespace sesame::biometric
