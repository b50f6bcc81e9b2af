// `sesame-bench`: the budgets of the design, measured.
#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <cstdio>
#include <fstream>
#include <map>

#include "tests/bench/parts.hpp"

int main(int count, char** words) {
  using namespace sesame::bench;
  const std::vector<std::pair<std::string, void (*)(Results&, const Settings&)>> parts{
      {"round-trip", measure_round_trip}, {"start", measure_start}, {"session", measure_session}, {"face", measure_face_pipeline}, {"search", measure_search}};
  CLI::App app{"Measures what Sesame promises, side by side with what bounds it."};
  Settings settings;
  std::vector<std::string> only;
  std::string json_file, names;
  int echo = 0;
  for (const auto& [name, measure] : parts) names += (names.empty() ? "" : ", ") + name;
  app.add_option("--only", only, "Only these parts: " + names)->allow_extra_args(false);
  app.add_flag("--full", settings.full, "Longer and larger: minutes instead of one");
  app.add_option("--json", json_file, "Write every figure as data");
  app.add_option("--echo", echo)->group("");  // the yardstick's server, a process of its own
  CLI11_PARSE(app, count, words);
  if (echo > 0) return serve_echo(echo);
  try {
    Results results;
    for (const auto& [name, measure] : parts) {
      if (!only.empty() && std::ranges::find(only, name) == only.end()) continue;
      std::printf("\n%s\n", name.c_str());
      measure(results, settings);
    }
    if (!json_file.empty()) {
      std::ofstream file(json_file);
      file << boost::json::serialize(results.data()) << "\n";
      if (!file.flush()) throw std::runtime_error(json_file + ": cannot be written");
    }
    std::printf("\n%s\n", results.met() ? "every limit is met" : "not every limit is met (above)");
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "sesame-bench: %s\n", error.what());
    return 2;
  }
}
