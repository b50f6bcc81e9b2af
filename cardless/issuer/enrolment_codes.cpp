#include "cardless/issuer/enrolment_codes.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <vector>

#include "biometric/template/crypto.hpp"
#include "cardless/issuer/random_digit.hpp"

namespace sesame::cardless {

namespace {

struct Line {
  std::string code, card, customer;
  std::int64_t until = 0;
  int age = -1;
};

[[noreturn]] void fail(const std::filesystem::path& file, const std::string& what) {
  throw std::runtime_error(file.string() + ": " + what + ": " + std::strerror(errno));
}

// One process at a time; held on a file beside, since the file itself is replaced.
class Lock {
 public:
  explicit Lock(const std::filesystem::path& file)
      : descriptor_(::open((file.string() + ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {
    if (descriptor_ < 0) fail(file, "its lock cannot be made");
    while (flock(descriptor_, LOCK_EX) != 0)
      if (errno != EINTR) fail(file, "it cannot be locked");
  }
  ~Lock() { ::close(descriptor_); }
  Lock(const Lock&) = delete;

 private:
  int descriptor_;
};

std::vector<Line> read_lines(const std::filesystem::path& file) {
  std::vector<Line> lines;
  std::ifstream in(file);
  for (std::string text; std::getline(in, text);) {
    std::istringstream words(text);
    Line line;
    if (words >> line.code >> line.until >> line.card >> line.age &&
        std::getline(words >> std::ws, line.customer))
      lines.push_back(std::move(line));
  }
  return lines;
}

// The new file is on the disk before the old one is gone.
void write_lines(const std::filesystem::path& file, const std::vector<Line>& lines) {
  const std::string fresh = file.string() + ".new";
  const int descriptor = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (descriptor < 0) fail(file, "it cannot be written");
  std::string text;
  for (const auto& line : lines)
    text += line.code + " " + std::to_string(line.until) + " " + line.card + " " + std::to_string(line.age) +
            " " + line.customer + "\n";
  const bool written = ::write(descriptor, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
                       ::fsync(descriptor) == 0;
  ::close(descriptor);
  if (!written || ::rename(fresh.c_str(), file.c_str()) != 0) fail(file, "it cannot be written");
  const auto folder = file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
  const int folder_descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder_descriptor < 0) return;
  ::fsync(folder_descriptor);
  ::close(folder_descriptor);
}

}  // namespace

EnrolmentCodes::EnrolmentCodes(std::filesystem::path file, biometric::Secret key)
    : file_(std::move(file)), key_(std::move(key)) {
  if (key_.size() < biometric::key_bytes)
    throw std::invalid_argument("the key of the enrolment codes is too short: expected 32 bytes or more");
}

std::string EnrolmentCodes::digest(std::string_view purpose, std::string_view text) const {
  biometric::Fields fields(purpose);
  fields.add(text);
  return biometric::to_hex(biometric::hmac_sha256(key_.view(), fields.view()));
}

bool EnrolmentCodes::Redeemed::of_card(const EnrolmentCodes& codes, std::string_view pan) const {
  return card_digest.empty() ||
         biometric::equal_in_constant_time(biometric::as_bytes(card_digest),
                                           biometric::as_bytes(codes.digest("card", pan)));
}

std::string EnrolmentCodes::issue(const std::string& customer, std::string_view pan,
                                  std::chrono::sys_seconds now, std::chrono::seconds good_for, int age) {
  if (customer.empty() || customer.find('\n') != std::string::npos)
    throw std::invalid_argument("the customer's name is empty, or has a line feed in it");
  const Lock lock(file_);
  auto lines = read_lines(file_);
  const auto today = now.time_since_epoch().count();
  std::erase_if(lines, [&](const Line& line) { return line.customer == customer || line.until < today; });
  std::string code, digested;
  do {
    code.clear();
    while (code.size() < digits) code += random_digit();
    digested = digest("enrolment code", code);
  } while (std::ranges::any_of(lines, [&](const Line& line) { return line.code == digested; }));
  lines.push_back(
      {digested, pan.empty() ? "-" : digest("card", pan), customer, today + good_for.count(), age});
  write_lines(file_, lines);
  return code;
}

std::optional<EnrolmentCodes::Redeemed> EnrolmentCodes::redeem(std::string_view code,
                                                               std::chrono::sys_seconds now) {
  const Lock lock(file_);
  auto lines = read_lines(file_);
  const std::string wanted = digest("enrolment code", code);
  std::optional<Redeemed> found;
  for (const auto& line : lines) {
    const bool same =
        biometric::equal_in_constant_time(biometric::as_bytes(line.code), biometric::as_bytes(wanted));
    if (same && line.until >= now.time_since_epoch().count())
      found = Redeemed{line.customer, line.card == "-" ? "" : line.card, line.age};
  }
  std::erase_if(lines, [&](const Line& line) { return line.code == wanted; });
  write_lines(file_, lines);
  return found;
}

}  // namespace sesame::cardless
