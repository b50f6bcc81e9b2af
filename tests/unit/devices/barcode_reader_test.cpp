#include "devices/barcode_reader/barcode_reader_provider.hpp"
#include "simulators/devices/barcode_reader/simulated_barcode_reader.hpp"
#include "spi/contract/base64.hpp"
#include "tests/unit/devices/stage.hpp"
#include "xfs/barcode_reader_client.hpp"

namespace sesame::devices {
namespace {

namespace br = xfs::barcode_reader;
using spi::CompletionCode;

class BarcodeReaderStage : public Stage {
 public:
  explicit BarcodeReaderStage(barcode_reader::Facts facts = simulators::ordinary_barcode_reader()) {
    auto simulated = std::make_unique<simulators::SimulatedBarcodeReader>(std::move(facts));
    device = simulated.get();
    std::vector<std::unique_ptr<spi::Provider>> providers;
    providers.push_back(std::make_unique<BarcodeReaderProvider>(std::move(simulated)));
    run(std::move(providers));
    client = std::make_unique<br::Client>(*connection);
  }
  spi::Call<br::ReadCompletion> read(bool qr_only = false) {
    br::Read wanted;
    if (qr_only) wanted.symbologies.emplace().qr_code = true;
    auto call = client->read(wanted);
    executor.run_ready();
    return call;
  }
  std::string customer(const std::string& verb) {
    std::string said = device->perform(verb);
    executor.run_ready();
    return said;
  }
  simulators::SimulatedBarcodeReader* device = nullptr;
  std::unique_ptr<br::Client> client;
};

constexpr auto scanner_on = R"(StatusChangedEvent {"barcodeReader":{"scanner":"on"}})";
constexpr auto scanner_off = R"(StatusChangedEvent {"barcodeReader":{"scanner":"off"}})";

TEST(BarcodeReaderRead, scans_until_a_code_is_seen_and_tells_what_it_says) {
  BarcodeReaderStage stage;
  auto call = stage.read();
  EXPECT_THAT(stage.heard(), ElementsAre(scanner_on));
  stage.customer("scan \"two words\"");
  EXPECT_THAT(stage.heard(), ElementsAre(scanner_off, "completion Read"));
  const auto reply = stage.reply(call);
  ASSERT_TRUE(reply.ok());
  ASSERT_EQ(reply.data.read_output->size(), 1u);
  const auto& code = reply.data.read_output->front();
  EXPECT_EQ(code.symbology, br::ReadCompletionReadOutputSymbology::qrCode);
  EXPECT_EQ(contract::decode_base64(*code.barcode_data), "two words");
}

TEST(BarcodeReaderRead, leaves_alone_what_was_not_asked_for) {
  BarcodeReaderStage stage;
  auto call = stage.read(true);
  EXPECT_EQ(stage.customer("scan 4006381333931 symbology=ean13"), "not accepted");
  stage.customer("scan hello");
  EXPECT_TRUE(stage.reply(call).ok());
}

TEST(BarcodeReaderRead, a_scanner_that_cannot_filter_reads_all_it_can) {
  auto facts = simulators::ordinary_barcode_reader();
  facts.filters = false;
  BarcodeReaderStage stage(facts);
  auto call = stage.read(true);
  stage.customer("scan 4006381333931 symbology=ean13");
  EXPECT_TRUE(stage.reply(call).ok());
}

TEST(BarcodeReaderRead, refuses_codes_that_it_cannot_read_and_none_at_all) {
  BarcodeReaderStage stage;
  br::Read wanted;
  wanted.symbologies.emplace().aztec = true;
  EXPECT_EQ(stage.reply(stage.client->read(wanted)).code, CompletionCode::unsupportedData);
  wanted.symbologies.emplace();
  EXPECT_EQ(stage.reply(stage.client->read(wanted)).code, CompletionCode::invalidData);
  EXPECT_THAT(stage.device->perform("status"), testing::StrEq("off"));
}

TEST(BarcodeReaderRead, a_code_that_cannot_be_read_is_barcodeInvalid) {
  BarcodeReaderStage stage;
  auto call = stage.read();
  stage.customer("scan-smudged");
  const auto reply = stage.reply(call);
  EXPECT_EQ(reply.code, CompletionCode::commandErrorCode);
  EXPECT_EQ(reply.error_code, "barcodeInvalid");
  EXPECT_EQ(stage.device->perform("status"), "off");
}

TEST(BarcodeReaderRead, ends_with_its_cancel_its_time_and_the_device_and_the_scanner_is_off) {
  BarcodeReaderStage stage;
  auto canceled = stage.read();
  canceled.cancel();
  EXPECT_EQ(stage.reply(canceled).code, CompletionCode::canceled);
  EXPECT_EQ(stage.device->perform("status"), "off");
  auto timed = stage.client->read({}, {1s});
  stage.after(2s);
  EXPECT_EQ(stage.reply(timed).code, CompletionCode::timeOut);
  EXPECT_EQ(stage.device->perform("status"), "off");
  auto unplugged = stage.read();
  stage.customer("unplug");
  EXPECT_EQ(stage.reply(unplugged).code, CompletionCode::hardwareError);
  EXPECT_EQ(stage.reply(stage.read()).code, CompletionCode::deviceNotReady);
}

TEST(BarcodeReaderCapabilities, list_what_the_scanner_reads) {
  BarcodeReaderStage stage;
  auto call = stage.connection->call("Common.Capabilities", nullptr);
  stage.executor.run_ready();
  EXPECT_NE(stage.transcript->everything.find(R"("pdf417":true)"), std::string::npos);
  EXPECT_NE(stage.transcript->everything.find(R"("aztec":false)"), std::string::npos);
}

}  // namespace
}  // namespace sesame::devices
