#include "biometric/reference.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sesame::biometric {
namespace {

TEST(FaceRecord, damaged_records_are_refused) {
  Bytes record = face_record_of_picture(Bytes(50, 1), 10, 10);
  EXPECT_EQ(picture_of_face_record(record).size(), 50U);
  for (const std::size_t at : {0U, 11U, 13U, 17U, 18U, 35U}) {
    Bytes damaged = record;
    damaged[at] ^= 0xff;
    EXPECT_THROW(picture_of_face_record(damaged), EngineRefusal) << at;
  }
  record.resize(20);
  EXPECT_THROW(picture_of_face_record(record), EngineRefusal);
}

TEST(OwnTemplate, names_the_embeddings_it_is_of_and_is_refused_by_others) {
  Template reference(template_length, 0.0F);
  reference[7] = 1;
  const std::string ours(64, 'a');
  const Bytes bytes = bytes_of_template(reference, ours);
  EXPECT_EQ(template_of_bytes(bytes, ours), reference);
  const auto refusal = [](const Bytes& given, const std::string& id) {
    try {
      template_of_bytes(given, id);
    } catch (const EngineRefusal& refused) {
      return std::string(refused.what());
    }
    return std::string("none");
  };
  EXPECT_THAT(refusal(bytes, std::string(64, 'b')), testing::HasSubstr("a template of other embedding models"));
  EXPECT_THAT(refusal(Bytes(2048), ours), testing::HasSubstr("another length"));
  Bytes longer = bytes;
  longer[64 + 4 * 7 + 3] ^= 1;
  EXPECT_THAT(refusal(longer, ours), testing::HasSubstr("too long or too short"));
}

}  // namespace
}  // namespace sesame::biometric
