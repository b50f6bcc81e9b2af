// The engine's thresholds follow the customers who are enrolled: over the sealed store, on a clock of the test's own.
#include "biometric/own_calibration.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "biometric/memory_gallery.hpp"
#include "biometric/store/store_gallery.hpp"
#include "spi/service/virtual_executor.hpp"
#include "spi/service/waiting.hpp"
#include "tests/unit/vault/store_fixture.hpp"

namespace sesame::biometric {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Use = OwnCalibrationOptions::Use;

// Of random directions in 704 dimensions, whose cosines have a deviation of 0.0377 about 0.
const Calibration& calibration() {
  static const Calibration made({{1e-2, 0.0877}, {1e-3, 0.1165}, {1e-4, 0.1402}, {1e-5, 0.1607}});
  return made;
}

template <class T>
spi::Task<void> keep(spi::Task<T> task, std::optional<T>& out) {
  out = co_await task;
}

// Somebody else on the executor.
spi::Task<void> count_turns(int& turns, std::function<bool()> over) {
  for (; !over(); ++turns) co_await spi::yield();
}

class OwnCalibrationTest : public testing::Test, public StoreFixture {
 protected:
  void enrol_relatives(unsigned from, unsigned to, float alike) {
    for (unsigned number = from; number < to; ++number) {
      const std::vector<float> values = relative(number, alike);
      store->enrol(request(number, values));
    }
  }
  void begin(Use use = Use::raise) {
    own.reset();
    gallery.emplace(*store, "model-a");
    OwnCalibrationOptions options = limits;
    options.use = use;
    options.note = [this](std::string text) { notes.push_back(std::move(text)); };
    own.emplace(executor, *gallery, calibration(), std::move(options));
  }
  OwnRates rates() {
    std::optional<OwnRates> out;
    spi::TaskScope scope(executor);
    scope.spawn(keep(own->own_rates([this](OwnRatesProgress news) { progress.push_back(news); }), out));
    executor.run_until([&] { return out.has_value(); });
    return *out;
  }
  double threshold(double rate = 1e-5) const { return own->in_use().threshold_for(rate); }

