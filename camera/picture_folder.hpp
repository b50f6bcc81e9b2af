// PictureFolder: the recording medium of a Camera service, a folder with a limit to the number of its
// pictures. An operator empties it by moving files away. Calls touch the disk; one thread at a time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace sesame::camera {

class PictureFolder {
 public:
  // Makes the folder (mode 0700). Throws std::runtime_error that names it.
  PictureFolder(std::filesystem::path folder, std::int64_t maximum);

  std::int64_t maximum() const { return maximum_; }
  // Pictures in it now, by whomever put there, of one camera ("person-...").
  std::int64_t count(const std::string& camera) const;
  std::int64_t count() const { return count(""); }
  // Writes a new file, mode 0600. Throws std::runtime_error: a full disk, a folder that is gone. Nothing
  // partial is left.
  void keep(const std::string& camera, std::int64_t wall_milliseconds, const std::vector<std::uint8_t>& jpeg);

 private:
  std::filesystem::path folder_;
  std::int64_t maximum_;
  std::uint64_t serial_ = 0;
};

}  // namespace sesame::camera
