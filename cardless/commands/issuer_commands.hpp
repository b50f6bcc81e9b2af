// `sesame enrolment-code`: a one-time code by which one customer may enrol at an ATM. Functions; any thread.
#pragma once

#include <string>

namespace sesame::cardless {

struct EnrolmentCodeOptions {
  std::string customer, file, key_file;
  std::string
      pan_file;  // its first line is the number of the card that the customer must show; "" for any card
  int days = 7;
  int age = -1;  // the customer's, in years; -1 is not stated
};
/// Prints the code.
int enrolment_code(const EnrolmentCodeOptions& options);

/// Writes a new key of 32 random bytes, mode 0600; refuses to replace one.
int code_key(const std::string& file);

}  // namespace sesame::cardless
