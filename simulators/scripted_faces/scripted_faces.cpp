#include "simulators/scripted_faces/scripted_faces.hpp"

namespace sesame::simulators {
using biometric::EngineRefusal;

ScriptedFaces::ScriptedFaces(std::shared_ptr<biometric::ScriptedEngine> engine) : SimulatedDevice("face"), engine_(std::move(engine)) {
  verb("show", "NAME [photo] [hint=comeCloser]", "that person stands before the camera, or a photograph of it", [this](VerbArguments& a) { return show(a); });
  verb("enrol", "NAME customer=ID claim=KIND:VALUE pan=16DIGITS [gaze]", "that person is a customer", [this](VerbArguments& a) { return enrol(a); });
  const auto plain = [this](std::string words, std::string what, std::function<void()> action) {
    verb(std::move(words), "", std::move(what), [action](VerbArguments& a) {
      a.end();
      action();
      return std::string();
    });
  };
  plain("nobody", "nobody is there", [this] {
    before_ = "nobody";
    engine_->nobody();
  });
  plain("stuck", "the engine answers nothing any more", [this] {
    health_ = "stuck";
    engine_->set_stuck(true);
  });
  plain("unstuck", "it does again", [this] {
    health_ = "well";
    engine_->set_stuck(false);
  });
  plain("dead", "the engine is gone", [this] {
    health_ = "dead";
    engine_->set_dead(true);
  });
  plain("alive", "it is back", [this] {
    health_ = "well";
    engine_->set_dead(false);
  });
  verb("status", "", "who is before the camera, and how the engine is", [this](VerbArguments& a) {
    a.end();
    return describe();
  });
}

std::string ScriptedFaces::show(VerbArguments& arguments) {
  const auto name = arguments.word();
  if (!name) throw VerbError("nobody named: expected " + arguments.expected());
  biometric::ScriptedFace face{*name};
  if (const auto hint = arguments.value("hint")) {
    const auto known = biometric::quality_hint(*hint);
    if (!known) throw VerbError("hint= is none of the engine's: expected comeCloser, moreLight, ...");
    face.hint = *known;
  }
  if (const auto photo = arguments.word()) {
    if (*photo != "photo") throw VerbError("a word too much: expected " + arguments.expected());
    face.live = false;
  }
  arguments.end();
  before_ = face.live ? *name : "a photograph of " + *name;
  engine_->show(std::move(face));
  return "";
}

std::string ScriptedFaces::enrol(VerbArguments& arguments) {
  const auto name = arguments.word();
  const auto customer = arguments.value("customer"), claim = arguments.value("claim"), pan = arguments.value("pan");
  const auto gaze = arguments.word();
  arguments.end();
  const auto colon = claim ? claim->find(':') : std::string::npos;
  if (!name || !customer || !pan || colon == std::string::npos || (gaze && *gaze != "gaze")) throw VerbError("expected " + arguments.expected());
  biometric::EnrolRequest request;
  request.customer_id = *customer;
  request.issuer = "bank";
  request.claims = {{claim->substr(0, colon), claim->substr(colon + 1)}};
  request.consent.reference = "scripted";
  request.consent.gaze_start = gaze.has_value();
  request.token_pan = *pan;
  try {
    engine_->enrol_person(request, *name);
  } catch (const EngineRefusal& refusal) {
    throw VerbError(refusal.what());
  }
  return "";
}

std::string ScriptedFaces::describe() const {
  return before_ + " before the camera; the engine is " + health_ + "; " + std::to_string(engine_->counts().captures) + " captures, " +
         std::to_string(engine_->counts().verifications + engine_->counts().identifications) + " decisions";
}

}  // namespace sesame::simulators
