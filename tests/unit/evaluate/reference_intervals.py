"""Where the numbers of rates_test.cpp come from: the exact binomial interval by bisection on the summed distribution, and a
bootstrap over people by its own random numbers. Nothing here is shared with the C++."""
import math
import random


def binomial_cdf(k, n, p):
    if p <= 0:
        return 1.0
    if p >= 1:
        return 1.0 if k >= n else 0.0
    terms = (math.lgamma(n + 1) - math.lgamma(i + 1) - math.lgamma(n - i + 1) + i * math.log(p) + (n - i) * math.log1p(-p) for i in range(k + 1))
    return math.fsum(math.exp(term) for term in terms)


def clopper_pearson(k, n, tail=0.025):
    def bisect(falls_below):
        low, high = 0.0, 1.0
        for _ in range(200):
            middle = (low + high) / 2
            low, high = (middle, high) if falls_below(middle) else (low, middle)
        return low
    return (0.0 if k == 0 else bisect(lambda p: 1 - binomial_cdf(k - 1, n, p) < tail),
            1.0 if k == n else bisect(lambda p: binomial_cdf(k, n, p) > tail))


def subject_bootstrap(people, replicates=20000):
    """Of (errors, trials) of each person."""
    rates = []
    for _ in range(replicates):
        drawn = random.choices(people, k=len(people))
        rates.append(sum(e for e, _ in drawn) / sum(t for _, t in drawn))
    rates.sort()
    return rates[int(0.025 * replicates)], rates[int(0.975 * replicates)]


def cross_bootstrap(pictures, errors, replicates=20000):
    """Everybody's pictures against everybody else's; errors are pairs of people."""
    rates = []
    for _ in range(replicates):
        weights = [0] * len(pictures)
        for person in random.choices(range(len(pictures)), k=len(pictures)):
            weights[person] += 1
        trials = sum(weights[i] * pictures[i] * weights[j] * pictures[j] for i in range(len(pictures)) for j in range(i))
        if trials:
            rates.append(sum(weights[i] * weights[j] for i, j in errors) / trials)
    rates.sort()
    return rates[int(0.025 * len(rates))], rates[int(0.975 * len(rates))]


if __name__ == "__main__":
    random.seed(1)
    for k, n in ((0, 100), (5, 100), (1, 3000), (74, 200000), (99, 100)):
        print("clopper_pearson", k, n, "%.8g %.8g" % clopper_pearson(k, n))
    print("subject_bootstrap", "%.4f %.4f" % subject_bootstrap([(i % 4, 6) for i in range(60)]))
    print("cross_bootstrap", "%.4f %.4f" % cross_bootstrap([1 + i % 3 for i in range(40)], [(i, j) for i in range(40) for j in range(i) if (i + j) % 7 == 0]))
