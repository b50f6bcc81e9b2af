// A QR code that starts a session and says who it is, on a scanner that the application may use as well.
#include <fstream>

#include "tests/unit/cardless/cardless_stage.hpp"

namespace sesame::cardless {
namespace {

constexpr const char* bea_code = "https://bank.example/9f3c";

class ScannerStage : public CardlessStage {
 public:
  explicit ScannerStage(const std::string& profiles = "[qr-code]") : CardlessStage(profiles) {
    scanner = std::make_unique<Client>(executor, host->open("barcodereader"));
    settle();
    scanner->heard();
  }
  std::string show_code(const std::string& code) { return verb("barcodereader scan " + code); }
  std::string scanner_status() {
    const std::string said = verb("barcodereader status");
    return said.substr(0, said.find('\n'));
  }
  std::unique_ptr<Client> scanner;
};

TEST(CardlessQrCode, starts_a_session_and_is_its_claim) {
  ScannerStage atm;
  EXPECT_EQ(atm.scanner_status(), "off");  // nobody waits for a card: nobody looks for codes
  auto call = atm.read();
  EXPECT_EQ(atm.scanner_status(), "scanning");
  EXPECT_EQ(atm.show_code(bea_code), "ok");
  EXPECT_EQ(atm.scanner_status(), "off");
  atm.engine->show({"face of bea"});
  EXPECT_EQ(CardlessStage::track2(atm.reply(call)).substr(0, 16), bea_token);
  EXPECT_THAT(atm.scanner->heard(), IsEmpty());  // nothing of it is seen by who has the scanner's service
}

TEST(CardlessQrCode, of_nobody_is_refused_as_a_wrong_face_is_and_the_next_attempt_asks_for_it) {
  ScannerStage atm;
  auto call = atm.read();
  EXPECT_EQ(atm.show_code("https://bank.example/nobody"), "ok");
  atm.engine->show({"face of bea"});
  atm.pass(1s);
  EXPECT_THAT(atm.screen().front(), HasSubstr("not recognised"));
  atm.pass(2s);
  EXPECT_THAT(atm.screen().front(), HasSubstr("show your code"));
  EXPECT_EQ(atm.show_code(bea_code), "ok");
  EXPECT_TRUE(atm.reply(call).ok());
}

TEST(CardlessQrCode, can_be_asked_for_after_a_key_and_cancel_ends_that) {
  ScannerStage atm;
  auto call = atm.read();
  EXPECT_EQ(atm.verb("keyboard press fdk05"), "ok");
  EXPECT_THAT(atm.screen().front(), HasSubstr("show your code"));
  EXPECT_EQ(atm.verb("keyboard press cancel"), "ok");
  atm.pass(3s);
  EXPECT_FALSE(atm.desk().running());
  EXPECT_EQ(atm.scanner_status(), "scanning");  // for the next one
  EXPECT_FALSE(call.completed());
}

TEST(CardlessQrCode, the_application_has_the_scanner_at_once_and_the_session_has_it_back) {
  ScannerStage atm;
  auto waiting = atm.read();
  auto own = atm.scanner->call("BarcodeReader.Read");
  atm.settle();
  EXPECT_THAT(atm.scanner->heard(), ElementsAre(R"(StatusChangedEvent {"barcodeReader":{"scanner":"on"}})"));
  EXPECT_EQ(atm.show_code("4006381333931"), "ok");
  EXPECT_TRUE(atm.reply(own).ok());
  EXPECT_FALSE(atm.desk().running());  // that code was the application's
  EXPECT_THAT(atm.scanner->heard(), ElementsAre(R"(StatusChangedEvent {"barcodeReader":{"scanner":"off"}})", "completion Read"));
  EXPECT_EQ(atm.scanner_status(), "scanning");
  EXPECT_EQ(atm.show_code(bea_code), "ok");
  atm.engine->show({"face of bea"});
  EXPECT_TRUE(atm.reply(waiting).ok());
}

TEST(CardlessQrCode, a_scanner_that_refuses_the_session_answers_the_application_at_once) {
  ScannerStage atm;
  auto waiting = atm.read();
  EXPECT_EQ(atm.verb("barcodereader unplug"), "ok");  // the session's read fails, and is tried again in a second
  auto own = atm.scanner->call("BarcodeReader.Read");
  atm.settle();  // no time passes
  ASSERT_TRUE(own.completed());
  EXPECT_EQ(atm.reply(own).code, spi::CompletionCode::deviceNotReady);
  EXPECT_EQ(atm.verb("barcodereader plug"), "ok");
  atm.pass(1s);
  EXPECT_EQ(atm.scanner_status(), "scanning");
}

TEST(CardlessQrCode, a_card_ends_the_session_that_it_started) {
  ScannerStage atm;
  auto call = atm.read();
  EXPECT_EQ(atm.show_code(bea_code), "ok");
  EXPECT_TRUE(atm.desk().running());
  EXPECT_EQ(atm.verb(std::string("cardreader insert card track2=") + anna_card), "ok");
  EXPECT_EQ(CardlessStage::track2(atm.reply(call)), anna_card);
  EXPECT_FALSE(atm.desk().running());
  EXPECT_EQ(atm.scanner_status(), "off");
}

TEST(CardlessQrCode, that_no_claim_can_be_is_passed_over) {
  ScannerStage atm;
  auto call = atm.read();
  EXPECT_EQ(atm.show_code(std::string(513, 'a')), "ok");
  EXPECT_EQ(atm.show_code("\xff\xfe"), "ok");
  EXPECT_EQ(atm.verb("barcodereader scan-smudged"), "ok");
  EXPECT_FALSE(atm.desk().running());
  EXPECT_EQ(atm.scanner_status(), "scanning");
}

TEST(CardlessQrCode, or_a_number_that_is_typed) {
  const std::string folder = testing::TempDir();
  std::ofstream(folder + "/either.yaml") << "name: either\nstart: {key: fdk02}\n"
                                            "claim: [{kind: phone, digits: [7, 15]}, {kind: qr}]\n";
  for (const bool types : {true, false}) {
    ScannerStage atm("[" + folder + "/either.yaml]");
    auto call = atm.read();
    EXPECT_EQ(atm.scanner_status(), "off");  // a code does not start this one
    atm.engine->show({"face of bea"});
    EXPECT_EQ(atm.verb("keyboard press fdk02"), "ok");
    EXPECT_THAT(atm.screen()[1], HasSubstr("or show your code"));
    EXPECT_EQ(types ? atm.verb("keyboard type 09012345678") : atm.show_code(bea_code), "ok");
    if (types) atm.verb("keyboard press enter");
    EXPECT_TRUE(atm.reply(call).ok()) << types;
  }
}

TEST(CardlessQrCode, starts_nothing_without_a_claim_of_its_kind) {
  try {
    read_profile(spi::Section::from_text("name: x\nstart: {qr: true}\n", "mine.yaml"), 4);
    ADD_FAILURE() << "it was taken";
  } catch (const spi::ConfigurationError& error) {
    EXPECT_THAT(error.what(), HasSubstr("mine.yaml:2"));
    EXPECT_THAT(error.what(), HasSubstr("kind qr"));
  }
}

}  // namespace
}  // namespace sesame::cardless
