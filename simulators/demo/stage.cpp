#include "simulators/demo/stage.hpp"

#include <boost/json.hpp>
#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>

#include "spi/wire/local_socket.hpp"

namespace sesame::simulators {
using namespace spi;
namespace json = boost::json;
namespace fs = std::filesystem;

namespace {

constexpr Duration longest_start = std::chrono::seconds(60);

std::string make_directory() {
  std::string pattern = (fs::temp_directory_path() / "sesame-demo-XXXXXX").string();
  if (!mkdtemp(pattern.data())) throw std::runtime_error(pattern + ": no directory can be made there");
  return pattern;
}

// The end of what a program complained about, for the text of a failure.
std::string last_lines(const std::string& file) {
  std::ifstream stream(file);
  std::string text((std::istreambuf_iterator<char>(stream)), {});
  while (text.ends_with('\n')) text.pop_back();
  if (text.size() > 400) text = "..." + text.substr(text.size() - 400);
  return text;
}

void write_file(const std::string& name, const std::string& text) {
  std::ofstream stream(name);
  stream << text;
  if (!stream.flush()) throw std::runtime_error(name + ": cannot be written");
}

std::string port_of(const std::string& uri) {
  const auto colon = uri.rfind(':');
  return uri.substr(colon + 1, uri.find('/', colon) - colon - 1);
}

template <class Entry>
Task<Entry> next_of(const std::vector<Entry>& entries, Signal& changed, std::size_t from, std::function<bool(const Entry&)> wanted,
                    std::function<void()> check) {
  for (std::size_t i = from;; ++i) {
    while (i >= entries.size()) {
      check();
      co_await changed.wait();
    }
    if (wanted(entries[i])) co_return entries[i];
  }
}

}  // namespace

std::int64_t DiaryEntry::number(const char* key) const {
  const auto* value = all->if_contains(key);
  return value && value->is_number() ? value->to_number<std::int64_t>() : 0;
}
std::string DiaryEntry::text(const char* key) const {
  const auto* value = all->if_contains(key);
  return value && value->is_string() ? std::string(value->as_string()) : std::string();
}

Stage::Stage(AsioExecutor& executor, Options options) : executor_(executor), options_(std::move(options)), directory_(make_directory()) {}

Stage::~Stage() {
  application_.reset();
  proxy_.reset();
  host_.reset();
  if (verbs_) verbs_->close("the demo is over");
  std::error_code ignored;
  if (!options_.keep_directory) fs::remove_all(directory_, ignored);
}

std::unique_ptr<Process> Stage::start(const std::string& name, std::vector<std::string> arguments, std::function<void(std::string)> line) {
  const std::string program = options_.programs + "/" + name;
  arguments.insert(arguments.begin(), program);
  return std::make_unique<Process>(executor_, Process::Options{arguments, directory_ + "/" + name + ".err"}, std::move(line),
                                   [this, name](const std::string& how) {
                                     if (ended_.empty()) ended_ = fmt::format("{} ended by itself ({}): {}", name, how, last_lines(directory_ + "/" + name + ".err"));
                                     changed_.notify_all();
                                   });
}

Task<void> Stage::open() {
  std::vector<std::string> serve{"serve", "--port", "0", "--run-directory", host_directory()};
  if (options_.configuration.empty()) {
    serve.insert(serve.begin() + 1, "--simulated");
  } else {
    write_file(directory_ + "/host.yaml", options_.configuration);
    for (const auto& [name, text] : options_.files) write_file(directory_ + "/" + name, text);
    serve.insert(serve.begin() + 1, directory_ + "/host.yaml");
  }
  auto host_line = std::make_shared<OneShot<std::string>>();
  host_ = start("sesame", std::move(serve), [this, host_line](std::string line) {
    host_line->set(std::move(line));
    changed_.notify_all();
  });
  const std::string original = co_await first_line("sesame serve", host_line);

  auto proxy_line = std::make_shared<OneShot<std::string>>();
  proxy_ = start("xfs-proxy", {"--to", original}, [this, proxy_line](std::string line) {
    if (!proxy_line->set(line)) proxy_said(line);
    changed_.notify_all();
  });
  publisher_ = co_await first_line("xfs-proxy", proxy_line);

  verbs_ = co_await connect_local(executor_, host_directory() + "/simulators.socket");
  answers_ = std::make_shared<Stream<std::string>>();
  verbs_->receive({[answers = answers_](std::string_view line) { answers->push(std::string(line)); },
                   [answers = answers_](std::string_view) { answers->close(); }});

  write_file(directory_ + "/atm.yaml", fmt::format("publisher: {{host: 127.0.0.1, ports: [{}]}}\nseconds: {{read: {}, pin: 30, take: {}}}\n",
                                                  port_of(publisher_), options_.read_seconds, options_.take_seconds));
  ++application_starts_;
  application_ = start("atm-application", {directory_ + "/atm.yaml"}, [this](const std::string& line) { application_said(line); });
  co_await see("ready", 0, longest_start);
}

// What a program says first, unless it ends before.
Task<std::string> Stage::first_line(std::string name, std::shared_ptr<OneShot<std::string>> line) {
  auto said = co_await within(longest_start, line_or_end(line));
  if (!said) throw StepFailed(name + " did not start within a minute");
  co_return *said;
}

Task<std::string> Stage::line_or_end(std::shared_ptr<OneShot<std::string>> line) {
  while (!line->ready()) {
    check_alive();
    co_await changed_.wait();
  }
  co_return co_await line->wait();
}

void Stage::check_alive() const {
  if (!ended_.empty()) throw StepFailed(ended_);
}

void Stage::application_said(const std::string& line) {
  boost::system::error_code error;
  const json::value parsed = json::parse(line, error);
  if (error || !parsed.is_object()) return;
  DiaryEntry entry{executor_.now(), "", std::make_shared<const json::object>(parsed.as_object())};
  entry.saw = entry.text("saw");
  diary_.push_back(std::move(entry));
  changed_.notify_all();
}

void Stage::proxy_said(const std::string& line) {
  boost::system::error_code error;
  const json::value parsed = json::parse(line, error);
  if (error) return;
  transcript_.push_back(message_of(parsed));
  changed_.notify_all();
}

std::string Stage::last_word() const {
  if (diary_.empty()) return " (it has said nothing yet)";
  const auto& last = diary_.back();
  const std::string why = last.text("why");
  return fmt::format(" (its last word: {}{})", last.saw, why.empty() ? "" : ": " + why);
}

Task<DiaryEntry> Stage::see(std::string what, std::size_t from, std::function<bool(const DiaryEntry&)> wanted, Duration deadline) {
  auto found = co_await within(deadline, next_of<DiaryEntry>(diary_, changed_, from, std::move(wanted), [this] { check_alive(); }));
  if (!found) throw StepFailed(fmt::format("waited {} s for the application to see: {}{}", std::chrono::duration_cast<std::chrono::seconds>(deadline).count(), what, last_word()));
  co_return *found;
}

Task<DiaryEntry> Stage::see(std::string saw, std::size_t from, Duration deadline) {
  auto wanted = [saw](const DiaryEntry& entry) { return entry.saw == saw; };
  co_return co_await see(saw, from, wanted, deadline);
}

Task<Message> Stage::hear(std::string what, std::size_t from, std::function<bool(const Message&)> wanted, Duration deadline) {
  auto found = co_await within(deadline, next_of<Message>(transcript_, changed_, from, std::move(wanted), [this] { check_alive(); }));
  if (!found) throw StepFailed(fmt::format("waited {} s for the message: {}", std::chrono::duration_cast<std::chrono::seconds>(deadline).count(), what));
  co_return *found;
}

// Lines up to "ok" or "error: ...".
Task<std::string> Stage::answer(std::shared_ptr<Stream<std::string>> lines, std::string verb) {
  std::string said;
  for (;;) {
    const auto line = co_await within(longest_wait, lines->next());
    if (!line) throw StepFailed("no answer to the verb: " + verb.substr(0, verb.find('=')));
    if (!*line) throw StepFailed("the host went away");
    if (**line == "ok") co_return said;
    if ((*line)->starts_with("error")) throw StepFailed(verb.substr(0, verb.find('=')) + ": " + **line);
    said += (said.empty() ? "" : "\n") + **line;
  }
}

Task<std::string> Stage::verb(std::string line) {
  verbs_->send(line);
  co_return co_await answer(answers_, line);
}

Task<std::string> Stage::wait_verb(std::string line) {
  const auto channel = co_await connect_local(executor_, host_directory() + "/simulators.socket");
  auto lines = std::make_shared<Stream<std::string>>();
  channel->receive({[lines](std::string_view text) { lines->push(std::string(text)); }, [lines](std::string_view) { lines->close(); }});
  channel->send(line);
  const std::string said = co_await answer(lines, line);
  channel->close("done");
  co_return said;
}

}  // namespace sesame::simulators
