#include "spi/host/program/progress_bar.hpp"

#include <gtest/gtest.h>

namespace sesame::program {
namespace {

TEST(ProgressLine, fills_up_as_work_is_done_and_never_over) {
  EXPECT_EQ(progress_line("enrolling anna", 0, 8), "enrolling anna [                        ] 0 of 8");
  EXPECT_EQ(progress_line("enrolling anna", 4, 8), "enrolling anna [############            ] 4 of 8");
  EXPECT_EQ(progress_line("enrolling anna", 9, 8), "enrolling anna [########################] 8 of 8");
  EXPECT_EQ(progress_line("nothing", 0, 0), "nothing [                        ] 0 of 0");
}

}  // namespace
}  // namespace sesame::program
