// What a person can do to be recognised better: the words prompts are made of. Value type.
#pragma once

#include <optional>
#include <string_view>

namespace sesame::biometric {

enum class QualityHint {
  none,
  no_face,
  several_faces,
  come_closer,
  step_back,
  move_to_centre,
  look_straight,
  open_eyes,
  uncover_eyes,
  more_light,
  less_light,
  even_light,
  hold_still
};
// "comeCloser": stable words for prompts and protocols.
std::string_view to_string(QualityHint hint);
std::optional<QualityHint> quality_hint(std::string_view word);

}  // namespace sesame::biometric
