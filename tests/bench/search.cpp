// Exact 1:N: ours, FAISS, and a plain read of as many bytes, over the same customers, in one run.
#include <fmt/format.h>

#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <fstream>
#include <latch>
#include <numeric>

#include "biometric/store/search_index.hpp"
#include "tests/bench/parts.hpp"
#include "tests/bench/search_sides.hpp"

namespace sesame::bench {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::size_t batch = 16;
constexpr std::size_t rounds = 5;
constexpr double patience = 20'000;  // ms for one case: who is slow comes less often
constexpr std::size_t rank_probes = 1000, rank_depth = 20;

double milliseconds_since(Clock::time_point began) { return std::chrono::duration<double, std::milli>(Clock::now() - began).count(); }

class Pool {
 public:
  InParts in_parts() {
    return [this](std::size_t parts, const std::function<void(std::size_t)>& work) {
      std::latch done(static_cast<std::ptrdiff_t>(parts));
      for (std::size_t part = 0; part < parts; ++part) {
        boost::asio::post(pool_, [&work, &done, part] {
          work(part);
          done.count_down();
        });
      }
      done.wait();
    };
  }

 private:
  boost::asio::thread_pool pool_{2};
};

class Ours final : public Side {
 public:
  Ours(Pool& pool) : pool_(pool) {}
  std::string name() const override { return "search"; }
  void add(Rows rows) override {
    for (std::size_t i = 0; i < rows.size(); i += face_length) index_.add(std::to_string(index_.size()), rows.subspan(i, face_length));
  }
  void search(const std::vector<std::span<const float>>& probes, std::size_t maximum, int threads) override {
    hits_ = index_.search(probes, maximum, {static_cast<std::size_t>(threads), threads > 1 ? pool_.in_parts() : nullptr});
  }
  /// Compares a customer with all others, as an engine does to see how alike its customers are; how many score so much.
  std::size_t compare(std::size_t customer, float least) const {
    std::size_t hits = 0;
    for (const auto& row : index_.rows_of(std::to_string(customer)))
      index_.for_each_from(row, least, [&hits](const std::string&, float) { ++hits; });
    return hits;
  }
  /// Of the last search: how many rows came before this customer's; rank_depth if he was not found.
  std::size_t above(std::size_t probe, std::size_t customer) const {
    const auto& hits = hits_[probe];
    const auto found = std::ranges::find(hits, std::to_string(customer), &biometric::SearchIndex::Hit::customer);
    return found == hits.end() ? rank_depth : static_cast<std::size_t>(found - hits.begin());
  }

 private:
  Pool& pool_;
  biometric::SearchIndex index_{face_length};
  std::vector<std::vector<biometric::SearchIndex::Hit>> hits_;
};

/// As many bytes as the templates have, in the same kind of memory. A probe more or less is no more to read.
class PlainRead final : public Side {
 public:
  using Read = std::uint64_t (*)(std::span<const std::uint8_t>);
  PlainRead(Pool& pool, std::string name, Read read, std::shared_ptr<const biometric::LockedMemory> memory)
      : pool_(pool), name_(std::move(name)), read_(read), memory_(std::move(memory)) {}
  std::string name() const override { return name_; }
  void add(Rows) override {}
  void search(const std::vector<std::span<const float>>&, std::size_t, int threads) override {
    const std::span bytes(memory_->data(), memory_->size());
    const std::size_t share = bytes.size() / static_cast<std::size_t>(threads);
    if (threads == 1) {
      sink_ = sink_ + read_(bytes);
      return;
    }
    std::array<std::uint64_t, 2> sums{};
    pool_.in_parts()(2, [&](std::size_t part) { sums[part] = read_(bytes.subspan(part * share, share)); });
    sink_ = sink_ + sums[0] + sums[1];
  }

