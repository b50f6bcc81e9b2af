#include "spi/host/journal.hpp"

#include <fmt/compile.h>
#include <fmt/format.h>
#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/spdlog.h>

#include <iterator>
#include <map>

#include "spi/contract/json_text.hpp"

namespace sesame::spi {

namespace {
constexpr std::size_t file_bytes = 16u << 20;
constexpr std::size_t files_kept = 8;

// A line of the journal as it grows. Lines are written for every command: no tree of values is built for them.
class Line {
 public:
  Line() { text_.reserve(512); }
  Line& text(std::string_view name, std::string_view value) {
    contract::append_quoted(key(name), value);
    return *this;
  }
  Line& number(std::string_view name, std::uint64_t value) {
    fmt::format_to(std::back_inserter(key(name)), FMT_COMPILE("{}"), value);
    return *this;
  }
  Line& milliseconds(std::string_view name, Duration value) {
    const auto microseconds = std::chrono::round<std::chrono::microseconds>(value).count();
    fmt::format_to(std::back_inserter(key(name)), FMT_COMPILE("{}.{:03}"), microseconds / 1000, microseconds % 1000);
    return *this;
  }
  Line& truth(std::string_view name, bool value) {
    key(name).append(value ? "true" : "false");
    return *this;
  }
  /// What is JSON already, unless it is too long for a line: the beginning of it as a text, then.
  Line& payload(std::string_view name, std::string_view value) {
    constexpr std::size_t longest = 4096;
    if (value.size() > longest) return text(name, fmt::format("{}... ({} bytes)", value.substr(0, longest), value.size()));
    key(name).append(value);
    return *this;
  }
  std::string_view finished() { return text_ += '}'; }

 private:
  std::string& key(std::string_view name) {
    text_.append(text_.empty() ? "\"" : ",\"").append(name).append("\":");
    return text_;
  }
  std::string text_;
};

}  // namespace

struct Journal::State : std::enable_shared_from_this<Journal::State> {
  std::shared_ptr<spdlog::logger> log;
  std::map<int, Watcher> watchers;
  int last_watcher = 0;
  std::function<void(std::function<void()>)> later;
  bool unwritten = false;

  /// `level` error: in the file at once, for what ends the process may come next.
  void write(Line& line, spdlog::level::level_enum level = spdlog::level::info) {
    if (!log) return;
    log->log(level, line.finished());
    if (!later || level == spdlog::level::err) return log->flush();
    if (std::exchange(unwritten, true)) return;
    later([self = shared_from_this()] {
      self->unwritten = false;
      self->log->flush();
    });
  }
};

Journal::Journal(const std::string& file) : state_(std::make_shared<State>()) {
  if (file.empty()) return;
  try {
    state_->log = std::make_shared<spdlog::logger>("journal", std::make_shared<spdlog::sinks::rotating_file_sink_st>(file, file_bytes, files_kept));
  } catch (const spdlog::spdlog_ex& error) {
    throw std::runtime_error("the journal " + file + " cannot be written: " + error.what());
  }
  // A full disk must not end the host, nor fill its standard error.
  state_->log->set_error_handler([](const std::string&) {});
  state_->log->set_pattern(R"({"time":"%Y-%m-%dT%H:%M:%S.%e%z",%v)");
}

Journal::~Journal() = default;

void Journal::write_later(std::function<void(std::function<void()>)> later) { state_->later = std::move(later); }

void Journal::note(std::string_view level, std::string_view what) {
  state_->write(Line().text("level", level).text("note", what));
}

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
  Line line;
  line.text("service", record.service).text("command", record.command).text("client", record.client);
  line.number("connection", record.connection).number("requestId", static_cast<std::uint64_t>(record.request_id));
  line.text("result", record.code == CompletionCode::success ? std::string_view("success") : to_string(record.code));
  if (!record.error_code.empty()) line.text("errorCode", record.error_code);
  if (record.payload != "null") line.payload("payload", record.payload);
  if (record.completion != "null" && record.command != "Common.Capabilities" && record.command != "Common.Status")
    line.payload("completion", record.completion);
  line.milliseconds("queuedMs", record.queued).milliseconds("ranMs", record.ran);
  state_->write(line);
}

void Journal::connection_changed(std::string_view service, ConnectionId id, const ClientIdentity& client, bool open,
                                 std::string_view reason) {
  Line line;
  line.text("service", service).number("connection", id).text("client", client.address).truth("open", open);
  if (client.uid) line.number("uid", *client.uid);
  if (!reason.empty()) line.text("reason", reason);
  state_->write(line);
}

void Journal::provider_fault(std::string_view service, std::string_view command, std::string_view what) {
  state_->write(Line().text("level", "error").text("service", service).text("command", command).text("fault", what), spdlog::level::err);
}

}  // namespace sesame::spi
