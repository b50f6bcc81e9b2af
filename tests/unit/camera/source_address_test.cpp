#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "camera/open_source.hpp"
#include "camera/uvc_source.hpp"

namespace sesame::camera {
namespace {

std::string fault_of(const std::string& address) {
  try {
    open_source(address);
  } catch (const SourceError& error) {
    return error.what();
  }
  return "none";
}

TEST(SourceAddress, a_missing_device_is_named) {
  EXPECT_EQ(fault_of("v4l2:/dev/video_none"), "there is no camera /dev/video_none");
}

TEST(SourceAddress, a_file_that_is_no_camera_is_refused) {
  EXPECT_THAT(fault_of("v4l2:/dev/null"), testing::HasSubstr("is not a V4L2 device"));
}

TEST(SourceAddress, an_unknown_kind_says_what_was_expected) {
  EXPECT_THAT(fault_of("webcam"), testing::HasSubstr("expected v4l2:/dev/videoN"));
  EXPECT_THAT(fault_of("uvc:xyz"), testing::HasSubstr("is not a UVC address"));
}

TEST(SourceAddress, uvc_vendor_product_and_serial_are_read) {
  const UvcAddress address = parse_uvc_address("046d:0825:A1");
  EXPECT_EQ(address.vendor, 0x046d);
  EXPECT_EQ(address.product, 0x0825);
  EXPECT_EQ(address.serial, "A1");
  EXPECT_EQ(parse_uvc_address("any").vendor, 0);
}

TEST(SourceAddress, the_empty_scene_needs_no_device) {
  EXPECT_EQ(open_source("empty")->description().width, 400);
}

}  // namespace
}  // namespace sesame::camera
