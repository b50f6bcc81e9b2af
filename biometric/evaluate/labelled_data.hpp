// Labelled data: whose each picture is, as folders, pairs files, corrections and group lists say it. Value types; reading
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

// One label that is known to be wrong, and what says so.
struct Correction {
  std::string label;   // a picture as in Picture::file, its ending left out or not; or a person
  std::string person;  // whose it is in truth; empty: nobody of the data, so it is left out
  std::string why;
};

// The corrections that were made in the data.
struct Corrections {
  std::string file;
  std::vector<Correction> made;
  std::uint64_t pictures_moved = 0;  // to another person
  std::uint64_t pictures_left_out = 0;
};

// Puts labels right as a CSV file with the header "label,person,why" says, before anything is compared. A picture's
// own line goes before its person's. Labels that the data has not are passed over; a file without any that it has
// is an error, as is a line that sends to a person who is sent on.
Corrections correct_labels(LabelledData& data, const std::filesystem::path& file);

// "3 pictures given to other people and 1 left out, by 4 corrections".
std::string summary_of(const Corrections& corrections);

// CSV with the header "person,group": person -> group. Who stands there without being in the data is passed
// over; data without anybody of the file is an error.
std::map<std::string, std::string> read_groups(const std::filesystem::path& file, const LabelledData& data);

// The half a person belongs to: the lowest bit of the first byte of the SHA-256 of the name (UTF-8). It
// depends on nobody else, so it stays when data grows.
enum class Half { calibration, report };
Half half_of(const std::string& person);
LabelledData only_half(const LabelledData& data, Half half);

}  // namespace sesame::evaluation
