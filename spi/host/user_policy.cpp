#include "spi/host/user_policy.hpp"

#include <pwd.h>
#include <unistd.h>

#include <algorithm>

namespace sesame::spi {
namespace {

bool matches(const std::string& pattern, std::string_view name) {
  if (pattern.ends_with('*')) return name.starts_with(std::string_view(pattern).substr(0, pattern.size() - 1));
  return name == pattern;
}
bool any_matches(const std::vector<std::string>& patterns, std::string_view name) {
  return patterns.empty() || std::ranges::any_of(patterns, [&](const auto& each) { return matches(each, name); });
}

std::optional<unsigned> user_id(const std::string& name) {
  if (!name.empty() && name.find_first_not_of("0123456789") == std::string::npos && name.size() < 10) return std::stoul(name);
  std::vector<char> buffer(16384);
  passwd entry{};
  passwd* found = nullptr;
  if (getpwnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found) != 0 || !found) return std::nullopt;
  return entry.pw_uid;
}

}  // namespace

UserPolicy::UserPolicy() : rules_{{{0, geteuid()}, false, {}, {}}} {}

UserPolicy::UserPolicy(const Section& configuration) : UserPolicy() {
  if (!configuration.has("policy")) return;
  rules_.clear();
  for (const auto& entry : configuration.sections("policy")) {
    entry.allow_only({"users", "services", "commands"});
    Rule rule;
    for (const auto& name : entry.texts("users")) {
      if (name == "*") {
        rule.any_user = true;
        continue;
      }
      const auto id = user_id(name);
      if (!id) entry.fail("users", "users of this machine (" + name + " is none)");
      rule.users.push_back(*id);
    }
    rule.services = entry.texts("services");
    rule.commands = entry.texts("commands");
    rules_.push_back(std::move(rule));
  }
}

bool UserPolicy::allows(const ClientIdentity& client, std::string_view service, const contract::CommandInfo& command) const {
  if (client.in_process) return true;
  return std::ranges::any_of(rules_, [&](const Rule& rule) {
    const bool user = rule.any_user || (client.uid && std::ranges::find(rule.users, *client.uid) != rule.users.end());
    return user && any_matches(rule.services, service) && any_matches(rule.commands, command.name);
  });
}

}  // namespace sesame::spi
