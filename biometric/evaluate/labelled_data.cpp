#include "biometric/evaluate/labelled_data.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace sesame::evaluation {
namespace {

namespace fs = std::filesystem;

bool is_picture(const fs::path& path) {
  std::string ending = path.extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return ending == ".jpg" || ending == ".jpeg" || ending == ".png";
}

std::vector<fs::path> sorted_entries(const fs::path& folder) {
  std::vector<fs::path> entries;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error))
    entries.push_back(at->path());
  if (error) throw DataError(fmt::format("{} cannot be read: {}", folder.string(), error.message()));
  std::sort(entries.begin(), entries.end());
  return entries;
}

void read_labels(LabelledData& data, const fs::path& folder, const std::string& expected) {
  for (const fs::path& entry : sorted_entries(folder)) {
    if (!fs::is_directory(entry)) {
      if (is_picture(entry))
        throw DataError(fmt::format("{} lies in no folder (expected {})", entry.string(), expected));
      continue;
    }
    const std::string name = entry.filename().string();
    if (name.starts_with('.')) continue;
    const std::size_t before = data.pictures.size();
    const auto person = static_cast<std::uint32_t>(data.people.size());
    for (const fs::path& picture : sorted_entries(entry))
      if (is_picture(picture) && fs::is_regular_file(picture))
        data.pictures.push_back({person, name + "/" + picture.filename().string()});
    if (data.pictures.size() == before)
      throw DataError(fmt::format("{} has no picture (expected {})", entry.string(), expected));
    data.people.push_back(name);
  }
}

LabelledData read_labelled(const fs::path& folder, const char* label, std::size_t least) {
  const std::string expected = fmt::format("{}/<{}>/<picture>.jpg or .png", folder.string(), label);
  if (!fs::is_directory(folder))
    throw DataError(fmt::format("there is no folder {} (expected {})", folder.string(), expected));
  LabelledData data;
  data.folder = folder;
  read_labels(data, folder, expected);
  if (data.people.size() < least)
    throw DataError(fmt::format("{} has {} folders of pictures (expected at least {}: {})", folder.string(),
                                data.people.size(), least, expected));
  return data;
}

}  // namespace

LabelledData read_people(const fs::path& folder) { return read_labelled(folder, "person", 2); }
LabelledData read_species(const fs::path& folder) { return read_labelled(folder, "species", 1); }

Half half_of(const std::string& person) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  if (EVP_Digest(person.data(), person.size(), digest.data(), &length, EVP_sha256(), nullptr) != 1)
    throw DataError("SHA-256 is not available in this OpenSSL");
  return (digest[0] & 1U) == 0 ? Half::calibration : Half::report;
}

LabelledData only_half(const LabelledData& data, Half half) {
  LabelledData kept;
  kept.folder = data.folder;
  std::size_t at = 0;
  for (std::uint32_t person = 0; person < data.people.size(); ++person) {
    const bool wanted = half_of(data.people[person]) == half;
    for (; at < data.pictures.size() && data.pictures[at].person == person; ++at)
      if (wanted)
        kept.pictures.push_back({static_cast<std::uint32_t>(kept.people.size()), data.pictures[at].file});
    if (wanted) kept.people.push_back(data.people[person]);
  }
  return kept;
}

}  // namespace sesame::evaluation
