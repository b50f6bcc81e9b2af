#include "cardless/front/text_terminal_front.hpp"

#include <boost/json.hpp>

#include "devices/text_terminal/columns.hpp"

namespace sesame::cardless {
using namespace spi;
namespace json = boost::json;

namespace {

constexpr auto let_be_for = std::chrono::milliseconds(300);

// As much of a line as leaves the last column free: a cursor behind that would scroll.
std::pair<std::string, int> cut(const std::string& line, int columns) {
  std::pair<std::string, int> shown;
  for (const auto& glyph : devices::text_terminal::glyphs_of(line)) {
    if (shown.second + glyph.columns >= columns) break;
    shown.first += glyph.text;
    shown.second += glyph.columns;
  }
  return shown;
}

}  // namespace

class TextTerminalFront::Painting {
 public:
  explicit Painting(TextTerminalFront& front) : front_(front) { front_.painting_ = true; }
  Painting(const Painting&) = delete;
  ~Painting() {
    front_.painting_ = false;
    front_.changed_.notify_all();
  }

 private:
  TextTerminalFront& front_;
};

// A command of the application that shows something.
class TextTerminalFront::Showing {
 public:
  explicit Showing(TextTerminalFront& front) : front_(front) { ++front_.application_; }
  Showing(const Showing&) = delete;
  ~Showing() {
    --front_.application_;
    front_.last_command_ = front_.executor().now();
    front_.changed_.notify_all();
  }

