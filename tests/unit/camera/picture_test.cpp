#include "camera/picture.hpp"

#include <cstdlib>

namespace sesame::camera {
namespace {

Frame gradient(int width, int height) {
  Frame frame = make_frame(width, height);
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) {
      frame.row(y)[3 * x] = static_cast<std::uint8_t>(x * 255 / width);
      frame.row(y)[3 * x + 1] = static_cast<std::uint8_t>(y * 255 / height);
      frame.row(y)[3 * x + 2] = 128;
    }
  return frame;
}

double mean_difference(const Frame& a, const Frame& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.bytes.size(); ++i) sum += std::abs(a.bytes[i] - b.bytes[i]);
  return sum / static_cast<double>(a.bytes.size());
}

TEST(Jpeg, comes_back_as_it_was_written) {
  const Frame original = gradient(64, 48);
  const Frame decoded = decode_jpeg(encode_jpeg(original, 95));
  ASSERT_EQ(decoded.width, 64);
  ASSERT_EQ(decoded.height, 48);
  EXPECT_LT(mean_difference(original, decoded), 3.0);
}

TEST(Jpeg, bytes_that_are_no_picture_are_refused) {
  const std::vector<std::uint8_t> noise(1000, 0x5a);
  EXPECT_THROW(decode_jpeg(noise), PictureError);
  EXPECT_THROW(decode_jpeg({}), PictureError);
}

TEST(Jpeg, a_picture_larger_than_the_limit_is_refused_before_memory_is_taken) {
  std::vector<std::uint8_t> bytes = encode_jpeg(gradient(16, 16));
  for (std::size_t i = 0; i + 8 < bytes.size(); ++i)
    if (bytes[i] == 0xff && bytes[i + 1] == 0xc0) bytes[i + 5] = 0xff, bytes[i + 7] = 0xff;
  EXPECT_THROW(decode_jpeg(bytes), PictureError);
}

TEST(Jpeg, an_mjpeg_frame_without_its_end_marker_is_still_a_frame) {
  std::vector<std::uint8_t> bytes = encode_jpeg(gradient(64, 48));
  bytes.resize(bytes.size() - 2);
  EXPECT_EQ(decode_jpeg(bytes).width, 64);
}

TEST(Yuyv, white_black_and_red_become_themselves) {
  // Two pixels each: luma, u, luma, v in BT.601 limited range.
  const std::vector<std::uint8_t> bytes = {235, 128, 235, 128, 16, 128, 16, 128, 81, 90, 81, 240};
  const Frame frame = decode_yuyv(bytes, 6, 1, 12);
  const auto pixel = [&](int x) {
    const std::uint8_t* at = frame.row(0) + 3 * x;
    return std::vector<int>{at[0], at[1], at[2]};
  };
  EXPECT_THAT(pixel(0), testing::ElementsAre(255, 255, 255));
  EXPECT_THAT(pixel(3), testing::ElementsAre(0, 0, 0));
  EXPECT_THAT(pixel(5), testing::ElementsAre(testing::Le(2), testing::Le(2), testing::Ge(253)));
}

TEST(Yuyv, padded_rows_are_read_by_their_stride) {
  std::vector<std::uint8_t> bytes(2 * 8, 0);
  for (std::size_t row = 0; row < 2; ++row)
    for (std::size_t i = 0; i < 4; ++i) bytes[row * 8 + i] = i % 2 == 0 ? 235 : 128;
  const Frame frame = decode_yuyv(bytes, 2, 2, 8);
  EXPECT_EQ(frame.row(1)[0], 255);
}

TEST(Yuyv, a_frame_shorter_than_its_size_is_refused) {
  EXPECT_THROW(decode_yuyv(std::vector<std::uint8_t>(100), 64, 48, 128), PictureError);
  EXPECT_THROW(decode_yuyv(std::vector<std::uint8_t>(100), 3, 1, 6), PictureError);
}

}  // namespace
}  // namespace sesame::camera
