// A block of a matrix product with the widest instructions of the machine it runs on (Highway). Pure
// function.
#pragma once

#include <cstddef>

namespace sesame::evaluation {

struct Rows {
  const float* first;
  std::size_t count;
};

// products[i * products_stride + k] = row i of `ones` times row k of `others`; rows are `stride` floats long,
// a multiple of 16.
void dot_products(Rows ones, Rows others, std::size_t stride, float* products, std::size_t products_stride);

}  // namespace sesame::evaluation
