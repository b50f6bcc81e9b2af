// Custody: what whoever keeps faces owes the people they are of. What is held on one person, how long it is
// kept, other keys for all of it, and the receipts of what was destroyed. The face process has StoreCustody,
// command line and host reach it through RemoteEngine. Executor thread only; throws as Engine does.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "biometric/gallery.hpp"
#include "spi/service/task.hpp"

namespace sesame::biometric {

// What the rules of retention say.
struct Expiry {
  struct Due {
    std::string customer_id;
    std::string why;  // "not used since 2026-01-04"
  };
  std::vector<Due> due;  // at most most_due of them
  std::uint64_t due_in_all = 0;
  std::uint64_t customers = 0;
  std::uint64_t enrol_again = 0;     // templates that are old and not yet due
  std::vector<std::string> damaged;  // customers whose dates were changed; at most most_due of them
  std::uint64_t damaged_in_all = 0;
  std::vector<DeletionReceipt> receipts;  // of these that were deleted
};
inline constexpr std::size_t most_due = 1000;

// How far the change to another gallery key is.
struct Rotation {
  std::uint32_t epoch = 0;
  std::uint64_t renewed = 0;
  std::uint64_t wanted = 0;
  bool taken_up = false;             // it was interrupted, and went on
  std::vector<std::string> damaged;  // customers with a template that does not open; at most most_due
};

// What belongs in the journal.
struct CustodyNews {
  std::vector<DeletionReceipt> receipts;
  std::vector<std::string> notes;  // for the operator
};

class Custody {
 public:
  virtual ~Custody() = default;

  // All that is held on one person as JSON for people; nullopt when unknown. The template's values only where
  // giving templates away is configured, and asked for.
  virtual spi::Task<std::optional<std::string>> export_held(std::string customer_id, bool with_template) = 0;
  // Deletes whom the rules of retention delete, at most most_due at once, in the name of `by`; or only says
  // who that is.
  virtual spi::Task<Expiry> expire(bool only_say, std::string by) = 0;
  // Another key for the gallery, template by template, while everybody is served; whatever was copied before
  // is useless then. Goes on when nobody waits any more, and after a restart.
  virtual spi::Task<Rotation> rotate(std::function<void(Rotation)> progress) = 0;
  // Waits for what is not in the journal yet. `journaled`: the last receipt that is; 0 says nothing.
  virtual spi::Task<CustodyNews> news(std::int64_t journaled) = 0;
};

}  // namespace sesame::biometric
