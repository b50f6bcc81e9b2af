#include "biometric/template/sealed_template.hpp"

#include <bit>

#include "biometric/template/crypto.hpp"

namespace sesame::biometric {

static_assert(std::endian::native == std::endian::little,
              "templates are stored little-endian, as they are in memory");

namespace {

constexpr std::uint8_t box_version = 1;
constexpr std::size_t overhead = 1 + nonce_bytes + tag_bytes;

// The key and the box are bound alike, under two names, so that neither passes for the other.
void bind(Fields& fields, const TemplateBinding& binding) {
  fields.add(binding.customer)
      .add(binding.issuer)
      .add(binding.enrolment)
      .add(binding.consent)
      .add_number(binding.gallery_epoch)
      .add(binding.model);
}

}  // namespace

SealedTemplate seal_template(std::span<const float> values, const TemplateBinding& binding,
                             MasterKey& master_key) {
  Fields for_key("sesame template key 1");
  Fields for_box("sesame template box 1");
  bind(for_key, binding);
  bind(for_box, binding);
  const Secret key = Secret::random(key_bytes);
  const ByteView text(reinterpret_cast<const std::uint8_t*>(values.data()), values.size_bytes());
  SealedTemplate sealed{master_key.wrap(key, for_key.view()), seal(key.view(), text, for_box.view())};
  sealed.box.insert(sealed.box.begin(), box_version);
  return sealed;
}

Bytes wrap_key_anew(const SealedTemplate& sealed, const TemplateBinding& binding, MasterKey& from,
                    MasterKey& to) {
  Fields for_key("sesame template key 1");
  bind(for_key, binding);
  return wrap_anew(sealed.wrapped_key, for_key.view(), from, to);
}

std::size_t values_in(ByteView box) {
  if (box.size() <= overhead || (box.size() - overhead) % sizeof(float) != 0) return 0;
  return (box.size() - overhead) / sizeof(float);
}

void open_template(const SealedTemplate& sealed, const TemplateBinding& binding, MasterKey& master_key,
                   std::span<float> values) {
  const std::span<std::uint8_t> text(reinterpret_cast<std::uint8_t*>(values.data()), values.size_bytes());
  cleanse(text);
  if (sealed.box.size() <= overhead || sealed.box.front() != box_version) {
    throw DoesNotOpen("a sealed template is of an unknown form");
  }
  Fields for_key("sesame template key 1");
  Fields for_box("sesame template box 1");
  bind(for_key, binding);
  bind(for_box, binding);
  const Secret key = master_key.unwrap(sealed.wrapped_key, for_key.view());
  open(key.view(), ByteView(sealed.box).subspan(1), for_box.view(), text);
}

}  // namespace sesame::biometric
