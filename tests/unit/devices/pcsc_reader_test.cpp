// The PC/SC driver over a fake library, whose waits block a real worker as the real one's do.
#include "devices/card_reader/drivers/pcsc/pcsc_reader.hpp"

#include <boost/asio/io_context.hpp>
#include <condition_variable>
#include <mutex>

#include "devices/card_reader/card_reader_provider.hpp"
#include "spi/service/asio_executor.hpp"
#include "tests/unit/devices/stage.hpp"
#include "xfs/card_reader_client.hpp"

namespace sesame::devices {
namespace {

using card_reader::Bytes;
namespace card = xfs::card_reader;

/// What pcscd would see. Shared by the test and the driver's threads.
struct Field {
  std::mutex mutex;
  std::condition_variable changed;
  bool present = false, gone = false, cancelled = false;

  void set(bool card_is_there) {
    const std::lock_guard lock(mutex);
    present = card_is_there;
    changed.notify_all();
  }
  void unplug() {
    const std::lock_guard lock(mutex);
    gone = true;
    changed.notify_all();
  }
};

class FakePcsc final : public card_reader::Pcsc {
 public:
  explicit FakePcsc(std::shared_ptr<Field> field) : field_(std::move(field)) {}
  std::optional<bool> wait_for_change(bool present) override {
    std::unique_lock lock(field_->mutex);
    field_->changed.wait(lock, [&] { return field_->cancelled || field_->gone || field_->present != present; });
    if (field_->cancelled) return std::nullopt;
    if (field_->gone) throw card_reader::CardFault(card_reader::Trouble::not_there, "gone");
    return field_->present;
  }
  void cancel_wait() override {
    const std::lock_guard lock(field_->mutex);
    field_->cancelled = true;
    field_->changed.notify_all();
  }
  Bytes connect() override {
    require_card();
    return {0x3B, 0x80};
  }
  Bytes transmit(const Bytes& command) override {
    require_card();
    Bytes answer = command;
    answer.push_back(0x90);
    return answer;
  }
  void disconnect() override {}

 private:
  void require_card() {
    const std::lock_guard lock(field_->mutex);
    if (!field_->present) throw card_reader::CardFault(card_reader::Trouble::card_gone, "no card");
  }
  std::shared_ptr<Field> field_;
};

/// A CardReader service on the driver, in real time: each step runs until its message is there.
struct PcscStage {
  spi::AsioExecutor executor;
  std::shared_ptr<Field> field = std::make_shared<Field>();
  std::unique_ptr<spi::Service> service;
  std::shared_ptr<Transcript> transcript;
  std::unique_ptr<spi::ServiceConnection> connection;
  std::unique_ptr<card::Client> client;

  PcscStage() {
    std::vector<std::unique_ptr<spi::Provider>> providers;
    auto driver = std::make_unique<card_reader::PcscReader>(executor, std::make_unique<FakePcsc>(field));
    providers.push_back(std::make_unique<CardReaderProvider>(std::move(driver)));
    service = std::make_unique<spi::Service>(executor, spi::ServiceOptions{}, std::make_unique<spi::ProviderBody>(std::move(providers)));
    auto [ours, theirs] = spi::local_channel(executor);
    service->connect(theirs, {});
    transcript = std::make_shared<Transcript>(ours);
    transcript->on_line = [this](const std::string& line) {
      if (line == awaited_) executor.stop();
    };
    connection = std::make_unique<spi::ServiceConnection>(executor, transcript);
    client = std::make_unique<card::Client>(*connection);
  }
  std::vector<std::string> until(const std::string& line) {
    awaited_ = line;
    const auto limit = executor.call_at(executor.now() + 10s, [this] { executor.stop(); });
    executor.context().restart();
    executor.run();
    executor.cancel(limit);
    return std::exchange(transcript->lines, {});
  }

 private:
  std::string awaited_;
};

constexpr auto in_field = R"(StatusChangedEvent {"cardReader":{"chipPower":"poweredOff"}})";

TEST(PcscReader, reads_a_card_talks_to_it_and_tells_when_it_leaves) {
  PcscStage stage;
  card::ReadRawData wanted;
  wanted.chip = true;
  stage.client->read_raw_data(wanted);
  EXPECT_THAT(stage.until("event InsertCardEvent"), ElementsAre("event InsertCardEvent"));
  stage.field->set(true);
  EXPECT_THAT(stage.until("completion ReadRawData"), ElementsAre(in_field, "event MediaInsertedEvent",
                                                                 R"(StatusChangedEvent {"cardReader":{"chipPower":"online"}})",
                                                                 "completion ReadRawData"));
  card::ChipIO request;
  request.chip_data = "AKQ=";
  stage.client->chip_io(request);
  EXPECT_THAT(stage.until("completion ChipIO"), ElementsAre("completion ChipIO"));
  stage.field->set(false);
  EXPECT_EQ(stage.until("MediaRemovedEvent").back(), "MediaRemovedEvent");
}

TEST(PcscReader, a_cancelled_read_leaves_the_field_watched) {
  PcscStage stage;
  card::ReadRawData wanted;
  wanted.chip = true;
  auto call = stage.client->read_raw_data(wanted);
  stage.until("event InsertCardEvent");
  call.cancel();
  EXPECT_EQ(stage.until("completion ReadRawData canceled").back(), "completion ReadRawData canceled");
  stage.field->set(true);
  EXPECT_THAT(stage.until(in_field), ElementsAre(in_field));
}

TEST(PcscReader, a_reader_that_is_unplugged_ends_the_read) {
  PcscStage stage;
  card::ReadRawData wanted;
  wanted.chip = true;
  stage.client->read_raw_data(wanted);
  stage.until("event InsertCardEvent");
  stage.field->unplug();
  EXPECT_EQ(stage.until("completion ReadRawData deviceNotReady").back(), "completion ReadRawData deviceNotReady");
}

}  // namespace
}  // namespace sesame::devices
