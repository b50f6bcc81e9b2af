#include "spi/service/waiting.hpp"

namespace sesame::spi {

Suspension::~Suspension() {
  if (handle_) *handle_ = {};
}

void Suspension::suspend(std::coroutine_handle<> handle, Context context) {
  handle_ = std::make_shared<std::coroutine_handle<>>(handle);
  context_ = context;
  waiting_ = true;
  if (context_.scope->requested()) {
    on_cancel();
    return;
  }
  context_.scope->add(*this);
  arm();
}

void Suspension::wake() {
  if (!waiting_) return;
  waiting_ = false;
  unhook();
  resume_soon();
}

void Suspension::on_cancel() {
  if (!waiting_) return;
  waiting_ = false;
  canceled_ = true;
  disarm();
  resume_soon();
}

void Suspension::resume_soon() {
  context_.executor->post([handle = handle_] {
    if (const auto waiting = std::exchange(*handle, {})) waiting.resume();
  });
}

void Suspension::check() const {
  if (canceled_) throw Canceled{};
}

void Sleep::arm() {
  const TimePoint when = until_ ? *until_ : context().executor->now() + duration_;
  timer_ = context().executor->call_at(when, [this] {
    timer_ = 0;
    wake();
  });
}

void Sleep::disarm() {
  if (timer_) context().executor->cancel(std::exchange(timer_, 0));
}

Signal::~Signal() {
  while (first_) first_->disarm();
}

void Signal::notify_all() {
  while (first_) {
    Wait* wait = first_;
    wait->disarm();
    wait->wake();
  }
}

void Signal::Wait::arm() {
  previous_ = signal_->last_;
  if (previous_) previous_->next_ = this;
  signal_->last_ = this;
  if (!signal_->first_) signal_->first_ = this;
  listed_ = true;
}

void Signal::Wait::disarm() {
  if (!listed_) return;
  listed_ = false;
  if (previous_) previous_->next_ = next_;
  if (next_) next_->previous_ = previous_;
  if (signal_->first_ == this) signal_->first_ = next_;
  if (signal_->last_ == this) signal_->last_ = previous_;
  previous_ = next_ = nullptr;
}

}  // namespace sesame::spi
