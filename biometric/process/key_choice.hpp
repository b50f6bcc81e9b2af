// Which master key: as the configuration names it, or a command's arguments. Value and function; thread rule:
// none.
#pragma once

#include <memory>
#include <string>

#include "biometric/template/master_key.hpp"

namespace sesame::biometric {

struct KeyChoice {
  std::string key_file;  // master key in a file: insecure, needs insecure_key_file
  bool insecure_key_file = false;
  std::string pkcs11_module;
  std::string pkcs11_token;
  std::string pkcs11_key = "sesame";  // label of the key in the token
  std::string pkcs11_pin_file;        // its first line is the user's PIN
};

enum class MissingKey { refused, made };

// Throws std::runtime_error with one sentence: no key named, or what opening it is refused with.
std::unique_ptr<MasterKey> open_key(const KeyChoice& choice, MissingKey missing);

}  // namespace sesame::biometric
