// A plain ATM application on three services of the standard: it waits for a card, asks for the PIN, gives the card back and
// waits until it is taken, again and again. It knows nothing of how a card came to be. Borrows its connections, which
// outlive it; executor thread only.
#pragma once

#include <optional>
#include <string>

#include "simulators/atm_application/diary.hpp"
#include "simulators/atm_application/settings.hpp"
#include "spi/client/client.hpp"
#include "spi/service/waiting.hpp"

namespace sesame::simulators {

class AtmApplication {
 public:
  struct Services {
    spi::ServiceConnection& card_reader;
    spi::ServiceConnection& keyboard;
    spi::ServiceConnection& display;
  };
  /// `diary` must outlive the application.
  AtmApplication(Services services, AtmSettings settings, Diary& diary);
  ~AtmApplication();
  AtmApplication(const AtmApplication&) = delete;

  /// Serves customers until a connection is lost.
  spi::Task<void> run();

 private:
  struct Shared;
  struct Card;
  struct Customer;

  bool lost() const;
  spi::Task<void> learn();
  spi::Task<void> be_ready();
  spi::Task<void> serve_customer();
  spi::Task<std::optional<Card>> wait_for_card();
  spi::Task<void> after_failed_read(spi::RawReply reply);
  spi::Task<bool> ask_pin(Customer& customer);
  spi::Task<void> give_back(Customer& customer);
  spi::Task<void> until_taken(Customer& customer);
  spi::Task<void> retain();
  bool card_is_in() const;
  spi::Task<bool> card_removed();
  spi::Task<void> show(std::string first, std::string second = "");
  spi::Task<void> out_of_order(std::string what);
  void trouble(std::string_view doing, const spi::RawReply& reply);

  Services services_;
  AtmSettings settings_;
  Diary& diary_;
  std::shared_ptr<Shared> shared_;  // what the connections' listeners write: they live as long as the connections
  bool can_move_ = false, can_tell_taken_ = false;
  int customers_ = 0;
};

}  // namespace sesame::simulators
