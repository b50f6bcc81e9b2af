// Track 2 as CardReader.ReadRawData gives it: base64 of the characters without sentinels. Pure functions; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sesame::simulators {

/// The characters behind base64 (Common.Base64); nothing if it is not base64.
std::optional<std::string> from_base64(std::string_view text);

/// The account number of a track 2 (ISO/IEC 7813: 8 to 19 digits before the separator `=`); nothing if there is none.
std::optional<std::string> account_number(std::string_view track2);

/// First six and last four digits, the others starred (PCI DSS 3.4): "601234******4321".
std::string masked_account_number(std::string_view account_number);

}  // namespace sesame::simulators
