// Labelled data: whose each picture is, as folders, pairs files and group lists say it. Value types; reading
// throws DataError.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace sesame::evaluation {

// Data that cannot be evaluated. One sentence that names file and line, and what was expected.
struct DataError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct Picture {
  std::uint32_t person = 0;
  std::string file;  // within the folder: "Anna/Anna_0001.jpg"
};

struct LabelledData {
  std::filesystem::path folder;
  std::vector<std::string> people;  // in the order of their names
  std::vector<Picture> pictures;    // by person, then in the order of their names
};

// A folder per person with that person's pictures (.jpg, .jpeg, .png); other files are passed over.
LabelledData read_people(const std::filesystem::path& folder);

// Folders of pictures whose names are kinds of attack (presentation attack instrument species).
LabelledData read_species(const std::filesystem::path& folder);

// Two pictures to be compared, by their places in LabelledData::pictures.
struct ListedPair {
  std::uint32_t one = 0;
  std::uint32_t other = 0;
  bool genuine = false;
  std::uint32_t fold = 0;
};

struct PairList {
  std::vector<ListedPair> pairs;
  std::uint32_t folds = 1;
  // The size of LFW's test of 6,000 pairs: 10 folds of 300 genuine and 300 impostor pairs.
  bool is_official_size = false;
};

// LFW's format: "folds <tab> n", then for each fold n lines "name <tab> i <tab> k" and n lines "name <tab> i
// <tab> name <tab> k"; or "n" alone for one fold. Picture i of a name is name/name_000i with any picture's
// ending.
PairList read_pairs(const std::filesystem::path& file, const LabelledData& data);

// Only the pictures that the pairs name, with people, and the pairs' places changed accordingly.
void keep_listed(LabelledData& data, PairList& pairs);

// CSV with the header "person,group": person -> group. Who stands there without being in the data is passed
// over; data without anybody of the file is an error.
std::map<std::string, std::string> read_groups(const std::filesystem::path& file, const LabelledData& data);

// The half a person belongs to: the lowest bit of the first byte of the SHA-256 of the name (UTF-8). It
// depends on nobody else, so it stays when data grows.
enum class Half { calibration, report };
Half half_of(const std::string& person);
LabelledData only_half(const LabelledData& data, Half half);

}  // namespace sesame::evaluation
