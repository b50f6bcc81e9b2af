// Every set of instructions that Highway can choose on this processor, one after the other.
#pragma once

#include <gtest/gtest.h>
#include <hwy/targets.h>

#include <cstdint>

// Calls `check` once for each; the processor's own choice is back afterwards, whatever happened.
template <typename Check>
void with_each_instruction_set(const Check& check) {
  const struct Restored {
    ~Restored() { hwy::SetSupportedTargetsForTest(0); }
  } restored;
  const std::int64_t all = hwy::SupportedTargets();
  ASSERT_NE(all, 0);
  for (std::int64_t left = all; left != 0; left &= left - 1) {
    const std::int64_t one = left & -left;
    SCOPED_TRACE(hwy::TargetName(one));
    hwy::SetSupportedTargetsForTest(one);
    check();
  }
}
