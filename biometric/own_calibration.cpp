#include "biometric/own_calibration.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>
#include <utility>

#include "spi/service/waiting.hpp"

namespace sesame::biometric {

namespace {

using namespace std::chrono_literals;

constexpr auto look_period = std::chrono::hours(1);
// Fewer drawn people say little, however many they are compared with.
constexpr std::uint64_t fewest_drawn = 100;
// A raise that differs by less is no news: by as much as a fifth of a decade of the shipped calibration.
constexpr double news = 0.015;
// Others enrolled, in all customers, that are worth another round.
constexpr std::uint64_t worth_another = 100;
// One customer among millions takes a tenth of a second; whoever stands at the machine has three quarters of
// the time.
constexpr auto long_look = 5ms;
constexpr int rests = 3;
// Of the progress of one round.
constexpr std::uint64_t tellings = 100;

std::size_t to_draw(std::uint64_t customers, std::uint64_t comparisons) {
  return std::max(fewest_drawn, comparisons / std::max<std::uint64_t>(customers, 1));
}

bool others(std::uint64_t now, const std::optional<std::uint64_t>& then) {
  return !then || (now > *then ? now - *then : *then - now) * worth_another > *then;
}

double largest_raise(const Calibration& from, const Calibration& to) {
  double raise = 0;
  for (const CalibrationPoint& point : from.points())
    if (point.false_match_rate >= to.strictest_rate())
      raise = std::max(raise, to.threshold_for(point.false_match_rate) - point.cosine);
  return raise;
}

}  // namespace

// One round of comparing those who were drawn with everybody else, customer by customer.
class OwnCalibration::Comparing {
 public:
  Comparing(Gallery& gallery, const Calibration& calibration, std::uint64_t comparisons, std::uint32_t seed)
      : gallery_(gallery),
        calibration_(calibration),
        customers_(gallery.size()),
        drawn_(gallery.draw(to_draw(customers_, comparisons), seed)),
        impostors_(calibration, customers_) {}

  // False when nobody is left.
  bool look() {
    if (next_ == drawn_.size()) return false;
    const std::string& customer = drawn_[next_++];
    const OtherCustomers others =
        gallery_.compare_with_others(customer, static_cast<float>(impostors_.least()),
                                     static_cast<float>(calibration_.points().back().cosine));
    for (const GalleryHit& hit : others.alike) note_alike(customer, hit);
    impostors_.add(others.comparisons, others.scores);
    return true;
  }

  OwnRatesProgress progress() const { return {next_, drawn_.size()}; }
  bool everybody() const { return drawn_.size() >= customers_; }
  std::uint64_t customers() const { return customers_; }
  const OwnImpostors& impostors() const { return impostors_; }

  OwnRates rates(const Calibration& in_use) const {
    OwnRates rates;
    rates.customers = customers_;
    rates.drawn = impostors_.drawn();
    rates.pairs = impostors_.pairs();
    rates.pairs_wanted = fewest_comparisons(loosest_supported_rate);
    rates.strictest_rate = in_use.strictest_rate();
    if (rates.pairs > 0)
      for (const FoundRate& found : impostors_.found()) {
        const bool held = found.asked >= in_use.strictest_rate();
        rates.points.push_back({found.asked, found.rate, found.low, found.high, found.matches, found.cosine,
                                held ? in_use.threshold_for(found.asked) : 1});
      }
    if (!rates.points.empty()) rates.alike_in_all = rates.points.back().matches;
    const double one_person = impostors_.one_person();
    for (const Pair& pair : alike_)
      rates.alike.push_back(
          {pair.one, pair.other, calibration_.strictest_match(pair.cosine), pair.cosine >= one_person});
    return rates;
  }

 private:
  struct Pair {
    double cosine = 0;
    std::string one, other;  // by name
    // The most alike first.
    bool operator<(const Pair& right) const {
      return std::tie(right.cosine, one, other) < std::tie(cosine, right.one, right.other);
    }
  };

