// EnrolmentCodes: one-time codes by which a bank lets one customer enrol at an ATM, once, within days. The
// bank makes them
// (`sesame enrolment-code`), the ATM redeems them. In one file of the owner's (mode 0600), locked for each
// use, one line a code:
//
//     HMAC of the code (hex)  last second it is good for  HMAC of the customer's card number, or "-"  the
//     customer's age, or -1  customer
//
// No code and no card number is in the file. Called from any thread, several processes at once; blocks on the
// disk.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "biometric/template/secret.hpp"

namespace sesame::cardless {

class EnrolmentCodes {
 public:
  static constexpr std::size_t digits = 8;

  struct Redeemed {
    std::string customer;
    std::string card_digest;  // "" when the bank named no card
    int age = -1;             // in years, by the bank's word; -1 when it did not say

    /// Whether it is the customer's own card; true when the bank named none.
    bool of_card(const EnrolmentCodes& codes, std::string_view pan) const;
  };

  /// `key`: 32 bytes or more, the same for the life of the file.
  EnrolmentCodes(std::filesystem::path file, biometric::Secret key);

  /// A code of eight digits for this customer; an earlier one of the customer is withdrawn. `pan`: of the
  /// card that the customer must show, or "". Throws std::runtime_error that names the file.
  std::string issue(const std::string& customer, std::string_view pan, std::chrono::sys_seconds now,
                    std::chrono::seconds good_for, int age = -1);

  /// Whose code it is, and takes it away: it is guaranteed that a code is redeemed once, also over a crash
  /// right after. The same work for a code that nobody has.
  std::optional<Redeemed> redeem(std::string_view code, std::chrono::sys_seconds now);

 private:
  std::string digest(std::string_view purpose, std::string_view text) const;

  std::filesystem::path file_;
  biometric::Secret key_;
};

}  // namespace sesame::cardless
