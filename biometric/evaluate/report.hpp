// Reports of an evaluation: JSON with everything, and one HTML page that needs nothing else. Pure functions.
#pragma once

#include <filesystem>
#include <string>

#include "biometric/evaluate/evaluation.hpp"

namespace sesame::evaluation {

std::string json_report(const Evaluation& evaluation);
std::string html_report(const Evaluation& evaluation);
// A few lines for a terminal.
std::string text_summary(const Evaluation& evaluation);

// Writes a file that its owner alone can read. Throws DataError.
void write_private(const std::filesystem::path& file, const std::string& text);
// Every comparison, as CSV: one,other,genuine,cosine. Such a file, too. Throws DataError.
void write_scores(const std::filesystem::path& file, const LabelledData& data, const Samples& samples,
                  const std::optional<PairList>& pairs);

}  // namespace sesame::evaluation
