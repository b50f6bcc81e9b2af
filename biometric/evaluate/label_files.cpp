// The files that say more of labelled data than its folders: pairs, corrections and groups.
#include <fmt/format.h>

#include <charconv>
#include <fstream>
#include <set>
#include <unordered_map>

#include "biometric/evaluate/labelled_data.hpp"

namespace sesame::evaluation {
namespace {

namespace fs = std::filesystem;

constexpr std::uint32_t most_folds = 1000;
constexpr std::uint32_t most_pairs_of_a_fold = 10'000'000;

std::vector<std::string> split(const std::string& line, char separator) {
  std::vector<std::string> fields(1);
  for (const char c : line) {
    if (c == separator)
      fields.emplace_back();
    else
      fields.back() += c;
  }
  return fields;
}

// The lines of a file, with numbers for who finds one wrong.
class Lines {
 public:
  Lines(const fs::path& file, const char* expected) : file_(file), in_(file) {
    if (!in_) throw DataError(fmt::format("there is no file {} (expected {})", file.string(), expected));
  }
  bool next(std::string& line) {
    if (!std::getline(in_, line)) return false;
    if (line.ends_with('\r')) line.pop_back();
    ++number_;
    return true;
  }
  [[noreturn]] void refuse(const std::string& what) const {
    throw DataError(fmt::format("{}:{}: {}", file_.string(), number_ == 0 ? 1 : number_, what));
  }

 private:
  fs::path file_;
  std::ifstream in_;
  std::size_t number_ = 0;
};

std::uint32_t whole_number(const std::string& text, std::uint32_t most, const Lines& lines,
                           const char* what) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < 1 || value > most)
    lines.refuse(fmt::format("\"{}\" is not {} (expected 1 to {})", text, what, most));
  return value;
}

// "Anna/Anna_0001.jpg" -> "Anna/Anna_0001"
std::string stem_of(const std::string& file) { return fs::path(file).replace_extension().string(); }

// "Anna/Anna_0001" -> place of the picture.
std::unordered_map<std::string, std::uint32_t> by_stem(const LabelledData& data) {
  std::unordered_map<std::string, std::uint32_t> places;
  for (std::uint32_t i = 0; i < data.pictures.size(); ++i)
    places.emplace(stem_of(data.pictures[i].file), i);
  return places;
}

class PairReader {
 public:
  PairReader(const fs::path& file, const LabelledData& data)
      : lines_(file, "pairs as LFW writes them"), data_(data), places_(by_stem(data)) {}

  PairList read() {
    PairList list;
    std::string line;
    if (!lines_.next(line))
      lines_.refuse("the file is empty (expected folds and pairs of each, as \"10<tab>300\")");
    const auto header = split(line, '\t');
    if (header.size() > 2)
      lines_.refuse("expected folds and pairs of each, as \"10<tab>300\", or pairs alone");
    if (header.size() == 2) list.folds = whole_number(header[0], most_folds, lines_, "a number of folds");
    const std::uint32_t each = whole_number(header.back(), most_pairs_of_a_fold, lines_, "a number of pairs");
    list.is_official_size = list.folds == 10 && each == 300;
    for (std::uint32_t fold = 0; fold < list.folds; ++fold)
      for (const bool genuine : {true, false})
        for (std::uint32_t i = 0; i < each; ++i) list.pairs.push_back(pair(genuine, fold));
    while (lines_.next(line))
      if (!line.empty())
        lines_.refuse("nothing more was expected after the pairs that the first line announces");
    return list;
  }

 private:
  std::uint32_t picture(const std::string& name, const std::string& number) {
    const std::uint32_t n = whole_number(number, 99999, lines_, "a picture's number");
    const std::string stem = fmt::format("{0}/{0}_{1:04}", name, n);
    const auto found = places_.find(stem);
    if (found == places_.end())
      lines_.refuse(fmt::format("there is no picture {} in {}", stem, data_.folder.string()));
    return found->second;
  }

  ListedPair pair(bool genuine, std::uint32_t fold) {
    std::string line;
    const char* expected = genuine ? "name<tab>i<tab>k" : "name<tab>i<tab>other name<tab>k";
    if (!lines_.next(line))
      lines_.refuse(fmt::format("the file ends here, in fold {} (expected {})", fold + 1, expected));
    const auto fields = split(line, '\t');
    if (fields.size() != (genuine ? 3U : 4U))
      lines_.refuse(fmt::format("expected {} in fold {}", expected, fold + 1));
    if (!genuine && fields[0] == fields[2])
      lines_.refuse(fmt::format("{} stands on both sides of a pair of different people", fields[0]));
    if (genuine && fields[1] == fields[2])
      lines_.refuse(fmt::format("picture {} of {} is compared with itself", fields[1], fields[0]));
    return {picture(fields[0], fields[1]), picture(genuine ? fields[0] : fields[2], fields.back()), genuine,
            fold};
  }

  Lines lines_;
  const LabelledData& data_;
  std::unordered_map<std::string, std::uint32_t> places_;
};

}  // namespace

PairList read_pairs(const fs::path& file, const LabelledData& data) { return PairReader(file, data).read(); }

