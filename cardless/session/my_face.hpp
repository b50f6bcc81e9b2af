// What is kept of a customer who was recognised: shown, paused, taken up again, or deleted, by keys. The
// application, which waits for a card all the while, sees nothing of it. Runs as one task of the session
// desk. Executor thread only.
#pragma once

#include <string>
#include <vector>

#include "cardless/session/session.hpp"

namespace sesame::cardless {

class MyFace {
 public:
  /// Needs a keyboard. `profile` outlives it.
  MyFace(SessionParts parts, const Profile& profile, std::string customer_id);

  /// How it ended, in words for the journal. No customer data in it.
  spi::Task<std::string> run();

 private:
  spi::Task<std::string> pressed(std::vector<std::string> keys);
  spi::Task<bool> change_status();
  spi::Task<std::string> delete_all();
  spi::Task<void> tell(std::string_view word, std::string detail = {});

  SessionParts parts_;
  const Profile& profile_;
  std::string customer_id_;
};

}  // namespace sesame::cardless
