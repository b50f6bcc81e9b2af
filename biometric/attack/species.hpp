// Presentation attack instrument species (ISO/IEC 30107-3) that are simulated. Value types.
#pragma once

#include <array>
#include <optional>
#include <string_view>

namespace sesame::biometric {

enum class AttackSpecies {
  flat_print,    // a photograph on paper, held in a hand
  bent_print,    // the same, bent about its upright axis and never quite the same
  cut_out,       // the same, cut out along head and shoulders
  screen_still,  // a photograph on a telephone or tablet, held in a hand
  screen_video,  // a video of the customer on it
  frozen,        // no presentation: a virtual camera that repeats one frame
  frozen_noisy,  // the same with sensor noise laid over it
  // flat_print, screen_still and screen_video in no hand: nothing but the video moves.
  print_on_stand,
  screen_on_stand,
  video_on_stand,
};

inline constexpr std::array<std::string_view, 10> species_words = {
    "flat_print",   "bent_print",     "cut_out",         "screen_still",  "screen_video", "frozen",
    "frozen_noisy", "print_on_stand", "screen_on_stand", "video_on_stand"};

std::string_view to_string(AttackSpecies species);
std::optional<AttackSpecies> species_of(std::string_view word);

// Something is held or stands before the camera, and the camera is the machine's own.
bool is_presentation(AttackSpecies species);
bool is_on_stand(AttackSpecies species);
// The others show one picture.
bool shows_video(AttackSpecies species);

}  // namespace sesame::biometric
