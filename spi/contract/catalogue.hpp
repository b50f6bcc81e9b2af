// What exists in the contract: interfaces, their commands and events, with versions, lanes, error codes and
// payload types. All of it is constant data made from specs/interfaces/*.yaml; it may be read from any
// thread.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace sesame::contract {

struct TypeInfo;
struct InterfaceInfo;

// The version of one message, "3.0" (XFS4IoT 2.6): majors differ in meaning, minors only add.
struct Version {
  std::uint16_t major = 0;
  std::uint16_t minor = 0;
  friend constexpr auto operator<=>(const Version&, const Version&) = default;
};
std::string to_string(Version version);
// Empty when the text is not of the form [1-9][0-9]*\.([1-9][0-9]*|0) or a number passes 65535.
std::optional<Version> parse_version(std::string_view text);

// Where a command waits. Commands of one lane of a service run one after the other, commands of different
// lanes side by side, and `immediate` ones (pure information) at once.
enum class Lane : std::uint8_t { immediate, device, encryptor, keyboard, display };
std::string_view to_string(Lane lane);

struct EventInfo {
  std::string_view name;  // "CardReader.MediaInsertedEvent"
  const InterfaceInfo* interface;
  Version version;
  const TypeInfo* payload;  // never null; a type without fields where the standard has no payload
  bool command_event;       // sent as type `event` with the request's id
  bool unsolicited;         // sent as type `unsolicited` to every client
};

struct CommandInfo {
  std::string_view name;  // "CardReader.ReadRawData"
  const InterfaceInfo* interface;
  Version command_version;
  Version completion_version;  // looked up, never derived: 49 of 192 have another major than their command
  const TypeInfo* payload;     // never null
  const TypeInfo* completion;  // never null
  Lane lane;
  std::span<const std::string_view> error_codes;
  std::span<const EventInfo* const> events;  // that it may send; some belong to other interfaces
  std::uint16_t index;                       // in its interface, alphabetical
};

struct InterfaceInfo {
  std::string_view name;         // "CardReader"
  std::string_view property;     // "cardReader": its part of Common.Status and Common.Capabilities
  const TypeInfo* status;        // null where the interface has none
  const TypeInfo* capabilities;  // null where the interface has none
  std::span<const CommandInfo* const> commands;
  std::span<const EventInfo* const> events;
  bool in_status_changed;  // whether Common.StatusChangedEvent has its part
};

// By full name; nullptr when there is no such thing.
const CommandInfo* find_command(std::string_view full_name);
const EventInfo* find_event(std::string_view full_name);
const InterfaceInfo* find_interface(std::string_view name);
// All 26, in alphabetical order.
std::span<const InterfaceInfo* const> interfaces();

// Owns one value of a described type without knowing the type at compile time, as the service needs for
// payloads.
class Holder {
 public:
  explicit Holder(const TypeInfo& type);  // a default value; `type` describes an object
  Holder(Holder&& other) noexcept : type_(other.type_), value_(std::exchange(other.value_, nullptr)) {}
  Holder& operator=(Holder&& other) noexcept {
    std::swap(type_, other.type_);
    std::swap(value_, other.value_);
    return *this;
  }
  ~Holder();

  const TypeInfo& type() const { return *type_; }
  void* get() { return value_; }
  const void* get() const { return value_; }

 private:
  const TypeInfo* type_;
  void* value_;
};

}  // namespace sesame::contract
