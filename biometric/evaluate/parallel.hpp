// Work on many independent items over the cores. Returns when all is done; the first failure ends it early
// and is thrown here.
#pragma once

#include <cstddef>
#include <functional>

namespace sesame::evaluation {

// As many workers as there are cores, or as `wanted` says.
unsigned workers_for(unsigned wanted);

// Calls work(worker, item) for every item from 0; workers are numbered from 0 and work on one item at a time.
void in_parallel(unsigned workers, std::size_t items, const std::function<void(unsigned, std::size_t)>& work);

}  // namespace sesame::evaluation
