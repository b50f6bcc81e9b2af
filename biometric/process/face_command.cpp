#include "biometric/process/face_command.hpp"

#include "spi/host/program/beside.hpp"

namespace sesame::biometric {

std::string face_program(const spi::Section& faces) {
  return faces.has("program") ? faces.path("program") : program::beside("sesame-face");
}

std::vector<std::string> store_arguments(const spi::Section& faces) {
  std::vector<std::string> arguments;
  const std::pair<const char*, const char*> paths[] = {{"store", "--store"}, {"key_file", "--key-file"}};
  for (const auto& [key, argument] : paths)
    if (faces.has(key)) arguments.insert(arguments.end(), {argument, faces.path(key)});
  if (faces.boolean("insecure_key_file", false)) arguments.emplace_back("--insecure-key-file");
  if (!faces.has("pkcs11")) return arguments;
  const spi::Section token = faces.section("pkcs11");
  token.allow_only({"module", "token", "key", "pin_file"});
  arguments.insert(arguments.end(), {"--pkcs11-module", token.text("module"), "--pkcs11-token",
                                     token.text("token"), "--pkcs11-key", token.text("key", "sesame"),
                                     "--pkcs11-pin-file", token.path("pin_file")});
  return arguments;
}

}  // namespace sesame::biometric
