// The bar code reader that applications see. While the application does not read, a session may: its read ends as soon
// as the application wants the reader, and goes on afterwards. That the scanner is on for a session is not in the status
// that applications see. Owned by its service; executor thread only.
#pragma once

#include <optional>
#include <string>

#include "cardless/front/front.hpp"

namespace sesame::cardless {

class BarcodeReaderFront final : public Front {
 public:
  BarcodeReaderFront(spi::Executor& executor, Upstream::Connect connect) : Front(executor, std::move(connect)) {}

  /// What the next QR code says (sensitive): 1 to 512 printable ASCII characters, other codes are passed over. Waits as
  /// long as it takes; one at a time.
  spi::Task<std::string> read_code();

  spi::Task<boost::json::value> run(const contract::CommandInfo& command, const boost::json::value& payload,
                                    spi::Command& context) override;
  boost::json::object status() const override;

 private:
  struct Attempt {
    std::string code;      // "" for none
    bool refused = false;  // by the original
  };
  spi::Task<Attempt> read_once();
  void upstream_status_changed() override;
  bool scanner_on() const;

  std::optional<spi::RawCall> reading_;  // the session's read
  int application_ = 0;                  // commands of the application that run or wait
  bool on_for_session_ = false;          // until the scanner is off again
  spi::Signal changed_;
};

}  // namespace sesame::cardless
