#include "biometric/evaluate/presentations.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <set>
#include <string_view>

#include "biometric/evaluate/labelled_data.hpp"

namespace sesame::evaluation {
namespace {

namespace fs = std::filesystem;

constexpr unsigned live_by_attack = 5;
constexpr double seconds_between = 1.3;  // of moments of one take
constexpr double longest_begin = 24;     // takes that end before begin again
constexpr std::array<std::string_view, 3> pictures = {".jpg", ".jpeg", ".png"};
constexpr std::array<std::string_view, 5> videos = {".mp4", ".mov", ".avi", ".mkv", ".webm"};

std::string ending_of(const fs::path& path) {
  std::string ending = path.extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return ending;
}

std::vector<fs::path> sorted(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> entries;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error))
    if (!at->path().filename().string().starts_with('.')) entries.push_back(at->path());
  if (error) throw DataError(fmt::format("{} cannot be read: {}", folder.string(), error.message()));
  std::sort(entries.begin(), entries.end());
  return entries;
}

Takes read(const fs::path& folder, const char* label, bool with_pictures) {
  const std::string expected =
      fmt::format("{}/<{}>/<{}>", folder.string(), label, with_pictures ? "video or picture" : "video");
  if (!fs::is_directory(folder))
    throw DataError(fmt::format("there is no folder {} (expected {})", folder.string(), expected));
  Takes data;
  data.folder = folder;
  for (const fs::path& entry : sorted(folder)) {
    if (!fs::is_directory(entry)) continue;
    const std::size_t before = data.takes.size();
    for (const fs::path& file : sorted(entry)) {
      const std::string ending = ending_of(file);
      const bool is_video = std::find(videos.begin(), videos.end(), ending) != videos.end();
      const bool is_picture = std::find(pictures.begin(), pictures.end(), ending) != pictures.end();
      if (is_video || (is_picture && with_pictures))
        data.takes.push_back({static_cast<std::uint32_t>(data.people.size()),
                              entry.filename().string() + "/" + file.filename().string(), is_video});
    }
    if (data.takes.size() > before) data.people.push_back(entry.filename().string());
  }
  if (data.takes.empty())
    throw DataError(fmt::format("{} has no takes (expected {})", folder.string(), expected));
  return data;
}

double moment(unsigned i) { return std::fmod(i * seconds_between, longest_begin); }

// Presentations of one person and take are alike, and there are few people: as if independent, and said so.
Rate counted(std::uint64_t errors, std::uint64_t trials) {
  if (trials == 0) return {};
  return {errors, trials, clopper_pearson(errors, trials), Method::as_if_independent};
}

double percentile(std::vector<double> values, double share) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(std::ceil(share * static_cast<double>(values.size()))) - 1];
}

struct Pile {
  bool attack = false;
  std::set<std::pair<const Takes*, std::uint32_t>> people;
  std::set<std::pair<const Takes*, std::uint32_t>> takes;
  std::uint64_t held = 0;
  std::uint64_t refused = 0;
  std::uint64_t not_answered = 0;
  std::map<std::string, std::uint64_t> refused_by;
  std::vector<double> milliseconds;

  PresentationRates rates(const std::string& name) const {
    PresentationRates out;
    out.name = name;
    out.presented = held + refused + not_answered;
    out.people = people.size();
    out.takes = takes.size();
    out.error = counted(attack ? held : refused, held + refused);
    out.not_answered = counted(not_answered, out.presented);
    out.refused_by = refused_by;
    out.median_milliseconds = percentile(milliseconds, 0.5);
    out.p95_milliseconds = percentile(milliseconds, 0.95);
    return out;
  }
};

std::string name_of(const Presentation& shown) {
  switch (shown.kind) {
    case Presentation::Kind::live: return "as recorded";
    case Presentation::Kind::live_seen_by_camera_model: return "seen by the camera model";
    case Presentation::Kind::attack: return shown.species;
    case Presentation::Kind::recorded_attack: return "recorded: " + shown.species;
  }
  return {};
}

}  // namespace

Takes read_takes(const fs::path& folder) { return read(folder, "person", true); }
Takes read_recorded_attacks(const fs::path& folder) { return read(folder, "species", false); }

