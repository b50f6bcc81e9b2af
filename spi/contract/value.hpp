// The few value types that generated messages are made of beside std::string, std::vector and numbers.
// Plain values: no owner but their holder, no thread rule of their own. Kept cheap to compile, because a
// thousand generated structs hold them; std::optional and std::map over as many types cost minutes.
#pragma once

#include <concepts>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace boost::json {
class value;
}

namespace sesame::contract {

// A property that may be left out. Absent and JSON null are the same thing in XFS4IoT payloads.
template <class T>
struct Optional {
  T value{};
  bool present = false;

  constexpr Optional() = default;
  constexpr Optional(T given) : value(std::move(given)), present(true) {}
  template <class U>
  requires(!std::same_as<std::remove_cvref_t<U>, Optional>) constexpr Optional& operator=(U&& given) {
    value = std::forward<U>(given);
    present = true;
    return *this;
  }

  constexpr explicit operator bool() const { return present; }
  constexpr bool has_value() const { return present; }
  constexpr T& operator*() { return value; }
  constexpr const T& operator*() const { return value; }
  constexpr T* operator->() { return &value; }
  constexpr const T* operator->() const { return &value; }
  constexpr void reset() {
    value = T{};
    present = false;
  }
  constexpr T& emplace() {
    value = T{};
    present = true;
    return value;
  }
  constexpr T value_or(T other) const { return present ? value : std::move(other); }

  friend constexpr bool operator==(const Optional& a, const Optional& b) {
    return a.present == b.present && (!a.present || a.value == b.value);
  }
  friend constexpr bool operator==(const Optional& a, const T& b) { return a.present && a.value == b; }
};

// One named value of a map, and the map: a vector, because the order of the standard's maps is kept
// (Biometric.Match answers with the best candidate first) and they are short.
template <class T>
struct Entry {
  std::string key;
  T value{};
};

template <class T>
using Map = std::vector<Entry<T>>;

// The value under `key`, or nullptr.
template <class T>
const T* find(const Map<T>& map, std::string_view key) {
  for (const Entry<T>& entry : map)
    if (entry.key == key) return &entry.value;
  return nullptr;
}

// An owned JSON value that the holder's struct does not spell out: a part that another interface describes
// (each interface's share of Common.Status), or one without a fixed shape. A default constructed one is JSON
// null.
class Json {
 public:
  Json() = default;
  explicit Json(boost::json::value value);
  Json(const Json& other);
  Json(Json&& other) noexcept : value_(std::exchange(other.value_, nullptr)) {}
  Json& operator=(const Json& other);
  Json& operator=(Json&& other) noexcept {
    std::swap(value_, other.value_);
    return *this;
  }
  ~Json();

  const boost::json::value& value() const;
  friend bool operator==(const Json& a, const Json& b);

 private:
  boost::json::value* value_ = nullptr;
};

}  // namespace sesame::contract
