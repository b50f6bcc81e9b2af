// Whose socket is at the other end: one exact question to the kernel's socket table (sock_diag(7)), not a scan of /proc.
#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>

#include "spi/wire/server.hpp"

namespace sesame::spi {
namespace {

struct Question {
  nlmsghdr header;
  inet_diag_req_v2 request;
};

int set_address(const std::string& text, unsigned char (&out)[sizeof(in6_addr)]) {
  if (inet_pton(AF_INET, text.c_str(), out) == 1) return AF_INET;
  if (inet_pton(AF_INET6, text.c_str(), out) == 1) return AF_INET6;
  return AF_UNSPEC;
}

class NetlinkSocket {
 public:
  NetlinkSocket() : fd_(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG)) {
    const timeval limit{1, 0};
    if (fd_ >= 0) setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  }
  ~NetlinkSocket() {
    if (fd_ >= 0) close(fd_);
  }
  NetlinkSocket(const NetlinkSocket&) = delete;
  int fd() const { return fd_; }

 private:
  int fd_;
};

}  // namespace

std::optional<unsigned> peer_uid(const std::string& peer_address, std::uint16_t peer_port, const std::string& own_address,
                                 std::uint16_t own_port) {
  unsigned char source[sizeof(in6_addr)]{}, destination[sizeof(in6_addr)]{};
  const int family = set_address(peer_address, source);
  if (family == AF_UNSPEC || set_address(own_address, destination) != family) return std::nullopt;

  Question question{};
  question.header.nlmsg_len = sizeof question;
  question.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  question.header.nlmsg_flags = NLM_F_REQUEST;
  question.request.sdiag_family = static_cast<__u8>(family);
  question.request.sdiag_protocol = IPPROTO_TCP;
  question.request.idiag_states = ~0u;
  auto& id = question.request.id;
  id.idiag_sport = htons(peer_port);
  id.idiag_dport = htons(own_port);
  std::memcpy(id.idiag_src, source, sizeof source);
  std::memcpy(id.idiag_dst, destination, sizeof destination);
  id.idiag_cookie[0] = id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;

  const NetlinkSocket socket;
  if (socket.fd() < 0 || send(socket.fd(), &question, sizeof question, 0) < 0) return std::nullopt;
  alignas(nlmsghdr) char answer[4096];
  const ssize_t size = recv(socket.fd(), answer, sizeof answer, 0);
  if (size < static_cast<ssize_t>(sizeof(nlmsghdr) + sizeof(inet_diag_msg))) return std::nullopt;
  nlmsghdr header;
  std::memcpy(&header, answer, sizeof header);
  if (header.nlmsg_type != SOCK_DIAG_BY_FAMILY) return std::nullopt;
  inet_diag_msg message;
  std::memcpy(&message, answer + NLMSG_HDRLEN, sizeof message);
  // A socket that its process has closed already belongs to nobody, and the kernel then says uid 0.
  if (message.idiag_inode == 0) return std::nullopt;
  return message.idiag_uid;
}

}  // namespace sesame::spi