std::vector<Presentation> presentations_of(const Takes& takes, unsigned each,
                                           const std::vector<std::string>& picture_species,
                                           const std::vector<std::string>& video_species) {
  std::vector<Presentation> list;
  std::uint32_t seed = 0;
  for (std::uint32_t take = 0; take < takes.takes.size(); ++take) {
    const bool is_video = takes.takes[take].is_video;
    for (unsigned i = 0; i < each; ++i) {
      const double at = is_video ? moment(i * live_by_attack) : 0;
      for (const std::string& species : picture_species)
        list.push_back({Presentation::Kind::attack, species, take, at, ++seed});
      if (!is_video) continue;
      for (const std::string& species : video_species)
        list.push_back({Presentation::Kind::attack, species, take, at, ++seed});
    }
    if (!is_video) continue;
    for (unsigned i = 0; i < each * live_by_attack; ++i) {
      list.push_back({Presentation::Kind::live, {}, take, moment(i), ++seed});
      list.push_back({Presentation::Kind::live_seen_by_camera_model, {}, take, moment(i), ++seed});
    }
  }
  return list;
}

std::vector<Presentation> presentations_of(const Takes& recorded, unsigned each) {
  std::vector<Presentation> list;
  for (std::uint32_t take = 0; take < recorded.takes.size(); ++take)
    for (unsigned i = 0; i < each; ++i)
      list.push_back({Presentation::Kind::recorded_attack, recorded.people[recorded.takes[take].person], take,
                      moment(i), 0});
  return list;
}

std::vector<Presentation> live_presentations(const Takes& takes, unsigned each, bool with_camera_model) {
  std::vector<Presentation> list;
  std::uint32_t seed = 0;
  for (std::uint32_t take = 0; take < takes.takes.size(); ++take)
    for (unsigned i = 0; takes.takes[take].is_video && i < each; ++i) {
      list.push_back({Presentation::Kind::live, {}, take, moment(i), ++seed});
      if (with_camera_model) list.push_back({Presentation::Kind::live_seen_by_camera_model, {}, take, moment(i), ++seed});
    }
  return list;
}

const PresentationRates* PresentationReport::worst() const {
  const auto worst = std::max_element(attacks.begin(), attacks.end(), [](const auto& a, const auto& b) {
    return a.error.value() < b.error.value();
  });
  return worst == attacks.end() ? nullptr : &*worst;
}

PresentationReport presentation_report(const std::vector<const Takes*>& takes, const std::vector<Presentation>& shown,
                                       const std::vector<Presented>& results) {
  std::map<std::string, Pile> piles;
  std::vector<std::string> order;
  for (std::size_t i = 0; i < shown.size(); ++i) {
    const std::string name = name_of(shown[i]);
    if (!piles.contains(name)) order.push_back(name);
    Pile& pile = piles[name];
    pile.attack = shown[i].kind == Presentation::Kind::attack || shown[i].kind == Presentation::Kind::recorded_attack;
    // Folders of recorded attacks are species: who is shown there is not known.
    if (shown[i].kind != Presentation::Kind::recorded_attack)
      pile.people.insert({takes[i], takes[i]->takes[shown[i].take].person});
    pile.takes.insert({takes[i], shown[i].take});
    switch (results[i].outcome) {
      case Presented::Outcome::held:
        ++pile.held;
        pile.milliseconds.push_back(static_cast<double>(results[i].in_view.count()) / 1000);
        break;
      case Presented::Outcome::refused:
        ++pile.refused;
        ++pile.refused_by[results[i].check];
        break;
      case Presented::Outcome::not_answered: ++pile.not_answered; break;
    }
  }
  PresentationReport report;
  for (std::size_t i = 0; i < shown.size(); ++i)
    report.lines.push_back({name_of(shown[i]), takes[i]->takes[shown[i].take].file, shown[i].at_seconds, shown[i].seed,
                            results[i]});
  for (const std::string& name : order)
    (piles[name].attack ? report.attacks : report.bona_fide).push_back(piles[name].rates(name));
  return report;
}

}  // namespace sesame::evaluation
