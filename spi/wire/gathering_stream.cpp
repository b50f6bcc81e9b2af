#include "spi/wire/gathering_stream.hpp"

#include <string>
#include <vector>

namespace sesame::spi::wire {

using Waiting = std::vector<std::function<void()>>;

struct GatheringStream::State : std::enable_shared_from_this<State> {
  State(AsioExecutor& l, std::unique_ptr<Transport> n) : loop(l), next(std::move(n)) {}

  void schedule() {
    if (std::exchange(scheduled, true)) return;
    loop.at_turn_end([state = shared_from_this()] {
      state->scheduled = false;
      state->flush();
    });
  }

  void flush() {
    if (sending.empty() && !gathered.empty()) send(std::make_shared<Waiting>());
  }

  // Who waits belongs to the operation, so that both go together when the loop does.
  void send(std::shared_ptr<Waiting> waiting) {
    in_flight = waiting;
    sending.swap(gathered);
    next->write(asio::buffer(sending), Handler([state = shared_from_this(), waiting](const ErrorCode& failed) { state->sent(failed, waiting); }));
  }

  void sent(const ErrorCode& failed, const std::shared_ptr<Waiting>& waiting) {
    sending.clear();
    error = failed;
    if (error) gathered.clear();
    if (!gathered.empty()) return send(waiting);
    for (auto& then : *waiting) then();
  }

  void drain(std::function<void()> then) {
    flush();
    if (sending.empty()) return then();
    in_flight.lock()->push_back(std::move(then));
  }

  AsioExecutor& loop;
  std::unique_ptr<Transport> next;
  std::string gathered, sending;
  std::weak_ptr<Waiting> in_flight;  // of what is being sent
  ErrorCode error;
  bool scheduled = false;
};

GatheringStream::GatheringStream(AsioExecutor& loop, std::unique_ptr<Transport> transport)
    : state_(std::make_shared<State>(loop, std::move(transport))) {}

Loop GatheringStream::get_executor() noexcept { return state_->loop.context().get_executor(); }
Transport& GatheringStream::transport() { return *state_->next; }

void GatheringStream::close() {
  ErrorCode ignored;
  transport().socket().close(ignored);
}

asio::mutable_buffer GatheringStream::room(std::size_t bytes) {
  std::string& gathered = state_->gathered;
  gathered.resize(gathered.size() + bytes);
  return asio::buffer(gathered.data() + gathered.size() - bytes, bytes);
}

void GatheringStream::written(std::size_t bytes, Handler done) {
  // Never inline, as Asio promises. Who waits holds the state.
  auto complete = [state = state_.get(), bytes, done = std::move(done)] {
    state->loop.post([done, error = state->error, bytes]() mutable { done(error, error ? 0 : bytes); });
  };
  if (state_->error) {
    state_->gathered.clear();
    return complete();
  }
  state_->schedule();
  if (state_->gathered.size() < enough) return complete();
  state_->drain(std::move(complete));
}

void GatheringStream::at_turn_end(std::function<void()> then) { state_->loop.at_turn_end(std::move(then)); }
void GatheringStream::drain(std::function<void()> then) { state_->drain(std::move(then)); }

}  // namespace sesame::spi::wire
