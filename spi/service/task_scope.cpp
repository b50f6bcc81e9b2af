#include "spi/service/task_scope.hpp"

namespace sesame::spi {

// The bottom frame of a spawned task: starts when the executor comes to it, tells its scope when it ends.
class TaskScope::Root {
 public:
  Root(Task<void> task, TaskScope& owner) : owner_(owner), body_(run(std::move(task), owner)) {}

  void start(CancelScope* scope) {
    executor_ = &owner_.executor_;
    starter_ = std::make_shared<Root*>(this);
    context_ = {executor_, scope};
    executor_->post([starter = starter_] {
      if (Root* root = *starter) root->begin();
    });
  }
  ~Root() {
    if (starter_) *starter_ = nullptr;
  }

 private:
  struct Body {
    struct promise_type : detail::PromiseBase {
      Root* root = nullptr;
      Body get_return_object() { return Body{std::coroutine_handle<promise_type>::from_promise(*this)}; }
      void return_void() noexcept {}
      auto final_suspend() noexcept {
        struct Finish {
          bool await_ready() noexcept { return false; }
          void await_suspend(std::coroutine_handle<promise_type> done) noexcept {
            Root* finished = done.promise().root;
            finished->owner_.finished(finished);
          }
          void await_resume() noexcept {}
        };
        return Finish{};
      }
    };
    explicit Body(std::coroutine_handle<promise_type> h) : handle(h) {}
    Body(Body&& other) noexcept : handle(std::exchange(other.handle, {})) {}
    Body& operator=(Body&&) = delete;
    ~Body() {
      if (handle) handle.destroy();
    }
    std::coroutine_handle<promise_type> handle;
  };

  static Body run(Task<void> task, TaskScope& owner) {
    try {
      co_await task;
    } catch (const Canceled&) {
    } catch (...) {
      owner.executor_.unhandled(std::current_exception());
    }
  }
  void begin() {
    body_.handle.promise().root = this;
    body_.handle.promise().context = context_;
    body_.handle.resume();
  }

  TaskScope& owner_;
  Executor* executor_ = nullptr;
  Context context_;
  std::shared_ptr<Root*> starter_;
  Body body_;
};

TaskScope::TaskScope(Executor& executor, CancelScope* parent) : executor_(executor), scope_(parent) {}

TaskScope::~TaskScope() {
  *alive_ = false;
  running_.clear();
}

void TaskScope::spawn(Task<void> task, CancelScope* scope) {
  running_.push_back(std::make_unique<Root>(std::move(task), *this));
  running_.back()->start(scope ? scope : &scope_);
}

// The frame that just ended is still on the stack: it is destroyed from the executor.
void TaskScope::finished(Root* root) {
  executor_.post([this, alive = alive_, root] {
    if (!*alive) return;
    running_.remove_if([root](const auto& each) { return each.get() == root; });
    if (running_.empty()) finished_.notify_all();
  });
}

Task<void> TaskScope::idle() {
  while (!running_.empty()) co_await finished_.wait();
}

}  // namespace sesame::spi
