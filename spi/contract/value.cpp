#include "spi/contract/value.hpp"

#include <boost/json/value.hpp>
#include <memory>

namespace sesame::contract {

namespace {
const boost::json::value& null_value() {
  static const boost::json::value value;
  return value;
}
}  // namespace

Json::Json(boost::json::value value)
    : value_(value.is_null() ? nullptr : std::make_unique<boost::json::value>(std::move(value)).release()) {}
Json::Json(const Json& other)
    : value_(other.value_ ? std::make_unique<boost::json::value>(*other.value_).release() : nullptr) {}
Json& Json::operator=(const Json& other) {
  if (this != &other) *this = Json(other);
  return *this;
}
Json::~Json() { const std::unique_ptr<boost::json::value> last(value_); }

const boost::json::value& Json::value() const { return value_ ? *value_ : null_value(); }

bool operator==(const Json& a, const Json& b) { return a.value() == b.value(); }

}  // namespace sesame::contract
