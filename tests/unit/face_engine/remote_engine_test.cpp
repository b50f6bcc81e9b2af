#include "biometric/remote_engine.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "biometric/process/door.hpp"
#include "biometric/process/engine_server.hpp"
#include "biometric/scripted_engine.hpp"
#include "spi/service/task_scope.hpp"
#include "spi/service/virtual_executor.hpp"

namespace sesame::biometric {
namespace {

using namespace std::chrono_literals;

template <class T>
spi::Task<void> store(spi::Task<T> task, std::optional<T>& out, std::string& error) {
  try {
    out = co_await task;
  } catch (const EngineRefusal& refusal) {
    error = "refused: " + std::string(to_string(refusal.reason()));
  } catch (const spi::Fault& fault) {
    error = std::string("fault: ") + fault.what();
  }
}
spi::Task<bool> done(spi::Task<void> task) {
  co_await task;
  co_return true;
}

// A host's engine, a face process with a scripted engine, and the line between them that can be cut or left
// unread.
class Door : public testing::Test {
 protected:
  spi::Task<std::shared_ptr<spi::Channel>> connect() {
    if (!running) throw std::runtime_error("no socket");
    auto [host, process] = spi::local_channel(executor);
    ++connections;
    process_end = process;
    if (!stopped) server->accept(process);
    co_return host;
  }

  template <class T>
  std::optional<T> run(spi::Task<T> task) {
    std::optional<T> out;
    error.clear();
    spi::TaskScope scope(executor);
    scope.spawn(store(std::move(task), out, error));
    executor.run_until([&] { return out.has_value() || !error.empty(); });
    return out;
  }
  static EnrolRequest customer(const std::string& id, const std::string& phone) {
    EnrolRequest request;
    request.customer_id = id;
    request.claims.push_back(Claim{"phone", phone});
    request.consent.reference = "paper-1";
    request.token_pan = "9999990000000015";
    request.attributes["language"] = "ja";
    return request;
  }
  std::string verify(CaptureContext& context, const std::string& phone) {
    VerifyRequest request;
    request.claim = Claim{"phone", phone};
    const auto recognition = run(context.verify(request));
    if (!recognition) return error;
    return recognition->customer ? recognition->customer->customer_id : "nobody";
  }

