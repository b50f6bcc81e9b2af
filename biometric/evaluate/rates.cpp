#include "biometric/evaluate/rates.hpp"

#include <algorithm>
#include <boost/math/special_functions/beta.hpp>
#include <cmath>
#include <random>

#include "biometric/evaluate/parallel.hpp"

namespace sesame::evaluation {
namespace {

constexpr double tail = (1 - confidence) / 2;

// How often each of `people` is drawn in `people` draws with replacement.
std::vector<std::uint32_t> draw(std::size_t people, unsigned replicate) {
  std::mt19937_64 random(0x5e5a3e00U + replicate);
  std::vector<std::uint32_t> weights(people, 0);
  for (std::size_t i = 0; i < people; ++i) {
    // The high half of a product: the same on every machine, which the library's distributions are not.
    const auto chosen = static_cast<std::size_t>((random() >> 32U) * people >> 32U);
    ++weights[chosen];
  }
  return weights;
}

// The middle 95 % of values.
Interval percentiles(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const auto at = [&](double share) {
    const double place = share * static_cast<double>(values.size() - 1);
    const auto below = static_cast<std::size_t>(place);
    const std::size_t above = std::min(below + 1, values.size() - 1);
    return values[below] + (place - static_cast<double>(below)) * (values[above] - values[below]);
  };
  return {at(tail), at(1 - tail)};
}

Interval bootstrap(std::span<const Tally> people) {
  std::vector<double> rates;
  for (unsigned replicate = 0; replicate < replicates; ++replicate) {
    const auto weights = draw(people.size(), replicate);
    double errors = 0;
    double trials = 0;
    for (std::size_t i = 0; i < people.size(); ++i) {
      errors += static_cast<double>(weights[i] * people[i].errors);
      trials += static_cast<double>(weights[i] * people[i].trials);
    }
    if (trials > 0) rates.push_back(errors / trials);
  }
  return percentiles(std::move(rates));
}

// One replicate of cross_rates: the rate at each threshold.
std::vector<double> cross_replicate(std::span<const CrossError> errors, std::span<const std::uint64_t> counts,
                                    std::span<const std::uint32_t> weights, double trials) {
  std::vector<double> rates;
  double sum = 0;
  std::uint64_t at = 0;
  for (const std::uint64_t count : counts) {
    for (; at < count; ++at)
      sum += static_cast<double>(weights[errors[at].one]) * static_cast<double>(weights[errors[at].other]);
    rates.push_back(sum / trials);
  }
  return rates;
}

}  // namespace

std::string_view to_string(Method method) {
  switch (method) {
    case Method::none:
      return "none";
    case Method::clopper_pearson:
      return "Clopper-Pearson";
    case Method::subject_bootstrap:
      return "subject bootstrap";
    case Method::as_if_independent:
      return "Clopper-Pearson as if independent";
  }
  return "";
}

Interval clopper_pearson(std::uint64_t errors, std::uint64_t trials) {
  if (trials == 0) return {};
  const auto k = static_cast<double>(errors);
  const auto n = static_cast<double>(trials);
  return {errors == 0 ? 0 : boost::math::ibeta_inv(k, n - k + 1, tail),
          errors == trials ? 1 : boost::math::ibeta_inv(k + 1, n - k, 1 - tail)};
}

Rate rate_of(std::span<const Tally> people) {
  Rate rate;
  bool once = true;
  std::vector<Tally> tried;
  for (const Tally& person : people) {
    if (person.trials == 0) continue;
    rate.errors += person.errors;
    rate.trials += person.trials;
    once = once && person.trials == 1;
    tried.push_back(person);
  }
  if (rate.trials == 0) return rate;
  if (once || rate.errors == 0 || rate.errors == rate.trials || tried.size() < 2) {
    rate.method = once ? Method::clopper_pearson : Method::as_if_independent;
    rate.interval = clopper_pearson(rate.errors, rate.trials);
  } else {
    rate.method = Method::subject_bootstrap;
    rate.interval = bootstrap(tried);
  }
  return rate;
}

CrossTrials all_cross_trials(std::vector<std::uint32_t> pictures) {
  return [pictures = std::move(pictures)](std::span<const std::uint32_t> weights) {
    double all = 0;
    double own = 0;
    for (std::size_t i = 0; i < pictures.size(); ++i) {
      const double count = static_cast<double>(weights[i]) * static_cast<double>(pictures[i]);
      all += count;
      own += count * count;
    }
    return (all * all - own) / 2;
  };
}

CrossTrials reference_cross_trials(std::vector<std::uint32_t> references, std::vector<std::uint32_t> pictures) {
  return [references = std::move(references),
          pictures = std::move(pictures)](std::span<const std::uint32_t> weights) {
    double all_references = 0;
    double all_pictures = 0;
    double own = 0;
    for (std::size_t i = 0; i < pictures.size(); ++i) {
      const double one = static_cast<double>(weights[i]) * static_cast<double>(references[i]);
      const double other = static_cast<double>(weights[i]) * static_cast<double>(pictures[i]);
      all_references += one;
      all_pictures += other;
      own += one * other;
    }
    return all_references * all_pictures - own;
  };
}

CrossTrials listed_cross_trials(std::vector<CrossError> comparisons) {
  return [comparisons = std::move(comparisons)](std::span<const std::uint32_t> weights) {
    double sum = 0;
    for (const CrossError& pair : comparisons)
      sum += static_cast<double>(weights[pair.one]) * static_cast<double>(weights[pair.other]);
    return sum;
  };
}

std::vector<Rate> cross_rates(std::span<const CrossError> errors, std::span<const std::uint64_t> counts,
                              std::size_t people, const CrossTrials& trials) {
  const std::vector<std::uint32_t> everybody_once(people, 1);
  const auto all = static_cast<std::uint64_t>(std::llround(trials(everybody_once)));
  std::vector<Rate> rates;
  for (const std::uint64_t count : counts)
    rates.push_back(
        {count, all, clopper_pearson(count, all), all == 0 ? Method::none : Method::as_if_independent});
  if (all == 0 || errors.empty()) return rates;

  std::vector<std::vector<double>> drawn(replicates);
  in_parallel(0, replicates, [&](unsigned, std::size_t replicate) {
    const auto weights = draw(people, static_cast<unsigned>(replicate));
    const double drawn_trials = trials(weights);
    if (drawn_trials > 0) drawn[replicate] = cross_replicate(errors, counts, weights, drawn_trials);
  });
  for (std::size_t k = 0; k < counts.size(); ++k) {
    if (counts[k] == 0 || counts[k] == all) continue;
    std::vector<double> values;
    for (const auto& replicate : drawn)
      if (!replicate.empty()) values.push_back(replicate[k]);
    rates[k].interval = percentiles(std::move(values));
    rates[k].method = Method::subject_bootstrap;
  }
  return rates;
}

}  // namespace sesame::evaluation
