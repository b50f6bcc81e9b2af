#include "biometric/template/sealed_template.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <functional>

#include "biometric/template/crypto.hpp"
#include "tests/unit/vault/faces.hpp"
#include "tests/unit/vault/temporary_folder.hpp"

namespace sesame::biometric {
namespace {

class SealedTemplateTest : public testing::Test {
 protected:
  SealedTemplateTest() {
    create_key_file(folder / "key");
    master = open_key_file(folder / "key", KeyFileUse::insecure_accepted);
  }
  std::vector<float> opened(const SealedTemplate& sealed, const TemplateBinding& of) {
    std::vector<float> values(values_in(sealed.box));
    open_template(sealed, of, *master, values);
    return values;
  }

  TemporaryFolder folder;
  std::unique_ptr<MasterKey> master;
  TemplateBinding binding{"customer-1", "bank", "enrolment-1", "consent-1", 1, "model-a"};
};

TEST_F(SealedTemplateTest, opens_in_its_own_row) {
  const auto values = face(1);
  EXPECT_EQ(opened(seal_template(values, binding, *master), binding), values);
}

TEST_F(SealedTemplateTest, opens_nowhere_else_whichever_part_of_the_row_differs) {
  const SealedTemplate sealed = seal_template(face(1), binding, *master);
  const std::vector<std::function<void(TemplateBinding&)>> differences{
      [](TemplateBinding& other) { other.customer = "customer-2"; },
      [](TemplateBinding& other) { other.issuer = "other bank"; },
      [](TemplateBinding& other) { other.enrolment = "enrolment-2"; },
      [](TemplateBinding& other) { other.consent = "consent-2"; },
      [](TemplateBinding& other) { other.gallery_epoch = 2; },
      [](TemplateBinding& other) { other.model = "model-b"; },
      [](TemplateBinding& other) { std::swap(other.customer, other.issuer); }};
  for (const auto& change : differences) {
    TemplateBinding other = binding;
    change(other);
    EXPECT_THROW(opened(sealed, other), DoesNotOpen);
  }
}

// Published against Windows Hello: an administrator swaps two users' templates in the database, and each logs
// in as the other.
TEST_F(SealedTemplateTest, windows_hello_template_swap_attack_fails_with_and_without_the_key) {
  TemplateBinding victim = binding;
  victim.customer = "customer-2";
  victim.enrolment = "enrolment-2";
  const SealedTemplate of_attacker = seal_template(face(1), binding, *master);
  const SealedTemplate of_victim = seal_template(face(2), victim, *master);
  EXPECT_THROW(opened(of_attacker, victim), DoesNotOpen);
  EXPECT_THROW(opened({of_victim.wrapped_key, of_attacker.box}, victim), DoesNotOpen);
  EXPECT_THROW(opened({of_attacker.wrapped_key, of_victim.box}, victim), DoesNotOpen);
}

TEST_F(SealedTemplateTest, a_flipped_bit_anywhere_in_key_or_box_is_noticed) {
  const SealedTemplate sealed = seal_template(face(1, 16), binding, *master);
  for (std::size_t bit = 0; bit < (sealed.wrapped_key.size() + sealed.box.size()) * 8; ++bit) {
    SealedTemplate changed = sealed;
    const std::size_t byte = bit / 8;
    auto& place = byte < changed.wrapped_key.size() ? changed.wrapped_key[byte]
                                                    : changed.box[byte - changed.wrapped_key.size()];
    place ^= static_cast<std::uint8_t>(1 << bit % 8);
    std::vector<float> values(16, 1.0F);
    EXPECT_THROW(open_template(changed, binding, *master, values), DoesNotOpen) << "bit " << bit;
    EXPECT_EQ(values, std::vector<float>(16, 0.0F));
  }
}

TEST_F(SealedTemplateTest, without_its_wrapped_key_it_is_gone) {
  SealedTemplate sealed = seal_template(face(1), binding, *master);
  sealed.wrapped_key.assign(sealed.wrapped_key.size(), 0);
  EXPECT_THROW(opened(sealed, binding), DoesNotOpen);
  sealed.wrapped_key.clear();
  EXPECT_THROW(opened(sealed, binding), DoesNotOpen);
}

TEST_F(SealedTemplateTest, another_master_key_does_not_open_it) {
  const SealedTemplate sealed = seal_template(face(1), binding, *master);
  create_key_file(folder / "other");
  master = open_key_file(folder / "other", KeyFileUse::insecure_accepted);
  EXPECT_THROW(opened(sealed, binding), DoesNotOpen);
}

TEST_F(SealedTemplateTest, holds_no_value_in_the_clear) {
  const auto values = face(1);
  const SealedTemplate sealed = seal_template(values, binding, *master);
  const std::string box(sealed.box.begin(), sealed.box.end());
  for (const float value : values) {
    std::string bytes(sizeof value, '\0');
    std::memcpy(bytes.data(), &value, sizeof value);
    // Four bytes agree by chance once in 2 million boxes of this size.
    EXPECT_EQ(box.find(bytes), std::string::npos);
  }
}

}  // namespace
}  // namespace sesame::biometric
