// Made-up face vectors: random directions, unit length, the same for the same seed.
#pragma once

#include <cmath>
#include <random>
#include <span>
#include <vector>

#include "biometric/gallery.hpp"

inline float cosine(std::span<const float> left, std::span<const float> right) {
  double sum = 0;
  for (std::size_t i = 0; i < left.size(); ++i)
    sum += static_cast<double>(left[i]) * static_cast<double>(right[i]);
  return static_cast<float>(sum);
}

inline void normalise(std::vector<float>& values) {
  const float length = std::sqrt(cosine(values, values));
  for (float& value : values) value /= length;
}

inline std::vector<float> face(unsigned seed, std::size_t dimension = sesame::biometric::template_length) {
  std::mt19937 generator(seed);
  std::normal_distribution<float> spread;
  std::vector<float> values(dimension);
  for (float& value : values) value = spread(generator);
  normalise(values);
  return values;
}

// The same person another day: at a cosine of about `likeness` with face(seed).
inline std::vector<float> face_again(unsigned seed, float likeness) {
  std::vector<float> values = face(seed);
  const std::vector<float> other = face(seed + 1000003);
  const float rest = std::sqrt(1 - likeness * likeness);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = likeness * values[i] + rest * other[i];
  normalise(values);
  return values;
}

// One of many who are alike: two of them have a cosine of about `alike`.
inline std::vector<float> relative(unsigned number, float alike) {
  std::vector<float> values = face(number);
  const std::vector<float> family = face(999'999);
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = std::sqrt(1 - alike) * values[i] + std::sqrt(alike) * family[i];
  normalise(values);
  return values;
}
