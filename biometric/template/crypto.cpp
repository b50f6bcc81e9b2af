#include "biometric/template/crypto.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <cstring>

namespace sesame::biometric {

namespace {

struct FreeCipher {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, FreeCipher>;

struct FreeDerivation {
  void operator()(EVP_KDF* derivation) const { EVP_KDF_free(derivation); }
  void operator()(EVP_KDF_CTX* context) const { EVP_KDF_CTX_free(context); }
};

void require(bool done, const char* what) {
  if (!done) {
    throw std::runtime_error(std::string("cryptography failed: ") + what);
  }
}

CipherContext new_cipher() {
  CipherContext context(EVP_CIPHER_CTX_new());
  require(context != nullptr, "no memory for a cipher");
  return context;
}

void require_key(ByteView key) { require(key.size() == key_bytes, "a key must have 32 bytes"); }

}  // namespace

Bytes seal_with_nonce(ByteView key, ByteView nonce, ByteView text, ByteView associated_data) {
  require_key(key);
  require(nonce.size() == nonce_bytes, "a nonce must have 12 bytes");
  Bytes sealed(nonce_bytes + text.size() + tag_bytes);
  std::memcpy(sealed.data(), nonce.data(), nonce_bytes);
  const CipherContext context = new_cipher();
  int written = 0;
  require(EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, key.data(), nonce.data()) == 1,
          "AES-256-GCM");
  require(EVP_EncryptUpdate(context.get(), nullptr, &written, associated_data.data(),
                            static_cast<int>(associated_data.size())) == 1,
          "associated data");
  require(EVP_EncryptUpdate(context.get(), sealed.data() + nonce_bytes, &written, text.data(),
                            static_cast<int>(text.size())) == 1,
          "encryption");
  std::uint8_t* const tag = sealed.data() + nonce_bytes + text.size();
  require(EVP_EncryptFinal_ex(context.get(), tag, &written) == 1, "encryption");
  require(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, tag_bytes, tag) == 1, "tag");
  return sealed;
}

Bytes seal(ByteView key, ByteView text, ByteView associated_data) {
  std::array<std::uint8_t, nonce_bytes> nonce{};
  fill_random(nonce);
  return seal_with_nonce(key, nonce, text, associated_data);
}

void open(ByteView key, ByteView sealed, ByteView associated_data, std::span<std::uint8_t> text) {
  require_key(key);
  if (sealed.size() < nonce_bytes + tag_bytes || sealed.size() - nonce_bytes - tag_bytes != text.size()) {
    cleanse(text);
    throw DoesNotOpen("sealed data has the wrong length");
  }
  const CipherContext context = new_cipher();
  int written = 0;
  Bytes tag(sealed.end() - tag_bytes, sealed.end());
  require(EVP_DecryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, key.data(), sealed.data()) == 1,
          "AES-256-GCM");
  require(EVP_DecryptUpdate(context.get(), nullptr, &written, associated_data.data(),
                            static_cast<int>(associated_data.size())) == 1,
          "associated data");
  require(EVP_DecryptUpdate(context.get(), text.data(), &written, sealed.data() + nonce_bytes,
                            static_cast<int>(text.size())) == 1,
          "decryption");
  require(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, tag_bytes, tag.data()) == 1, "tag");
  if (EVP_DecryptFinal_ex(context.get(), tag.data(), &written) != 1) {
    // What came out is not authentic: nobody may look at it.
    cleanse(text);
    throw DoesNotOpen("sealed data does not open: it was changed, moved, or sealed with another key");
  }
}

Secret open(ByteView key, ByteView sealed, ByteView associated_data) {
  Secret text(sealed.size() < nonce_bytes + tag_bytes ? 0 : sealed.size() - nonce_bytes - tag_bytes);
  open(key, sealed, associated_data, text.bytes());
  return text;
}

Digest sha256(ByteView text) {
  Digest digest{};
  require(EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha256(), nullptr) == 1,
          "SHA-256");
  return digest;
}

