// The few primitives that templates, claims and single-use codes are made of, over OpenSSL 3 (kept out of
// this header). AES-256-GCM: NIST SP 800-38D. HKDF-SHA256: RFC 5869. HMAC-SHA256: RFC 2104. Free functions;
// thread rule: none.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "biometric/template/secret.hpp"

namespace sesame::biometric {

using Digest = std::array<std::uint8_t, 32>;

constexpr std::size_t key_bytes = 32;
constexpr std::size_t nonce_bytes = 12;
constexpr std::size_t tag_bytes = 16;

// The tag did not agree: another key, other associated data, or one bit changed. Which of them cannot be
// known.
class DoesNotOpen : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// AES-256-GCM. Returns nonce (12 bytes, random) | ciphertext (as long as the text) | tag (16 bytes).
// A key of ours seals one text, so that random nonces never meet; the master key seals 32-byte keys only,
// fewer than 2^32.
Bytes seal(ByteView key, ByteView text, ByteView associated_data);

// The reverse, into `text` of exactly sealed.size() - 28 bytes. On failure throws DoesNotOpen and leaves
// zeros in `text`.
void open(ByteView key, ByteView sealed, ByteView associated_data, std::span<std::uint8_t> text);
Secret open(ByteView key, ByteView sealed, ByteView associated_data);

// AES-256-GCM with a nonce given: for known answers and for what is derived, never for what is stored.
Bytes seal_with_nonce(ByteView key, ByteView nonce, ByteView text, ByteView associated_data);

Digest sha256(ByteView text);
Digest hmac_sha256(ByteView key, ByteView text);
// `bytes` of at most 8160 (255 blocks).
Secret hkdf_sha256(ByteView key, ByteView salt, ByteView info, std::size_t bytes);

void fill_random(std::span<std::uint8_t> bytes);
bool equal_in_constant_time(ByteView left, ByteView right);

std::string to_hex(ByteView bytes);
ByteView as_bytes(std::string_view text);

// Fields, each after its length, so that no two lists of fields give the same bytes.
class Fields {
 public:
  explicit Fields(std::string_view domain) { add(domain); }
  // Claim values pass through here.
  ~Fields() { cleanse(std::span(bytes_)); }
  Fields(const Fields&) = delete;
  Fields& operator=(const Fields&) = delete;
  Fields& add(std::string_view field);
  Fields& add(ByteView field);
  Fields& add_number(std::uint64_t number);
  ByteView view() const { return bytes_; }

 private:
  Bytes bytes_;
};

// Random numbers that a key decides: AES-256 in counter mode. The same key gives the same numbers on every
// machine.
class KeyStream {
 public:
  explicit KeyStream(ByteView key);
  ~KeyStream();
  KeyStream(const KeyStream&) = delete;
  KeyStream& operator=(const KeyStream&) = delete;

  std::uint32_t next();
  // Evenly spread in 0 .. bound - 1.
  std::uint32_t below(std::uint32_t bound);

 private:
  struct Cipher;
  std::unique_ptr<Cipher> cipher_;
};

}  // namespace sesame::biometric
