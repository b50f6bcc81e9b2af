#include "cardless/commands/master_key_command.hpp"

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <stdexcept>

#include "biometric/process/face_command.hpp"
#include "spi/host/program/beside.hpp"

namespace sesame::cardless {

namespace {

struct Options {
  std::string configuration, key_file, module, token, key, pin_file;
  bool insecure_key_file = false, make_key = false;
};

std::string absolute(const std::string& path) { return std::filesystem::absolute(path).string(); }

// The new key; what is not said of a token is as the configuration has it for the present one.
std::vector<std::string> new_key_arguments(const Options& options, const spi::Section& faces) {
  if (!options.key_file.empty()) {
    std::vector<std::string> arguments{"--new-key-file", absolute(options.key_file)};
    if (options.insecure_key_file) arguments.emplace_back("--new-insecure-key-file");
    return arguments;
  }
  const spi::Section present = faces.section("pkcs11");
  const auto choose = [](const std::string& given, bool has, const std::string& presently,
                         const char* option) {
    if (given.empty() && !has)
      throw std::runtime_error(std::string("change-master-key: expected ") + option +
                               ", for the configuration names no token");
    return given.empty() ? presently : given;
  };
  const bool in_token = faces.has("pkcs11");
  return {"--new-pkcs11-module",
          choose(options.module, in_token, present.text("module", ""), "--pkcs11-module"),
          "--new-pkcs11-token",
          choose(options.token, in_token, present.text("token", ""), "--pkcs11-token"),
          "--new-pkcs11-key",
          choose(options.key, true, present.text("key", "sesame"), "--pkcs11-key"),
          "--new-pkcs11-pin-file",
          choose(options.pin_file.empty() ? "" : absolute(options.pin_file), in_token,
                 in_token ? absolute(present.path("pin_file")) : "", "--pkcs11-pin-file")};
}

[[noreturn]] void change_master_key(const Options& options) {
  const spi::Section faces = spi::Section::from_file(options.configuration).section("faces");
  if (!faces.has("store")) faces.fail("store", "the identity store that is to have another master key");
  std::vector<std::string> arguments = biometric::store_arguments(faces);
  arguments.emplace_back("--change-master-key");
  if (options.make_key) arguments.emplace_back("--make-new-key");
  for (std::string& word : new_key_arguments(options, faces)) arguments.push_back(std::move(word));
  program::become(biometric::face_program(faces), std::move(arguments));
}

}  // namespace

void add_master_key_command(CLI::App& identities, std::function<int()>& run) {
  const auto options = std::make_shared<Options>();
  auto* command = identities.add_subcommand(
      "change-master-key",
      "Another master key for the store of a host that is stopped, from token or file to any other");
  command
      ->add_option("configuration", options->configuration,
                   "The host's, which names the store and its present key")
      ->required()
      ->check(CLI::ExistingFile);
  auto* file = command->add_option("--key-file", options->key_file,
                                   "The new key in a file: for tests, not for customers");
  command->add_flag("--insecure-key-file", options->insecure_key_file, "Said with --key-file")->needs(file);
  const std::pair<const char*, std::pair<std::string*, const char*>> words[] = {
      {"--pkcs11-module",
       {&options->module, "The token's module; as configured when left out, as all of these"}},
      {"--pkcs11-token", {&options->token, "The token's label"}},
      {"--pkcs11-key", {&options->key, "The new key's label in the token"}},
      {"--pkcs11-pin-file", {&options->pin_file, "File whose first line is the token's PIN"}}};
  for (const auto& [name, word] : words) command->add_option(name, *word.first, word.second)->excludes(file);
  command->add_flag("--make-key", options->make_key, "Make the new key if it is not there yet");
  command->callback([&run, options] {
    if (options->key_file.empty() && options->module.empty() && options->token.empty() &&
        options->key.empty())
      throw CLI::RequiredError("--pkcs11-key, --pkcs11-token or --key-file");
    run = [options]() -> int { change_master_key(*options); };
  });
}

}  // namespace sesame::cardless