Digest hmac_sha256(ByteView key, ByteView text) {
  Digest digest{};
  unsigned size = 0;
  require(HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), text.data(), text.size(),
               digest.data(), &size) != nullptr &&
              size == digest.size(),
          "HMAC-SHA256");
  return digest;
}

Secret hkdf_sha256(ByteView key, ByteView salt, ByteView info, std::size_t bytes) {
  const std::unique_ptr<EVP_KDF, FreeDerivation> derivation(EVP_KDF_fetch(nullptr, "HKDF", nullptr));
  const std::unique_ptr<EVP_KDF_CTX, FreeDerivation> context(EVP_KDF_CTX_new(derivation.get()));
  require(context != nullptr, "HKDF");
  char hash[] = "SHA256";
  // OpenSSL's parameters take pointers to non-const and only read them.
  // and they refuse a null pointer even for no bytes at all.
  static constexpr std::uint8_t nothing = 0;
  const auto octets = [](const char* name, ByteView value) {
    const std::uint8_t* const data = value.empty() ? &nothing : value.data();
    return OSSL_PARAM_construct_octet_string(name, const_cast<std::uint8_t*>(data), value.size());
  };
  const std::array<OSSL_PARAM, 5> parameters{
      OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, hash, 0), octets(OSSL_KDF_PARAM_KEY, key),
      octets(OSSL_KDF_PARAM_SALT, salt), octets(OSSL_KDF_PARAM_INFO, info), OSSL_PARAM_construct_end()};
  Secret derived(bytes);
  require(EVP_KDF_derive(context.get(), derived.bytes().data(), bytes, parameters.data()) == 1,
          "HKDF-SHA256");
  return derived;
}

void fill_random(std::span<std::uint8_t> bytes) {
  require(RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) == 1,
          "the operating system gives no random bytes");
}

bool equal_in_constant_time(ByteView left, ByteView right) {
  return left.size() == right.size() && CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

std::string to_hex(ByteView bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const std::uint8_t byte : bytes) {
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

ByteView as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

Fields& Fields::add(std::string_view field) { return add(as_bytes(field)); }

Fields& Fields::add(ByteView field) {
  add_number(field.size());
  bytes_.insert(bytes_.end(), field.begin(), field.end());
  return *this;
}

Fields& Fields::add_number(std::uint64_t number) {
  for (int shift = 56; shift >= 0; shift -= 8) {
    bytes_.push_back(static_cast<std::uint8_t>(number >> shift));
  }
  return *this;
}

struct KeyStream::Cipher {
  CipherContext context = new_cipher();
};

KeyStream::KeyStream(ByteView key) : cipher_(std::make_unique<Cipher>()) {
  require_key(key);
  const std::array<std::uint8_t, 16> counter{};
  require(
      EVP_EncryptInit_ex(cipher_->context.get(), EVP_aes_256_ctr(), nullptr, key.data(), counter.data()) == 1,
      "AES-256-CTR");
}

KeyStream::~KeyStream() = default;

std::uint32_t KeyStream::next() {
  const std::array<std::uint8_t, 4> zeros{};
  std::array<std::uint8_t, 4> block{};
  int written = 0;
  require(EVP_EncryptUpdate(cipher_->context.get(), block.data(), &written, zeros.data(), zeros.size()) == 1,
          "AES-256-CTR");
  return static_cast<std::uint32_t>(block[0]) << 24 | static_cast<std::uint32_t>(block[1]) << 16 |
         static_cast<std::uint32_t>(block[2]) << 8 | block[3];
}

std::uint32_t KeyStream::below(std::uint32_t bound) {
  // Numbers of the last, incomplete round of `bound` would favour the small ones.
  const std::uint32_t first_uneven = static_cast<std::uint32_t>(0x100000000ULL / bound * bound - 1);
  std::uint32_t number = next();
  while (number > first_uneven) {
    number = next();
  }
  return number % bound;
}

}  // namespace sesame::biometric
