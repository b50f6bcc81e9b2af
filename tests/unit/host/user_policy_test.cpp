#include <gtest/gtest.h>
#include <unistd.h>

#include "spi/host/user_policy.hpp"

namespace sesame::spi {
namespace {

const contract::CommandInfo& command(std::string_view name) { return *contract::find_command(name); }
ClientIdentity user(unsigned uid) { return {uid, "127.0.0.1:1", false}; }

TEST(UserPolicy, without_a_configuration_only_root_and_the_hosts_own_user_may_send) {
  const UserPolicy policy;
  EXPECT_TRUE(policy.allows(user(0), "cardreader", command("CardReader.Move")));
  EXPECT_TRUE(policy.allows(user(geteuid()), "cardreader", command("CardReader.Move")));
  EXPECT_FALSE(policy.allows(user(54321), "cardreader", command("Common.Status")));
  EXPECT_FALSE(policy.allows({std::nullopt, "192.0.2.1:1", false}, "cardreader", command("Common.Status")));
  EXPECT_TRUE(policy.allows({std::nullopt, "in process", true}, "cardreader", command("CardReader.Move")));
}

TEST(UserPolicy, rules_name_users_services_and_commands) {
  const UserPolicy policy(Section::from_text(
      "policy:\n  - {users: [54321], services: [cardreader], commands: ['CardReader.*', Common.Status]}\n  - {users: ['*'], commands: [Common.Status]}\n", "atm.yaml"));
  EXPECT_TRUE(policy.allows(user(54321), "cardreader", command("CardReader.Move")));
  EXPECT_FALSE(policy.allows(user(54321), "keyboard", command("Keyboard.Reset")));
  EXPECT_TRUE(policy.allows(user(9), "keyboard", command("Common.Status")));
  EXPECT_FALSE(policy.allows(user(0), "cardreader", command("CardReader.Move")));
}

TEST(UserPolicy, a_user_that_this_machine_does_not_have_is_an_error_with_a_line) {
  try {
    UserPolicy(Section::from_text("policy:\n  - users: [nobody-at-all]\n", "atm.yaml"));
    FAIL() << "expected an error";
  } catch (const ConfigurationError& error) {
    EXPECT_STREQ(error.what(), "atm.yaml:2: policy[0].users: expected users of this machine (nobody-at-all is none)");
  }
}

}  // namespace
}  // namespace sesame::spi
