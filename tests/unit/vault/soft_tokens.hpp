// Tokens of SoftHSM: made of software, with the interface of real ones. In a folder of a test's own.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "biometric/template/master_key.hpp"
#include "tests/unit/vault/temporary_folder.hpp"

class SoftTokens {
 public:
  SoftTokens() {
    std::filesystem::create_directory(folder_ / "tokens");
    std::ofstream(folder_ / "softhsm2.conf") << "directories.tokendir = " << (folder_ / "tokens").string()
                                             << "\nobjectstore.backend = file\nlog.level = ERROR\n";
    setenv("SOFTHSM2_CONF", (folder_ / "softhsm2.conf").c_str(), 1);
  }

  // False where SoftHSM is not installed (softhsm2), or makes none.
  bool make(const std::string& label, const std::string& pin = "1234") const {
    const std::string command = "timeout 60 softhsm2-util --init-token --free --label " + label +
                                " --so-pin 12345678 --pin " + pin + " >/dev/null 2>&1";
    return std::filesystem::exists(module_) && system(command.c_str()) == 0;
  }

  sesame::biometric::TokenKey key(const std::string& token, const std::string& key, bool create = false,
                                  const std::string& pin = "1234") const {
    return {module_, token, key, sesame::biometric::Secret::of_text(pin), create};
  }

 private:
  std::filesystem::path module_ = "/usr/lib/softhsm/libsofthsm2.so";
  TemporaryFolder folder_;
};
