#include "cardless/commands/rates_command.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <cstdio>
#include <memory>

#include "cardless/commands/running_faces.hpp"
#include "spi/host/program/progress_bar.hpp"
#include "spi/host/program/run_client.hpp"

namespace sesame::cardless {
using namespace spi;
namespace json = boost::json;

namespace {

using biometric::OwnRates;
using biometric::OwnRatesProgress;

struct Options {
  std::string run_directory;
  bool as_json = false;
};

std::string as_json(const OwnRates& rates) {
  json::array points;
  for (const OwnRates::Point& point : rates.points)
    points.push_back({{"asked", point.asked},
                      {"found", point.found},
                      {"low", point.low},
                      {"high", point.high},
                      {"pairs", point.matches},
                      {"calibratedThreshold", point.threshold},
                      {"threshold", point.in_use}});
  json::array alike;
  for (const OwnRates::Alike& pair : rates.alike)
    alike.push_back({{"customers", {pair.one, pair.other}},
                     {"falseMatchRate", pair.rate},
                     {"likeOnePerson", pair.like_one_person}});
  return json::serialize(json::object{{"customers", rates.customers},
                                      {"compared", rates.drawn},
                                      {"pairs", rates.pairs},
                                      {"pairsWanted", rates.pairs_wanted},
                                      {"raises", rates.raises},
                                      {"strictestFalseMatchRate", rates.strictest_rate},
                                      {"rates", std::move(points)},
                                      {"alike", std::move(alike)},
                                      {"alikeInAll", rates.alike_in_all}});
}

std::string line_of(const OwnRates::Point& point, bool raises) {
  const std::string use = point.in_use >= 1 ? "no longer offered"
                          : point.in_use > point.threshold
                              ? fmt::format("{:.3f}, raised from {:.3f}", point.in_use, point.threshold)
                          : raises ? fmt::format("{:.3f}", point.in_use)
                                   : fmt::format("{:.3f}, as calibrated", point.in_use);
  return fmt::format("{:<10.2g}{:<11.3g}{:<25}{:<12}{}\n", point.asked, point.found,
                     fmt::format("{:.2g} to {:.2g}", point.low, point.high), point.matches, use);
}

void print_alike(const OwnRates& rates) {
  if (rates.alike.empty()) return;
  fmt::print("\n{} pair{} at {:.2g} and below: much alike, twins, or one person enrolled twice\n",
             rates.alike_in_all, rates.alike_in_all == 1 ? " matches" : "s match", rates.points.back().asked);
  for (const OwnRates::Alike& pair : rates.alike)
    fmt::print("  {}, {}{}\n", pair.one, pair.other, pair.like_one_person ? ": as one person would" : "");
  if (rates.alike_in_all > rates.alike.size())
    fmt::print("  and {} more\n", rates.alike_in_all - rates.alike.size());
}

std::string what_holds(const OwnRates& rates) {
  if (rates.pairs < rates.pairs_wanted)
    return fmt::format("thresholds are the calibration's: fewer than {} pairs say nothing",
                       rates.pairs_wanted);
  if (!rates.raises) return "thresholds are the calibration's, whatever was found";
  return fmt::format("profiles may ask for a false match rate of {:.2g}", rates.strictest_rate);
}

void print(const OwnRates& rates) {
  fmt::print("{} of {} customers compared with all others: {} pair{}\n", rates.drawn, rates.customers,
             rates.pairs, rates.pairs == 1 ? "" : "s");
  if (rates.points.empty()) return;
  fmt::print("{:<10}{:<11}{:<25}{:<12}{}\n", "asked", "found", "95 %", "pairs", "cosine for a match");
  for (const OwnRates::Point& point : rates.points) fmt::print("{}", line_of(point, rates.raises));
  fmt::print("{}\n", what_holds(rates));
  print_alike(rates);
}

Task<int> show(AsioExecutor& executor, Options options) {
  const auto faces = running_faces(executor, options.run_directory);
  co_await require_faces(*faces, options.run_directory);
  OwnRates rates;
  {
    program::ProgressBar bar("comparing customers");
    std::function<void(OwnRatesProgress)> progress = [&bar](const OwnRatesProgress& news) {
      bar.show(news.done, news.wanted);
    };
    rates = co_await faces->own_rates(std::move(progress));
  }
  if (options.as_json)
    fmt::print("{}\n", as_json(rates));
  else
    print(rates);
  co_return 0;
}

}  // namespace

void add_rates_command(CLI::App& identities, std::function<int()>& run) {
  const auto options = std::make_shared<Options>();
  auto* command = identities.add_subcommand(
      "rates", "Compare customers with each other: how often strangers among them match, and who look alike");
  command->add_flag("--json", options->as_json, "As data");
  command->add_option("--run-directory", options->run_directory, "The host's run directory");
  command->callback([&run, options] {
    run = [options] {
      return program::run_client([&](AsioExecutor& executor) { return show(executor, *options); });
    };
  });
}

}  // namespace sesame::cardless
