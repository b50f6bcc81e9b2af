// BiometricProvider: the standard's Biometric interface (CWA 17852:2024-3, Biometric) for faces, on the
// Engine's door with a capture context of its own. storedMatch: Read captures, Match compares any time after.
// Three stores: the capture (in the engine), the imported templates (in the engine, volatile; they enrol
// nobody), and match criteria (combinedMatch only: none). Owned by its service; executor thread only.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "biometric/engine.hpp"
#include "xfs/biometric_provider.hpp"

namespace sesame::biometric {

struct BiometricProviderOptions {
  bool gives_templates_away =
      false;  // Read may return reservedTemplate1, where the engine's configuration agrees
  bool gives_pictures_away = false;  // Read may return isoFid and reservedRaw1
  bool watches_subject = true;       // Status.subject also outside of Read
  bool natural_motion = true;
  std::size_t most_templates = 64;
  // Keeps the persistence mode over a restart; empty functions keep it in memory.
  std::function<std::string()> load_mode;
  std::function<void(const std::string&)> save_mode;
};

class BiometricProvider final : public xfs::biometric::ProviderFor<BiometricProvider> {
 public:
  // `engine` outlives the provider.
  BiometricProvider(Engine& engine, BiometricProviderOptions options);
  ~BiometricProvider() override;

  void attach(spi::ServiceLink& service) override;

  spi::Task<xfs::biometric::ReadCompletion> read(const xfs::biometric::Read& payload,
                                                 spi::Command& command) override;
  spi::Task<xfs::biometric::ImportCompletion> import_(const xfs::biometric::Import& payload,
                                                      spi::Command& command) override;
  spi::Task<xfs::biometric::GetStorageInfoCompletion> get_storage_info(
      const xfs::biometric::GetStorageInfo& payload, spi::Command& command) override;
  spi::Task<xfs::biometric::MatchCompletion> match(const xfs::biometric::Match& payload,
                                                   spi::Command& command) override;
  spi::Task<xfs::biometric::SetDataPersistenceCompletion> set_data_persistence(
      const xfs::biometric::SetDataPersistence& payload, spi::Command& command) override;
  spi::Task<xfs::biometric::ClearCompletion> clear(const xfs::biometric::Clear& payload,
                                                   spi::Command& command) override;
  spi::Task<xfs::biometric::ResetCompletion> reset(const xfs::biometric::Reset& payload,
                                                   spi::Command& command) override;

  // SetMatch belongs to combinedMatch devices: the base refuses it.
  xfs::biometric::Status status() const override;
  xfs::biometric::Capabilities capabilities() const override;
  spi::DeviceState device_state() const override;

 private:
  struct Template {
    std::string identifier;
    xfs::biometric::DataType type;
  };

  void check_read(const xfs::biometric::Read& payload) const;
  void follow(const CaptureProgress& news, spi::Command& command);
  spi::Task<std::vector<xfs::biometric::BioData>> hand_out(
      const std::vector<xfs::biometric::DataType>& types);
  const Template* check_match(const xfs::biometric::Match& payload) const;
  void clear_stores(const contract::Optional<xfs::biometric::ClearDataClearData>& what);
  void drop_capture();
  void drop_templates();
  void capture_used();
  void set_subject(xfs::biometric::StatusSubject subject);
  void set_reachable(bool reachable);
  spi::Task<Presence> next_presence();
  spi::Task<void> watch_subject();
  contract::Map<xfs::biometric::DataType> template_types() const;

  Engine& engine_;
  BiometricProviderOptions options_;
  std::unique_ptr<CaptureContext> context_;
  bool captured_ = false;
  std::vector<Template> templates_;
  std::uint64_t next_template_ = 1;
  bool persist_ = true;
  bool reachable_ = true;
  bool removal_expected_ = false;
  bool reading_ = false;
  bool turned_away_ = false;
  xfs::biometric::StatusSubject subject_ = xfs::biometric::StatusSubject::unknown;
};

// What a match at this false match rate is worth in the standard's percent: 20 for 1e-2, 20 more for each
// factor of ten, 100 for 1e-6 and stricter; 0 for no match.
std::int64_t confidence_level(double strictest_false_match_rate);

}  // namespace sesame::biometric
