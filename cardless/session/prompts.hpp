// What customers are told, by language: the words of cardless/prompts/*.yaml. A value, any thread.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace sesame::cardless {

/// "en", "ja", "zh", "bo".
bool has_language(std::string_view language);
std::string languages();

class Prompts {
 public:
  /// Throws spi::ConfigurationError for a word that a language lacks.
  explicit Prompts(const std::string& language);

  const std::string& language() const { return language_; }
  /// The lines of a prompt ("enterPasscode"). An unknown word is a slip of the program: std::logic_error.
  const std::vector<std::string>& lines(std::string_view word) const;

 private:
  std::string language_;
  std::map<std::string, std::vector<std::string>, std::less<>> lines_;
};

/// The text of cardless/prompts/LANGUAGE.yaml; null for an unknown language.
const char* shipped_prompts(std::string_view language);

}  // namespace sesame::cardless
