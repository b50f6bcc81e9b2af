// The keyboard's front before an EPP that makes PIN blocks: no session has the keys between PinEntry and GetPinBlock.
#include "cardless/front/keyboard_front.hpp"

#include "devices/keyboard/keyboard_provider.hpp"
#include "simulators/devices/keyboard/simulated_keyboard.hpp"
#include "tests/unit/cardless/cardless_stage.hpp"
#include "xfs/pin_pad_provider.hpp"

namespace sesame::cardless {
namespace {

class PinPad final : public xfs::pin_pad::ProviderFor<PinPad> {
 public:
  spi::Task<xfs::pin_pad::GetPinBlockCompletion> get_pin_block(const xfs::pin_pad::GetPinBlock&, spi::Command&) override {
    co_return xfs::pin_pad::GetPinBlockCompletion{};
  }
  spi::Task<xfs::pin_pad::MaintainPinCompletion> maintain_pin(const xfs::pin_pad::MaintainPin&, spi::Command&) override {
    co_return xfs::pin_pad::MaintainPinCompletion{};
  }
  xfs::pin_pad::Capabilities capabilities() const override { return {}; }
};

class EncryptingPinPad : public testing::Test {
 public:
  EncryptingPinPad() {
    auto simulated = std::make_unique<simulators::SimulatedKeyboard>(simulators::ordinary_keyboard(), "keyboard");
    device = simulated.get();
    std::vector<std::unique_ptr<spi::Provider>> providers;
    providers.push_back(std::make_unique<devices::KeyboardProvider>(std::move(simulated)));
    providers.push_back(std::make_unique<PinPad>());
    spi::ServiceOptions options;
    options.name = "epp";
    original = std::make_unique<spi::Service>(executor, options, std::make_unique<spi::ProviderBody>(std::move(providers)));
    auto body = std::make_unique<KeyboardFront>(executor, [this] { return open(*original, executor); });
    front = body.get();
    service = std::make_unique<spi::Service>(executor, options, std::move(body));
    executor.run_ready();
    auto [ours, theirs] = spi::local_channel(executor);
    service->connect(theirs, {});
    client = std::make_unique<Client>(executor, ours);
  }
  static spi::Task<std::shared_ptr<spi::Channel>> open(spi::Service& service, spi::Executor& executor) {
    auto [ours, theirs] = spi::local_channel(executor);
    service.connect(theirs, {});
    co_return ours;
  }
  bool can_borrow() {
    bool borrowed = false;
    spi::TaskScope scope(executor);
    scope.spawn(borrow(borrowed));
    executor.run_ready();
    if (borrowed) front->give_back();
    return borrowed;
  }
  void enter_pin() {
    json::object keys;
    for (const char* key : {"one", "two", "three", "four"}) keys[key] = json::object{};
    keys["enter"] = json::object{{"terminate", true}};
    auto call = client->call("Keyboard.PinEntry", json::object{{"minLen", 4}, {"activeKeys", keys}});
    executor.run_ready();
    EXPECT_FALSE(can_borrow()) << "while a PIN is entered";
    device->perform("type 1234");
    device->perform("press enter");
    executor.run_ready();
    EXPECT_TRUE(call.completed());
  }
  void get_pin_block() {
    auto call = client->call("PinPad.GetPinBlock", json::object{{"format", "ansi"}, {"customerData", "123456789012"}});
    executor.run_ready();
    EXPECT_TRUE(call.completed());
  }

  spi::VirtualExecutor executor;
  simulators::SimulatedKeyboard* device = nullptr;
  std::unique_ptr<spi::Service> original, service;
  KeyboardFront* front = nullptr;
  std::unique_ptr<Client> client;

 private:
  spi::Task<void> borrow(bool& borrowed) { borrowed = co_await front->borrow(); }
};

TEST_F(EncryptingPinPad, has_no_keys_for_a_session_between_PinEntry_and_GetPinBlock) {
  EXPECT_TRUE(can_borrow());
  enter_pin();
  EXPECT_FALSE(can_borrow());
  get_pin_block();
  EXPECT_TRUE(can_borrow());
}

TEST_F(EncryptingPinPad, keeps_them_from_a_session_as_long_as_the_PIN_is_maintained) {
  auto call = client->call("PinPad.MaintainPin", json::object{{"maintainPIN", true}});
  executor.run_ready();
  enter_pin();
  get_pin_block();
  EXPECT_FALSE(can_borrow());
  front->forget_pin();  // its card is gone
  EXPECT_TRUE(can_borrow());
}

TEST_F(EncryptingPinPad, passes_what_it_does_not_know_of_unchanged) {
  const auto reply = [&] {
    auto call = client->call("Keyboard.GetLayout", nullptr);
    executor.run_ready();
    return call.completed();
  }();
  EXPECT_TRUE(reply);
}

}  // namespace
}  // namespace sesame::cardless
