#include "cardless/commands/issuer_commands.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <stdexcept>

#include "biometric/template/secret.hpp"
#include "cardless/issuer/enrolment_codes.hpp"
#include "cardless/issuer/luhn.hpp"

namespace sesame::cardless {

namespace {

std::string first_line(const std::string& file) {
  const auto secret = biometric::read_secret_file(file);
  std::string text(secret.view().begin(), secret.view().end());
  text = text.substr(0, text.find_first_of("\r\n"));
  if (!luhn_valid(text)) throw std::runtime_error(file + ": expected a card number in its first line");
  return text;
}

}  // namespace

int enrolment_code(const EnrolmentCodeOptions& options) {
  EnrolmentCodes codes(options.file, biometric::read_secret_file(options.key_file));
  std::string pan = options.pan_file.empty() ? "" : first_line(options.pan_file);
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const std::string code =
      codes.issue(options.customer, pan, now, std::chrono::hours(24 * options.days), options.age);
  biometric::cleanse(pan);
  std::printf("%s\n", code.c_str());
  std::fprintf(stderr, "good once, for %d day%s\n", options.days, options.days == 1 ? "" : "s");
  return 0;
}

int code_key(const std::string& file) {
  const auto key = biometric::Secret::random(32);
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor < 0) throw std::runtime_error(file + ": no key can be made there: " + std::strerror(errno));
  const auto bytes = key.view();
  const bool written =
      ::write(descriptor, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()) &&
      ::fsync(descriptor) == 0;
  ::close(descriptor);
  if (!written) throw std::runtime_error(file + ": the key could not be written");
  return 0;
}

}  // namespace sesame::cardless
