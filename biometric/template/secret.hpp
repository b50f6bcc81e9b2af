// Memory for what must not leak: anonymous, locked, kept out of core dumps, cleansed when it goes.
// Each value has one owner and moves with it; there is no copy constructor, so that every copy is written
// out. Thread rule: as a std::vector.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace sesame::biometric {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

// Whole pages of their own: never shared with other data, never in a core dump, never on a swap device.
class LockedMemory {
 public:
  LockedMemory() = default;
  // Throws std::runtime_error, naming RLIMIT_MEMLOCK, where the system refuses to lock that much.
  explicit LockedMemory(std::size_t bytes);
  ~LockedMemory();
  LockedMemory(LockedMemory&& other) noexcept;
  LockedMemory& operator=(LockedMemory&& other) noexcept;

  std::uint8_t* data() { return data_; }
  const std::uint8_t* data() const { return data_; }
  // Usable bytes: what was asked for, rounded up to whole pages.
  std::size_t size() const { return size_; }

 private:
  void release() noexcept;

  std::uint8_t* data_ = nullptr;
  std::size_t size_ = 0;
};

// A key, a PIN, an opened template.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::size_t bytes);
  // Copies; the source stays the caller's to cleanse.
  explicit Secret(ByteView bytes);
  static Secret of_text(std::string_view text);
  // Fresh bytes of the operating system's generator.
  static Secret random(std::size_t bytes);

  std::span<std::uint8_t> bytes() { return {memory_.data(), size_}; }
  ByteView view() const { return {memory_.data(), size_}; }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  Secret copy() const { return Secret(view()); }

 private:
  LockedMemory memory_;
  std::size_t size_ = 0;
};

// Overwrites, in a way that no compiler removes.
void cleanse(std::span<std::uint8_t> bytes) noexcept;
void cleanse(std::span<float> values) noexcept;
void cleanse(std::string& text) noexcept;

// Reads a small file that holds a secret (at most 4096 bytes). Refuses, with a sentence that names the file,
// one that is missing, no regular file, of another owner, or open to anybody but its owner (mode other than
// 0600 and 0400).
Secret read_secret_file(const std::filesystem::path& file);

}  // namespace sesame::biometric
