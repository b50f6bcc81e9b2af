#include "spi/wire/local_socket.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <deque>
#include <optional>
#include <utility>

#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/write.hpp>

namespace sesame::spi {
namespace asio = boost::asio;
using Unix = asio::local::stream_protocol;
using ErrorCode = boost::system::error_code;

namespace {

class LineChannel final : public Channel, public std::enable_shared_from_this<LineChannel> {
 public:
  LineChannel(Unix::socket socket, LocalSocketLimits limits)
      : socket_(std::move(socket)), limits_(limits), incoming_(limits.line_bytes) {}

  void receive(Receiver receiver) override {
    receiver_ = std::move(receiver);
    if (!std::exchange(reading_, true)) asio::post(socket_.get_executor(), [self = shared_from_this()] { self->read(); });
  }
  void send(std::string line) override {
    if (closing_) return;
    outgoing_bytes_ += line.size() + 1;
    if (outgoing_bytes_ > limits_.outgoing_bytes) return end_soon("it does not read what it is sent");
    outgoing_.push_back(std::move(line) + "\n");
    if (outgoing_.size() == 1) write();
  }
  void close(std::string_view reason) override {
    if (std::exchange(closing_, true)) return;
    reason_ = reason;
    if (outgoing_.empty()) end_soon(reason);
  }

 private:
  void read() {
    asio::async_read_until(socket_, incoming_, '\n', [self = shared_from_this()](const ErrorCode& error, std::size_t count) {
      if (error == asio::error::not_found) return self->ended("its line is too long");
      if (error) return self->ended(error == asio::error::eof ? "it closed the connection" : error.message());
      self->on_line(count);
    });
  }
  void on_line(std::size_t count) {
    const auto* begin = static_cast<const char*>(incoming_.data().data());
    std::string line(begin, count - 1);
    incoming_.consume(count);
    if (line.ends_with('\r')) line.pop_back();
    if (receiver_.on_frame) receiver_.on_frame(line);
    if (socket_.is_open()) read();
  }
  void write() {
    asio::async_write(socket_, asio::buffer(outgoing_.front()), [self = shared_from_this()](const ErrorCode& error, std::size_t) {
      if (error) return self->ended(error.message());
      self->outgoing_bytes_ -= self->outgoing_.front().size();
      self->outgoing_.pop_front();
      if (!self->outgoing_.empty()) return self->write();
      if (self->closing_) self->ended(self->reason_);
    });
  }
  void end_soon(std::string_view reason) {
    closing_ = true;
    asio::post(socket_.get_executor(), [self = shared_from_this(), text = std::string(reason)] { self->ended(text); });
  }
  void ended(std::string_view reason) {
    closing_ = true;
    ErrorCode ignored;
    socket_.close(ignored);
    const Receiver receiver = std::exchange(receiver_, {});
    if (receiver.on_closed) receiver.on_closed(reason);
  }

  Unix::socket socket_;
  LocalSocketLimits limits_;
  asio::streambuf incoming_;
  std::deque<std::string> outgoing_;
  std::size_t outgoing_bytes_ = 0;
  Receiver receiver_;
  std::string reason_;
  bool reading_ = false, closing_ = false;
};

std::optional<unsigned> peer_user(Unix::socket& socket) {
  ucred credentials{};
  socklen_t size = sizeof credentials;
  if (getsockopt(socket.native_handle(), SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) return std::nullopt;
  return credentials.uid;
}

bool answers(asio::io_context& context, const std::string& path) {
  Unix::socket probe(context);
  ErrorCode error;
  probe.connect(Unix::endpoint(path), error);
  return !error;
}

}  // namespace

struct LocalServer::State : std::enable_shared_from_this<LocalServer::State> {
  State(AsioExecutor& executor, std::string p, Accept a, LocalSocketLimits l)
      : path(std::move(p)), on_accept(std::move(a)), limits(l), acceptor(executor.context()), retry(executor.context()) {}

  std::string path;
  Accept on_accept;
  LocalSocketLimits limits;
  Unix::acceptor acceptor;
  asio::steady_timer retry;
  std::shared_ptr<std::size_t> connections = std::make_shared<std::size_t>(0);

  void accept() {
    acceptor.async_accept([self = shared_from_this()](const ErrorCode& error, Unix::socket socket) {
      if (error == asio::error::operation_aborted) return;
      if (!error) {
        self->take(std::move(socket));
        return self->accept();
      }
      // Out of file descriptors or the like: let some go, then go on.
      self->retry.expires_after(std::chrono::milliseconds(100));
      self->retry.async_wait([self](const ErrorCode& stopped) {
        if (!stopped) self->accept();
      });
    });
  }
  void take(Unix::socket socket) {
    const auto uid = peer_user(socket);
    if (!uid || (*uid != 0 && *uid != geteuid()) || *connections >= limits.connections) return;
    auto channel = std::make_shared<LineChannel>(std::move(socket), limits);
    ++*connections;
    auto counted = std::shared_ptr<Channel>(channel.get(), [channel, count = connections](Channel*) mutable {
      channel.reset();
      --*count;
    });
    on_accept(std::move(counted), ClientIdentity{uid, "local socket", false});
  }
};

LocalServer::LocalServer(AsioExecutor& executor, std::string path, Accept accept, LocalSocketLimits limits)
    : state_(std::make_shared<State>(executor, std::move(path), std::move(accept), limits)) {
  const std::string& name = state_->path;
  if (name.size() >= sizeof(sockaddr_un::sun_path))
    throw std::runtime_error(name + ": expected a socket path of fewer than " + std::to_string(sizeof(sockaddr_un::sun_path)) + " characters");
  if (answers(executor.context(), name)) throw std::runtime_error(name + ": another process serves this socket already");
  ::unlink(name.c_str());
  ErrorCode error;
  state_->acceptor.open(Unix(), error);
  const mode_t before = ::umask(0177);
  if (!error) state_->acceptor.bind(Unix::endpoint(name), error);
  ::umask(before);
  if (!error) state_->acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) throw std::runtime_error(name + ": the socket cannot be made: " + error.message());
  state_->accept();
}

LocalServer::~LocalServer() {
  ErrorCode ignored;
  state_->acceptor.close(ignored);
  state_->retry.cancel();
  ::unlink(state_->path.c_str());
}

Task<std::shared_ptr<Channel>> connect_local(AsioExecutor& executor, std::string path, LocalSocketLimits limits) {
  Unix::socket socket(executor.context());
  ErrorCode error;
  // A Unix socket accepts at once or refuses at once.
  socket.connect(Unix::endpoint(path), error);
  if (error) throw std::runtime_error(path + ": no host answers here (" + error.message() + "); is `sesame serve` running?");
  co_return std::make_shared<LineChannel>(std::move(socket), limits);
}

}  // namespace sesame::spi