 private:
  TextTerminalFront& front_;
};

TextTerminalFront::TextTerminalFront(Executor& executor, Upstream::Connect connect)
    : Front(executor, std::move(connect)), tasks_(executor) {
  tasks_.spawn(tend_invitation());
}

void TextTerminalFront::attach(ServiceLink& service) {
  Front::attach(service);
  shadow_ = std::make_unique<ShadowScreen>(service);
}

void TextTerminalFront::upstream_learnt() {
  const auto* own = upstream().capabilities().if_contains("textTerminal");
  shadow_->resemble(own && own->is_object() ? own->as_object() : json::object());
  unknown_ = false;
}

void TextTerminalFront::upstream_status_changed() {
  Front::upstream_status_changed();
  changed_.notify_all();
}

Task<json::value> TextTerminalFront::run(const contract::CommandInfo& command, const json::value& payload,
                                         Command& context) {
  if (command.name == "TextTerminal.Read") co_return co_await read_keys(command, payload, context);
  const bool display = command.interface->name == "TextTerminal" && command.lane == contract::Lane::display;
  if (!display || command.name == "TextTerminal.Beep") co_return co_await pass(command, payload, context);
  co_return co_await display_command(command, payload, context);
}

Task<json::value> TextTerminalFront::display_command(const contract::CommandInfo& command,
                                                     const json::value& payload, Command& context) {
  const Showing showing(*this);
  const bool shadowed = command.name == "TextTerminal.Write" || command.name == "TextTerminal.ClearScreen";
  while (painting_) co_await changed_.wait();
  if (borrowed_ && shadowed) co_return co_await shadow_->run(command, payload, context);
  if (borrowed_ && watcher_) watcher_->screen_needed();
  while (borrowed_ || painting_) co_await changed_.wait();
  const bool whole = command.name == "TextTerminal.Reset" ||
                     (command.name == "TextTerminal.ClearScreen" && payload.is_null());
  if (!whole && !shadow_->spares_last_row(command, payload)) co_await shielded(withdraw_invitation());
  json::value done = co_await pass(command, payload, context);
  const bool known =
      shadowed || command.name == "TextTerminal.SetResolution" || command.name == "TextTerminal.Reset";
  unknown_ = !known || (unknown_ && !whole);
  if (whole) {
    echoed_ = false;
    invitation_columns_ = 0;
    last_invitation_.clear();
  }
  if (known) {
    auto mirrored = shadow_->run(command, payload, context);
    co_await outcome(std::move(mirrored));
  }
  co_return done;
}

Task<json::value> TextTerminalFront::read_keys(const contract::CommandInfo& command, const json::value& payload,
                                               Command& context) {
  const Showing showing(*this);
  while (painting_) co_await changed_.wait();
  if (!borrowed_) co_await shielded(withdraw_invitation());
  echoed_ = true;
  co_return co_await pass(command, payload, context);
}

void TextTerminalFront::invite(std::vector<std::string> lines) {
  if (invitation_ == lines) return;
  invitation_ = std::move(lines);
  changed_.notify_all();
}

bool TextTerminalFront::idle() const {
  return upstream().ready() && !borrowed_ && !painting_ && !unknown_ && !echoed_ && application_ == 0;
}

bool TextTerminalFront::invitation_due() const {
  const bool room = invitation_columns_ > 0 || (shadow_->last_row_blank() && !shadow_->cursor().is_null());
  return invitation_ != last_invitation_ && room;
}

Task<void> TextTerminalFront::tend_invitation() {
  for (;;) {
    while (!idle() || !invitation_due()) co_await changed_.wait();
    const auto begin = invitation_columns_ > 0 ? executor().now() : last_command_ + let_be_for;
    if (executor().now() < begin) {
      co_await sleep_for(begin - executor().now());
      continue;
    }
    if (invitation_columns_ > 0)
      co_await withdraw_invitation();
    else
      co_await draw_invitation();
  }
}

Task<void> TextTerminalFront::draw_invitation() {
  const Painting painting(*this);
  const auto lines = invitation_;
  for (const auto& line : lines) {
    const auto [text, columns] = cut(line, shadow_->size().columns);
    const bool has_characters = co_await write_last_row(text);
    if (!has_characters) continue;
    invitation_columns_ = columns;
    break;
  }
  last_invitation_ = lines;
}

Task<void> TextTerminalFront::withdraw_invitation() {
  if (invitation_columns_ == 0) co_return;
  const Painting painting(*this);
  const auto columns = static_cast<std::size_t>(std::exchange(invitation_columns_, 0));
  last_invitation_.clear();
  if (upstream().ready()) co_await write_last_row(std::string(columns, ' '));
}

// The cursor is the application's, and goes back to where it was.
Task<bool> TextTerminalFront::write_last_row(std::string text) {
  json::value cursor = shadow_->cursor();
  json::value write = json::object{{"mode", "absolute"}, {"posX", 0}, {"posY", shadow_->size().rows - 1}, {"text", std::move(text)}};
  const bool has_characters = co_await send("TextTerminal.Write", std::move(write));
  co_await send("TextTerminal.Write", std::move(cursor));
  co_return has_characters;
}

void TextTerminalFront::borrow() { borrowed_ = true; }

Task<bool> TextTerminalFront::send(std::string_view command, json::value payload) {
  RawCall call = upstream().call(command, payload);
  const Upstream::Relay relay(upstream(), call);
  const RawReply reply = co_await call.completion();
  co_return reply.ok() || reply.error_code != "characterSetsData";
}

Task<bool> TextTerminalFront::show(std::vector<std::string> lines) {
  while (painting_) co_await changed_.wait();
  if (!upstream().ready()) co_return true;
  co_await send("TextTerminal.ClearScreen", nullptr);
  const auto rows = static_cast<std::size_t>(shadow_->size().rows);
  bool shown = true;
  for (std::size_t row = 0; row < lines.size() && row < rows; ++row) {
    if (lines[row].empty()) continue;
    json::value write = json::object{{"mode", "absolute"}, {"posX", 0}, {"posY", row}, {"text", lines[row]}};
    const bool has_characters = co_await send("TextTerminal.Write", std::move(write));
    shown = shown && has_characters;
  }
  co_return shown;
}

Task<void> TextTerminalFront::give_back() {
  if (!borrowed_) co_return;
  while (painting_) co_await changed_.wait();
  borrowed_ = false;
  invitation_columns_ = 0;
  last_invitation_.clear();
  const Painting painting(*this);
  if (upstream().ready()) {
    co_await send("TextTerminal.ClearScreen", nullptr);
    const auto writes = shadow_->paint();
    for (const auto& write : writes) {
      json::value payload = write;
      co_await send("TextTerminal.Write", std::move(payload));
    }
  }
}

}  // namespace sesame::cardless
