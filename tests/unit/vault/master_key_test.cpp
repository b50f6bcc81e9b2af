#include "biometric/template/master_key.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "biometric/template/crypto.hpp"
#include "tests/unit/vault/soft_tokens.hpp"
#include "tests/unit/vault/temporary_folder.hpp"

namespace sesame::biometric {
namespace {

std::string refusal(const std::function<void()>& attempt) {
  try {
    attempt();
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "";
}

void expect_to_wrap(MasterKey& master) {
  const Secret key = Secret::random(32);
  const Bytes wrapped = master.wrap(key, as_bytes("context"));
  EXPECT_EQ(wrapped.size(), 60U);
  EXPECT_TRUE(equal_in_constant_time(master.unwrap(wrapped, as_bytes("context")).view(), key.view()));
  EXPECT_THROW(master.unwrap(wrapped, as_bytes("another")), DoesNotOpen);
  EXPECT_THROW(master.unwrap(ByteView(wrapped).first(59), as_bytes("context")), DoesNotOpen);
  for (std::size_t byte = 0; byte < wrapped.size(); ++byte) {
    Bytes changed = wrapped;
    changed[byte] ^= 0x80;
    EXPECT_THROW(master.unwrap(changed, as_bytes("context")), DoesNotOpen);
  }
}

TEST(MasterKeyFile, is_refused_without_the_word_insecure) {
  const TemporaryFolder folder;
  create_key_file(folder / "key");
  EXPECT_NE(refusal([&] { open_key_file(folder / "key", KeyFileUse::refused); }).find("insecure"),
            std::string::npos);
}

TEST(MasterKeyFile, wraps_and_unwraps) {
  const TemporaryFolder folder;
  create_key_file(folder / "key");
  expect_to_wrap(*open_key_file(folder / "key", KeyFileUse::insecure_accepted));
}

TEST(MasterKeyFile, is_never_overwritten_and_belongs_to_its_owner_alone) {
  const TemporaryFolder folder;
  create_key_file(folder / "key");
  EXPECT_EQ(std::filesystem::status(folder / "key").permissions(), std::filesystem::perms(0600));
  EXPECT_NE(refusal([&] { create_key_file(folder / "key"); }).find("exists"), std::string::npos);
  std::filesystem::permissions(folder / "key", std::filesystem::perms(0644));
  EXPECT_NE(refusal([&] { open_key_file(folder / "key", KeyFileUse::insecure_accepted); }).find("0600"),
            std::string::npos);
}

TEST(MasterKeyFile, of_another_length_is_refused) {
  const TemporaryFolder folder;
  std::ofstream(folder / "key") << "short";
  std::filesystem::permissions(folder / "key", std::filesystem::perms(0600));
  EXPECT_NE(
      refusal([&] { open_key_file(folder / "key", KeyFileUse::insecure_accepted); }).find("expected 32"),
      std::string::npos);
}

TEST(MasterKeyFile, id_tells_keys_apart_and_stays) {
  const TemporaryFolder folder;
  create_key_file(folder / "one");
  create_key_file(folder / "two");
  const std::string one = open_key_file(folder / "one", KeyFileUse::insecure_accepted)->id();
  EXPECT_EQ(one, open_key_file(folder / "one", KeyFileUse::insecure_accepted)->id());
  EXPECT_NE(one, open_key_file(folder / "two", KeyFileUse::insecure_accepted)->id());
}

class MasterKeyInToken : public testing::Test {
 protected:
  void SetUp() override {
    if (!tokens.make("sesame")) GTEST_SKIP() << "SoftHSM is not installed (softhsm2), or makes no token";
  }
  TokenKey wanted(bool create = false) const { return tokens.key("sesame", "master", create); }

  SoftTokens tokens;
};

TEST_F(MasterKeyInToken, is_made_once_then_found_and_wraps_the_same) {
  EXPECT_NE(refusal([&] { open_token_key(wanted()); }).find("no AES key labelled \"master\""),
            std::string::npos);
  const Secret key = Secret::random(32);
  std::string id;
  Bytes wrapped;
  {
    const auto master = open_token_key(wanted(true));
    id = master->id();
    expect_to_wrap(*master);
    wrapped = master->wrap(key, as_bytes("row"));
  }
  const auto again = open_token_key(wanted(true));
  EXPECT_EQ(again->id(), id);
  EXPECT_TRUE(equal_in_constant_time(again->unwrap(wrapped, as_bytes("row")).view(), key.view()));
}

TEST_F(MasterKeyInToken, says_what_is_missing) {
  TokenKey no_token = wanted();
  no_token.token = "another";
  EXPECT_NE(refusal([&] { open_token_key(std::move(no_token)); }).find("no token labelled \"another\""),
            std::string::npos);
  TokenKey wrong_pin = wanted();
  wrong_pin.pin = Secret::of_text("4321");
  EXPECT_NE(refusal([&] { open_token_key(std::move(wrong_pin)); }).find("refuses the PIN"),
            std::string::npos);
}

// A key that a token holds for wrapping alone, or a token that loses bits.
class WrapsOnly : public MasterKey {
 public:
  std::string id() const override { return "test:wraps-only"; }
  Bytes wrap(const Secret& data_key, ByteView context) override {
    return seal(Secret::random(32).view(), data_key.view(), context);
  }
  Secret unwrap(ByteView, ByteView) override { throw DoesNotOpen("not for unwrapping"); }
};

TEST(MasterKeyFile, hands_a_data_key_on_to_another_key_only_if_that_one_opens_it_again) {
  const TemporaryFolder folder;
  create_key_file(folder / "one");
  create_key_file(folder / "two");
  const auto one = open_key_file(folder / "one", KeyFileUse::insecure_accepted);
  const auto two = open_key_file(folder / "two", KeyFileUse::insecure_accepted);
  const Secret key = Secret::random(32);
  const Bytes wrapped = one->wrap(key, as_bytes("row"));
  const Bytes anew = wrap_anew(wrapped, as_bytes("row"), *one, *two);
  EXPECT_TRUE(equal_in_constant_time(two->unwrap(anew, as_bytes("row")).view(), key.view()));
  EXPECT_THROW(one->unwrap(anew, as_bytes("row")), DoesNotOpen);
  EXPECT_THROW(wrap_anew(wrapped, as_bytes("another"), *one, *two), DoesNotOpen);
  WrapsOnly bad;
  EXPECT_NE(
      refusal([&] { wrap_anew(wrapped, as_bytes("row"), *one, bad); }).find("does not open what it wrapped"),
      std::string::npos);
}

TEST(MasterKeyModule, that_is_none_is_refused_by_name) {
  TokenKey no_module{"/nowhere/module.so", "sesame", "master", Secret::of_text("1234"), false};
  EXPECT_NE(refusal([&] { open_token_key(std::move(no_module)); }).find("/nowhere/module.so"),
            std::string::npos);
  TokenKey not_one{"libz.so.1", "sesame", "master", Secret::of_text("1234"), false};
  EXPECT_FALSE(refusal([&] { open_token_key(std::move(not_one)); }).empty());
}

}  // namespace
}  // namespace sesame::biometric
