#include "camera/picture_folder.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <system_error>

namespace sesame::camera {
namespace {

namespace fs = std::filesystem;

bool write_all(int descriptor, const std::vector<std::uint8_t>& bytes) {
  for (std::size_t done = 0; done < bytes.size();) {
    const ssize_t count = ::write(descriptor, bytes.data() + done, bytes.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    done += static_cast<std::size_t>(count);
  }
  return ::fsync(descriptor) == 0;
}

[[noreturn]] void fail(const fs::path& path, const char* what, int error) {
  throw std::runtime_error(path.string() + ": " + what + ": " + std::generic_category().message(error));
}

}  // namespace

PictureFolder::PictureFolder(fs::path folder, std::int64_t maximum)
    : folder_(std::move(folder)), maximum_(maximum) {
  std::error_code error;
  fs::create_directories(folder_, error);
  if (error) fail(folder_, "the folder for pictures cannot be made", error.value());
  ::chmod(folder_.c_str(), 0700);
}

std::int64_t PictureFolder::count(const std::string& camera) const {
  std::int64_t pictures = 0;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder_, error)) {
    const std::string name = entry.path().filename().string();
    if (name.ends_with(".jpg") && (camera.empty() || name.starts_with(camera + "-"))) ++pictures;
  }
  return pictures;
}

void PictureFolder::keep(const std::string& camera, std::int64_t wall_milliseconds,
                         const std::vector<std::uint8_t>& jpeg) {
  const fs::path path =
      folder_ / (camera + "-" + std::to_string(wall_milliseconds) + "-" + std::to_string(++serial_) + ".jpg");
  const fs::path partial = path.string() + ".part";
  const int descriptor = ::open(partial.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (descriptor < 0) fail(partial, "a picture cannot be kept", errno);
  const bool written = write_all(descriptor, jpeg);
  const int error = errno;
  ::close(descriptor);
  if (written && ::rename(partial.c_str(), path.c_str()) == 0) return;
  const int why = written ? errno : error;
  ::unlink(partial.c_str());
  fail(path, "a picture cannot be kept", why);
}

}  // namespace sesame::camera
