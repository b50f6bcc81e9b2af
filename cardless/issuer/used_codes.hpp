// UsedCodes: the last moment that each token used, remembered over restarts and power cuts. The ATM asks it
// before it makes a code, the issuer's host before it accepts one; each has its own. Called from one thread
// at a time.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string_view>
#include <unordered_map>

#include "biometric/template/secret.hpp"

namespace sesame::cardless {

class UsedCodes {
 public:
  virtual ~UsedCodes() = default;

  // 0 for a token that was never seen.
  virtual std::uint64_t last(std::string_view pan) const = 0;

  // False, and nothing changed, unless `moment` is later than last(pan). It is guaranteed that the moment is
  // on stable storage before this returns true. Throws std::runtime_error when it cannot be stored: then
  // nothing was used.
  virtual bool use(std::string_view pan, std::uint64_t moment) = 0;
};

// In one file of the owner's (mode 0600, locked for one process), appended to and synced at each use. 32
// bytes a record:
//   16  HMAC-SHA256 of the PAN, cut short: no PAN is in the file
//    8  the moment, big-endian
//    8  HMAC-SHA256 of the 24 bytes before, cut short
// A last record that a power cut left unfinished was never used, and is dropped; any other that is wrong is
// refused. The file is rewritten without what is outdated when it is opened.
class UsedCodesFile : public UsedCodes {
 public:
  // `key`: 32 bytes or more, the same for the life of the file. Throws std::runtime_error in a sentence that
  // names the file.
  UsedCodesFile(std::filesystem::path file, biometric::Secret key);
  ~UsedCodesFile() override;
  UsedCodesFile(const UsedCodesFile&) = delete;
  UsedCodesFile& operator=(const UsedCodesFile&) = delete;

  std::uint64_t last(std::string_view pan) const override;
  bool use(std::string_view pan, std::uint64_t moment) override;

 private:
  using Token = std::array<std::uint8_t, 16>;
  struct TokenHash {
    std::size_t operator()(const Token& token) const;
  };

  Token token_of(std::string_view pan) const;
  biometric::Bytes record(const Token& token, std::uint64_t moment) const;
  void open_and_lock();
  void load();
  void compact();
  void append(const biometric::Bytes& record);
  [[noreturn]] void fail(const std::string& what) const;

  std::filesystem::path file_;
  biometric::Secret key_;
  int descriptor_ = -1;
  std::uint64_t records_ = 0;
  std::unordered_map<Token, std::uint64_t, TokenHash> last_;
};

}  // namespace sesame::cardless
