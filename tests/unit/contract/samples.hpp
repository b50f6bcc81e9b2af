// Payloads made from the contract's tables: the smallest and the fullest valid value of any described type.
#pragma once

#include <boost/json/value.hpp>
#include <functional>
#include <string>

#include "spi/contract/type_info.hpp"

namespace sesame::contract::samples {

enum class Size { smallest, fullest };

boost::json::value sample(const TypeInfo& type, Size size);
// A text that the pattern matches: the shortest one, or with `variant` 1 another one where there is one.
std::string matching(const Pattern& pattern, int variant = 0);

// Every payload type of the contract with its name: "CardReader.ReadRawData", "... completion", events too.
void for_each_message(const std::function<void(const std::string& name, const ObjectInfo& type)>& visit);

}  // namespace sesame::contract::samples