 private:
  Pool& pool_;
  std::string name_;
  Read read_;
  std::shared_ptr<const biometric::LockedMemory> memory_;
  volatile std::uint64_t sink_ = 0;
};

/// One side doing one thing.
struct Case {
  Side* side;
  std::size_t probes;
  int threads;
  std::vector<double> samples;
  double p50() const { return percentile(samples, 0.5); }
};

void fill(const People& people, std::vector<std::unique_ptr<Side>>& sides, FloatRanks& ranks, Pool& pool) {
  constexpr std::size_t at_once = 8192;
  std::vector<float> rows;
  for (std::size_t first = 0; first < people.count(); first += at_once) {
    rows.resize(std::min(at_once, people.count() - first) * face_length);
    people.make(first, rows);
    for (const auto& side : sides) side->add(rows);
    ranks.add(first, rows, pool.in_parts());
  }
}

/// In turns, so that what else the machine does meets all alike; quick ones several times a turn.
void measure(std::vector<Case>& cases, const People& people) {
  std::size_t probe = rank_probes;
  for (std::size_t round = 0; round < rounds; ++round) {
    for (Case& each : cases) {
      if (std::accumulate(each.samples.begin(), each.samples.end(), 0.0) > patience) continue;
      const auto turn = Clock::now();
      for (int repeat = 0; repeat < 10 && (repeat == 0 || milliseconds_since(turn) < 200); ++repeat) {
        const auto probes = people.probes(each.probes, probe++);
        std::vector<std::span<const float>> values;
        for (const auto& one : probes) values.emplace_back(one.values);
        const auto began = Clock::now();
        each.side->search(values, 1, each.threads);
        each.samples.push_back(milliseconds_since(began));
      }
    }
  }
}

/// Each against ours, which comes first of those who did the same.
void report(Results& results, const std::vector<Case>& cases, const std::string& size, bool in_cache) {
  const Case* ours = nullptr;
  for (const Case& each : cases) {
    const std::string what = fmt::format("{}, {} probe{}, {} thread{}", size, each.probes, each.probes == 1 ? "" : "s", each.threads, each.threads == 1 ? "" : "s");
    results.add({"1:N", fmt::format("{}: {}", what, each.side->name()), "ms", each.p50(), {}});
    if (each.side->name() == "search") ours = &each;
    if (ours == &each) continue;
    std::optional<double> limit = 1.0 / 3;
    if (each.side->name().starts_with("plain read")) limit = each.probes == 1 && !in_cache ? std::optional(1.3) : std::nullopt;
    results.add({"1:N", fmt::format("{}: search / {}", what, each.side->name()), "x", ours->p50() / each.p50(), limit});
  }
}

void report_ranks(Results& results, Ours& ours, const FloatRanks& ranks, const std::string& size) {
  std::vector<std::span<const float>> values;
  for (const auto& probe : ranks.probes()) values.emplace_back(probe.values);
  ours.search(values, rank_depth, 2);
  std::size_t other = 0, first = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    other += ours.above(i, ranks.probes()[i].customer) == std::min(ranks.above(i), rank_depth) ? 0 : 1;
    first += ranks.above(i) == 0 ? 1 : 0;
  }
  results.note(fmt::format("{}: by floats, {} of {} probes have their own customer first", size, first, values.size()));
  results.add({"1:N", fmt::format("{}: true matches at another rank than by floats", size), "", static_cast<double>(other), 0});
}

/// One customer compared with all others, of whom one of a hundred reaches the score: what the engine does before the first
/// login, and again when others were enrolled.
void report_customers(Results& results, const Ours& ours, const People& people, const std::string& size) {
  constexpr float one_of_a_hundred = 0.0877F;  // of random directions
  constexpr std::size_t customers = 20;
  std::vector<double> samples;
  std::size_t hits = 0;
  for (std::size_t i = 0; i < customers; ++i) {
    const auto began = Clock::now();
    hits += ours.compare(i * (people.count() / customers), one_of_a_hundred);
    samples.push_back(milliseconds_since(began));
  }
  std::ranges::sort(samples);
  const double share = static_cast<double>(hits) / static_cast<double>(customers * people.count());
  results.note(fmt::format("{}: {:.2g} % of customers scored what a customer was compared from", size, 100 * share));
  results.add({"1:N", fmt::format("{}: one customer with all others", size), "ms", samples[customers / 2], {}});
}

/// What the kernel says is free, in bytes.
double available_memory() {
  std::ifstream file("/proc/meminfo");
  std::string name, unit;
  double kilobytes = 0;
  while (file >> name >> kilobytes && std::getline(file, unit)) {
    if (name == "MemAvailable:") return kilobytes * 1024;
  }
  return 0;
}

void measure_at(Results& results, std::size_t count) {
  const std::string size = count >= 1'000'000 ? fmt::format("{:.4g} M", static_cast<double>(count) / 1e6) : fmt::format("{} k", count / 1000);
  const double needed = static_cast<double>(count * face_length) * (5 + 5 + 1) + 0.5e9;
  if (available_memory() < needed) return results.note(fmt::format("{}: not measured, for want of {:.1f} GB of memory", size, needed / 1e9));
  Pool pool;
  const People people(count);
  FloatRanks ranks(people, people.probes(rank_probes, 0));
  auto ours = std::make_unique<Ours>(pool);
  Ours& mine = *ours;
  std::vector<std::unique_ptr<Side>> sides;
  sides.push_back(std::move(ours));
  try {
    const auto memory = std::make_shared<const biometric::LockedMemory>(count * face_length);
    sides.push_back(std::make_unique<PlainRead>(pool, "plain read in 4 streams", plain_read_in_4, memory));
    sides.push_back(std::make_unique<PlainRead>(pool, "plain read in 8 streams", plain_read_in_8, memory));
    for (auto& side : faiss_sides(count)) sides.push_back(std::move(side));
    if (sides.size() == 3) results.note("without FAISS: libfaiss-dev was not installed when this was built");
    fill(people, sides, ranks, pool);
  } catch (const std::runtime_error& error) {
    return results.note(fmt::format("{}: not measured: {}", size, error.what()));
  }
  std::vector<Case> cases;
  for (const int threads : {1, 2}) {
    for (const std::size_t probes : {std::size_t{1}, batch}) {
      for (const auto& side : sides) cases.push_back({side.get(), probes, threads, {}});
    }
  }
  measure(cases, people);
  report(results, cases, size, count < 100'000);
  report_ranks(results, mine, ranks, size);
  report_customers(results, mine, people, size);
}

}  // namespace

void measure_search(Results& results, const Settings& settings) {
  for (const std::size_t count : {10'000U, 1'000'000U}) measure_at(results, count);
  // Seven Bank's customers.
  if (settings.full) measure_at(results, 2'750'000);
}

}  // namespace sesame::bench
