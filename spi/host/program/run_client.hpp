// Runs one task of a command-line client to its end on an executor of its own, and gives what it returned.
#pragma once

#include <exception>

#include "spi/service/asio_executor.hpp"
#include "spi/service/task_scope.hpp"

namespace sesame::program {

namespace detail {
inline spi::Task<void> finish(spi::Task<int> task, spi::AsioExecutor& executor, int& result, std::exception_ptr& error) {
  try {
    result = co_await task;
  } catch (...) {
    error = std::current_exception();
  }
  executor.stop();
}
}  // namespace detail

template <class Start>
int run_client(Start start) {
  spi::AsioExecutor executor;
  spi::TaskScope scope(executor);
  int result = 2;
  std::exception_ptr error;
  scope.spawn(detail::finish(start(executor), executor, result, error));
  executor.run();
  if (error) std::rethrow_exception(error);
  return result;
}

}  // namespace sesame::program
