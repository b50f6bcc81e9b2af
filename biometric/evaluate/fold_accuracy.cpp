// Accuracy over the folds of a list of pairs.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "biometric/evaluate/verification.hpp"

namespace sesame::evaluation {
namespace {

// The lowest cosine at which most pairs of the other folds are told rightly: genuine at or above it,
// impostors below.
double best_threshold(const std::vector<FoldScore>& by_falling_cosine, std::uint32_t fold) {
  std::vector<FoldScore> others;
  std::copy_if(by_falling_cosine.begin(), by_falling_cosine.end(), std::back_inserter(others),
               [&](const FoldScore& score) { return score.fold != fold; });
  std::int64_t balance = 0;  // genuine minus impostor pairs at or above
  std::int64_t best = 0;
  double threshold = 2;  // nothing matches
  for (std::size_t i = 0; i < others.size(); ++i) {
    balance += others[i].genuine ? 1 : -1;
    if (i + 1 < others.size() && others[i + 1].cosine == others[i].cosine) continue;
    if (balance < best) continue;
    best = balance;
    threshold = i + 1 < others.size() ? (others[i].cosine + others[i + 1].cosine) / 2 : others[i].cosine;
  }
  return threshold;
}

}  // namespace

FoldAccuracy fold_accuracy(const std::vector<FoldScore>& given, std::uint32_t folds) {
  FoldAccuracy result;
  if (folds < 2) return result;
  std::vector<FoldScore> scores = given;
  std::stable_sort(scores.begin(), scores.end(),
                   [](const FoldScore& a, const FoldScore& b) { return a.cosine > b.cosine; });
  for (std::uint32_t fold = 0; fold < folds; ++fold) {
    const double threshold = best_threshold(scores, fold);
    double right = 0;
    double all = 0;
    for (const FoldScore& score : scores) {
      if (score.fold != fold) continue;
      ++all;
      right += score.genuine == (score.cosine >= threshold) ? 1 : 0;
    }
    if (all > 0) result.accuracy.push_back(right / all);
  }
  const auto count = static_cast<double>(result.accuracy.size());
  if (count < 2) return result;
  result.mean = std::accumulate(result.accuracy.begin(), result.accuracy.end(), 0.0) / count;
  double squares = 0;
  for (const double accuracy : result.accuracy)
    squares += (accuracy - result.mean) * (accuracy - result.mean);
  result.standard_deviation = std::sqrt(squares / (count - 1));
  result.standard_error = result.standard_deviation / std::sqrt(count);
  return result;
}

}  // namespace sesame::evaluation
