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
  hold_still,
  blink,         // or speak, or look elsewhere: the face is so still that it might be a picture
  move_a_little  // the head is so still against what is beside it
};
inline constexpr QualityHint last_quality_hint = QualityHint::move_a_little;
// "comeCloser": stable words for prompts and protocols.
std::string_view to_string(QualityHint hint);
std::optional<QualityHint> quality_hint(std::string_view word);

}  // namespace sesame::biometric
