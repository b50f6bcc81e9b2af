#include "cardless/commands/claims.hpp"

#include <termios.h>
#include <unistd.h>

#include <cstdio>
#include <iostream>
#include <stdexcept>

#include "cardless/issuer/luhn.hpp"

namespace sesame::cardless {

namespace {

// Keeps what is typed off the terminal's screen.
class WithoutEcho {
 public:
  WithoutEcho() : on_terminal_(tcgetattr(STDIN_FILENO, &before_) == 0) {
    if (!on_terminal_) return;
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
  }
  ~WithoutEcho() {
    if (!on_terminal_) return;
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
    std::fputs("\n", stderr);
  }
  WithoutEcho(const WithoutEcho&) = delete;
  WithoutEcho& operator=(const WithoutEcho&) = delete;
  bool on_terminal() const { return on_terminal_; }

 private:
  termios before_{};
  bool on_terminal_;
};

std::string asked_for(const std::string& kind) {
  const WithoutEcho silent;
  if (silent.on_terminal()) std::fprintf(stderr, "%s: ", kind.c_str());
  std::string value;
  if (!std::getline(std::cin, value) || value.empty())
    throw std::runtime_error("--claim " + kind + ": expected its value on a line of standard input");
  return value;
}

biometric::Claim read_claim(const std::string& text) {
  const auto equals = text.find('=');
  const std::string kind = text.substr(0, equals);
  const bool number = kind == "phone" || kind == "passcode" || kind == "customer";
  if (!number && kind != "id" && kind != "qr")
    throw std::runtime_error(
        "--claim: expected phone, id, customer, passcode or qr, and =VALUE or nothing after it");
  std::string value = equals == std::string::npos ? asked_for(kind) : text.substr(equals + 1);
  if (value.empty()) throw std::runtime_error("--claim " + kind + ": expected a value after the '='");
  if (number && !all_digits(value))
    throw std::runtime_error("--claim " + kind + ": expected digits, which a keypad has");
  return {kind, std::move(value)};
}

}  // namespace

std::vector<biometric::Claim> read_claims(const std::vector<std::string>& texts) {
  std::vector<biometric::Claim> claims;
  for (const auto& text : texts) claims.push_back(read_claim(text));
  return claims;
}

}  // namespace sesame::cardless