  // Of two who were both drawn each meets the other, at a score that is the same to the last bit.
  void note_alike(const std::string& customer, const GalleryHit& hit) {
    const auto& [one, other] = std::minmax(customer, hit.customer_id);
    alike_.insert({hit.cosine, one, other});
    if (alike_.size() > most_alike) alike_.erase(std::prev(alike_.end()));
  }

  Gallery& gallery_;
  const Calibration& calibration_;
  std::uint64_t customers_;
  std::vector<std::string> drawn_;
  std::size_t next_ = 0;
  OwnImpostors impostors_;
  std::set<Pair> alike_;
};

OwnCalibration::OwnCalibration(spi::Executor& executor, Gallery& gallery, const Calibration& calibration,
                               OwnCalibrationOptions options)
    : gallery_(gallery),
      calibration_(calibration),
      in_use_(calibration),
      options_(std::move(options)),
      tasks_(executor) {
  if (options_.use == OwnCalibrationOptions::Use::off) return;
  try {
    Comparing first(gallery_, calibration_, options_.first_comparisons, seed());
    while (first.look()) {
    }
    use(first);
    if (!first.everybody()) compared_customers_.reset();  // and again, with more of them
  } catch (const std::exception& error) {
    tell_trouble(error.what());
  }
  tasks_.spawn(keep());
}

std::uint32_t OwnCalibration::seed() const { return options_.random ? options_.random() : 0; }

void OwnCalibration::tell_trouble(const std::string& trouble) {
  if (options_.note && trouble != told_trouble_)
    options_.note("customers could not be compared with each other: " + trouble);
  told_trouble_ = trouble;
}

void OwnCalibration::use(const Comparing& comparing) {
  compared_customers_ = comparing.customers();
  const Calibration raised = comparing.impostors().raised();
  const double raise = largest_raise(calibration_, raised);
  const bool raises = options_.use == OwnCalibrationOptions::Use::raise;
  if (raises) in_use_ = raised;
  if (std::abs(raise - told_raise_) < news) return;
  told_raise_ = raise;
  if (!options_.note) return;
  const FoundRate loosest = comparing.impostors().found().front();
  options_.note(fmt::format(
      "of strangers among {} customers {:.3g} match where {:.3g} is asked for ({:.3g} to {:.3g}): "
      "thresholds are {} (sesame identities rates)",
      comparing.customers(), loosest.rate, loosest.asked, loosest.low, loosest.high,
      !raises         ? "as calibrated all the same, for own_customers is report"
      : raise >= news ? "raised to hold what is asked"
                      : "as calibrated again"));
}

spi::Task<bool> OwnCalibration::look(Comparing& comparing) {
  const auto begin = std::chrono::steady_clock::now();
  const bool more = comparing.look();
  const auto took = std::chrono::steady_clock::now() - begin;
  if (took > long_look)
    co_await spi::sleep_for(std::chrono::duration_cast<spi::Duration>(took * rests));
  else
    co_await spi::yield();
  co_return more;
}

spi::Task<void> OwnCalibration::compare_again() {
  Comparing comparing(gallery_, calibration_, options_.most_comparisons, seed());
  while (co_await look(comparing)) {
  }
  use(comparing);
}

spi::Task<void> OwnCalibration::keep() {
  while (true) {
    try {
      if (others(gallery_.size(), compared_customers_)) co_await compare_again();
      told_trouble_.clear();
    } catch (const std::exception& error) {  // of the store
      tell_trouble(error.what());
    }
    co_await spi::sleep_for(look_period);
  }
}

spi::Task<OwnRates> OwnCalibration::own_rates(std::function<void(OwnRatesProgress)> progress) {
  Comparing comparing(gallery_, calibration_, options_.most_comparisons, seed());
  while (co_await look(comparing)) {
    const OwnRatesProgress now = comparing.progress();
    if (progress && now.done % std::max<std::uint64_t>(now.wanted / tellings, 1) == 0) progress(now);
  }
  if (options_.use != OwnCalibrationOptions::Use::off) use(comparing);
  OwnRates rates = comparing.rates(in_use_);
  rates.raises = options_.use == OwnCalibrationOptions::Use::raise;
  co_return rates;
}

}  // namespace sesame::biometric
