#include "biometric/back_off.hpp"

#include <algorithm>

namespace sesame::biometric {

std::chrono::seconds wait_after(const BackOffPolicy& policy, std::int64_t failures,
                                std::int64_t free_attempts) {
  if (failures < free_attempts) return std::chrono::seconds(0);
  std::chrono::seconds wait = policy.first_wait;
  for (std::int64_t i = free_attempts; i < failures && wait < policy.longest_wait; ++i) wait *= 2;
  return std::min(wait, policy.longest_wait);
}

BackOffCounters::Time BackOffCounters::until(const Claim& claim, const std::string& terminal,
                                             Time now) const {
  Time until = now;
  for (const std::string& where : {terminal, std::string()}) {
    const auto found = counters_.find({{claim.kind, claim.value}, where});
    if (found != counters_.end() && found->second.last >= now - policy_.forget_after)
      until = std::max(until, found->second.until);
  }
  return until;
}

void BackOffCounters::add(const Key& key, Time now, std::int64_t free_attempts) {
  Counter& counter = counters_[key];
  if (counter.last < now - policy_.forget_after) counter = {};
  ++counter.failures;
  counter.last = now;
  counter.until = now + wait_after(policy_, counter.failures, free_attempts);
}

void BackOffCounters::count_failure(const Claim& claim, const std::string& terminal, Time now) {
  // What is forgotten goes, or guessing would fill the memory.
  std::erase_if(counters_, [&](const auto& entry) { return entry.second.last < now - policy_.forget_after; });
  add({{claim.kind, claim.value}, terminal}, now, policy_.free_attempts);
  const bool names_somebody = !claim.kind.empty() || !claim.value.empty();
  if (names_somebody) add({{claim.kind, claim.value}, ""}, now, policy_.free_attempts_anywhere);
}

void BackOffCounters::count_success(const Claim& claim, const std::string& terminal) {
  counters_.erase({{claim.kind, claim.value}, terminal});
  counters_.erase({{claim.kind, claim.value}, ""});
}

}  // namespace sesame::biometric
