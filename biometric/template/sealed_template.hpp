// A template at rest: sealed with a data key of its own, and bound to the row it belongs to (ISO/IEC 24745:
// confidentiality and integrity; the wrapped key is what deletion destroys). Free functions; thread rule:
// that of the master key.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "biometric/template/master_key.hpp"

namespace sesame::biometric {

// What a template is bound to. All of it is associated data: sealed in one row, it opens in no other, and in
// this row only while none of these was changed.
struct TemplateBinding {
  std::string customer;
  std::string issuer;
  std::string enrolment;
  std::string consent;
  std::uint32_t gallery_epoch = 0;
  std::string model;
};

struct SealedTemplate {
  Bytes wrapped_key;  // 60 bytes; destroying it (and every copy of it) destroys the template
  Bytes box;  // version (1 byte, 1) | nonce (12) | 4 bytes a value, IEEE 754 little-endian, enciphered | tag
              // (16)
};

SealedTemplate seal_template(std::span<const float> values, const TemplateBinding& binding,
                             MasterKey& master_key);

// Its key under another master key; the box stays what it is. Throws as wrap_anew() does.
Bytes wrap_key_anew(const SealedTemplate& sealed, const TemplateBinding& binding, MasterKey& from,
                    MasterKey& to);

// Number of values in a box; 0 when it cannot be one.
std::size_t values_in(ByteView box);

// Opens straight into `values` (of values_in(box) floats, in locked memory of the caller's). Throws
// DoesNotOpen, with zeros left.
void open_template(const SealedTemplate& sealed, const TemplateBinding& binding, MasterKey& master_key,
                   std::span<float> values);

}  // namespace sesame::biometric
