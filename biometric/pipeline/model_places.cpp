#include "biometric/pipeline/model_places.hpp"

#include <cstdlib>
#include <filesystem>

namespace sesame::biometric {
namespace {

namespace fs = std::filesystem;

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

}  // namespace

std::string default_models() {
  if (const std::string models = environment("SESAME_MODELS"); !models.empty()) return models;
  const std::string cache = environment("SESAME_CACHE");
  return (cache.empty() ? fs::path(environment("HOME")) / ".cache/sesame" : fs::path(cache)) / "models";
}

std::string default_descriptions() {
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  const fs::path installed = program.parent_path().parent_path() / "share/sesame/models";
  return fs::exists(installed / "embedding.yaml", error) ? installed.string()
                                                         : std::string(SESAME_MODEL_DESCRIPTIONS);
}

}  // namespace sesame::biometric
