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

bool is_on_stand(AttackSpecies species) {
  return species == AttackSpecies::print_on_stand || species == AttackSpecies::screen_on_stand ||
         species == AttackSpecies::video_on_stand;
}

bool shows_video(AttackSpecies species) {
  return species == AttackSpecies::screen_video || species == AttackSpecies::video_on_stand;
}

}  // namespace sesame::biometric
