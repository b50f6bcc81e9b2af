#include "biometric/privacy_rules.hpp"

#include <algorithm>

namespace sesame::biometric {

namespace {

using Time = std::chrono::sys_seconds;

Time last_seen(const FaceAge& age) { return std::max(age.enrolled, age.last_used.value_or(age.enrolled)); }

}  // namespace

std::optional<Time> deletion_due(const PrivacyRules& rules, const FaceAge& age) {
  std::optional<Time> due;
  if (rules.unused.count() > 0) due = last_seen(age) + rules.unused;
  if (rules.enrolled.count() > 0) due = std::min(due.value_or(Time::max()), age.enrolled + rules.enrolled);
  return due;
}

std::string why_due(const PrivacyRules& rules, const FaceAge& age, Time now) {
  const auto due = deletion_due(rules, age);
  if (!due || *due > now) return "";
  if (rules.enrolled.count() > 0 && *due == age.enrolled + rules.enrolled)
    return "enrolled on " + day_of(age.enrolled);
  return "not used since " + day_of(last_seen(age));
}

bool asks_for_enrolment(const PrivacyRules& rules, const FaceAge& age, Time now) {
  return rules.enrol_again.count() > 0 && age.enrolled + rules.enrol_again <= now;
}

std::string guardian_lacks(const PrivacyRules& rules, int age, const std::string& given_by,
                           const std::string& guardian) {
  const bool by_guardian = given_by == "guardian";
  if (by_guardian && guardian.empty()) return "the guardian who consented is not named";
  if (rules.guardian_under == 0) return "";
  const std::string limit = "under " + std::to_string(rules.guardian_under) + " years a guardian consents";
  if (age == unknown_age) return "the customer's age is not stated, and " + limit;
  if (age < rules.guardian_under && !by_guardian) return limit;
  return "";
}

}  // namespace sesame::biometric
