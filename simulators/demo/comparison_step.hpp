// The demo's last word: whether the application could tell its customers apart. Pure functions over the stage's recording.
#pragma once

#include <vector>

#include "simulators/demo/report.hpp"
#include "simulators/demo/stage.hpp"

namespace sesame::simulators {

/// A customer whose messages are compared, by the number that the application gave him.
struct ComparedCustomer {
  std::string how;  // "card", "face"
  std::int64_t number = 0;
};

/// Compares each customer with the first, and the application's idle reads (those that timed out) with each other.
/// StepFailed with the first difference.
spi::Task<Finding> compare_customers(const Stage& stage, std::vector<ComparedCustomer> customers);

/// The comparison is worth something only if it finds what is different: the first customer with two events swapped.
spi::Task<Finding> compare_swapped(const Stage& stage, ComparedCustomer customer);

}  // namespace sesame::simulators
