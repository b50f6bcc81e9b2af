// What is in the journal's file, and when.
#include "spi/host/journal.hpp"

#include <gmock/gmock.h>

#include <boost/json/parse.hpp>
#include <fstream>
#include <sstream>

namespace sesame::spi {
namespace {
using testing::HasSubstr;
using testing::IsEmpty;

class JournalFile : public testing::Test {
 public:
  JournalFile() { journal.write_later([this](std::function<void()> write) { waiting.push_back(std::move(write)); }); }
  ~JournalFile() override { std::remove(path.c_str()); }
  std::string text() const {
    std::stringstream all;
    all << std::ifstream(path).rdbuf();
    return all.str();
  }
  const std::string path = testing::TempDir() + "/journal-" + std::to_string(getpid()) + ".log";
  Journal journal{path};
  std::vector<std::function<void()>> waiting;
};

TEST_F(JournalFile, has_lines_together_when_they_are_called_for) {
  journal.note("info", "one");
  journal.note("info", "two");
  EXPECT_THAT(text(), IsEmpty());
  ASSERT_EQ(waiting.size(), 1u);
  waiting.front()();
  EXPECT_THAT(text(), HasSubstr("one"));
  EXPECT_THAT(text(), HasSubstr("two"));
  journal.note("info", "three");
  EXPECT_EQ(waiting.size(), 2u);
}

TEST_F(JournalFile, has_a_fault_at_once_and_what_came_before_it) {
  journal.note("info", "before");
  journal.provider_fault("cardreader", "CardReader.Move", "it broke");
  EXPECT_THAT(text(), HasSubstr("before"));
  EXPECT_THAT(text(), HasSubstr("it broke"));
}

TEST_F(JournalFile, is_a_json_object_a_line_whatever_is_in_it) {
  const std::string strange = "a \"b\" \\ \n\x01 \xe9\xa1\x94";
  journal.provider_fault("s", "c", strange);
  const auto line = text();
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  EXPECT_EQ(boost::json::parse(line).at("fault").as_string(), strange);
}

}  // namespace
}  // namespace sesame::spi
