// `sesame enrol`: a customer from a recorded take, with consent. A value and a function; executor thread only.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace sesame::cardless {

struct EnrolOptions {
  std::string customer, take, issuer = "bank", bin = "999901";
  std::vector<std::string> claims;      // kind=value
  std::vector<std::string> attributes;  // name=value
  std::string consent, consent_text, consent_language, given_by = "customer", given_at;
  bool gaze_start = false;
  std::string run_directory;
};

/// 0 enrolled, 1 refused. Prints what happened, never a claim's value or a card number.
int enrol(const EnrolOptions& options);

}  // namespace sesame::cardless
