#include "biometric/template/secret.hpp"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <new>
#include <utility>

namespace sesame::biometric {

namespace {

constexpr std::size_t largest_secret_file = 4096;

std::string lock_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_MEMLOCK, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) {
    return "";
  }
  return " (the limit is " + std::to_string(limit.rlim_cur) + " bytes)";
}

class FileDescriptor {
 public:
  explicit FileDescriptor(int descriptor) : descriptor_(descriptor) {}
  ~FileDescriptor() {
    if (descriptor_ >= 0) {
      close(descriptor_);
    }
  }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  int get() const { return descriptor_; }

 private:
  int descriptor_;
};

}  // namespace

LockedMemory::LockedMemory(std::size_t bytes) {
  if (bytes == 0) {
    return;
  }
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  const std::size_t size = (bytes + page - 1) / page * page;
  void* const mapped = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) {
    throw std::bad_alloc();
  }
  if (mlock(mapped, size) != 0) {
    munmap(mapped, size);
    throw std::runtime_error(
        "cannot lock " + std::to_string(size) +
        " bytes of memory for secrets: raise RLIMIT_MEMLOCK (ulimit -l, or LimitMEMLOCK= of the service)" +
        lock_limit());
  }
  // A core dump must not carry a key. Kernels without the advice are older than any that we support.
  madvise(mapped, size, MADV_DONTDUMP);
  data_ = static_cast<std::uint8_t*>(mapped);
  size_ = size;
}

LockedMemory::~LockedMemory() { release(); }

LockedMemory::LockedMemory(LockedMemory&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

LockedMemory& LockedMemory::operator=(LockedMemory&& other) noexcept {
  if (this != &other) {
    release();
    data_ = std::exchange(other.data_, nullptr);
    size_ = std::exchange(other.size_, 0);
  }
  return *this;
}

void LockedMemory::release() noexcept {
  if (data_ != nullptr) {
    OPENSSL_cleanse(data_, size_);
    munlock(data_, size_);
    munmap(data_, size_);
  }
  data_ = nullptr;
  size_ = 0;
}

Secret::Secret(std::size_t bytes) : memory_(bytes), size_(bytes) {}

Secret::Secret(ByteView bytes) : Secret(bytes.size()) {
  if (!bytes.empty()) {
    std::memcpy(memory_.data(), bytes.data(), bytes.size());
  }
}

Secret Secret::of_text(std::string_view text) {
  return Secret(ByteView(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
}

Secret Secret::random(std::size_t bytes) {
  Secret secret(bytes);
  if (RAND_priv_bytes(secret.memory_.data(), static_cast<int>(bytes)) != 1) {
    throw std::runtime_error("the operating system gives no random bytes: no key can be made");
  }
  return secret;
}

void cleanse(std::span<std::uint8_t> bytes) noexcept { OPENSSL_cleanse(bytes.data(), bytes.size()); }
void cleanse(std::span<float> values) noexcept { OPENSSL_cleanse(values.data(), values.size_bytes()); }
void cleanse(std::string& text) noexcept {
  OPENSSL_cleanse(text.data(), text.size());
  text.clear();
}

Secret read_secret_file(const std::filesystem::path& file) {
  const std::string name = file.string();
  const FileDescriptor descriptor(open(name.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (descriptor.get() < 0) {
    throw std::runtime_error("cannot read the secret file " + name + ": " + std::strerror(errno));
  }
  struct stat status {};
  if (fstat(descriptor.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
    throw std::runtime_error("the secret file " + name + " is not a regular file");
  }
  if (status.st_uid != geteuid() || (status.st_mode & 0177) != 0) {
    throw std::runtime_error("the secret file " + name +
                             " is open to others: it must belong to the user who runs this, with mode 0600");
  }
  if (status.st_size <= 0 || static_cast<std::size_t>(status.st_size) > largest_secret_file) {
    throw std::runtime_error("the secret file " + name + " has " + std::to_string(status.st_size) +
                             " bytes: expected 1 to 4096");
  }
  Secret secret(static_cast<std::size_t>(status.st_size));
  if (read(descriptor.get(), secret.bytes().data(), secret.size()) != static_cast<ssize_t>(secret.size())) {
    throw std::runtime_error("the secret file " + name + " changed while it was read");
  }
  return secret;
}

}  // namespace sesame::biometric
