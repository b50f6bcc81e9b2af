// What face customers do at the machine, as steps of the demo: they press the start key, type a claim and look at the camera.
// They see the screen and the keys, never a message. Coroutines on the stage's executor; the face side outlives them.
#pragma once

#include "simulators/demo/face_side.hpp"
#include "simulators/demo/report.hpp"

namespace sesame::simulators {

/// Logs in with the enrolled man's other take, from that second on, enters a PIN and goes.
spi::Task<Finding> face_customer(FaceSide& faces, double from_seconds);
/// The same, with the code on a telephone instead of key and passcode.
spi::Task<Finding> customer_with_a_code(FaceSide& faces, double from_seconds);
/// Claims to be somebody with that take before the camera: refused, and the application sees nothing of it.
spi::Task<Finding> refused_customer(FaceSide& faces, std::string take, std::string claim);
/// Starts a session, then inserts a card.
spi::Task<Finding> card_in_mid_session(FaceSide& faces);
/// Starts a session, types the claim and goes.
spi::Task<Finding> customer_who_walks_away(FaceSide& faces);
/// The face process answers nothing any more; a customer tries it, and takes a card.
spi::Task<Finding> stuck_face_process(FaceSide& faces);

}  // namespace sesame::simulators