  spi::VirtualExecutor executor;
  ScriptedEngine scripted;
  std::optional<EngineServer> server{std::in_place, executor, scripted};
  bool running = true;
  bool stopped = false;
  int connections = 0;
  std::shared_ptr<spi::Channel> process_end;
  std::string error;
  RemoteEngine engine{executor, [this] { return connect(); }};
};

TEST_F(Door, every_verb_goes_through_and_comes_back) {
  scripted.engine_info.models.push_back({"detector", "d.onnx", "ab"});
  std::vector<std::uint64_t> good;
  const auto enrolled = run(engine.enrol_take(customer("c1", "111"), "anna", [&](TakeProgress news) {
    good.push_back(news.good);
    EXPECT_EQ(news.wanted, 8U);
  }));
  EXPECT_EQ(enrolled->token_pan, "9999990000000015");
  EXPECT_EQ(enrolled->captures, 8U);
  EXPECT_THAT(good, testing::ElementsAre(1, 2, 3, 4, 5, 6, 7, 8));
  EXPECT_EQ(run(engine.info())->gallery_size, 1U);
  EXPECT_EQ(run(engine.info())->models.front().file, "d.onnx");
  scripted.show({"anna"});
  EXPECT_TRUE(run(engine.wait_presence(PresenceRequest{}))->present);
  const auto context = engine.open_context();
  std::vector<std::string> news;
  const auto captured = run(
      context->capture(CaptureRequest{}, [&](CaptureProgress p) { news.emplace_back(to_string(p.kind)); }));
  EXPECT_EQ(captured->outcome, CaptureResult::Outcome::held);
  EXPECT_EQ(captured->in_view, 300ms);
  EXPECT_THAT(news, testing::ElementsAre("ready", "subjectDetected"));
  VerifyRequest request;
  request.claim = Claim{"phone", "111"};
  const auto recognised = run(context->verify(request));
  EXPECT_EQ(recognised->customer->token_pan, "9999990000000015");
  EXPECT_EQ(recognised->customer->attributes.at("language"), "ja");
  EXPECT_EQ(run(context->identify(IdentifyRequest{}))->customer->customer_id, "c1");
  std::vector<Reference> references(2);
  references[0].data = Bytes{'a', 'n', 'n', 'a'};
  references[1].data = Bytes{'b', 'o'};
  run(done(context->import_references(references)));
  EXPECT_THAT(*run(context->compare_references()), testing::ElementsAre(1e-6, 1.0));
  EXPECT_EQ(run(engine.take_picture("caption"))->size(), 4U);
  const auto gone = run(engine.forget("c1", "asked", "operator anna"));
  ASSERT_TRUE(gone && gone->known) << error;
  ASSERT_EQ(gone->receipts.size(), 1U);
  EXPECT_EQ(gone->receipts[0].number, 1);
  EXPECT_EQ(gone->receipts[0].reason, "asked");
  EXPECT_EQ(gone->receipts[0].by, "operator anna");
  EXPECT_EQ(connections, 1);
}

TEST(DoorMessages, what_the_rules_say_arrives_whole) {
  Expiry expiry;
  expiry.due = {{"c1", "not used since 2026-01-04"}};
  expiry.due_in_all = 1;
  expiry.customers = 4;
  expiry.enrol_again = 2;
  expiry.damaged = {"c3"};
  expiry.damaged_in_all = 5;
  const Expiry read = door::read_expiry(door::write(expiry));
  EXPECT_EQ(read.due.at(0).why, "not used since 2026-01-04");
  EXPECT_EQ(read.due_in_all, 1U);
  EXPECT_EQ(read.customers, 4U);
  EXPECT_EQ(read.enrol_again, 2U);
  EXPECT_THAT(read.damaged, testing::ElementsAre("c3"));
  EXPECT_EQ(read.damaged_in_all, 5U);
}

// What an engine would find among its customers.
class FoundRates final : public CalibrationOversight {
 public:
  spi::Task<OwnRates> own_rates(std::function<void(OwnRatesProgress)> progress) override {
    progress({1, 3});
    OwnRates rates;
    rates.customers = 312;
    rates.drawn = 100;
    rates.pairs = 30'000;
    rates.pairs_wanted = 3'000;
    rates.points = {{1e-2, 0.05, 0.03, 0.08, 1500, 0.263, 0.361}, {1e-3, 0.009, 0.005, 0.01, 270, 0.359, 1}};
    rates.strictest_rate = 1e-2;
    rates.raises = true;
    rates.alike = {{"anna", "berta", 1e-3, true}};
    rates.alike_in_all = 7;
    co_return rates;
  }
};

TEST_F(Door, what_was_found_among_the_customers_arrives_whole) {
  run(engine.own_rates(nullptr));
  EXPECT_EQ(error, "refused: notPermitted");
  FoundRates found;
  server.emplace(executor, scripted, EngineServer::Show{}, nullptr, nullptr, &found);
  std::vector<std::uint64_t> heard;
  const auto rates = run(engine.own_rates([&](OwnRatesProgress news) {
    heard.push_back(news.done);
    EXPECT_EQ(news.wanted, 3U);
  }));
  ASSERT_TRUE(rates) << error;
  EXPECT_THAT(heard, testing::ElementsAre(1));
  EXPECT_EQ(rates->customers, 312U);
  EXPECT_EQ(rates->drawn, 100U);
  EXPECT_EQ(rates->pairs, 30'000U);
  EXPECT_EQ(rates->pairs_wanted, 3'000U);
  ASSERT_EQ(rates->points.size(), 2U);
  EXPECT_EQ(rates->points[0].asked, 1e-2);
  EXPECT_EQ(rates->points[0].found, 0.05);
  EXPECT_EQ(rates->points[0].low, 0.03);
  EXPECT_EQ(rates->points[0].high, 0.08);
  EXPECT_EQ(rates->points[0].matches, 1500U);
  EXPECT_EQ(rates->points[0].threshold, 0.263);
  EXPECT_EQ(rates->points[0].in_use, 0.361);
  EXPECT_EQ(rates->points[1].in_use, 1);
  EXPECT_EQ(rates->strictest_rate, 1e-2);
  EXPECT_TRUE(rates->raises);
  ASSERT_EQ(rates->alike.size(), 1U);
  EXPECT_EQ(rates->alike[0].one, "anna");
  EXPECT_EQ(rates->alike[0].other, "berta");
  EXPECT_EQ(rates->alike[0].rate, 1e-3);
  EXPECT_TRUE(rates->alike[0].like_one_person);
  EXPECT_EQ(rates->alike_in_all, 7U);
}

TEST_F(Door, a_refusal_keeps_its_reason) {
  const auto context = engine.open_context();
  EXPECT_EQ(verify(*context, "111"), "refused: noProbe");
  run(context->export_probe(ReferenceFormat::own_template));
  EXPECT_EQ(error, "refused: notPermitted");
  run(done(engine.show("nobody")));
  EXPECT_EQ(error, "refused: notPermitted");
}

TEST_F(Door, a_token_that_is_taken_is_told_from_every_other_refusal) {
  run(engine.enrol_take(customer("c1", "111"), "anna", nullptr));
  run(engine.enrol_take(customer("c2", "222"), "bert", nullptr));
  EXPECT_EQ(error, "refused: tokenTaken");
  EnrolRequest other = customer("c2", "111");
  other.token_pan = "9999990000000023";
  run(engine.enrol_take(other, "bert", nullptr));
  EXPECT_EQ(error, "refused: notEnrolled");
}

TEST_F(Door, customers_are_listed_suspended_and_let_in_again) {
  scripted.enrol_person(customer("c1", "111"), "anna");
  EnrolRequest second = customer("c2", "222");
  second.token_pan = "9999990000000023";
  scripted.enrol_person(second, "bert");
  scripted.show({"anna"});
  const auto context = engine.open_context();
  run(context->capture(CaptureRequest{}, nullptr));
  EXPECT_EQ(run(engine.set_status("c1", CustomerStatus::suspended)), true);
  EXPECT_EQ(verify(*context, "111"), "nobody");
  EXPECT_FALSE(run(context->identify(IdentifyRequest{}))->customer.has_value());
  const auto lines = run(engine.identities("", 10));
  ASSERT_EQ(lines->size(), 2U);
  EXPECT_EQ(lines->at(0).status, CustomerStatus::suspended);
  EXPECT_THAT(lines->at(0).claim_kinds, testing::ElementsAre("phone"));
  EXPECT_EQ(run(engine.identities("c1", 10))->at(0).customer_id, "c2");
  EXPECT_EQ(run(engine.set_status("c1", CustomerStatus::active)), true);
  EXPECT_EQ(verify(*context, "111"), "c1");
  EXPECT_EQ(run(engine.set_status("nobody", CustomerStatus::suspended)), false);
}

TEST_F(Door, a_customer_who_paused_gets_in_nowhere_and_sees_what_is_kept) {
  EnrolRequest request = customer("c1", "111");
  request.consent.purpose = "face login";
  request.consent.text_version = "en-2";
  request.consent.given_at = "2026-03-14T09:26:53Z";
  scripted.enrol_person(request, "anna");
  scripted.show({"anna"});
  const auto context = engine.open_context();
  run(context->capture(CaptureRequest{}, nullptr));
  EXPECT_EQ(verify(*context, "111"), "c1");
  EXPECT_EQ(run(engine.set_status("c1", CustomerStatus::paused)), true);
  EXPECT_EQ(verify(*context, "111"), "nobody");
  VerifyRequest own;
  own.claim = Claim{"phone", "111"};
  own.own_data = true;
  EXPECT_TRUE(run(context->verify(own))->customer.has_value());
  const auto held = run(engine.held("c1"));
  ASSERT_TRUE(held && held->has_value()) << error;
  EXPECT_EQ((*held)->status, CustomerStatus::paused);
  EXPECT_EQ((*held)->enrolled, "2026-03-14");
  EXPECT_EQ((*held)->purpose, "face login");
  EXPECT_EQ((*held)->text_version, "en-2");
  EXPECT_EQ((*held)->last_used.size(), 10U);
  EXPECT_FALSE(run(engine.held("nobody"))->has_value());
}

TEST_F(Door, custody_of_a_gallery_in_memory_is_refused) {
  run(engine.export_held("c1", false));
  EXPECT_EQ(error, "refused: notPermitted");
}

TEST_F(Door, failures_count_per_claim_and_terminal_and_an_unknown_claim_waits_as_a_known_one) {
  scripted.enrol_person(customer("c1", "111"), "anna");
  scripted.show({"bert"});
  const auto context = engine.open_context();
  run(context->capture(CaptureRequest{}, nullptr));
  const auto attempt = [&](const std::string& phone, const std::string& terminal) {
    VerifyRequest request;
    request.claim = Claim{"phone", phone};
    request.terminal = terminal;
    const auto begin = executor.now();
    const auto recognition = run(context->verify(request));
    EXPECT_EQ(executor.now() - begin, scripted.decision_time);
    return recognition->customer ? std::chrono::seconds(-1) : recognition->retry_after;
  };
  for (int failure = 0; failure < 3; ++failure) {
    EXPECT_EQ(attempt("111", "atm-1"), 0s);
    EXPECT_EQ(attempt("999", "atm-1"), 0s);
  }
  EXPECT_EQ(attempt("111", "atm-1"), 30s);
  EXPECT_EQ(attempt("999", "atm-1"), 30s);
  scripted.show({"anna"});
  run(context->capture(CaptureRequest{}, nullptr));
  EXPECT_GT(attempt("111", "atm-1"), 0s) << "the right face was let in before its time";
  EXPECT_EQ(attempt("111", "atm-2"), -1s);
  executor.advance(31s);
  EXPECT_EQ(attempt("111", "atm-1"), -1s);
}

TEST_F(Door, contexts_do_not_see_each_others_probes) {
  scripted.enrol_person(customer("c1", "111"), "anna");
  scripted.show({"anna"});
  const auto one = engine.open_context();
  const auto other = engine.open_context();
  run(one->capture(CaptureRequest{}, nullptr));
  EXPECT_EQ(verify(*one, "111"), "c1");
  EXPECT_EQ(verify(*other, "111"), "refused: noProbe");
  one->discard_probe();
  EXPECT_EQ(verify(*one, "111"), "refused: noProbe");
}

TEST_F(Door, a_process_that_is_not_there_is_a_fault_and_one_that_comes_back_is_used_again) {
  running = false;
  run(engine.info());
  EXPECT_EQ(error, "fault: the face process is not there: no socket");
  running = true;
  EXPECT_TRUE(run(engine.info()).has_value());
}

TEST_F(Door, a_process_that_ends_during_a_request_is_a_fault_at_once) {
  const auto context = engine.open_context();
  std::optional<CaptureResult> result;
  spi::TaskScope scope(executor);
  scope.spawn(store(context->capture(CaptureRequest{}, nullptr), result, error));
  executor.advance(10s);
  EXPECT_EQ(scope.running(), 1U);
  const auto before = executor.now();
  server.reset();
  server.emplace(executor, scripted);
  executor.run_until([&] { return !error.empty(); });
  EXPECT_EQ(error, "fault: the face process ended");
  EXPECT_EQ(executor.now(), before);
  scripted.show({"anna"});
  EXPECT_EQ(run(context->capture(CaptureRequest{}, nullptr))->outcome, CaptureResult::Outcome::held);
}

TEST_F(Door, a_stopped_process_is_a_fault_after_five_seconds_of_silence) {
  stopped = true;
  const auto before = executor.now();
  run(engine.info());
  EXPECT_EQ(error, "fault: the face process does not answer");
  EXPECT_EQ(executor.now() - before, 5s);
}

TEST_F(Door, a_capture_that_waits_for_minutes_is_not_silence) {
  const auto context = engine.open_context();
  std::optional<CaptureResult> result;
  spi::TaskScope scope(executor);
  scope.spawn(store(context->capture(CaptureRequest{}, nullptr), result, error));
  executor.advance(5min);
  EXPECT_EQ(error, "");
  scripted.show({"anna"});
  executor.advance(1s);
  EXPECT_TRUE(result.has_value());
}

TEST_F(Door, a_cancel_is_answered_at_once_by_a_stopped_process_too) {
  stopped = true;
  std::optional<EngineInfo> result;
  spi::TaskScope scope(executor);
  scope.spawn(store(engine.info(), result, error));
  executor.advance(500ms);
  scope.cancel();
  const auto before = executor.now();
  executor.run_ready();
  EXPECT_EQ(scope.running(), 0U);
  EXPECT_EQ(executor.now(), before);
}

TEST_F(Door, a_cancelled_capture_ends_in_the_process_too) {
  const auto context = engine.open_context();
  std::optional<CaptureResult> result;
  {
    spi::TaskScope scope(executor);
    scope.spawn(store(context->capture(CaptureRequest{}, nullptr), result, error));
    executor.advance(1s);
    scope.cancel();
    executor.run_ready();
  }
  scripted.show({"anna"});
  executor.advance(1s);
  EXPECT_EQ(verify(*context, "111"), "refused: noProbe");
}

TEST_F(Door, a_host_that_breaks_the_protocol_is_cut_off_and_others_are_served) {
  for (const char* line :
       {"", "[]", "{\"op\":1}", "{\"op\":\"fly\",\"id\":1,\"context\":1}", "{\"op\":\"info\"}",
        "{\"op\":\"info\",\"id\":-1}",
        "{\"op\":\"verify\",\"id\":1,\"context\":1,\"kind\":\"phone\",\"value\":7,\"rate\":0.1}",
        "{\"op\":\"import\",\"id\":1,\"context\":1,\"references\":{}}",
        "[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]"}) {
    auto [bad_host, process] = spi::local_channel(executor);
    bool closed = false;
    bad_host->receive({[](std::string_view) {}, [&](std::string_view) { closed = true; }});
    server->accept(process);
    process.reset();
    bad_host->send(line);
    executor.run_until([&] { return closed; });
    EXPECT_TRUE(closed) << line;
    EXPECT_TRUE(run(engine.info()).has_value());
  }
}

TEST_F(Door, a_process_that_breaks_the_protocol_is_a_fault) {
  stopped = true;
  std::optional<EngineInfo> result;
  spi::TaskScope scope(executor);
  scope.spawn(store(engine.info(), result, error));
  executor.advance(10ms);
  process_end->send("{\"id\":1,\"result\":{\"models\":5}}");
  executor.run_until([&] { return !error.empty(); });
  EXPECT_THAT(error, testing::HasSubstr("breaks the protocol"));
}

}  // namespace
}  // namespace sesame::biometric
