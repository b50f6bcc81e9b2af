#include "cardless/issuer/used_codes.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "biometric/template/crypto.hpp"

namespace sesame::cardless {

namespace {

constexpr std::size_t token_bytes = 16;
constexpr std::size_t record_bytes = 32;
constexpr std::size_t mac_bytes = 8;
// Rewriting pays when most of the file is outdated.
constexpr std::uint64_t records_worth_compacting = 1024;

bool write_all(int descriptor, biometric::ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return true;
}

bool sync_folder(const std::filesystem::path& file) {
  const std::filesystem::path folder =
      file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return false;
  const bool synced = ::fsync(descriptor) == 0;
  ::close(descriptor);
  return synced;
}

}  // namespace

std::size_t UsedCodesFile::TokenHash::operator()(const Token& token) const {
  std::size_t hash = 0;  // a token is a keyed digest already
  std::memcpy(&hash, token.data(), sizeof hash);
  return hash;
}

UsedCodesFile::UsedCodesFile(std::filesystem::path file, biometric::Secret key)
    : file_(std::move(file)), key_(std::move(key)) {
  if (key_.size() < biometric::key_bytes) fail("needs a key of 32 bytes or more");
  // A constructor that throws runs no destructor: the descriptor would stay open, and the file locked.
  try {
    open_and_lock();
    load();
    if (records_ > 2 * last_.size() + records_worth_compacting) compact();
  } catch (...) {
    if (descriptor_ >= 0) ::close(descriptor_);
    throw;
  }
}

UsedCodesFile::~UsedCodesFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void UsedCodesFile::fail(const std::string& what) const {
  throw std::runtime_error("the file of used codes " + file_.string() + " " + what);
}

void UsedCodesFile::open_and_lock() {
  descriptor_ = ::open(file_.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (descriptor_ < 0) fail(std::string("does not open: ") + std::strerror(errno));
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) fail("is in use by another process");
  struct stat opened {};
  struct stat named {};
  if (::fstat(descriptor_, &opened) != 0 || ::stat(file_.c_str(), &named) != 0 ||
      opened.st_ino != named.st_ino) {
    fail("was replaced by another process while it was opened: try again");
  }
  if ((opened.st_mode & 0177) != 0) fail("is open to others: expected mode 0600");
  if (!sync_folder(file_)) fail(std::string("cannot be made to last: ") + std::strerror(errno));
}

UsedCodesFile::Token UsedCodesFile::token_of(std::string_view pan) const {
  biometric::Fields fields("sesame used code");
  const biometric::Digest digest = biometric::hmac_sha256(key_.view(), fields.add(pan).view());
  Token token{};
  std::copy_n(digest.begin(), token.size(), token.begin());
  return token;
}

biometric::Bytes UsedCodesFile::record(const Token& token, std::uint64_t moment) const {
  biometric::Bytes bytes(token.begin(), token.end());
  for (int shift = 56; shift >= 0; shift -= 8) bytes.push_back(static_cast<std::uint8_t>(moment >> shift));
  const biometric::Digest mac = biometric::hmac_sha256(key_.view(), bytes);
  bytes.insert(bytes.end(), mac.begin(), mac.begin() + mac_bytes);
  return bytes;
}

void UsedCodesFile::load() {
  struct stat status {};
  if (::fstat(descriptor_, &status) != 0) fail(std::string("cannot be read: ") + std::strerror(errno));
  biometric::Bytes bytes(static_cast<std::size_t>(status.st_size));
  std::size_t have = 0;
  while (have < bytes.size()) {
    const ssize_t got =
        ::pread(descriptor_, bytes.data() + have, bytes.size() - have, static_cast<off_t>(have));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) fail(std::string("cannot be read: ") + std::strerror(errno));
    have += static_cast<std::size_t>(got);
  }
  std::size_t good = 0;
  for (; good + record_bytes <= bytes.size(); good += record_bytes) {
    const biometric::ByteView stored = biometric::ByteView(bytes).subspan(good, record_bytes);
    Token token{};
    std::copy_n(stored.begin(), token.size(), token.begin());
    std::uint64_t moment = 0;
    for (std::size_t i = 0; i < 8; ++i) moment = moment << 8 | stored[token_bytes + i];
    if (!biometric::equal_in_constant_time(record(token, moment), stored)) break;
    std::uint64_t& last = last_[token];
    last = std::max(last, moment);
    ++records_;
  }
  // What a power cut leaves of a record: its beginning, or zeros where it would have been.
  const biometric::ByteView rest = biometric::ByteView(bytes).subspan(good);
  const bool unfinished =
      rest.size() < record_bytes || std::ranges::all_of(rest, [](std::uint8_t byte) { return byte == 0; });
  if (!unfinished) {
    fail("is damaged, or belongs to another key: record " + std::to_string(records_ + 1) + " of " +
         std::to_string(bytes.size() / record_bytes) +
         " is wrong. Nothing was changed; restore it, or move it away to "
         "begin a new one");
  }
  if (good != bytes.size() && ::ftruncate(descriptor_, static_cast<off_t>(good)) != 0) {
    fail(std::string("cannot be repaired: ") + std::strerror(errno));
  }
}

void UsedCodesFile::compact() {
  const std::filesystem::path fresh = file_.string() + ".new";
  ::unlink(fresh.c_str());
  const int descriptor = ::open(fresh.c_str(), O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);
  if (descriptor < 0) return;  // the long file is as good
  biometric::Bytes all;
  all.reserve(last_.size() * record_bytes);
  for (const auto& [token, moment] : last_) {
    const biometric::Bytes bytes = record(token, moment);
    all.insert(all.end(), bytes.begin(), bytes.end());
  }
  // Locked before it has its name, so that no other process finds it free.
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0 || !write_all(descriptor, all) ||
      ::fsync(descriptor) != 0 || ::rename(fresh.c_str(), file_.c_str()) != 0) {
    ::close(descriptor);
    ::unlink(fresh.c_str());
    return;
  }
  ::close(descriptor_);
  descriptor_ = descriptor;
  records_ = last_.size();
  if (!sync_folder(file_)) fail(std::string("cannot be made to last: ") + std::strerror(errno));
}

void UsedCodesFile::append(const biometric::Bytes& bytes) {
  if (write_all(descriptor_, bytes) && ::fdatasync(descriptor_) == 0) return;
  const int error = errno;
  // Half a record would stand in the way of the next one.
  if (::ftruncate(descriptor_, static_cast<off_t>(records_ * record_bytes)) != 0) {
    fail(std::string("cannot be written, nor repaired: ") + std::strerror(errno));
  }
  fail(error == ENOSPC ? "cannot be written: the disk is full. No code was used"
                       : std::string("cannot be written: ") + std::strerror(error));
}

std::uint64_t UsedCodesFile::last(std::string_view pan) const {
  const auto found = last_.find(token_of(pan));
  return found == last_.end() ? 0 : found->second;
}

bool UsedCodesFile::use(std::string_view pan, std::uint64_t moment) {
  const Token token = token_of(pan);
  const auto found = last_.find(token);
  if (found != last_.end() && moment <= found->second) return false;
  append(record(token, moment));
  ++records_;
  last_[token] = moment;
  return true;
}

}  // namespace sesame::cardless
