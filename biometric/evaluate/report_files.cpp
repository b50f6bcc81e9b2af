#include <fmt/format.h>
#include <sys/stat.h>

#include <fstream>

#include "biometric/evaluate/report.hpp"

namespace sesame::evaluation {
namespace {

namespace fs = std::filesystem;

std::ofstream open_private(const fs::path& file) {
  const mode_t before = ::umask(0077);
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  ::umask(before);
  std::error_code error;
  // A file that was there keeps its mode otherwise; what is no file (a terminal, a pipe) keeps it.
  if (fs::is_regular_file(file, error))
    fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write, error);
  return out;
}

void close(std::ofstream& out, const fs::path& file) {
  out.close();
  if (!out)
    throw DataError(
        fmt::format("{} cannot be written (expected a file in a folder of yours)", file.string()));
}

// A name in CSV: quoted where it has to be (RFC 4180).
std::string field(const std::string& text) {
  if (text.find_first_of("\",\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

}  // namespace

void write_private(const fs::path& file, const std::string& text) {
  std::ofstream out = open_private(file);
  out << text;
  close(out, file);
}

void write_scores(const fs::path& file, const LabelledData& data, const Samples& samples,
                  const std::optional<PairList>& pairs) {
  std::ofstream out = open_private(file);
  out << "one,other,genuine,cosine\n";
  const auto line = [&](std::size_t one, std::size_t other, double score) {
    const Picture& a = data.pictures[samples.pictures[one]];
    const Picture& b = data.pictures[samples.pictures[other]];
    out << fmt::format("{},{},{},{:.9g}\n", field(a.file), field(b.file), a.person == b.person ? 1 : 0,
                       score);
  };
  if (pairs) {
    const auto rows = rows_of_pictures(samples, data.pictures.size());
    for (const ListedPair& pair : pairs->pairs)
      if (rows[pair.one] && rows[pair.other])
        line(*rows[pair.one], *rows[pair.other],
             cosine(samples.templates, *rows[pair.one], *rows[pair.other]));
  } else {
    compare_pairs(samples.templates, 1,
                  [&](unsigned, std::size_t one, std::size_t first, std::span<const float> cosines) {
                    for (std::size_t i = 0; i < cosines.size(); ++i)
                      line(one, first + i, static_cast<double>(cosines[i]));
                  });
  }
  close(out, file);
}

}  // namespace sesame::evaluation
