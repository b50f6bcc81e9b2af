#include "biometric/evaluate/parallel.hpp"

#include <algorithm>
#include <atomic>
#include <future>
#include <thread>
#include <vector>

namespace sesame::evaluation {

unsigned workers_for(unsigned wanted) {
  return wanted > 0 ? wanted : std::max(1U, std::thread::hardware_concurrency());
}

void in_parallel(unsigned wanted, std::size_t items, const std::function<void(unsigned, std::size_t)>& work) {
  const auto workers =
      static_cast<unsigned>(std::min<std::size_t>(workers_for(wanted), std::max<std::size_t>(items, 1)));
  std::atomic<std::size_t> next{0};
  const auto run = [&](unsigned worker) {
    try {
      for (std::size_t item = next++; item < items; item = next++) work(worker, item);
    } catch (...) {
      next = items;
      throw;
    }
  };
  std::vector<std::future<void>> others;
  for (unsigned worker = 1; worker < workers; ++worker)
    others.push_back(std::async(std::launch::async, run, worker));
  std::exception_ptr failure;
  try {
    run(0);
  } catch (...) {
    failure = std::current_exception();
  }
  for (auto& other : others) {
    try {
      other.get();
    } catch (...) {
      if (!failure) failure = std::current_exception();
    }
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace sesame::evaluation
