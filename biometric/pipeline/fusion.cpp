#include "biometric/pipeline/fusion.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace sesame::biometric {
namespace {

constexpr double same_face_rate = 1e-4;
// A look that joins changes the face, and with it who else belongs; it settles after one or two rounds.
constexpr int most_rounds = 8;

// A fused template's length by the length of the looks' mean. Found on the calibration half of Labelled Faces
// in the Wild: at this exponent templates of 2, 3 and 5 pictures match strangers as often as single pictures.
constexpr double agreement_exponent = 0.3;

using Members = std::vector<bool>;

std::size_t count(const Members& members) {
  return static_cast<std::size_t>(std::count(members.begin(), members.end(), true));
}

Template fuse_members(const std::vector<Template>& looks, const Members& members) {
  Template sum(looks.front().size(), 0.0F);
  for (std::size_t look = 0; look < looks.size(); ++look)
    for (std::size_t i = 0; members[look] && i < sum.size(); ++i) sum[i] += looks[look][i];
  const double length = std::sqrt(cosine(sum, sum));
  const double scale = std::pow(length / static_cast<double>(count(members)), agreement_exponent) / length;
  for (float& value : sum) value = static_cast<float>(value * scale);
  return sum;
}

// The cosine of every two looks: all that belonging together depends on, and no second copy of a template.
class Cosines {
 public:
  explicit Cosines(const std::vector<Template>& looks) : size_(looks.size()), values_(size_ * size_) {
    for (std::size_t i = 0; i < size_; ++i)
      for (std::size_t j = 0; j <= i; ++j)
        values_[i * size_ + j] = values_[j * size_ + i] = cosine(looks[i], looks[j]);
  }
  std::size_t size() const { return size_; }
  double of(std::size_t i, std::size_t j) const { return values_[i * size_ + j]; }

  // Of look `i` and the fusion of the other members, as long as fuse() makes it; 1 where there is no other.
  double to_others(std::size_t i, const Members& members) const {
    double product = 0;
    double square = 0;
    double others = 0;
    for (std::size_t j = 0; j < size_; ++j) {
      if (j == i || !members[j]) continue;
      ++others;
      product += of(i, j);
      for (std::size_t k = 0; k < size_; ++k)
        if (k != i && members[k]) square += of(j, k);
    }
    if (others == 0) return 1;
    const double length = std::sqrt(square);
    return product / length * std::pow(length / others, agreement_exponent);
  }

 private:
  std::size_t size_;
  std::vector<double> values_;
};

// The looks that match the one look which most others match; of equals the first. What a look has to do with itself
// is rounding, and another on another machine.
Members largest_group(const Cosines& cosines, double threshold) {
  Members best;
  double best_sum = 0;
  for (std::size_t middle = 0; middle < cosines.size(); ++middle) {
    Members group(cosines.size());
    double sum = 0;
    for (std::size_t i = 0; i < cosines.size(); ++i) {
      group[i] = cosines.of(middle, i) >= threshold;
      if (group[i] && i != middle) sum += cosines.of(middle, i);
    }
    const std::size_t most = count(best);
    if (count(group) < most || (count(group) == most && sum <= best_sum)) continue;
    best = std::move(group);
    best_sum = sum;
  }
  return best;
}

}  // namespace

double cosine(const Template& a, const Template& b) {
  if (a.size() != b.size()) return -1;
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

void wipe(Template& values) {
  volatile float* at = values.data();
  for (std::size_t i = 0; i < values.size(); ++i) at[i] = 0;
  values.clear();
}

Template of_unit_length(Template values) {
  const double length = std::sqrt(cosine(values, values));
  for (float& value : values) value = static_cast<float>(value / length);
  return values;
}

Template fuse(const std::vector<Template>& looks) { return fuse_members(looks, Members(looks.size(), true)); }

OneFace fuse_one_face(const std::vector<Template>& looks, const Calibration& calibration) {
  const double same = calibration.threshold_for(
      std::clamp(same_face_rate, calibration.strictest_rate(), calibration.loosest_rate()));
  const double possible = calibration.threshold_for(calibration.loosest_rate());
  const Cosines cosines(looks);
  Members members = largest_group(cosines, same);
  std::vector<double> likeness(looks.size());
  for (int round = 0; round < most_rounds; ++round) {
    Members now(looks.size());
    for (std::size_t i = 0; i < looks.size(); ++i) {
      likeness[i] = cosines.to_others(i, members);
      now[i] = likeness[i] >= same;
    }
    if (now == std::exchange(members, now)) break;
  }
  OneFace result;
  result.agreeing = count(members);
  for (std::size_t i = 0; i < looks.size(); ++i)
    result.looks.push_back(members[i]               ? Belonging::same_face
                           : likeness[i] < possible ? Belonging::somebody_else
                                                    : Belonging::unlike_the_others);
  if (2 * result.agreeing > looks.size()) result.face = fuse_members(looks, members);
  return result;
}

bool begins_and_ends_with_it(const OneFace& one) {
  return !one.face.empty() && one.looks.front() == Belonging::same_face && one.looks.back() == Belonging::same_face;
}

}  // namespace sesame::biometric