void keep_listed(LabelledData& data, PairList& pairs) {
  constexpr std::uint32_t not_kept = ~0U;
  std::vector<std::uint32_t> moved(data.pictures.size(), not_kept);
  for (const ListedPair& pair : pairs.pairs) moved[pair.one] = moved[pair.other] = 0;
  LabelledData kept;
  kept.folder = data.folder;
  std::uint32_t last_person = not_kept;
  for (std::size_t i = 0; i < data.pictures.size(); ++i) {
    if (moved[i] == not_kept) continue;
    moved[i] = static_cast<std::uint32_t>(kept.pictures.size());
    if (data.pictures[i].person != last_person) {
      last_person = data.pictures[i].person;
      kept.people.push_back(data.people[last_person]);
    }
    kept.pictures.push_back({static_cast<std::uint32_t>(kept.people.size() - 1), data.pictures[i].file});
  }
  for (ListedPair& pair : pairs.pairs) {
    pair.one = moved[pair.one];
    pair.other = moved[pair.other];
  }
  data = std::move(kept);
}

namespace {

using CorrectionsByLabel = std::map<std::string, Correction>;

// The first two fields, and what is left of the line.
Correction correction_of(const std::string& line, const Lines& lines) {
  const std::size_t first = line.find(',');
  const std::size_t second = first == std::string::npos ? first : line.find(',', first + 1);
  if (second == std::string::npos) lines.refuse("expected label,person,why");
  Correction correction{line.substr(0, first), line.substr(first + 1, second - first - 1), line.substr(second + 1)};
  if (correction.label.empty()) lines.refuse("expected a label: a picture (person/file) or a person");
  if (correction.person.find('/') != std::string::npos)
    lines.refuse(fmt::format("\"{}\" is no person's name", correction.person));
  if (correction.why.empty()) lines.refuse("expected what says that the label is wrong");
  if (correction.label.find('/') != std::string::npos) correction.label = stem_of(correction.label);
  return correction;
}

CorrectionsByLabel read_corrections(const fs::path& file) {
  constexpr const char* header = "label,person,why";
  Lines lines(file, "CSV with the header label,person,why");
  std::string line;
  if (!lines.next(line) || line != header) lines.refuse(fmt::format("expected the header \"{}\"", header));
  CorrectionsByLabel corrections;
  while (lines.next(line)) {
    if (line.empty() || line.front() == '#') continue;
    Correction correction = correction_of(line, lines);
    if (!corrections.emplace(correction.label, correction).second)
      lines.refuse(fmt::format("{} has been corrected already", correction.label));
  }
  for (const auto& [label, correction] : corrections)
    if (corrections.count(correction.person) != 0)
      throw DataError(fmt::format("{}: {} is sent to {}, who is sent on to {} (expected the last name at once)",
                                  file.string(), label, correction.person,
                                  corrections.at(correction.person).person));
  return corrections;
}

}  // namespace

Corrections correct_labels(LabelledData& data, const fs::path& file) {
  const CorrectionsByLabel corrections = read_corrections(file);
  std::set<std::string> used;
  Corrections report;
  report.file = file.string();
  std::map<std::string, std::vector<std::string>> pictures;  // of a person, in truth
  for (const Picture& picture : data.pictures) {
    const std::string& labelled = data.people[picture.person];
    auto found = corrections.find(stem_of(picture.file));
    if (found == corrections.end()) found = corrections.find(labelled);
    if (found == corrections.end()) {
      pictures[labelled].push_back(picture.file);
      continue;
    }
    used.insert(found->first);
    ++(found->second.person.empty() ? report.pictures_left_out : report.pictures_moved);
    if (!found->second.person.empty()) pictures[found->second.person].push_back(picture.file);
  }
  if (used.empty())
    throw DataError(fmt::format("{}: none of its labels is in {}", file.string(), data.folder.string()));
  if (pictures.size() < 2)
    throw DataError(fmt::format("{}: fewer than 2 people are left", file.string()));
  for (const std::string& label : used) report.made.push_back(corrections.at(label));
  LabelledData corrected;
  corrected.folder = data.folder;
  for (auto& [person, files] : pictures) {
    for (std::string& name : files)
      corrected.pictures.push_back({static_cast<std::uint32_t>(corrected.people.size()), std::move(name)});
    corrected.people.push_back(person);
  }
  data = std::move(corrected);
  return report;
}

std::string summary_of(const Corrections& corrections) {
  return fmt::format("{} pictures given to other people and {} left out, by {} corrections", corrections.pictures_moved,
                     corrections.pictures_left_out, corrections.made.size());
}

std::map<std::string, std::string> read_groups(const fs::path& file, const LabelledData& data) {
  Lines lines(file, "CSV with the header person,group");
  std::string line;
  if (!lines.next(line) || line != "person,group") lines.refuse("expected the header \"person,group\"");
  const std::set<std::string> known(data.people.begin(), data.people.end());
  std::map<std::string, std::string> groups;
  while (lines.next(line)) {
    if (line.empty()) continue;
    const auto fields = split(line, ',');
    if (fields.size() != 2 || fields[0].empty() || fields[1].empty()) lines.refuse("expected person,group");
    if (known.count(fields[0]) == 0) continue;
    if (!groups.emplace(fields[0], fields[1]).second)
      lines.refuse(fmt::format("{} has a group already", fields[0]));
  }
  if (groups.empty())
    lines.refuse(fmt::format("nobody of this file has a folder in {}", data.folder.string()));
  return groups;
}

}  // namespace sesame::evaluation
