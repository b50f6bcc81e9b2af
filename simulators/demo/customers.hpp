// What card customers do at the machine, as steps of the demo. Coroutines on the stage's executor; the stage outlives them.
#pragma once

#include "simulators/demo/report.hpp"
#include "simulators/demo/stage.hpp"

namespace sesame::simulators {

/// A payment card as it is printed in test books: no account anywhere.
struct TestCard {
  std::string track2;
};
TestCard first_card();
TestCard second_card();

/// Enters a PIN when the application asks for it, which it does after the diary's entry `diary`.
spi::Task<void> enter_pin(Stage& stage, std::size_t diary);

/// Returns once the application waits for the next card, that is, once the transcript has, after `from`, a read that
/// gave a card and an invitation after it.
spi::Task<void> until_idle(Stage& stage, std::size_t from);

/// Inserts the card, enters a PIN, takes the card when it comes back.
spi::Task<Finding> card_customer(Stage& stage, TestCard card);
/// Presses Cancel in the place of a PIN.
spi::Task<Finding> customer_who_cancels(Stage& stage);
/// Does not take the card: the application has it retained.
spi::Task<Finding> customer_who_leaves_the_card(Stage& stage);
/// Pulls the card out while the application asks for the PIN.
spi::Task<Finding> customer_who_pulls_the_card(Stage& stage);
/// Puts the card in the wrong way round, then right.
spi::Task<Finding> customer_with_the_card_the_wrong_way(Stage& stage);

}  // namespace sesame::simulators
