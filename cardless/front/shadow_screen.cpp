#include "cardless/front/shadow_screen.hpp"

#include <boost/json.hpp>

#include "devices/text_terminal/columns.hpp"
#include "devices/text_terminal/text_terminal_provider.hpp"
#include "spi/contract/codec.hpp"

namespace sesame::cardless {
using namespace devices::text_terminal;
using spi::Task;
namespace json = boost::json;

namespace {

struct Cell {
  std::string glyph = " ";  // "" behind a wide one
  Look look;
};

bool same(const Look& a, const Look& b) {
  return a.underline == b.underline && a.inverted == b.inverted && a.flash == b.flash;
}
bool blank(const Cell& cell) { return cell.glyph == " " && same(cell.look, {}); }

json::value write_at(int column, int row, const std::string& text, const Look& look) {
  json::object write{{"mode", "absolute"}, {"posX", column}, {"posY", row}, {"text", text}};
  if (!same(look, {}))
    write["textAttr"] = {{"underline", look.underline}, {"inverted", look.inverted}, {"flash", look.flash}};
  return write;
}

}  // namespace

class ShadowScreen::Memory final : public Device {
 public:
  explicit Memory(Facts facts) : facts_(std::move(facts)) { blank_screen(facts_.sizes.front()); }

  const Facts& facts() const override { return facts_; }
  State state() const override {
    State state;
    state.size = size_;
    return state;
  }
  void listen(Listener&) override {}

  Task<void> put(int column, int row, std::string text, Look look) override {
    for (const auto& glyph : glyphs_of(text)) {
      if (column + glyph.columns > size_.columns) break;
      at(column, row) = {glyph.text, look};
      for (int more = 1; more < glyph.columns; ++more) at(column + more, row) = {"", look};
      column += glyph.columns;
    }
    co_return;
  }
  Task<void> clear(int column, int row, Size area) override {
    for (int y = row; y < row + area.rows; ++y)
      for (int x = column; x < column + area.columns; ++x) at(x, y) = {};
    co_return;
  }
  Task<void> scroll() override {
    rows_.erase(rows_.begin());
    rows_.emplace_back(static_cast<std::size_t>(size_.columns));
    co_return;
  }
  Task<void> set_cursor(int column, int row, bool) override {
    column_ = column;
    row_ = row;
    co_return;
  }
  Task<void> resize(Size size) override {
    blank_screen(size);
    co_return;
  }
  Task<void> reset() override {
    blank_screen(size_);
    co_return;
  }
  // Sound and keys are never the shadow's.
  Task<void> beep(Sound, bool) override { co_return; }
  Task<void> start_keys(std::vector<std::string>, std::vector<std::string>, bool) override { co_return; }
  Task<Press> next_key() override {
    throw spi::Fault("a screen in memory has no keys");
    co_return Press{};
  }
  Task<void> stop_keys() override { co_return; }

  std::vector<json::value> paint() const {
    std::vector<json::value> writes;
    for (int row = 0; row < size_.rows; ++row) paint_row(row, writes);
    // A cursor behind the last column cannot be named; it stands there only until the next Write.
    writes.push_back(write_at(std::min(column_, size_.columns - 1), row_, "", {}));
    return writes;
  }
  int column() const { return column_; }
  int row() const { return row_; }
  bool row_blank(int row) const { return std::ranges::all_of(rows_[static_cast<std::size_t>(row)], blank); }

 private:
  Cell& at(int column, int row) {
    return rows_[static_cast<std::size_t>(row)][static_cast<std::size_t>(column)];
  }
  void blank_screen(Size size) {
    size_ = size;
    rows_.assign(static_cast<std::size_t>(size.rows),
                 std::vector<Cell>(static_cast<std::size_t>(size.columns)));
    column_ = row_ = 0;
  }
  // Runs of one look, blanks at the end left out.
  void paint_row(int row, std::vector<json::value>& writes) const {
    const auto& cells = rows_[static_cast<std::size_t>(row)];
    std::size_t end = cells.size();
    while (end > 0 && blank(cells[end - 1])) --end;
    std::size_t begin = 0;
    while (begin < end && blank(cells[begin])) ++begin;
    while (begin < end) {
      std::string text;
      std::size_t next = begin;
      while (next < end && same(cells[next].look, cells[begin].look)) text += cells[next++].glyph;
      writes.push_back(write_at(static_cast<int>(begin), row, text, cells[begin].look));
      begin = next;
    }
  }

  Facts facts_;
  Size size_;
  std::vector<std::vector<Cell>> rows_;
  int column_ = 0, row_ = 0;
};

ShadowScreen::ShadowScreen(spi::ServiceLink& service) : service_(service) { resemble({}); }
ShadowScreen::~ShadowScreen() = default;

void ShadowScreen::resemble(const json::object& capabilities) {
  Facts facts;
  xfs::text_terminal::Capabilities can;
  const json::value part = capabilities;
  const bool told = !capabilities.empty() && !contract::read(&part, can) && !can.resolutions.empty();
  if (told) {
    facts.sizes.clear();
    for (const auto& resolution : can.resolutions)
      facts.sizes.push_back({static_cast<int>(resolution.size_x), static_cast<int>(resolution.size_y)});
  }
  auto memory = std::make_unique<Memory>(std::move(facts));
  memory_ = memory.get();
  std::vector<std::unique_ptr<spi::Provider>> providers;
  providers.push_back(std::make_unique<devices::TextTerminalProvider>(std::move(memory)));
  body_ = std::make_unique<spi::ProviderBody>(std::move(providers));
  body_->attach(service_);
}

Task<json::value> ShadowScreen::run(const contract::CommandInfo& command, const json::value& payload,
                                    spi::Command& context) {
  co_return co_await body_->run(command, payload, context);
}

std::vector<json::value> ShadowScreen::paint() const { return memory_->paint(); }
Size ShadowScreen::size() const { return memory_->state().size; }
bool ShadowScreen::last_row_blank() const { return memory_->row_blank(size().rows - 1); }

json::value ShadowScreen::cursor() const {
  if (memory_->column() >= size().columns) return nullptr;
  return write_at(memory_->column(), memory_->row(), "", {});
}

bool ShadowScreen::spares_last_row(const contract::CommandInfo& command, const json::value& payload) const {
  using namespace xfs::text_terminal;
  Write wanted;
  if (command.name != "TextTerminal.Write" || contract::read(&payload, wanted)) return false;
  const bool relative = wanted.mode == Modes::relative;
  constexpr std::int64_t far = 1'000'000;  // beyond any screen
  std::int64_t column = std::clamp<std::int64_t>(wanted.pos_x, -far, far) + (relative ? memory_->column() : 0);
  std::int64_t row = std::clamp<std::int64_t>(wanted.pos_y, -far, far) + (relative ? memory_->row() : 0);
  for (const auto& glyph : glyphs_of(wanted.text)) {
    const bool next = glyph.text == "\n" || column + glyph.columns > size().columns;
    row += next ? 1 : 0;
    column = (next ? 0 : column) + (glyph.text == "\n" ? 0 : glyph.columns);
  }
  return row < size().rows - 1 && column < size().columns;
}

}  // namespace sesame::cardless
