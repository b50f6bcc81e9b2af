#include "spi/service/cancel_scope.hpp"

namespace sesame::spi {

void CancelHook::unhook() {
  if (!scope_) return;
  if (previous_) previous_->next_ = next_;
  if (next_) next_->previous_ = previous_;
  if (scope_->first_ == this) scope_->first_ = next_;
  previous_ = next_ = nullptr;
  scope_ = nullptr;
}

CancelScope::CancelScope(CancelScope* parent) {
  if (!parent) return;
  parent->add(*this);
  requested_ = parent->requested_;
}

CancelScope::~CancelScope() {
  while (first_) first_->unhook();
}

void CancelScope::add(CancelHook& hook) {
  hook.scope_ = this;
  hook.next_ = first_;
  if (first_) first_->previous_ = &hook;
  first_ = &hook;
}

void CancelScope::request() {
  if (requested_) return;
  requested_ = true;
  // A hook may remove itself or others while it hears of the request: take them one by one.
  while (first_) {
    CancelHook* hook = first_;
    hook->unhook();
    hook->on_cancel();
  }
}

}  // namespace sesame::spi
