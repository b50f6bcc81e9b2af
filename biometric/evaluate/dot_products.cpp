#include "biometric/evaluate/dot_products.hpp"

// This file is compiled once for each instruction set, by including itself.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "biometric/evaluate/dot_products.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace sesame::evaluation::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
using Lanes = hn::CappedTag<float, 16>;

HWY_INLINE float sum(hn::Vec<Lanes> values) { return hn::GetLane(hn::SumOfLanes(Lanes(), values)); }

HWY_INLINE float one_by_one(const float* one, const float* other, std::size_t stride) {
  const Lanes lanes;
  auto product = hn::Zero(lanes);
  for (std::size_t at = 0; at < stride; at += hn::Lanes(lanes))
    product = hn::MulAdd(hn::LoadU(lanes, one + at), hn::LoadU(lanes, other + at), product);
  return sum(product);
}

// Four rows by two: each value that is loaded is used more than once, and the eight sums fit the registers.
HWY_INLINE void four_by_two(const float* one, const float* other, std::size_t stride, float* products,
                            std::size_t products_stride) {
  const Lanes lanes;
  auto p00 = hn::Zero(lanes), p01 = p00, p10 = p00, p11 = p00, p20 = p00, p21 = p00, p30 = p00, p31 = p00;
  for (std::size_t at = 0; at < stride; at += hn::Lanes(lanes)) {
    const auto left = hn::LoadU(lanes, other + at);
    const auto right = hn::LoadU(lanes, other + stride + at);
    const auto row0 = hn::LoadU(lanes, one + at);
    p00 = hn::MulAdd(row0, left, p00);
    p01 = hn::MulAdd(row0, right, p01);
    const auto row1 = hn::LoadU(lanes, one + stride + at);
    p10 = hn::MulAdd(row1, left, p10);
    p11 = hn::MulAdd(row1, right, p11);
    const auto row2 = hn::LoadU(lanes, one + 2 * stride + at);
    p20 = hn::MulAdd(row2, left, p20);
    p21 = hn::MulAdd(row2, right, p21);
    const auto row3 = hn::LoadU(lanes, one + 3 * stride + at);
    p30 = hn::MulAdd(row3, left, p30);
    p31 = hn::MulAdd(row3, right, p31);
  }
  products[0] = sum(p00);
  products[1] = sum(p01);
  products[products_stride] = sum(p10);
  products[products_stride + 1] = sum(p11);
  products[2 * products_stride] = sum(p20);
  products[2 * products_stride + 1] = sum(p21);
  products[3 * products_stride] = sum(p30);
  products[3 * products_stride + 1] = sum(p31);
}

void multiply(Rows ones, Rows others, std::size_t stride, float* products, std::size_t products_stride) {
  const std::size_t whole_ones = ones.count / 4 * 4;
  const std::size_t whole_others = others.count / 2 * 2;
  for (std::size_t i = 0; i < ones.count; i += i < whole_ones ? 4 : 1) {
    const float* one = ones.first + i * stride;
    float* to = products + i * products_stride;
    std::size_t k = 0;
    if (i < whole_ones)
      for (; k < whole_others; k += 2)
        four_by_two(one, others.first + k * stride, stride, to + k, products_stride);
    for (std::size_t rest = k; rest < others.count; ++rest)
      for (std::size_t row = 0; row < (i < whole_ones ? 4U : 1U); ++row)
        to[row * products_stride + rest] =
            one_by_one(one + row * stride, others.first + rest * stride, stride);
  }
}

}  // namespace sesame::evaluation::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sesame::evaluation {
HWY_EXPORT(multiply);

void dot_products(Rows ones, Rows others, std::size_t stride, float* products, std::size_t products_stride) {
  HWY_DYNAMIC_DISPATCH(multiply)(ones, others, stride, products, products_stride);
}
}  // namespace sesame::evaluation
#endif
