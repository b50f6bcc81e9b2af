// libpcsclite behind Pcsc. Two contexts: a context is locked while it waits, and the card is used meanwhile.
#include <winscard.h>

#include "devices/card_reader/drivers/pcsc/pcsc.hpp"

namespace sesame::devices::card_reader {
namespace {

void check(LONG result, const char* what) {
  if (result == SCARD_S_SUCCESS) return;
  const std::string text = std::string(what) + ": " + pcsc_stringify_error(result);
  if (result == SCARD_W_REMOVED_CARD || result == SCARD_E_NO_SMARTCARD) throw CardFault(Trouble::card_gone, text);
  if (result == SCARD_W_UNRESPONSIVE_CARD || result == SCARD_W_UNPOWERED_CARD) throw CardFault(Trouble::chip_silent, text);
  if (result == SCARD_E_READER_UNAVAILABLE || result == SCARD_E_NO_SERVICE || result == SCARD_E_UNKNOWN_READER)
    throw CardFault(Trouble::not_there, text);
  throw spi::Fault(text);
}

class Context {
 public:
  Context() { check(SCardEstablishContext(SCARD_SCOPE_SYSTEM, nullptr, nullptr, &handle_), "pcscd does not answer"); }
  ~Context() { SCardReleaseContext(handle_); }
  Context(const Context&) = delete;
  SCARDCONTEXT get() const { return handle_; }

 private:
  SCARDCONTEXT handle_{};
};

class Library final : public Pcsc {
 public:
  explicit Library(const std::string& name) {
    std::string names(4096, '\0');
    DWORD length = names.size();
    check(SCardListReaders(use_.get(), nullptr, names.data(), &length), "no PC/SC reader is connected");
    for (std::size_t at = 0; at < names.size() && names[at] != '\0'; at += reader_.size() + 1) {
      reader_ = names.c_str() + at;
      if (reader_.find(name) != std::string::npos) return;
    }
    throw spi::Fault("no PC/SC reader has \"" + name + "\" in its name: expected one that pcsc_scan lists");
  }
  ~Library() override { disconnect(); }

  std::optional<bool> wait_for_change(bool present) override {
    SCARD_READERSTATE state{};
    state.szReader = reader_.c_str();
    state.dwCurrentState = present ? SCARD_STATE_PRESENT : SCARD_STATE_EMPTY;
    for (;;) {
      const LONG result = SCardGetStatusChange(watch_.get(), INFINITE, &state, 1);
      if (result == SCARD_E_CANCELLED) return std::nullopt;
      check(result, "the reader cannot be watched");
      if (state.dwEventState & (SCARD_STATE_UNKNOWN | SCARD_STATE_UNAVAILABLE)) check(SCARD_E_READER_UNAVAILABLE, "the reader is gone");
      const bool now = (state.dwEventState & SCARD_STATE_PRESENT) != 0;
      if (now != present) return now;
      state.dwCurrentState = state.dwEventState;
    }
  }
  void cancel_wait() override { SCardCancel(watch_.get()); }

  Bytes connect() override {
    disconnect();
    check(SCardConnect(use_.get(), reader_.c_str(), SCARD_SHARE_EXCLUSIVE, SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1, &card_, &protocol_),
          "the card does not answer");
    connected_ = true;
    Bytes atr(MAX_ATR_SIZE);
    DWORD length = atr.size();
    check(SCardStatus(card_, nullptr, nullptr, nullptr, nullptr, atr.data(), &length), "the card does not answer");
    atr.resize(length);
    return atr;
  }
  Bytes transmit(const Bytes& command) override {
    Bytes answer(MAX_BUFFER_SIZE_EXTENDED);
    DWORD length = answer.size();
    const SCARD_IO_REQUEST* io = protocol_ == SCARD_PROTOCOL_T0 ? SCARD_PCI_T0 : SCARD_PCI_T1;
    check(SCardTransmit(card_, io, command.data(), command.size(), nullptr, answer.data(), &length), "the card does not answer");
    answer.resize(length);
    return answer;
  }
  void disconnect() override {
    if (std::exchange(connected_, false)) SCardDisconnect(card_, SCARD_UNPOWER_CARD);
  }

 private:
  Context watch_, use_;
  std::string reader_;
  SCARDHANDLE card_{};
  DWORD protocol_{};
  bool connected_ = false;
};

}  // namespace

std::unique_ptr<Pcsc> open_pcsc(const std::string& name) { return std::make_unique<Library>(name); }

}  // namespace sesame::devices::card_reader
