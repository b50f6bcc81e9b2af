// A camera that stands still, and the hall before it: the engine looks at it while nobody is there, and what is beside a
// face must be it. On the real models and videos, in virtual time.
#include <algorithm>
#include <memory>

#include "biometric/pipeline/geometry.hpp"
#include "tests/unit/biometric/real_engine.hpp"

namespace sesame::biometric {
namespace {

using namespace std::chrono_literals;

enum class Before { nobody, a_person, a_picture, a_passer_by };

constexpr int far_away = 4;  // so many times smaller

// A hall of squares. A person hides a part of it; a picture that fills the view hides all of it.
class Hall final : public camera::FrameSource {
 public:
  Hall(Pipeline& pipeline, std::shared_ptr<const Before> before)
      : pipeline_(pipeline), before_(std::move(before)), take_(take("cap13_edit2.mp4")) {}

  camera::SourceDescription description() const override { return take_->description(); }
  std::optional<camera::FrameTime> next_due() const override { return take_->next_due(); }
  std::uint64_t dropped() const override { return 0; }
  camera::FramePtr newest(camera::FrameTime now) override {
    const camera::FramePtr taken = take_->newest(now);
    if (!taken || *before_ == Before::a_picture) return taken;
    auto seen = std::make_shared<camera::Frame>(*taken);
    std::optional<Box> head;
    if (*before_ == Before::a_person)
      if (const auto face = pipeline_.observe(taken, Depth::presence).face) head = head_of(face->box);
    for (int y = 0; y < seen->height; ++y)
      for (int x = 0; x < seen->width; ++x) {
        if (head && x >= head->left && x < head->right && y >= head->top && y < head->bottom) continue;
        const std::uint32_t square = (static_cast<std::uint32_t>(x / 14) * 2654435761U) ^ (static_cast<std::uint32_t>(y / 14) * 2246822519U);
        const auto noise = static_cast<int>(random_() % 3);
        std::fill_n(seen->row(y) + 3 * x, 3, static_cast<std::uint8_t>(70 + (square * 747796405U >> 16) % 100 + noise));
      }
    if (*before_ == Before::a_passer_by)  // the take, far away
      for (int y = 0; y < seen->height / far_away; ++y)
        for (int x = 0; x < seen->width / far_away; ++x) std::copy_n(taken->row(y * far_away) + 3 * x * far_away, 3, seen->row(y) + 3 * x);
    return seen;
  }

 private:
  Pipeline& pipeline_;
  std::shared_ptr<const Before> before_;
  std::unique_ptr<camera::FrameSource> take_;
  std::minstd_rand random_{7};
};

class KnownSite : public RealEngine {
 protected:
  void open(CheckRule rule) {
    if (IsSkipped()) return;
    context.reset();
    LocalEngineOptions options;
    options.rules.site = rule;
    engine.emplace(executor, pipeline(), gallery, std::make_unique<Hall>(pipeline(), before), std::vector<ModelInfo>{}, options);
    context = engine->open_context();
  }
  std::string how_it_ends(Before who) {
    *before = who;
    CaptureRequest request;
    request.give_up_after = 12s;
    const CaptureResult result = capture(request);
    return result.outcome == CaptureResult::Outcome::attack_suspected ? result.attack_check : std::string(to_string(result.outcome));
  }
  std::string site() { return run(engine->camera_status()).site; }
  void nobody_for(std::chrono::seconds time) {
    *before = Before::nobody;
    const spi::TimePoint until = executor.now() + time;
    run(done(wait(until)));
  }
  static spi::Task<void> wait(spi::TimePoint until) { co_await spi::sleep_until(until); }

  std::shared_ptr<Before> before = std::make_shared<Before>(Before::nobody);
};

TEST_F(KnownSite, who_brings_other_surroundings_along_is_refused_once_the_hall_was_seen) {
  open(CheckRule::where_possible);
  EXPECT_EQ(how_it_ends(Before::a_picture), "held") << "nothing is known yet";
  EXPECT_THAT(site(), testing::StartsWith("not known"));
  nobody_for(30s);
  EXPECT_EQ(site(), "known");
  EXPECT_EQ(how_it_ends(Before::a_person), "held");
  EXPECT_EQ(how_it_ends(Before::a_picture), "site");
}

TEST_F(KnownSite, where_it_is_required_nobody_is_held_before_it_is_known) {
  open(CheckRule::required);
  EXPECT_EQ(how_it_ends(Before::a_person), "site");
  nobody_for(30s);
  EXPECT_EQ(how_it_ends(Before::a_person), "held");
}

TEST_F(KnownSite, a_frame_with_somebody_in_it_teaches_nothing) {
  open(CheckRule::where_possible);
  for (const Before somebody : {Before::a_picture, Before::a_passer_by}) {
    *before = somebody;
    run(done(wait(executor.now() + 2min)));
    EXPECT_THAT(site(), testing::StartsWith("not known")) << static_cast<int>(somebody);
  }
}

TEST_F(KnownSite, another_camera_has_another_site) {
  open(CheckRule::where_possible);
  nobody_for(30s);
  engine->change_source(std::make_unique<Hall>(pipeline(), before));
  EXPECT_THAT(site(), testing::StartsWith("not known"));
}

TEST_F(KnownSite, is_not_looked_at_unless_it_is_asked_for) {
  open(CheckRule::off);
  const auto before_it = pipeline().times();
  nobody_for(120s);
  EXPECT_EQ(pipeline().times()[0].runs, before_it[0].runs);
  EXPECT_EQ(site(), "off");
  EXPECT_EQ(how_it_ends(Before::a_picture), "held");
}

}  // namespace
}  // namespace sesame::biometric
