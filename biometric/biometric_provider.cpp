#include "biometric/biometric_provider.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "spi/contract/base64.hpp"
#include "spi/service/task_scope.hpp"

namespace sesame::biometric {
namespace {

namespace xfs = sesame::xfs::biometric;
using spi::CompletionCode;
using xfs::ClearDataClearData;
using xfs::DataTypeFormat;
using xfs::ImportError;
using xfs::MatchError;
using xfs::ReadError;
using xfs::StatusSubject;

constexpr std::size_t template_bytes = template_length * sizeof(float);
constexpr auto retry_pause = std::chrono::milliseconds(500);

std::optional<ReferenceFormat> reference_format(DataTypeFormat format) {
  switch (format) {
    case DataTypeFormat::isoFid:
      return ReferenceFormat::iso_face_image;
    case DataTypeFormat::reservedRaw1:
      return ReferenceFormat::jpeg;
    case DataTypeFormat::reservedTemplate1:
      return ReferenceFormat::own_template;
    default:
      return std::nullopt;
  }
}

// Encryption needs KeyManagement beside this interface; there is none, so that no key is known.
template <class Error>
void check_plain(const xfs::DataType& type, Error key_not_found) {
  if (type.key_name) throw spi::refuse(key_not_found, "keyName: this service has no keys");
  if (type.algorithm)
    throw spi::refuse(CompletionCode::unsupportedData,
                      "algorithm: this service takes data in the clear only");
}

ImportError import_error(EngineRefusal::Reason reason) {
  switch (reason) {
    case EngineRefusal::Reason::format_not_supported:
      return ImportError::formatNotSupported;
    case EngineRefusal::Reason::capacity_exceeded:
      return ImportError::capacityExceeded;
    default:
      return ImportError::invalidData;
  }
}

std::string text_of(const Bytes& bytes) { return {bytes.begin(), bytes.end()}; }

}  // namespace

std::int64_t confidence_level(double rate) {
  if (!(rate > 0 && rate <= 1e-2 * 1.0001)) return 0;
  return std::clamp<std::int64_t>(std::llround(20 * (-std::log10(rate) - 1)), 0, 100);
}

BiometricProvider::BiometricProvider(Engine& engine, BiometricProviderOptions options)
    : engine_(engine), options_(std::move(options)), context_(engine.open_context()) {
  if (options_.load_mode) persist_ = options_.load_mode() != "clear";
}
BiometricProvider::~BiometricProvider() = default;

void BiometricProvider::attach(spi::ServiceLink& service) {
  Provider::attach(service);
  if (options_.watches_subject) service.spawn(watch_subject());
}

spi::Task<xfs::ReadCompletion> BiometricProvider::read(const xfs::Read& payload, spi::Command& command) {
  check_read(payload);
  drop_capture();  // the next Read ends what the last one held
  CaptureRequest request;
  request.natural_motion = options_.natural_motion;
  reading_ = true;
  turned_away_ = false;
  const auto captured = co_await spi::outcome(
      context_->capture(request, [this, &command](CaptureProgress news) { follow(news, command); }));
  reading_ = false;
  if (captured.canceled()) throw spi::Canceled{};
  set_reachable(captured.fault() == nullptr);
  if (captured.fault() != nullptr)
    throw spi::refuse(CompletionCode::deviceNotReady, captured.fault()->what());
  if (captured.refusal() != nullptr) throw *captured.refusal();
  if (!captured || std::get<0>(captured.how).outcome != CaptureResult::Outcome::held)
    throw spi::refuse(ReadError::readFailed, "no face could be captured");
  captured_ = true;
  removal_expected_ = true;
  xfs::ReadCompletion completion;
  if (payload.data_types && !payload.data_types->empty())
    completion.data_read = co_await hand_out(*payload.data_types);
  command.emit(xfs::RemoveSubjectEvent{});
  if (completion.data_read) capture_used();
  co_return completion;
}

void BiometricProvider::check_read(const xfs::Read& payload) const {
  if (payload.mode != xfs::ReadMode::scan)
    throw spi::refuse(ReadError::modeNotSupported, "mode: only scan; match belongs to combinedMatch devices");
  if (payload.num_captures > 1) throw spi::refuse(CompletionCode::unsupportedData, "numCaptures: at most 1");
  if (!payload.data_types) return;
  for (const xfs::DataType& type : *payload.data_types) {
    const auto format = reference_format(type.format);
    const bool given = format == ReferenceFormat::own_template ? options_.gives_templates_away
                                                               : options_.gives_pictures_away;
    if (!format || !given)
      throw spi::refuse(ReadError::formatNotSupported,
                        "dataTypes: " + std::string(to_string(type.format)) + " is not given away");
    check_plain(type, ReadError::keyNotFound);
  }
}

// Order of the standard: PresentSubject when ready, SubjectDetected for each attempt.
void BiometricProvider::follow(const CaptureProgress& news, spi::Command& command) {
  switch (news.kind) {
    case CaptureProgress::Kind::ready:
      command.emit(xfs::PresentSubjectEvent{});
      break;
    case CaptureProgress::Kind::subject_detected:
      set_subject(StatusSubject::present);
      command.emit(xfs::SubjectDetectedEvent{});
      break;
    case CaptureProgress::Kind::hint:
      if (news.hint == QualityHint::look_straight && !std::exchange(turned_away_, true))
        broadcast(xfs::OrientationEvent{});
      if (news.hint != QualityHint::look_straight) turned_away_ = false;
      break;
    case CaptureProgress::Kind::subject_lost:
      turned_away_ = false;
      set_subject(StatusSubject::notPresent);
      break;
    case CaptureProgress::Kind::head_motion:
      break;
  }
}

spi::Task<std::vector<xfs::BioData>> BiometricProvider::hand_out(const std::vector<xfs::DataType>& types) {
  std::vector<xfs::BioData> out;
  for (const xfs::DataType& type : types) {
    const auto data = co_await spi::outcome(context_->export_probe(*reference_format(type.format)));
    if (data.canceled()) throw spi::Canceled{};
    if (!data)
      throw spi::refuse(ReadError::formatNotSupported,
                        "the engine's configuration does not give this format away");
    xfs::BioData entry;
    entry.type = type;
    entry.data = contract::encode_base64(text_of(std::get<0>(data.how)));
    out.push_back(std::move(entry));
  }
  co_return out;
}

spi::Task<xfs::ImportCompletion> BiometricProvider::import_(const xfs::Import& payload, spi::Command&) {
  std::vector<Reference> references;
  for (const xfs::BioData& entry : payload.templates) {
    const auto format = reference_format(entry.type.format);
    if (!format || (format == ReferenceFormat::own_template && !options_.gives_templates_away))
      throw spi::refuse(ImportError::formatNotSupported,
                        "templates: " + std::string(to_string(entry.type.format)) + " is not taken");
    check_plain(entry.type, ImportError::keyNotFound);
    const auto bytes = contract::decode_base64(entry.data);
    if (!bytes) throw spi::refuse(ImportError::invalidData, "templates: data is not base64");
    Reference reference;
    reference.format = *format;
    reference.data.assign(bytes->begin(), bytes->end());
    references.push_back(std::move(reference));
  }
  if (references.size() > options_.most_templates)
    throw spi::refuse(ImportError::capacityExceeded,
                      "there is room for " + std::to_string(options_.most_templates) + " templates");
  std::string refusal;
  ImportError why{};
  try {
    co_await context_->import_references(std::move(references));
    set_reachable(true);
  } catch (const EngineRefusal& refused) {
    refusal = refused.what();
    why = import_error(refused.reason());
  } catch (const spi::Fault& fault) {
    set_reachable(false);
    throw spi::refuse(CompletionCode::deviceNotReady, fault.what());
  }
  if (!refusal.empty()) throw spi::refuse(why, refusal);
  templates_.clear();
  for (const xfs::BioData& entry : payload.templates)
    templates_.push_back({"id" + std::to_string(next_template_++), entry.type});
  xfs::ImportCompletion completion;
  completion.templates = template_types();
  co_return completion;
}

spi::Task<xfs::GetStorageInfoCompletion> BiometricProvider::get_storage_info(const xfs::GetStorageInfo&,
                                                                             spi::Command&) {
  if (templates_.empty()) throw spi::refuse(xfs::GetStorageInfoError::noImportedData, "nothing was imported");
  xfs::GetStorageInfoCompletion completion;
  completion.templates = template_types();
  co_return completion;
}

const BiometricProvider::Template* BiometricProvider::check_match(const xfs::Match& payload) const {
  if (payload.threshold < 0 || payload.threshold > 100)
    throw spi::refuse(MatchError::invalidThreshold, "threshold: 0 to 100");
  if (templates_.empty()) throw spi::refuse(MatchError::noImportedData, "nothing was imported");
  const Template* one = nullptr;
  if (payload.compare_mode == xfs::MatchCompareMode::verify) {
    if (!payload.identifier) throw spi::refuse(CompletionCode::invalidData, "identifier: verify needs one");
    if (payload.maximum) throw spi::refuse(CompletionCode::invalidData, "maximum: not with verify");
    const auto found = std::find_if(templates_.begin(), templates_.end(),
                                    [&](const Template& t) { return t.identifier == *payload.identifier; });
    if (found == templates_.end())
      throw spi::refuse(MatchError::invalidIdentifier, "identifier: no such template");
    one = &*found;
  } else {
    if (payload.identifier) throw spi::refuse(CompletionCode::invalidData, "identifier: not with identity");
    if (!payload.maximum) throw spi::refuse(CompletionCode::invalidData, "maximum: identity needs one");
  }
  if (!captured_) throw spi::refuse(MatchError::noCaptureData, "nothing was captured");
  return one;
}

spi::Task<xfs::MatchCompletion> BiometricProvider::match(const xfs::Match& payload, spi::Command&) {
  const Template* one = check_match(payload);
  std::vector<double> rates;
  std::optional<EngineRefusal> refused;
  try {
    rates = co_await context_->compare_references();
    set_reachable(true);
  } catch (const EngineRefusal& refusal) {
    refused = refusal;
  } catch (const spi::Fault& fault) {
    set_reachable(false);
    throw spi::refuse(CompletionCode::deviceNotReady, fault.what());
  }
  // The face process was started anew meanwhile: both stores are volatile, and gone.
  if (refused && refused->reason() == EngineRefusal::Reason::no_references) drop_templates();
  if (refused) drop_capture();
  if (refused && templates_.empty())
    throw spi::refuse(MatchError::noImportedData, "the imported templates were lost");
  if (refused || rates.size() != templates_.size())
    throw spi::refuse(MatchError::noCaptureData, "the capture was lost");

  contract::Map<xfs::MatchCompletionCandidates> candidates;
  for (std::size_t i = 0; i < templates_.size(); ++i) {
    const std::int64_t level = confidence_level(rates[i]);
    if ((one == nullptr || one == &templates_[i]) && level >= payload.threshold)
      candidates.push_back({templates_[i].identifier, xfs::MatchCompletionCandidates{level, {}}});
  }
  std::stable_sort(candidates.begin(), candidates.end(), [](const auto& a, const auto& b) {
    return a.value.confidence_level > b.value.confidence_level;
  });
  const std::int64_t most = payload.maximum.value_or(1);
  if (static_cast<std::int64_t>(candidates.size()) > most) candidates.resize(static_cast<std::size_t>(most));
  capture_used();
  xfs::MatchCompletion completion;
  if (!candidates.empty()) completion.candidates = std::move(candidates);
  co_return completion;
}

spi::Task<xfs::SetDataPersistenceCompletion> BiometricProvider::set_data_persistence(
    const xfs::SetDataPersistence& payload, spi::Command&) {
  const bool persist = payload.persistence_mode == xfs::SetDataPersistencePersistenceMode::persist;
  if (options_.save_mode) options_.save_mode(persist ? "persist" : "clear");
  persist_ = persist;
  co_return xfs::SetDataPersistenceCompletion{};
}

spi::Task<xfs::ClearCompletion> BiometricProvider::clear(const xfs::Clear& payload, spi::Command&) {
  clear_stores(payload.clear_data);
  co_return xfs::ClearCompletion{};
}

spi::Task<xfs::ResetCompletion> BiometricProvider::reset(const xfs::Reset& payload, spi::Command&) {
  clear_stores(payload.clear_data);
  co_return xfs::ResetCompletion{};
}

// One event per kind, in the standard's order, before the completion. Nothing stored is success as well.
void BiometricProvider::clear_stores(const contract::Optional<ClearDataClearData>& what) {
  if (what == ClearDataClearData::setMatchedData)
    throw spi::refuse(CompletionCode::unsupportedData,
                      "clearData: setMatchedData belongs to combinedMatch devices");
  for (const ClearDataClearData kind : {ClearDataClearData::scannedData, ClearDataClearData::importedData}) {
    if (what && !(what == kind)) continue;
    if (kind == ClearDataClearData::scannedData) drop_capture();
    if (kind == ClearDataClearData::importedData) drop_templates();
    service().status_changed();
    xfs::DataClearedEvent event;
    event.clear_data = kind;
    broadcast(event);
  }
}

void BiometricProvider::drop_capture() {
  captured_ = false;
  context_->discard_probe();
}

void BiometricProvider::drop_templates() {
  templates_.clear();
  context_->discard_references();
}

// In `clear` persistence a capture is good for one use.
void BiometricProvider::capture_used() {
  if (!persist_) drop_capture();
}

void BiometricProvider::set_subject(StatusSubject subject) {
  if (subject == subject_) return;
  const bool left = subject_ == StatusSubject::present && subject == StatusSubject::notPresent;
  subject_ = subject;
  service().status_changed();
  if (left && !reading_ && std::exchange(removal_expected_, false)) broadcast(xfs::SubjectRemovedEvent{});
}

void BiometricProvider::set_reachable(bool reachable) {
  if (!reachable) {
    // What the process held is gone with it.
    captured_ = false;
    templates_.clear();
    subject_ = StatusSubject::unknown;
  }
  if (reachable == reachable_) return;
  reachable_ = reachable;
  service().status_changed();
}

spi::Task<Presence> BiometricProvider::next_presence() {
  PresenceRequest someone;
  PresenceRequest nobody;
  nobody.wanted = false;
  if (subject_ == StatusSubject::notPresent) co_return co_await engine_.wait_presence(someone);
  if (subject_ == StatusSubject::present) co_return co_await engine_.wait_presence(nobody);
  auto either = co_await spi::race(engine_.wait_presence(someone), engine_.wait_presence(nobody));
  if (either.first == 0) co_return *either.get<0>();
  co_return *either.get<1>();
}

spi::Task<void> BiometricProvider::watch_subject() {
  while (true) {
    // info() first: it answers at once, so that a face process that is back is known to be back while nobody
    // comes or goes.
    const auto alive = co_await spi::outcome(engine_.info());
    if (alive.canceled()) co_return;
    set_reachable(static_cast<bool>(alive));
    if (!alive) {
      co_await spi::sleep_for(retry_pause);
      continue;
    }
    const auto seen = co_await spi::outcome(next_presence());
    if (seen.canceled()) co_return;
    if (!seen) {
      set_reachable(false);
      co_await spi::sleep_for(retry_pause);
      continue;
    }
    set_subject(std::get<0>(seen.how).present ? StatusSubject::present : StatusSubject::notPresent);
  }
}

contract::Map<xfs::DataType> BiometricProvider::template_types() const {
  contract::Map<xfs::DataType> types;
  for (const Template& held : templates_) types.push_back({held.identifier, held.type});
  return types;
}

xfs::Status BiometricProvider::status() const {
  xfs::Status status;
  status.subject = subject_;
  status.capture = captured_;
  status.data_persistence =
      persist_ ? xfs::StatusDataPersistence::persist : xfs::StatusDataPersistence::clear;
  status.remaining_storage =
      static_cast<std::int64_t>((options_.most_templates - templates_.size()) * template_bytes);
  return status;
}

xfs::Capabilities BiometricProvider::capabilities() const {
  xfs::Capabilities capabilities;
  capabilities.type.facial_features = true;
  capabilities.max_capture = 1;
  capabilities.template_storage = static_cast<std::int64_t>(options_.most_templates * template_bytes);
  capabilities.data_formats.iso_fid = true;
  capabilities.data_formats.reserved_raw1 = true;
  capabilities.data_formats.reserved_template1 = options_.gives_templates_away;
  capabilities.storage = xfs::CapabilitiesStorage{false, true};
  capabilities.persistence_modes = xfs::CapabilitiesPersistenceModes{true, true};
  capabilities.match_supported = xfs::CapabilitiesMatchSupported::storedMatch;
  capabilities.scan_modes.scan = true;
  capabilities.compare_modes = xfs::CapabilitiesCompareModes{true, true};
  capabilities.clear_data = xfs::CapabilitiesClearData{true, true, false};
  return capabilities;
}

spi::DeviceState BiometricProvider::device_state() const {
  return reachable_ ? spi::DeviceState::online : spi::DeviceState::offline;
}

}  // namespace sesame::biometric
