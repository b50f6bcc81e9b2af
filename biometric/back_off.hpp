// How fast attempts may follow each other: the rule, which the store keeps on disk, and counters in memory
// for galleries that end with their process. One thread at a time.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "biometric/gallery.hpp"

namespace sesame::biometric {

// Counted per claim and terminal, and per claim over all terminals.
struct BackOffPolicy {
  std::int64_t free_attempts = 3;            // failures of a claim at one terminal before it waits
  std::int64_t free_attempts_anywhere = 10;  // ... over all terminals
  std::chrono::seconds first_wait{30};       // doubles with each further failure
  std::chrono::seconds longest_wait{86400};
  std::chrono::seconds forget_after{86400};  // without a failure
};

// How long nobody may try after that many failures.
std::chrono::seconds wait_after(const BackOffPolicy& policy, std::int64_t failures,
                                std::int64_t free_attempts);

class BackOffCounters {
 public:
  using Time = std::chrono::sys_seconds;
  explicit BackOffCounters(BackOffPolicy policy = {}) : policy_(policy) {}

  // Until when an attempt has to wait; not in the future: now.
  Time until(const Claim& claim, const std::string& terminal, Time now) const;
  void count_failure(const Claim& claim, const std::string& terminal, Time now);
  void count_success(const Claim& claim, const std::string& terminal);

 private:
  struct Counter {
    std::int64_t failures = 0;
    Time last{}, until{};
  };
  // Kind, value and terminal; the terminal "" counts over all of them.
  using Key = std::pair<std::pair<std::string, std::string>, std::string>;
  void add(const Key& key, Time now, std::int64_t free_attempts);

  BackOffPolicy policy_;
  std::map<Key, Counter> counters_;
};

}  // namespace sesame::biometric
