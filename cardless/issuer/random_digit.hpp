// One decimal digit of the operating system's generator, each as likely as any other. Thread rule: none.
#pragma once

namespace sesame::cardless {

char random_digit();

}  // namespace sesame::cardless
