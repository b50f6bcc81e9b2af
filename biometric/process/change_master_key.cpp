#include "biometric/process/change_master_key.hpp"

#include <spdlog/spdlog.h>

#include <cstdio>
#include <stdexcept>

#include "biometric/store/master_key_change.hpp"
#include "spi/host/program/progress_bar.hpp"

namespace sesame::biometric {
namespace {

// As `faces` in the configuration says it.
std::string in_configuration(const KeyChoice& key) {
  if (key.pkcs11_module.empty()) return "key_file: \"" + key.key_file + "\", insecure_key_file: true";
  return "pkcs11: {module: \"" + key.pkcs11_module + "\", token: \"" + key.pkcs11_token + "\", key: \"" +
         key.pkcs11_key + "\", pin_file: \"" + key.pkcs11_pin_file + "\"}";
}

MasterKeyChanged change(const FaceArguments& arguments) {
  MasterKeyChange change(arguments.store);
  // A token where somebody is logged in already looks at no PIN: so this one is tried alone.
  open_key(arguments.new_key, arguments.make_new_key ? MissingKey::made : MissingKey::refused);
  // Two keys of one module: the first opened is the last closed, for it ends the module.
  const auto present = open_key(arguments.key, MissingKey::refused);
  const auto next = open_key(arguments.new_key, MissingKey::refused);
  program::ProgressBar bar("changing the master key");
  return change.run(*present, *next,
                    [&bar](std::size_t done, std::size_t wanted) { bar.show(done, wanted); });
}

void print(const MasterKeyChanged& changed) {
  if (changed.changed_before)
    std::printf("the store is under the master key %s already, by an earlier change\n", changed.to.c_str());
  else
    std::printf(
        "the master key is %s, and was %s: %zu keys of the store, %zu customers and %zu templates are "
        "under the new one\n",
        changed.to.c_str(), changed.from.c_str(), changed.store_keys, changed.customers, changed.templates);
}

}  // namespace

int change_master_key(const FaceArguments& arguments) {
  spdlog::set_level(spdlog::level::off);  // that a key file is insecure was said by whoever named one
  MasterKeyChanged changed;
  try {
    changed = change(arguments);
  } catch (const StoreError&) {
    throw;
  } catch (const std::exception& error) {  // of a key
    throw std::runtime_error(error.what() + std::string("; the store was not changed"));
  }
  print(changed);
  if (!changed.old_erased)
    std::fprintf(stderr,
                 "sesame identities: what the old key opens is still in the file: look for a full or failing "
                 "disk, and change the key once more\n");
  std::printf(
      "next:\n"
      "  1. put the new key in `faces` of the configuration, in the place of the old one:\n"
      "     %s\n"
      "  2. start the host, and see that faces are served\n"
      "  3. destroy the old key. Backups from before open with it alone: until then, whoever has both has "
      "the faces\n",
      in_configuration(arguments.new_key).c_str());
  return changed.old_erased ? 0 : 1;
}

}  // namespace sesame::biometric
