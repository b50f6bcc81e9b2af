// The keys of a store, and what they do to rows: claims become digests, rows get a tag that binds their
// fields together. Part of IdentityStore; same thread rule.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "biometric/gallery.hpp"
#include "biometric/template/crypto.hpp"

namespace sesame::biometric {

// Blanks, hyphens, dots, parentheses and a leading '+' taken out, letters made capital (ASCII).
std::string normalised_claim_value(std::string_view value);

struct StoreKeys {
  Secret claims;                              // digests of claim values and card numbers
  Secret rows;                                // tags
  std::map<std::uint32_t, Secret> galleries;  // by epoch: more than one while the gallery is renewed
};

Bytes claim_digest(const StoreKeys& keys, const Claim& claim);
Bytes token_digest(const StoreKeys& keys, const std::string& pan);
// HMAC over all that is given: the table's name, then its fields.
Bytes row_tag(const StoreKeys& keys, const Fields& fields);

// Attributes as bytes and back; nullopt for bytes that are none.
Bytes packed(const std::map<std::string, std::string>& attributes);
std::optional<std::map<std::string, std::string>> unpacked(ByteView bytes);

// 32 random hexadecimal digits.
std::string new_identifier();

}  // namespace sesame::biometric
