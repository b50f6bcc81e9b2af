// `sesame enrol`: a customer from a recorded take, with consent. A value and a function; executor thread
// only.
#pragma once

#include <string>
#include <vector>

namespace sesame::cardless {

struct EnrolOptions {
  std::string customer, issuer = "bank", bin = "999901";
  std::string take;                     // video, picture or folder of pictures
  std::vector<std::string> claims;      // kind=value, or the kind alone: then the value is asked for
  std::vector<std::string> attributes;  // name=value
  std::string consent, consent_text, consent_language, given_by = "customer", given_at, guardian;
  int age = -1;  // in years; -1 is not stated
  bool gaze_start = false;
  std::string run_directory;
};

/// 0 enrolled, 1 refused. Prints what happened, never a claim's value or a card number. Throws
/// std::runtime_error for options that cannot be.
int enrol(const EnrolOptions& options);

}  // namespace sesame::cardless
