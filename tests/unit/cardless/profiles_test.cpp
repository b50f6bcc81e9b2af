// The shipped profiles, and what a profile may not say.
#include "cardless/session/profile.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "cardless/session/prompts.hpp"
#include "tests/unit/cardless/cardless_stage.hpp"

namespace sesame::cardless {
namespace {

Profile profile_of(const std::string& text) { return read_profile(spi::Section::from_text(text, "mine.yaml"), 4); }
std::string refusal_of(const std::string& text) {
  try {
    profile_of(text);
  } catch (const spi::ConfigurationError& error) {
    return error.what();
  }
  return "none";
}

TEST(Profiles, all_shipped_ones_can_be_read) {
  for (const char* name :
       {"passcode", "phone-after-face", "phone-or-id", "face-only", "qr-code", "enrol", "my-face"}) {
    SCOPED_TRACE(name);
    ASSERT_NE(shipped_profile(name), nullptr);
    EXPECT_EQ(profile_of(shipped_profile(name)).name, name);
  }
  EXPECT_EQ(shipped_profile("none"), nullptr);
}

TEST(Profiles, a_passcode_may_not_have_the_length_of_a_pin) {
  const auto said = refusal_of("name: x\nclaim: [{kind: passcode, digits: [4, 8]}]\n");
  EXPECT_THAT(said, HasSubstr("mine.yaml:2"));
  EXPECT_THAT(said, HasSubstr("not 4 digits"));
}

TEST(Profiles, only_a_profile_without_a_claim_may_start_on_gaze) {
  EXPECT_THAT(refusal_of("name: x\nstart: {gaze: true}\nclaim: [{kind: phone, digits: [7, 15]}]\n"), HasSubstr("gaze"));
}

TEST(Profiles, what_is_kept_is_shown_to_who_claims_to_be_somebody) {
  EXPECT_THAT(refusal_of("name: x\nkind: my_face\n"), HasSubstr("a claim"));
  EXPECT_TRUE(profile_of(shipped_profile("my-face")).shows_own);
}

TEST(Profiles, a_rate_is_a_rate_of_the_right_kind) {
  EXPECT_THAT(refusal_of("name: x\nface: {false_match_rate: 1.0e-5}\n"), HasSubstr("false_positive_identification_rate"));
  EXPECT_THAT(refusal_of("name: x\nclaim: [{kind: phone, digits: [7, 9]}]\nface: {false_positive_identification_rate: 0.1}\n"), HasSubstr("false_match_rate"));
}

TEST(Profiles, what_the_calibration_cannot_support_is_not_offered) {
  biometric::EngineInfo engine;
  engine.loosest_false_match_rate = 1e-2;
  engine.strictest_false_match_rate = 1e-6;
  engine.gallery_size = 100;
  auto profile = profile_of(shipped_profile("face-only"));
  EXPECT_EQ(why_not(profile, engine), "");
  engine.gallery_size = 1'000'000;
  EXPECT_THAT(why_not(profile, engine), HasSubstr("1e-09"));
  auto strict = profile_of("name: x\nclaim: [{kind: phone, digits: [7, 9]}]\nface: {false_match_rate: 1.0e-8}\n");
  EXPECT_THAT(why_not(strict, engine), HasSubstr("outside the calibration"));
}

TEST(Profiles, every_language_has_every_prompt_and_its_lines_fit_a_narrow_display) {
  for (const char* language : {"en", "ja", "zh", "bo"}) {
    const Prompts prompts(language);
    EXPECT_FALSE(prompts.lines("consent").empty());
  }
  const Prompts english("en");
  for (const char* word : {"consent", "enterPhoneOrId", "unavailable", "tryLater", "notEnrolled", "myFaceOld",
                           "myFacePaused", "myFaceSuspended", "myFaceDelete"})
    for (const auto& line : english.lines(word)) EXPECT_LE(line.size(), 32u) << line;
  EXPECT_THROW(Prompts("xx"), std::invalid_argument);
}

TEST(Profiles, face_first_holds_the_face_and_compares_it_with_the_telephone_number_typed_then) {
  CardlessStage atm("[phone-after-face]");
  auto call = atm.read();
  atm.engine->show({"face of bea"});
  EXPECT_EQ(atm.verb("keyboard press fdk02"), "ok");
  EXPECT_THAT(atm.screen().front(), HasSubstr("camera"));
  atm.pass(400ms);
  EXPECT_EQ(atm.engine->counts().verifications, 0);
  EXPECT_EQ(atm.verb("keyboard type 09012345678"), "ok");
  EXPECT_EQ(atm.verb("keyboard press enter"), "ok");
  EXPECT_TRUE(atm.reply(call).ok());
}

TEST(Profiles, an_identity_number_of_seventeen_digits_ends_in_x) {
  CardlessStage atm("[phone-or-id]");
  auto call = atm.read();
  atm.engine->show({"face of bea"});
  atm.verb("keyboard press fdk03");
  atm.pass(400ms);
  EXPECT_EQ(atm.verb("keyboard type 11010519491231002"), "ok");
  EXPECT_EQ(atm.verb("keyboard press enter"), "ok");
  EXPECT_TRUE(atm.reply(call).ok());
}

TEST(Profiles, a_number_of_the_wrong_length_is_asked_for_again) {
  CardlessStage atm("[phone-or-id]");
  auto call = atm.read();
  atm.engine->show({"face of bea"});
  atm.verb("keyboard press fdk03");
  atm.pass(400ms);
  atm.verb("keyboard type 123");
  atm.verb("keyboard press enter");
  EXPECT_THAT(atm.screen().front(), HasSubstr("not complete"));
  atm.pass(3s);
  EXPECT_EQ(atm.verb("keyboard type 09012345678"), "ok");
  atm.verb("keyboard press enter");
  EXPECT_TRUE(atm.reply(call).ok());
}

TEST(Profiles, the_face_alone_lets_in_by_key_and_by_gaze_only_who_agreed_to_gaze) {
  const std::string file = testing::TempDir() + "/gaze-" + std::to_string(getpid()) + ".log";
  spi::Journal journal(file);
  CardlessStage atm("[face-only]", "type: motor", true, "{simulated: true}", &journal);
  auto call = atm.read();
  atm.engine->show({"face of bea"});  // enrolled, but agreed to no start on gaze
  atm.pass(3s);
  EXPECT_FALSE(call.completed());
  EXPECT_GE(atm.engine->counts().identifications, 1);
  atm.pass(20s);
  EXPECT_FALSE(call.completed());
  atm.engine->nobody();
  atm.pass(5s);
  biometric::EnrolRequest willing;
  willing.customer_id = "dora";
  willing.consent.reference = "paper";
  willing.consent.gaze_start = true;
  willing.token_pan = "9999010000000029";
  atm.engine->enrol_person(willing, "face of dora");
  atm.engine->show({"face of dora"});
  const auto reply = atm.reply(call);
  EXPECT_TRUE(reply.ok());
  EXPECT_EQ(CardlessStage::track2(reply).substr(0, 16), "9999010000000029");
  std::ifstream in(file);
  const std::string text((std::istreambuf_iterator<char>(in)), {});
  EXPECT_THAT(text, HasSubstr("(refused: no consent to gaze"));
  std::filesystem::remove(file);
}

TEST(Profiles, a_face_that_leaves_ends_the_session_at_last) {
  CardlessStage atm;
  auto call = atm.read();
  atm.verb("keyboard press fdk01");
  atm.verb("keyboard type 123456");
  atm.verb("keyboard press enter");
  atm.pass(20s);
  EXPECT_FALSE(atm.desk().running());
  EXPECT_FALSE(call.completed());
}

// Every kind of reader: the face card comes and goes as a card does there.
TEST(Profiles, a_face_card_behaves_as_a_card_in_that_reader_would) {
  struct Reader {
    const char* type;
    bool leaves_by_itself;
  };
  for (const auto& [type, leaves_by_itself] : {Reader{"motor", false}, Reader{"swipe", true}, Reader{"dip", true}, Reader{"latchedDip", true}}) {
    SCOPED_TRACE(type);
    std::vector<std::vector<std::string>> heard;
    for (const bool face : {false, true}) {
      CardlessStage atm("[passcode]", std::string("type: ") + type);
      auto call = atm.read();
      if (face)
        atm.log_in();
      else
        EXPECT_EQ(atm.verb(std::string("cardreader insert card track2=") + anna_card), "ok");
      EXPECT_TRUE(atm.reply(call).ok());
      if (!leaves_by_itself) atm.reply(atm.reader_client->call("CardReader.Move"));
      if (!face && std::string_view(type) != "swipe") atm.verb("cardreader take card");
      atm.settle();
      heard.push_back(atm.reader_client->heard());
      auto next = atm.read();
      EXPECT_EQ(atm.verb(std::string("cardreader insert card track2=") + anna_card), "ok");
      EXPECT_EQ(CardlessStage::track2(atm.reply(next)), anna_card);
    }
    EXPECT_EQ(heard[0], heard[1]);
    EXPECT_THAT(heard[1], testing::Contains("MediaRemovedEvent"));
  }
}

}  // namespace
}  // namespace sesame::cardless
