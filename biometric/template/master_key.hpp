// MasterKey: the one key under which every data key of a store is wrapped. It lives outside the store: in a
// PKCS#11 token, or, for development, in a file. Owned by the process that opens the store; call from one
// thread at a time.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "biometric/template/secret.hpp"

namespace sesame::biometric {

class MasterKey {
 public:
  virtual ~MasterKey() = default;

  // Tells one master key from another and says nothing about it. Stays the same for the life of the key; at
  // most 64 characters.
  virtual std::string id() const = 0;

  // Wraps a data key of 32 bytes. `context` is associated data: unwrap() needs the same. AES-256-GCM, 60
  // bytes: nonce (12) | wrapped key (32) | tag (16).
  virtual Bytes wrap(const Secret& data_key, ByteView context) = 0;

  // Throws DoesNotOpen when the wrapped key was changed, belongs to another context, or to another master
  // key.
  virtual Secret unwrap(ByteView wrapped, ByteView context) = 0;
};

// The same data key under another master key. `context` as above, for both. Throws DoesNotOpen when `from`
// does not open it, and std::runtime_error when `to` does not open what it wrapped itself.
Bytes wrap_anew(ByteView wrapped, ByteView context, MasterKey& from, MasterKey& to);

// Said by the operator, in words: whoever reads the disk reads the faces.
enum class KeyFileUse { refused, insecure_accepted };

// A key file: 32 random bytes, mode 0600. Without KeyFileUse::insecure_accepted it is refused; with it, the
// log says so once. Throws std::runtime_error naming the file and what was expected.
std::unique_ptr<MasterKey> open_key_file(const std::filesystem::path& file, KeyFileUse use);

// Makes a key file that was not there; never overwrites one.
void create_key_file(const std::filesystem::path& file);

// An AES-256 key that never leaves its token. CKM_AES_GCM (PKCS #11 v2.40, 2.12.2), through the vendor's own
// module.
struct TokenKey {
  std::filesystem::path module;  // for SoftHSM: /usr/lib/softhsm/libsofthsm2.so
  std::string token;             // token label
  std::string key;               // CKA_LABEL of the key
  Secret pin;                    // the user's PIN
  bool create_missing_key = false;
};

// Throws std::runtime_error with one sentence: no such module, no such token, wrong PIN, no such key,
// mechanism missing.
std::unique_ptr<MasterKey> open_token_key(TokenKey token_key);

}  // namespace sesame::biometric
