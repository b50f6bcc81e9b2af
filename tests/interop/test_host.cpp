// `sesame` itself with one scripted provider instead of the devices: what the wire's tests run against, so that they test the
// host and nothing below it. A CardReader whose card is put in and taken out by verbs on the simulators' socket
// (RUN_DIRECTORY/simulators.socket): "insert", "take", "device STATE". Executor thread only.
#include "spi/host/host.hpp"
#include "spi/wire/local_socket.hpp"
#include "xfs/card_reader_provider.hpp"

namespace sesame::spi {
void register_all(Registry& registry);
extern const char* const simulated_atm_configuration;
const char* const simulated_atm_configuration = "services: [{name: cardreader, provider: ScriptedReader}]\nscript: {}\n";
}  // namespace sesame::spi

namespace sesame::interop {
using namespace spi;
using namespace xfs::card_reader;

/// The slot that all readers of this host share.
struct Slot {
  explicit Slot(Executor&) {}
  bool card = false;
  DeviceState device = DeviceState::online;
  Signal changed;
  std::vector<std::function<void(bool taken)>> tell;

  void set(bool inserted) {
    const bool taken = card && !inserted;
    card = inserted;
    for (const auto& each : tell) each(taken);
    changed.notify_all();
  }
};

class ScriptedReader final : public ProviderFor<ScriptedReader> {
 public:
  explicit ScriptedReader(std::shared_ptr<Slot> slot) : slot_(std::move(slot)) {
    slot_->tell.push_back([this](bool taken) {
      if (taken) broadcast(MediaRemovedEvent{});
      else service().status_changed();
    });
  }

  Task<ReadRawDataCompletion> read_raw_data(const ReadRawData& wanted, Command& command) override {
    if (!slot_->card) {
      command.emit(InsertCardEvent{});
      while (!slot_->card) co_await slot_->changed.wait();
      command.emit(MediaInsertedEvent{});
    }
    ReadRawDataCompletion completion;
    if (wanted.track2) completion.track2.emplace().data = "NjQ1MTIzNDU2Nzg5MDEyMzQ1PTQ5MTI1MjA=";
    co_return completion;
  }
  Task<MoveCompletion> move(const Move&, Command&) override {
    if (!slot_->card) throw refuse(MoveError::noMedia, "there is no card in the reader");
    slot_->set(false);
    co_return MoveCompletion{};
  }
  Task<ResetCompletion> reset(const Reset&, Command&) override {
    slot_->set(false);
    co_return ResetCompletion{};
  }
  Task<ChipPowerCompletion> chip_power(const ChipPower&, Command&) override { throw std::runtime_error("track 6451234567890123"); }
  Task<SetKeyCompletion> set_key(const SetKey&, Command&) override { throw Refusal("tooManyCards", "no word of this command"); }
  Task<QueryIFMIdentifierCompletion> query_ifm_identifier(const QueryIFMIdentifier&, Command&) override {
    co_return QueryIFMIdentifierCompletion{};
  }

  Status status() const override {
    Status status;
    status.media = slot_->card ? StatusMedia::present : StatusMedia::notPresent;
    return status;
  }
  Capabilities capabilities() const override {
    Capabilities capabilities;
    capabilities.read_tracks.emplace().track2 = true;
    capabilities.card_taken_sensor = true;
    return capabilities;
  }
  DeviceState device_state() const override { return slot_->device; }

 private:
  std::shared_ptr<Slot> slot_;
};

class Script final : public Extension {
 public:
  explicit Script(Host& host)
      : slot_(host.context().shared<Slot>()),
        server_(static_cast<AsioExecutor&>(host.executor()), host.context().get<RunDirectory>()->path + "/simulators.socket",
                [slot = slot_](std::shared_ptr<Channel> channel, ClientIdentity) {
                  channel->receive({[slot, channel](std::string_view line) { channel->send(perform(*slot, line)); }, [](auto) {}});
                }) {}

 private:
  static std::string perform(Slot& slot, std::string_view line) {
    if (line == "insert") slot.set(true);
    else if (line == "take") slot.set(false);
    else if (line == "device starting") slot.device = DeviceState::starting;
    else if (line == "device hardwareError") slot.device = DeviceState::hardwareError;
    else if (line == "device online") slot.device = DeviceState::online;
    else return "error: no verb";
    if (line.starts_with("device"))
      for (const auto& each : slot.tell) each(false);
    return "ok";
  }
  std::shared_ptr<Slot> slot_;
  LocalServer server_;
};

}  // namespace sesame::interop

void sesame::spi::register_all(Registry& registry) {
  registry.add("ScriptedReader", [](const Section&, HostContext& context, const Registry&) {
    Providers providers;
    providers.push_back(std::make_unique<interop::ScriptedReader>(context.shared<interop::Slot>()));
    return providers;
  });
  registry.add_extension("script", [](const Section&, Host& host) -> std::unique_ptr<Extension> { return std::make_unique<interop::Script>(host); });
}
