// References of the standard's Biometric service: pictures (JPEG, or inside an ISO/IEC 19794-5 face record)
// and our own template's bytes. Pure functions; every input is limited.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "biometric/engine.hpp"

namespace sesame::biometric {

// The JPEG inside a facial record of ISO/IEC 19794-5:2005 ("FAC\0", "010\0") with one face. Throws
// EngineRefusal(invalid_data).
std::span<const std::uint8_t> picture_of_face_record(std::span<const std::uint8_t> record);
// A record with one full-frontal colour face and no feature points. `width` and `height` in pixels.
Bytes face_record_of_picture(std::span<const std::uint8_t> jpeg, int width, int height);

// The embedding_id (64 characters), then template_length little-endian IEEE 754 floats. Throws
// EngineRefusal(invalid_data), also for a template of other embeddings.
Template template_of_bytes(std::span<const std::uint8_t> bytes, const std::string& embedding_id);
Bytes bytes_of_template(const Template& reference, const std::string& embedding_id);

}  // namespace sesame::biometric
