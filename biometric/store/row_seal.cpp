#include "biometric/store/row_seal.hpp"

namespace sesame::biometric {

namespace {

Bytes to_bytes(const Digest& digest) { return {digest.begin(), digest.end()}; }

std::optional<std::string> take_field(ByteView& bytes) {
  if (bytes.size() < 8) return std::nullopt;
  std::uint64_t size = 0;
  for (std::size_t i = 0; i < 8; ++i) size = size << 8 | bytes[i];
  bytes = bytes.subspan(8);
  if (size > bytes.size()) return std::nullopt;
  std::string text(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
  bytes = bytes.subspan(static_cast<std::size_t>(size));
  return text;
}

}  // namespace

std::string normalised_claim_value(std::string_view value) {
  constexpr std::string_view ignored = " -.()\t";
  std::string normalised;
  for (const char c : value) {
    if (ignored.find(c) != std::string_view::npos || (c == '+' && normalised.empty())) continue;
    normalised += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return normalised;
}

Bytes claim_digest(const StoreKeys& keys, const Claim& claim) {
  Fields fields("claim");
  std::string value = normalised_claim_value(claim.value);
  fields.add(claim.kind).add(value);
  cleanse(value);
  return to_bytes(hmac_sha256(keys.claims.view(), fields.view()));
}

Bytes token_digest(const StoreKeys& keys, const std::string& pan) {
  Fields fields("token");
  fields.add(pan);
  return to_bytes(hmac_sha256(keys.claims.view(), fields.view()));
}

Bytes row_tag(const StoreKeys& keys, const Fields& fields) {
  return to_bytes(hmac_sha256(keys.rows.view(), fields.view()));
}

Bytes packed(const std::map<std::string, std::string>& attributes) {
  Fields fields("attributes");
  for (const auto& [name, value] : attributes) fields.add(name).add(value);
  return {fields.view().begin(), fields.view().end()};
}

std::optional<std::map<std::string, std::string>> unpacked(ByteView bytes) {
  if (take_field(bytes) != "attributes") return std::nullopt;
  std::map<std::string, std::string> attributes;
  while (!bytes.empty()) {
    const auto name = take_field(bytes);
    const auto value = take_field(bytes);
    if (!name || !value) return std::nullopt;
    attributes[*name] = *value;
  }
  return attributes;
}

std::string new_identifier() {
  Bytes bytes(16);
  fill_random(bytes);
  return to_hex(bytes);
}

}  // namespace sesame::biometric
