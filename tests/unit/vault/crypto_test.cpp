#include "biometric/template/crypto.hpp"

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <fstream>
#include <set>
#include <string>

#include "tests/unit/vault/temporary_folder.hpp"

namespace sesame::biometric {
namespace {

Bytes from_hex(std::string_view hex) {
  Bytes bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<std::uint8_t>(std::stoul(std::string(hex.substr(i, 2)), nullptr, 16)));
  }
  return bytes;
}

// The GCM specification of McGrew and Viega, test case 16.
TEST(CryptoKnownAnswer, aes_256_gcm_seals_as_test_case_16_of_the_specification) {
  const Bytes key = from_hex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308");
  const Bytes nonce = from_hex("cafebabefacedbaddecaf888");
  const Bytes text = from_hex(
      "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aed"
      "f5aa0d"
      "e657ba637b39");
  const Bytes associated = from_hex("feedfacedeadbeeffeedfacedeadbeefabaddad2");
  const Bytes sealed = seal_with_nonce(key, nonce, text, associated);
  EXPECT_EQ(to_hex(ByteView(sealed).subspan(12)),
            "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838"
            "c5f61e6393ba7a0a"
            "bcc9f66276fc6ece0f4e1768cddf8853bb2d551b");
  EXPECT_EQ(to_hex(open(key, sealed, associated).view()), to_hex(text));
}

// RFC 5869, A.1 and A.3.
TEST(CryptoKnownAnswer, hkdf_sha256_derives_as_rfc_5869) {
  const Bytes key(22, 0x0b);
  EXPECT_EQ(
      to_hex(hkdf_sha256(key, from_hex("000102030405060708090a0b0c"), from_hex("f0f1f2f3f4f5f6f7f8f9"), 42)
                 .view()),
      "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
  EXPECT_EQ(to_hex(hkdf_sha256(key, {}, {}, 42).view()),
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
}

// RFC 4231, test case 2; FIPS 180-4's "abc".
TEST(CryptoKnownAnswer, hmac_and_hash_agree_with_rfc_4231_and_fips_180) {
  EXPECT_EQ(to_hex(hmac_sha256(as_bytes("Jefe"), as_bytes("what do ya want for nothing?"))),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(to_hex(sha256(as_bytes("abc"))),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(CryptoSeal, every_flipped_bit_and_every_missing_byte_is_noticed) {
  const Secret key = Secret::random(32);
  const Bytes text(40, 7);
  const Bytes sealed = seal(key.view(), text, as_bytes("row 1"));
  for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
    Bytes changed = sealed;
    changed[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
    EXPECT_THROW(open(key.view(), changed, as_bytes("row 1")), DoesNotOpen) << "bit " << bit;
  }
  for (std::size_t size = 0; size < sealed.size(); ++size) {
    EXPECT_THROW(open(key.view(), ByteView(sealed).first(size), as_bytes("row 1")), DoesNotOpen);
  }
}

TEST(CryptoSeal, nothing_is_left_of_a_text_that_is_not_authentic) {
  const Secret key = Secret::random(32);
  Bytes sealed = seal(key.view(), Bytes(40, 7), {});
  sealed.back() ^= 1;
  Bytes text(40, 9);
  EXPECT_THROW(open(key.view(), sealed, {}, text), DoesNotOpen);
  EXPECT_EQ(text, Bytes(40, 0));
}

TEST(CryptoSeal, the_same_text_never_looks_the_same_twice) {
  const Secret key = Secret::random(32);
  std::set<Bytes> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(seal(key.view(), Bytes(16, 0), {}));
  EXPECT_EQ(seen.size(), 1000U);
}

TEST(CryptoFields, moving_a_letter_from_one_field_to_the_next_changes_the_bytes) {
  Fields one("d");
  one.add("ab").add("c");
  Fields other("d");
  other.add("a").add("bc");
  EXPECT_NE(to_hex(one.view()), to_hex(other.view()));
}

TEST(CryptoKeyStream, numbers_stay_in_their_bound_and_depend_on_the_key) {
  const Secret key(Bytes(32, 1));
  KeyStream stream(key.view());
  KeyStream same(key.view());
  KeyStream other(Bytes(32, 2));
  int equal = 0;
  for (int i = 0; i < 1000; ++i) {
    const std::uint32_t number = stream.below(1000);
    EXPECT_LT(number, 1000U);
    EXPECT_EQ(number, same.below(1000));
    equal += number == other.below(1000) ? 1 : 0;
  }
  EXPECT_LT(equal, 20);
}

// The flags of the mapping that holds `address`, as the kernel tells them.
std::string mapping_flags(const void* address) {
  std::ifstream maps("/proc/self/smaps");
  std::string line;
  bool inside = false;
  while (std::getline(maps, line)) {
    std::uintptr_t from = 0;
    std::uintptr_t to = 0;
    if (std::sscanf(line.c_str(), "%lx-%lx ", &from, &to) == 2) {
      inside =
          reinterpret_cast<std::uintptr_t>(address) >= from && reinterpret_cast<std::uintptr_t>(address) < to;
    } else if (inside && line.starts_with("VmFlags:")) {
      return line + " ";
    }
  }
  return "";
}

TEST(SecretMemory, is_locked_and_left_out_of_core_dumps) {
  const Secret secret = Secret::random(32);
  const std::string flags = mapping_flags(secret.view().data());
  if (flags.empty()) GTEST_SKIP() << "this kernel tells no VmFlags";
  EXPECT_NE(flags.find(" dd "), std::string::npos) << flags;
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // their runtimes turn mlock into nothing
  EXPECT_NE(flags.find(" lo "), std::string::npos) << flags;
#endif
}

TEST(SecretMemory, moving_a_secret_leaves_none_behind) {
  Secret one = Secret::of_text("canary");
  const Secret two = std::move(one);
  EXPECT_EQ(two.size(), 6U);
  EXPECT_EQ(one.view().data(), nullptr);  // NOLINT: that is what the test is about
}

TEST(SecretFile, open_to_others_is_refused_in_a_sentence_that_names_it) {
  const TemporaryFolder folder;
  const auto file = folder / "key";
  std::ofstream(file) << "secret";
  std::filesystem::permissions(file, std::filesystem::perms(0640));
  try {
    read_secret_file(file);
    FAIL() << "it was read";
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string(error.what()).find(file.string()), std::string::npos);
    EXPECT_NE(std::string(error.what()).find("0600"), std::string::npos);
  }
  std::filesystem::permissions(file, std::filesystem::perms(0600));
  EXPECT_EQ(read_secret_file(file).size(), 6U);
  std::filesystem::create_symlink(file, folder / "link");
  EXPECT_THROW(read_secret_file(folder / "link"), std::runtime_error);
  EXPECT_THROW(read_secret_file(folder / "none"), std::runtime_error);
  EXPECT_THROW(read_secret_file(folder.path()), std::runtime_error);
}

}  // namespace
}  // namespace sesame::biometric
