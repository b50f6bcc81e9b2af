#include "spi/host/program/completion.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>

namespace sesame::program {
namespace {

class BashCompletion : public testing::Test {
 protected:
  void SetUp() override {
    app.add_subcommand("serve")->add_flag("--simulated");
    app.add_subcommand("services");
    auto* enrol = app.add_subcommand("enrol");
    enrol->add_option("customer", text);
    enrol->add_option("--take", text);
    enrol->add_option("--claim", texts)->allow_extra_args(false);
    auto* identities = app.add_subcommand("identities");
    identities->add_flag("--json");
    identities->add_option("--run-directory", text);
    identities->add_subcommand("suspend");
    std::ofstream(script) << bash_completion(app);
  }
  void TearDown() override { std::filesystem::remove(script); }

  // What bash offers after these words; a trailing blank begins a new one.
  std::string offered(const std::string& line) {
    const std::string count = line.ends_with(' ') ? "${#w[@]}" : "$((${#w[@]} - 1))";
    const std::string command = "bash -c 'source " + script + "; w=(" + line +
                                "); COMP_WORDS=(\"${w[@]}\"); COMP_CWORD=" + count +
                                "; _sesame; echo \"${COMPREPLY[*]}\"' 2>&1";
    FILE* const bash = popen(command.c_str(), "r");
    std::array<char, 1024> said{};
    const std::size_t size = std::fread(said.data(), 1, said.size(), bash);
    EXPECT_EQ(pclose(bash), 0);
    const std::string all(said.data(), size);
    return all.substr(0, all.find('\n'));
  }

  CLI::App app{"a program"};
  std::string text;
  std::vector<std::string> texts;
  std::string script =
      (std::filesystem::temp_directory_path() / ("sesame_completion_" + std::to_string(getpid()))).string();
};

TEST_F(BashCompletion, offers_commands_and_their_options) {
  EXPECT_EQ(offered("sesame serv"), "serve services");
  EXPECT_EQ(offered("sesame serve"), "serve");
  EXPECT_EQ(offered("sesame serve --"), "--help --simulated");
  EXPECT_EQ(offered("sesame enrol anna --t"), "--take");
  EXPECT_EQ(offered("sesame identities --json s"), "suspend");
}

TEST_F(BashCompletion, leaves_the_value_of_an_option_to_the_names_of_files) {
  EXPECT_EQ(offered("sesame enrol --take "), "");
  EXPECT_EQ(offered("sesame enrol --claim ser"), "");
  EXPECT_EQ(offered("sesame enrol --take serve --c"), "--claim");
  EXPECT_EQ(offered("sesame identities --run-directory suspend --j"), "--json")
      << "a folder was taken for a command";
}

}  // namespace
}  // namespace sesame::program
