#include "biometric/process/key_choice.hpp"

#include <algorithm>
#include <filesystem>
#include <stdexcept>

namespace sesame::biometric {
namespace {

// The first line, of a file that nobody but its owner may read.
Secret pin_of_file(const std::string& path) {
  const Secret text = read_secret_file(path);
  const auto end =
      std::ranges::find_if(text.view(), [](std::uint8_t byte) { return byte == '\n' || byte == '\r'; });
  const auto size = static_cast<std::size_t>(end - text.view().begin());
  if (size == 0) throw std::runtime_error(path + ": expected the token's PIN in the first line");
  return Secret(text.view().first(size));
}

}  // namespace

std::unique_ptr<MasterKey> open_key(const KeyChoice& choice, MissingKey missing) {
  if (!choice.pkcs11_module.empty()) {
    TokenKey key;
    key.module = choice.pkcs11_module;
    key.token = choice.pkcs11_token;
    key.key = choice.pkcs11_key;
    key.pin = pin_of_file(choice.pkcs11_pin_file);
    key.create_missing_key = missing == MissingKey::made;
    return open_token_key(std::move(key));
  }
  if (choice.key_file.empty())
    throw std::runtime_error(
        "the store needs a master key: --pkcs11-module, or --key-file with --insecure-key-file");
  const KeyFileUse use = choice.insecure_key_file ? KeyFileUse::insecure_accepted : KeyFileUse::refused;
  if (missing == MissingKey::made && choice.insecure_key_file && !std::filesystem::exists(choice.key_file))
    create_key_file(choice.key_file);
  return open_key_file(choice.key_file, use);
}

}  // namespace sesame::biometric
