#include "cardless/front/barcode_reader_front.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "spi/contract/base64.hpp"

namespace sesame::cardless {
using namespace spi;
namespace json = boost::json;

namespace {

constexpr auto between_attempts = std::chrono::seconds(1);
constexpr std::size_t longest_code = 512;

bool is_claim(const std::string& text) {
  return !text.empty() && text.size() <= longest_code &&
         std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

// What the QR code among the codes seen says, or nothing; a scanner that cannot filter sees others as well.
std::string code_in(const json::value& payload) {
  const auto* object = payload.if_object();
  const auto* output = object ? object->if_contains("readOutput") : nullptr;
  if (!output || !output->is_array()) return {};
  for (const auto& entry : output->get_array()) {
    const auto* code = entry.if_object();
    const auto* symbology = code ? code->if_contains("symbology") : nullptr;
    const auto* data = code ? code->if_contains("barcodeData") : nullptr;
    if (symbology && *symbology == json::value("qrCode") && data && data->is_string())
      return contract::decode_base64(data->get_string()).value_or("");
  }
  return {};
}

}  // namespace

bool BarcodeReaderFront::scanner_on() const {
  const auto* own = upstream().status().if_contains("barcodeReader");
  const auto* scanner = own && own->is_object() ? own->get_object().if_contains("scanner") : nullptr;
  return scanner && *scanner == json::value("on");
}

json::object BarcodeReaderFront::status() const {
  json::object status = Front::status();
  if (on_for_session_ && scanner_on()) status["barcodeReader"].get_object()["scanner"] = "off";
  return status;
}

void BarcodeReaderFront::upstream_status_changed() {
  if (!reading_ && !scanner_on()) on_for_session_ = false;
  Front::upstream_status_changed();
  changed_.notify_all();
}

Task<json::value> BarcodeReaderFront::run(const contract::CommandInfo& command, const json::value& payload,
                                          Command& context) {
  if (command.interface->name != "BarcodeReader") co_return co_await pass(command, payload, context);
  ++application_;
  struct Leave {
    BarcodeReaderFront& front;
    ~Leave() {
      --front.application_;
      front.changed_.notify_all();
    }
  } const leave{*this};
  if (reading_) reading_->cancel();
  while (reading_) co_await changed_.wait();
  on_for_session_ = false;
  co_return co_await pass(command, payload, context);
}

Task<BarcodeReaderFront::Attempt> BarcodeReaderFront::read_once() {
  json::object wanted;
  wanted["symbologies"] = json::object{{"qrCode", true}};
  const json::value payload = std::move(wanted);
  on_for_session_ = true;
  RawCall call = upstream().call("BarcodeReader.Read", payload);
  reading_ = call;
  struct Leave {
    BarcodeReaderFront& front;
    ~Leave() {
      front.reading_.reset();
      if (!front.scanner_on()) front.on_for_session_ = false;
      front.changed_.notify_all();
    }
  } const leave{*this};
  const Upstream::Relay relay(upstream(), call);
  auto ended = co_await outcome(call.completion());
  if (!ended) {
    const RawReply reply = co_await cancel_and_wait(call);
    static_cast<void>(reply);
    throw Canceled{};
  }
  Attempt attempt;
  if (ended->ok()) attempt.code = code_in(*ended->payload);
  const bool yields = ended->code == CompletionCode::canceled && application_ > 0;
  attempt.refused = !ended->ok() && !yields && ended->error_code != "barcodeInvalid";
  co_return attempt;
}

Task<std::string> BarcodeReaderFront::read_code() {
  for (;;) {
    while (application_ > 0 || reading_ || !upstream().ready()) co_await changed_.wait();
    Attempt attempt = co_await read_once();
    if (is_claim(attempt.code)) co_return std::move(attempt.code);
    // A broken reader must not be asked without end; whoever else wants it does not wait for this.
    if (attempt.refused) co_await sleep_for(between_attempts);
  }
}

}  // namespace sesame::cardless
