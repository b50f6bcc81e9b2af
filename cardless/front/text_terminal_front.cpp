#include "cardless/front/text_terminal_front.hpp"

#include <boost/json.hpp>

namespace sesame::cardless {
using namespace spi;
namespace json = boost::json;

void TextTerminalFront::attach(ServiceLink& service) {
  Front::attach(service);
  shadow_ = std::make_unique<ShadowScreen>(service);
}

void TextTerminalFront::upstream_learnt() {
  const auto* own = upstream().capabilities().if_contains("textTerminal");
  shadow_->resemble(own && own->is_object() ? own->as_object() : json::object());
  unknown_ = false;
}

Task<json::value> TextTerminalFront::run(const contract::CommandInfo& command, const json::value& payload,
                                         Command& context) {
  const bool display = command.interface->name == "TextTerminal" && command.lane == contract::Lane::display;
  if (!display || command.name == "TextTerminal.Beep") co_return co_await pass(command, payload, context);
  co_return co_await display_command(command, payload, context);
}

Task<json::value> TextTerminalFront::display_command(const contract::CommandInfo& command,
                                                     const json::value& payload, Command& context) {
  const bool shadowed = command.name == "TextTerminal.Write" || command.name == "TextTerminal.ClearScreen";
  while (painting_) co_await changed_.wait();
  if (borrowed_ && shadowed) co_return co_await shadow_->run(command, payload, context);
  if (borrowed_ && watcher_) watcher_->screen_needed();
  while (borrowed_ || painting_) co_await changed_.wait();
  json::value done = co_await pass(command, payload, context);
  const bool known =
      shadowed || command.name == "TextTerminal.SetResolution" || command.name == "TextTerminal.Reset";
  const bool whole = command.name == "TextTerminal.Reset" ||
                     (command.name == "TextTerminal.ClearScreen" && payload.is_null());
  unknown_ = !known || (unknown_ && !whole);
  if (known) {
    auto mirrored = shadow_->run(command, payload, context);
    co_await outcome(std::move(mirrored));
  }
  co_return done;
}

void TextTerminalFront::borrow() { borrowed_ = true; }

Task<bool> TextTerminalFront::send(std::string_view command, json::value payload) {
  RawCall call = upstream().call(command, payload);
  const Upstream::Relay relay(upstream(), call);
  const RawReply reply = co_await call.completion();
  co_return reply.ok() || reply.error_code != "characterSetsData";
}

Task<bool> TextTerminalFront::show(std::vector<std::string> lines) {
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
  borrowed_ = false;
  painting_ = true;
  struct Painted {
    TextTerminalFront& front;
    ~Painted() {
      front.painting_ = false;
      front.changed_.notify_all();
    }
  } const painted{*this};
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
