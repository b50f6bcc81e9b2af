// The parts of sesame-bench. Each measures its own thing, says what it saw, and leaves nothing behind.
#pragma once

#include <string>

#include "tests/bench/results.hpp"

namespace sesame::bench {

struct Settings {
  bool full = false;  // longer and larger
};

/// A bare Beast echo server on a port of its own choice, which it prints; until killed. Every message comes back `copies` times.
int serve_echo(int copies);

void measure_round_trip(Results& results, const Settings& settings);
void measure_start(Results& results, const Settings& settings);
void measure_face_pipeline(Results& results, const Settings& settings);
void measure_search(Results& results, const Settings& settings);
void measure_session(Results& results, const Settings& settings);

}  // namespace sesame::bench