  spi::VirtualExecutor executor;
  std::optional<StoreGallery> gallery;
  OwnCalibrationOptions limits;
  std::vector<std::string> notes;
  std::vector<OwnRatesProgress> progress;
  std::optional<OwnCalibration> own;
};

TEST_F(OwnCalibrationTest, customers_who_are_alike_raise_the_thresholds_before_the_first_login) {
  enrol_relatives(1, 101, 0.1F);
  begin();
  EXPECT_GT(threshold(1e-2), calibration().threshold_for(1e-2) + 0.08);
  EXPECT_GT(threshold(), calibration().threshold_for(1e-5) + 0.08);
  ASSERT_EQ(notes.size(), 1U);
  EXPECT_THAT(notes[0], HasSubstr("among 100 customers"));
  EXPECT_THAT(notes[0], HasSubstr("raised to hold what is asked (sesame identities rates)"));
}

TEST_F(OwnCalibrationTest, customers_like_those_of_the_calibration_change_nothing_and_nobody_is_told) {
  enrol_relatives(1, 101, 0);
  begin();
  EXPECT_NEAR(threshold(), calibration().threshold_for(1e-5), 0.015);
  EXPECT_THAT(notes, IsEmpty());
}

TEST_F(OwnCalibrationTest, whoever_is_enrolled_later_counts_within_the_hour) {
  enrol_relatives(1, 60, 0.1F);
  begin();
  EXPECT_NEAR(threshold(), calibration().threshold_for(1e-5), 1e-9) << "60 people say nothing";
  enrol_relatives(60, 101, 0.1F);
  executor.advance(61min);
  EXPECT_GT(threshold(), calibration().threshold_for(1e-5) + 0.08);
  EXPECT_EQ(notes.size(), 1U);
  executor.advance(5h);
  EXPECT_EQ(notes.size(), 1U) << "once an hour is no news";
  for (unsigned number = 1; number < 60; ++number) gallery->forget("customer-" + std::to_string(number), "left", "");
  executor.advance(61min);
  EXPECT_NEAR(threshold(), calibration().threshold_for(1e-5), 1e-9);
  ASSERT_EQ(notes.size(), 2U);
  EXPECT_THAT(notes[1], HasSubstr("as calibrated again"));
}

TEST_F(OwnCalibrationTest, one_in_a_hundred_who_is_another_is_worth_another_round) {
  enrol_relatives(1, 151, 0.1F);
  int rounds = 0;
  limits.random = [&rounds] { return static_cast<std::uint32_t>(++rounds); };
  begin();
  EXPECT_EQ(rounds, 1);
  enrol_relatives(151, 152, 0.1F);
  executor.advance(3h);
  EXPECT_EQ(rounds, 1);
  enrol_relatives(152, 153, 0.1F);
  executor.advance(3h);
  EXPECT_EQ(rounds, 2);
  gallery->forget("customer-1", "left", "");
  gallery->forget("customer-2", "left", "");
  executor.advance(3h);
  EXPECT_EQ(rounds, 3);
}

TEST_F(OwnCalibrationTest, it_may_only_say_so) {
  enrol_relatives(1, 101, 0.1F);
  begin(Use::report);
  EXPECT_NEAR(threshold(), calibration().threshold_for(1e-5), 1e-9);
  EXPECT_THAT(notes, ElementsAre(HasSubstr("own_customers is report")));
  const OwnRates found = rates();
  EXPECT_FALSE(found.raises);
  EXPECT_GT(found.points[0].found, 0.3);
  EXPECT_EQ(found.points[0].in_use, found.points[0].threshold);
}

TEST_F(OwnCalibrationTest, switched_off_it_compares_when_it_is_asked) {
  enrol_relatives(1, 101, 0.1F);
  begin(Use::off);
  executor.advance(2h);
  EXPECT_THAT(notes, IsEmpty());
  EXPECT_GT(rates().points[0].found, 0.3);
  EXPECT_NEAR(threshold(), calibration().threshold_for(1e-5), 1e-9);
  EXPECT_THAT(notes, IsEmpty());
}

TEST_F(OwnCalibrationTest, an_operator_is_told_the_rates_and_who_looks_like_whom) {
  enrol_relatives(1, 101, 0.1F);
  const std::vector<float> again = face_again(7, 0.5F);
  store->enrol(request(201, again));
  const std::vector<float> twice = relative(7, 0.1F);
  store->enrol(request(200, twice));
  begin();
  const OwnRates found = rates();
  EXPECT_EQ(found.customers, 102U);
  EXPECT_EQ(found.drawn, 102U);
  EXPECT_NEAR(static_cast<double>(found.pairs), 102 * 101 / 2, 2);
  EXPECT_TRUE(found.raises);
  EXPECT_EQ(found.strictest_rate, 1e-5);
  ASSERT_EQ(found.points.size(), 4U);
  EXPECT_EQ(found.points[0].asked, 1e-2);
  EXPECT_LT(found.points[0].low, found.points[0].found);
  EXPECT_GT(found.points[0].high, found.points[0].found);
  EXPECT_GT(found.points[0].in_use, found.points[0].threshold + 0.08);
  ASSERT_GE(found.alike.size(), 3U);
  EXPECT_EQ(found.alike[0].one, "customer-200");
  EXPECT_EQ(found.alike[0].other, "customer-7");
  EXPECT_TRUE(found.alike[0].like_one_person);
  EXPECT_EQ(found.alike[1].one, "customer-200");
  EXPECT_EQ(found.alike[1].other, "customer-201");
  EXPECT_EQ(found.alike[2].one, "customer-201");
  EXPECT_EQ(found.alike[2].other, "customer-7");
  EXPECT_EQ(found.alike[2].rate, 1e-5);
  EXPECT_EQ(found.alike_in_all, found.points.back().matches);
  EXPECT_EQ(found.alike.size(), std::min<std::size_t>(found.alike_in_all, most_alike));
  ASSERT_FALSE(progress.empty());
  EXPECT_EQ(progress.back().done, 102U);
  EXPECT_EQ(progress.back().wanted, 102U);
  // Suspended or forgotten they are nobody's impostor.
  gallery->set_status("customer-200", CustomerStatus::suspended);
  gallery->forget("customer-201", "left", "");
  const OwnRates after = rates();
  EXPECT_EQ(after.customers, 100U);
  for (const OwnRates::Alike& pair : after.alike) EXPECT_FALSE(pair.like_one_person);
}

TEST_F(OwnCalibrationTest, the_first_look_is_short_and_the_next_is_of_everybody) {
  enrol_relatives(1, 151, 0.1F);
  limits.first_comparisons = 100;
  begin();
  EXPECT_GT(threshold(), calibration().threshold_for(1e-5) + 0.08) << "a hundred people are the least";
  ASSERT_EQ(notes.size(), 1U);
  executor.advance(1s);
  const double then = threshold();
  const OwnRates found = rates();
  EXPECT_EQ(found.drawn, 150U);
  EXPECT_NEAR(threshold(), then, 1e-9) << "everybody was compared already";
}

TEST_F(OwnCalibrationTest, others_are_served_while_everybody_is_compared) {
  enrol_relatives(1, 101, 0);
  begin();
  std::optional<OwnRates> out;
  int turns = 0;
  spi::TaskScope scope(executor);
  scope.spawn(keep(own->own_rates({}), out));
  scope.spawn(count_turns(turns, [&out] { return out.has_value(); }));
  executor.run_until([&] { return out.has_value(); });
  EXPECT_GE(turns, 90);
}

TEST_F(OwnCalibrationTest, customers_in_memory_are_compared_alike) {
  MemoryGallery memory;
  for (unsigned number = 1; number < 101; ++number) {
    EnrolmentRecord record;
    record.customer_id = "c" + std::to_string(number);
    record.consent.reference = "paper";
    record.reference = relative(number, 0.1F);
    memory.enrol(record);
  }
  enrol_relatives(1, 101, 0.1F);
  begin();
  const OwnCalibration in_memory(executor, memory, calibration(), {});
  EXPECT_NEAR(in_memory.in_use().threshold_for(1e-5), threshold(), 2e-5);
}

TEST_F(OwnCalibrationTest, nobody_is_no_trouble) {
  begin();
  const OwnRates found = rates();
  EXPECT_EQ(found.customers, 0U);
  EXPECT_THAT(found.points, IsEmpty());
  EXPECT_NEAR(threshold(), calibration().threshold_for(1e-5), 1e-9);
}

}  // namespace
}  // namespace sesame::biometric
