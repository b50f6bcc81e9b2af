#include "biometric/attack/species.hpp"

#include <algorithm>

namespace sesame::biometric {

std::string_view to_string(AttackSpecies species) {
  return species_words.at(static_cast<std::size_t>(species));
}

std::optional<AttackSpecies> species_of(std::string_view word) {
  const auto found = std::find(species_words.begin(), species_words.end(), word);
  if (found == species_words.end()) return std::nullopt;
  return static_cast<AttackSpecies>(found - species_words.begin());
}

bool is_presentation(AttackSpecies species) {
  return species != AttackSpecies::frozen && species != AttackSpecies::frozen_noisy;
}

}  // namespace sesame::biometric
