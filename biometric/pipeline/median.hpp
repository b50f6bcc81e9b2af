// The median of a few values; of an even number the greater of the two in the middle. Pure function.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace sesame::biometric {

// Of one value and more.
template <class Number>
Number median(std::vector<Number> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace sesame::biometric
