// ScriptedEngine: an Engine without camera and models, for tests and simulations in virtual time. A script
// says who stands before the camera; everything takes a fixed time on the executor's clock. Executor thread
// only.
#pragma once

#include <string>
#include <vector>

#include "biometric/back_off.hpp"
#include "biometric/engine.hpp"
#include "biometric/privacy_rules.hpp"
#include "spi/service/waiting.hpp"

namespace sesame::biometric {

// Who is before the camera. `person` stands for a face: two takes of one person match, two persons never do.
struct ScriptedFace {
  std::string person;
  bool live = true;                      // false: a photograph, refused by "pad"
  QualityHint hint = QualityHint::none;  // other than none: never good enough to be held
};

class ScriptedEngine final : public Engine {
 public:
  ScriptedEngine();

  // The script's half.
  void show(ScriptedFace face);
  void nobody();
  void set_stuck(bool stuck);  // nothing is answered, as by a stopped process; a cancel still is
  void set_dead(bool dead);    // everything is spi::Fault
  void enrol_person(const EnrolRequest& request, const std::string& person);
  spi::Duration capture_time = std::chrono::milliseconds(300);
  spi::Duration decision_time = std::chrono::milliseconds(50);
  EngineInfo engine_info;
  PrivacyRules rules;  // who is enrolled under

  // What was asked, for assertions.
  struct Counts {
    int captures = 0, verifications = 0, identifications = 0, presence_waits = 0, pictures = 0;
  };
  const Counts& counts() const { return counts_; }

  spi::Task<EngineInfo> info() override;
  spi::Task<Presence> wait_presence(PresenceRequest request) override;
  std::unique_ptr<CaptureContext> open_context() override;
  // `path` is the person.
  spi::Task<EnrolledCustomer> enrol_take(EnrolRequest request, std::string path,
                                         std::function<void(TakeProgress)> progress) override;
  spi::Task<ForgottenCustomer> forget(std::string customer_id, std::string reason, std::string by) override;
  spi::Task<bool> set_status(std::string customer_id, CustomerStatus status) override;
  spi::Task<std::optional<HeldFace>> held(std::string customer_id) override;
  spi::Task<std::vector<IdentityLine>> identities(std::string after, std::size_t maximum) override;
  spi::Task<Bytes> take_picture(std::string caption) override;

 private:
  class Context;
  struct Enrolled {
    EnrolRequest request;
    std::string person;
    CustomerStatus status = CustomerStatus::active;
    std::string last_used{};
  };
  void apply_back_off(const Claim& claim, const std::string& terminal, spi::WallTime time,
                      Recognition& result);
  // Passes when the process would answer: throws Fault when dead, waits while stuck.
  spi::Task<void> answering(spi::Duration work);
  Enrolled* find(const Claim& claim);
  Enrolled* find_customer(const std::string& customer_id);

  std::optional<ScriptedFace> face_;
  bool stuck_ = false;
  bool dead_ = false;
  spi::Signal changed_;
  std::vector<Enrolled> enrolled_;
  std::int64_t receipts_ = 0;
  BackOffCounters back_off_;
  Counts counts_;
};

}  // namespace sesame::biometric
