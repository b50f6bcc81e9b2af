#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "biometric/template/crypto.hpp"
#include "biometric/template/master_key.hpp"

namespace sesame::biometric {

namespace {

class KeyFile : public MasterKey {
 public:
  explicit KeyFile(Secret key) : key_(std::move(key)) {
    const Digest check = hmac_sha256(key_.view(), as_bytes("sesame master key id 1"));
    id_ = "file:" + to_hex(ByteView(check).first(8));
  }

  std::string id() const override { return id_; }
  Bytes wrap(const Secret& data_key, ByteView context) override {
    return seal(key_.view(), data_key.view(), context);
  }
  Secret unwrap(ByteView wrapped, ByteView context) override { return open(key_.view(), wrapped, context); }

 private:
  Secret key_;
  std::string id_;
};

}  // namespace

std::unique_ptr<MasterKey> open_key_file(const std::filesystem::path& file, KeyFileUse use) {
  if (use != KeyFileUse::insecure_accepted) {
    throw std::runtime_error(
        "the master key file " + file.string() +
        " is refused: a key on the same disk as the faces protects nothing. Use a PKCS#11 "
        "token, or accept an insecure key file in so many words");
  }
  Secret key = read_secret_file(file);
  if (key.size() != key_bytes) {
    throw std::runtime_error("the master key file " + file.string() + " has " + std::to_string(key.size()) +
                             " bytes: expected 32");
  }
  spdlog::warn(
      "insecure: the master key of the identity store is the file {}; use a PKCS#11 token in service",
      file.string());
  return std::make_unique<KeyFile>(std::move(key));
}

void create_key_file(const std::filesystem::path& file) {
  const Secret key = Secret::random(key_bytes);
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor < 0) {
    throw std::runtime_error("cannot make the key file " + file.string() + ": " + std::strerror(errno));
  }
  const bool written =
      ::write(descriptor, key.view().data(), key.size()) == static_cast<ssize_t>(key.size()) &&
      ::fsync(descriptor) == 0;
  ::close(descriptor);
  if (!written) {
    std::filesystem::remove(file);
    throw std::runtime_error("cannot write the key file " + file.string() + ": is the disk full?");
  }
}

}  // namespace sesame::biometric
