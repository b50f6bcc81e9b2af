#include "biometric/reference.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>

namespace sesame::biometric {
namespace {

// ISO/IEC 19794-5:2005, 5.4 to 5.8: sizes of the record's parts in bytes.
constexpr std::size_t record_header = 14;
constexpr std::size_t facial_information = 20;
constexpr std::size_t feature_point = 8;
constexpr std::size_t image_information = 12;
constexpr std::array<std::uint8_t, 8> identifier = {'F', 'A', 'C', 0, '0', '1', '0', 0};

[[noreturn]] void refuse(const char* text) { throw EngineRefusal(EngineRefusal::Reason::invalid_data, text); }

std::size_t big_endian(std::span<const std::uint8_t> bytes, std::size_t at, std::size_t count) {
  std::size_t value = 0;
  for (std::size_t i = 0; i < count; ++i) value = value << 8U | bytes[at + i];
  return value;
}

void append(Bytes& out, std::size_t value, std::size_t count) {
  for (std::size_t i = count; i-- > 0;) out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

}  // namespace

std::span<const std::uint8_t> picture_of_face_record(std::span<const std::uint8_t> record) {
  if (record.size() < record_header + facial_information + image_information ||
      std::memcmp(record.data(), identifier.data(), identifier.size()) != 0)
    refuse("the reference is not a face record of ISO/IEC 19794-5");
  if (big_endian(record, 8, 4) != record.size() || big_endian(record, 12, 2) != 1)
    refuse("the face record's length is wrong, or it has not exactly one face");
  const std::size_t block = big_endian(record, record_header, 4);
  const std::size_t points = big_endian(record, record_header + 4, 2);
  const std::size_t before = facial_information + points * feature_point + image_information;
  if (block != record.size() - record_header || before >= block)
    refuse("the face record's parts do not fit its length");
  const std::size_t image_type = record[record_header + facial_information + points * feature_point + 1];
  if (image_type != 0) refuse("the face record's picture is not JPEG");
  return record.subspan(record_header + before);
}

Bytes face_record_of_picture(std::span<const std::uint8_t> jpeg, int width, int height) {
  const std::size_t block = facial_information + image_information + jpeg.size();
  Bytes out(identifier.begin(), identifier.end());
  append(out, record_header + block, 4);
  append(out, 1, 2);
  append(out, block, 4);
  out.resize(out.size() + facial_information - 4,
             0);     // no feature points; gender, eyes, hair, expression, pose unspecified
  out.push_back(1);  // full frontal
  out.push_back(0);  // JPEG
  append(out, static_cast<std::size_t>(width), 2);
  append(out, static_cast<std::size_t>(height), 2);
  out.push_back(1);  // sRGB
  out.push_back(2);  // digital still camera
  append(out, 0, 2);
  append(out, 0, 2);
  out.insert(out.end(), jpeg.begin(), jpeg.end());
  return out;
}

Template template_of_bytes(std::span<const std::uint8_t> bytes, const std::string& embedding_id) {
  static_assert(std::endian::native == std::endian::little);
  constexpr std::size_t values = template_length * sizeof(float);
  if (bytes.size() != embedding_id.size() + values)
    refuse("the reference is not a template of this engine, or of other embedding models (another length)");
  if (!std::equal(embedding_id.begin(), embedding_id.end(), bytes.begin()))
    refuse("the reference is a template of other embedding models than this engine's: make it again");
  Template reference(template_length);
  std::memcpy(reference.data(), bytes.data() + embedding_id.size(), values);
  double norm = 0;
  for (const float value : reference) norm += static_cast<double>(value) * value;
  if (!is_length_of_template(std::sqrt(norm)))
    refuse("the reference is not a template of this engine (too long or too short)");
  return reference;
}

Bytes bytes_of_template(const Template& reference, const std::string& embedding_id) {
  Bytes bytes(embedding_id.begin(), embedding_id.end());
  bytes.resize(embedding_id.size() + reference.size() * sizeof(float));
  std::memcpy(bytes.data() + embedding_id.size(), reference.data(), reference.size() * sizeof(float));
  return bytes;
}

}  // namespace sesame::biometric
