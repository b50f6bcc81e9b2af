// PrivacyRules: what an operator lays down about consent and about how long faces are kept. Values, and
// functions without state; any thread.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "biometric/gallery.hpp"

namespace sesame::biometric {

// Zero: no such rule.
struct PrivacyRules {
  int guardian_under = 0;            // years: younger customers need a guardian's consent
  std::chrono::days unused{0};       // without a login (or since enrolment): deleted
  std::chrono::days enrolled{0};     // since the newest template: deleted
  std::chrono::days enrol_again{0};  // since the newest template: the operator is asked for a new one

  bool delete_anything() const { return unused.count() > 0 || enrolled.count() > 0; }
};

// What the rules look at.
struct FaceAge {
  std::chrono::sys_seconds enrolled;                  // the newest template
  std::optional<std::chrono::sys_seconds> last_used;  // midnight of that day
};

// When the rules delete; nullopt: never.
std::optional<std::chrono::sys_seconds> deletion_due(const PrivacyRules& rules, const FaceAge& age);
// "not used since 2026-01-04", "enrolled on 2024-01-04"; "" when it is not due at `now`.
std::string why_due(const PrivacyRules& rules, const FaceAge& age, std::chrono::sys_seconds now);
bool asks_for_enrolment(const PrivacyRules& rules, const FaceAge& age, std::chrono::sys_seconds now);

// What a consent lacks under the age limit, as the end of a sentence; "" when nothing.
std::string guardian_lacks(const PrivacyRules& rules, int age, const std::string& given_by,
                           const std::string& guardian);

}  // namespace sesame::biometric
