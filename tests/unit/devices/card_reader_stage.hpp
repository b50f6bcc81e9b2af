// A CardReader service over a simulated reader of any type.
#pragma once

#include "devices/card_reader/card_reader_provider.hpp"
#include "simulators/devices/card_reader/simulated_card_reader.hpp"
#include "spi/contract/base64.hpp"
#include "tests/unit/devices/stage.hpp"
#include "xfs/card_reader_client.hpp"

namespace sesame::devices {

namespace card = xfs::card_reader;
using card_reader::Type;
using simulators::CardReaderTimes;
using simulators::ordinary_card_reader;

inline constexpr const char* track2_of_anna = "4111111111111111=25122010000000000";

class CardReaderStage : public Stage {
 public:
  explicit CardReaderStage(card_reader::Facts facts, CardReaderTimes times = {}) {
    auto simulated = std::make_unique<simulators::SimulatedCardReader>(executor, std::move(facts), "card_reader", times);
    device = simulated.get();
    std::vector<std::unique_ptr<spi::Provider>> providers;
    providers.push_back(std::make_unique<CardReaderProvider>(std::move(simulated)));
    run(std::move(providers));
    client = std::make_unique<card::Client>(*connection);
  }
  explicit CardReaderStage(Type type = Type::motor, CardReaderTimes times = {})
      : CardReaderStage(ordinary_card_reader(type), times) {}

  /// Does a verb and lets its consequences happen.
  std::string customer(const std::string& verb) {
    std::string said = device->perform(verb);
    executor.run_ready();
    return said;
  }
  std::string insert_anna() { return customer(std::string("insert card track2=") + track2_of_anna); }
  spi::Call<card::ReadRawDataCompletion> read_track2(std::chrono::milliseconds timeout = 0ms) {
    card::ReadRawData wanted;
    wanted.track2 = true;
    auto call = client->read_raw_data(wanted, {timeout});
    executor.run_ready();
    return call;
  }
  /// A motor reader with Anna's card read and inside, nothing heard yet.
  void bring_card_in() {
    auto call = read_track2();
    insert_anna();
    reply(call);
    heard();
  }

  simulators::SimulatedCardReader* device = nullptr;
  std::unique_ptr<card::Client> client;
};

}  // namespace sesame::devices
