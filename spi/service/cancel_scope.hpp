// What a task is cancelled by. A scope belongs to whoever runs a piece of work (a command, one side of a race, a session);
// a request reaches every operation suspended in it and in the scopes below it, once and for all. Executor thread only.
#pragma once

#include <cstdint>

namespace sesame::spi {

/// An operation or a scope that wants to hear of a cancel request. Leaves its scope by itself when destroyed.
class CancelHook {
 public:
  CancelHook() = default;
  CancelHook(const CancelHook&) = delete;
  CancelHook& operator=(const CancelHook&) = delete;

 protected:
  virtual ~CancelHook() { unhook(); }
  void unhook();

 private:
  friend class CancelScope;
  virtual void on_cancel() = 0;

  CancelHook* previous_ = nullptr;
  CancelHook* next_ = nullptr;
  class CancelScope* scope_ = nullptr;
};

class CancelScope final : private CancelHook {
 public:
  /// A scope of its own, or one below `parent`, which must outlive it.
  explicit CancelScope(CancelScope* parent = nullptr);
  ~CancelScope();

  void request();
  bool requested() const { return requested_; }

  /// Calls hook.on_cancel() when a request comes. The hook must not be in a scope already.
  void add(CancelHook& hook);

 private:
  friend class CancelHook;
  void on_cancel() override { request(); }

  CancelHook* first_ = nullptr;
  bool requested_ = false;
};

}  // namespace sesame::spi
