// Templates of made-up people for tests: directions in a small space, people apart and pictures of one person
// near.
#pragma once

#include <cmath>
#include <random>

#include "biometric/evaluate/comparisons.hpp"

namespace sesame::evaluation {

inline std::vector<float> unit(std::vector<float> values) {
  double sum = 0;
  for (const float v : values) sum += static_cast<double>(v) * static_cast<double>(v);
  for (float& v : values) v = static_cast<float>(static_cast<double>(v) / std::sqrt(sum));
  return values;
}

// A direction in the plane: the cosine of two is the cosine of their angle.
inline std::vector<float> at_angle(double degrees) {
  const double radians = degrees * 3.14159265358979323846 / 180;
  return {static_cast<float>(std::cos(radians)), static_cast<float>(std::sin(radians))};
}

struct MadeUp {
  LabelledData data;
  Samples samples;
};

inline void add(MadeUp& made, const std::string& person, std::vector<float> values) {
  if (made.data.people.empty() || made.data.people.back() != person) made.data.people.push_back(person);
  const auto number = static_cast<std::uint32_t>(made.data.people.size() - 1);
  made.samples.pictures.push_back(static_cast<std::uint32_t>(made.data.pictures.size()));
  made.samples.persons.push_back(number);
  made.samples.templates.add(values);
  made.samples.people = made.data.people.size();
  made.data.pictures.push_back({number, person + "/" + std::to_string(made.data.pictures.size()) + ".jpg"});
}

// `people` people with `pictures` each in `length` dimensions; the larger `noise`, the more they are
// confused.
inline MadeUp crowd(std::size_t people, std::size_t pictures, std::size_t length, float noise,
                    unsigned seed = 1) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  MadeUp made;
  for (std::size_t person = 0; person < people; ++person) {
    std::vector<float> centre(length);
    for (float& v : centre) v = normal(random);
    for (std::size_t i = 0; i < pictures; ++i) {
      std::vector<float> values = centre;
      for (float& v : values) v += noise * normal(random);
      add(made, "person" + std::to_string(100000 + person), unit(values));
    }
  }
  return made;
}

}  // namespace sesame::evaluation
