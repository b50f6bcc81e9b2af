#include "spi/host/journal.hpp"

#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/spdlog.h>

#include <boost/json.hpp>
#include <map>

namespace sesame::spi {
namespace json = boost::json;

namespace {
constexpr std::size_t file_bytes = 16u << 20;
constexpr std::size_t files_kept = 8;

// A line stays a line: what a client puts in a payload beyond this is counted, not kept.
std::string shortened(std::string_view text) {
  constexpr std::size_t longest = 4096;
  if (text.size() <= longest) return std::string(text);
  return std::string(text.substr(0, longest)) + "... (" + std::to_string(text.size()) + " bytes)";
}

double milliseconds(Duration duration) { return std::chrono::duration<double, std::milli>(duration).count(); }
}  // namespace

struct Journal::State {
  std::shared_ptr<spdlog::logger> log;
  std::map<int, Watcher> watchers;
  int last_watcher = 0;

  void write(const json::object& line) {
    if (log) log->info("{}", json::serialize(line).substr(1));
  }
};

Journal::Journal(const std::string& file) : state_(std::make_unique<State>()) {
  if (file.empty()) return;
  try {
    state_->log = std::make_shared<spdlog::logger>("journal", std::make_shared<spdlog::sinks::rotating_file_sink_st>(file, file_bytes, files_kept));
  } catch (const spdlog::spdlog_ex& error) {
    throw std::runtime_error("the journal " + file + " cannot be written: " + error.what());
  }
  // A full disk must not end the host, nor fill its standard error.
  state_->log->set_error_handler([](const std::string&) {});
  state_->log->set_pattern(R"({"time":"%Y-%m-%dT%H:%M:%S.%e%z",%v)");
  state_->log->flush_on(spdlog::level::info);
}

Journal::~Journal() = default;

void Journal::note(std::string_view level, std::string_view what) { state_->write({{"level", level}, {"note", what}}); }

int Journal::watch(Watcher watcher) {
  state_->watchers.emplace(++state_->last_watcher, std::move(watcher));
  return state_->last_watcher;
}
void Journal::unwatch(int id) { state_->watchers.erase(id); }
bool Journal::wants_messages() const { return !state_->watchers.empty(); }

void Journal::message(std::string_view service, ConnectionId id, bool outgoing, std::string_view masked) {
  std::string line = std::string(service) + " #" + std::to_string(id) + (outgoing ? " < " : " > ") + std::string(masked);
  const auto watchers = state_->watchers;
  for (const auto& [watcher_id, watcher] : watchers) watcher(line);
}

void Journal::command_completed(const CommandRecord& record) {
  json::object line{{"service", record.service}, {"command", record.command}, {"client", record.client},
                    {"connection", record.connection}, {"requestId", record.request_id},
                    {"result", record.code == CompletionCode::success ? std::string_view("success") : to_string(record.code)}};
  if (!record.error_code.empty()) line["errorCode"] = record.error_code;
  if (record.payload != "null") line["payload"] = shortened(record.payload);
  if (record.completion != "null" && record.command != "Common.Capabilities" && record.command != "Common.Status")
    line["completion"] = shortened(record.completion);
  line["queuedMs"] = milliseconds(record.queued);
  line["ranMs"] = milliseconds(record.ran);
  state_->write(line);
}

void Journal::connection_changed(std::string_view service, ConnectionId id, const ClientIdentity& client, bool open,
                                 std::string_view reason) {
  json::object line{{"service", service}, {"connection", id}, {"client", client.address}, {"open", open}};
  if (client.uid) line["uid"] = *client.uid;
  if (!reason.empty()) line["reason"] = reason;
  state_->write(line);
}

void Journal::provider_fault(std::string_view service, std::string_view command, std::string_view what) {
  state_->write({{"level", "error"}, {"service", service}, {"command", command}, {"fault", what}});
}

}  // namespace sesame::spi
