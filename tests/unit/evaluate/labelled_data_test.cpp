#include "biometric/evaluate/labelled_data.hpp"

#include <unistd.h>

#include <fstream>

namespace sesame::evaluation {
namespace {

namespace fs = std::filesystem;

class Labels : public testing::Test {
 protected:
  void SetUp() override { fs::create_directories(folder_); }
  void TearDown() override { fs::remove_all(folder_); }
  fs::path write(const std::string& name, const std::string& text = "x") {
    fs::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name, std::ios::binary) << text;
    return folder_ / name;
  }
  LabelledData people() {
    for (const char* name :
         {"anna/anna_0001.jpg", "anna/anna_0002.png", "bert/bert_0001.JPG", "carl/carl_0001.jpeg"})
      write(name);
    return read_people(folder_);
  }
  static std::string fault(const std::function<void()>& work) {
    try {
      work();
    } catch (const DataError& error) {
      return error.what();
    }
    return "none";
  }
  // What reading such a file of the people above says, behind the file's name.
  std::string fault_in(const std::string& text, const std::function<void(LabelledData&, const fs::path&)>& read) {
    LabelledData data = people();
    const fs::path file = write("file", text);
    const std::string said = fault([&] { read(data, file); });
    EXPECT_TRUE(said.starts_with(file.string() + ":")) << said;
    EXPECT_EQ(data.people.size(), 3U) << "what is refused changes nothing";
    return said.substr(std::min(said.size(), file.string().size()));
  }
  std::string pairs_fault(const std::string& text) {
    return fault_in(text, [](LabelledData& data, const fs::path& file) { read_pairs(file, data); });
  }
  std::string groups_fault(const std::string& text) {
    return fault_in(text, [](LabelledData& data, const fs::path& file) { read_groups(file, data); });
  }
  std::string corrections_fault(const std::string& text) {
    return fault_in(text, [](LabelledData& data, const fs::path& file) { correct_labels(data, file); });
  }
  fs::path folder_ = fs::temp_directory_path() / ("sesame_labels_" + std::to_string(::getpid()));
};

TEST_F(Labels, a_folder_is_a_person_and_other_files_are_passed_over) {
  write("anna/notes.txt");
  write("README");
  const LabelledData data = people();
  EXPECT_EQ(data.people, (std::vector<std::string>{"anna", "bert", "carl"}));
  ASSERT_EQ(data.pictures.size(), 4U);
  EXPECT_EQ(data.pictures[1].file, "anna/anna_0002.png");
  EXPECT_EQ(data.pictures[2].person, 1U);
}

TEST_F(Labels, a_folder_that_is_none_says_what_was_expected) {
  EXPECT_EQ(fault([&] { read_people(folder_ / "none"); }),
            "there is no folder " + (folder_ / "none").string() + " (expected " +
                (folder_ / "none").string() + "/<person>/<picture>.jpg or .png)");
  write("anna/1.jpg");
  EXPECT_THAT(fault([&] { read_people(folder_); }),
              testing::HasSubstr("has 1 folders of pictures (expected at least 2"));
  fs::create_directories(folder_ / "bert");
  EXPECT_THAT(fault([&] { read_people(folder_); }), testing::HasSubstr("bert has no picture"));
  write("bert/1.jpg");
  write("stray.jpg");
  EXPECT_THAT(fault([&] { read_people(folder_); }), testing::HasSubstr("stray.jpg lies in no folder"));
}

TEST_F(Labels, pairs_are_read_as_lfw_writes_them) {
  const LabelledData data = people();
  const PairList pairs = read_pairs(
      write("pairs.txt", "2\t1\nanna\t1\t2\nanna\t2\tbert\t1\nanna\t2\t1\ncarl\t1\tbert\t1\n"), data);
  ASSERT_EQ(pairs.pairs.size(), 4U);
  EXPECT_EQ(pairs.folds, 2U);
  EXPECT_FALSE(pairs.is_official_size);
  EXPECT_TRUE(pairs.pairs[0].genuine);
  EXPECT_EQ(pairs.pairs[1].one, 1U);
  EXPECT_EQ(pairs.pairs[1].other, 2U);
  EXPECT_EQ(pairs.pairs[3].fold, 1U);
  EXPECT_EQ(read_pairs(write("one.txt", "1\r\nanna\t1\t2\r\nanna\t2\tbert\t1\r\n"), data).folds, 1U);
}

TEST_F(Labels, pairs_that_are_wrong_say_where_and_what_was_expected) {
  EXPECT_THAT(pairs_fault(""), testing::HasSubstr(":1: the file is empty"));
  EXPECT_THAT(pairs_fault("ten\t1\n"), testing::HasSubstr(":1: \"ten\" is not a number of folds"));
  EXPECT_THAT(pairs_fault("1\t1\t1\n"), testing::HasSubstr(":1: expected folds and pairs of each"));
  EXPECT_THAT(pairs_fault("1\nanna\t1\t2\n"), testing::HasSubstr("the file ends here, in fold 1"));
  EXPECT_THAT(pairs_fault("1\nanna\t1\n"), testing::HasSubstr(":2: expected name<tab>i<tab>k in fold 1"));
  EXPECT_THAT(pairs_fault("1\nanna\t1\t7\n"), testing::HasSubstr(":2: there is no picture anna/anna_0007"));
  EXPECT_THAT(pairs_fault("1\nanna\t1\t0\n"), testing::HasSubstr(":2: \"0\" is not a picture's number"));
  EXPECT_THAT(pairs_fault("1\nanna\t1\t1\n"),
              testing::HasSubstr(":2: picture 1 of anna is compared with itself"));
  EXPECT_THAT(pairs_fault("1\nanna\t1\t2\nanna\t1\tanna\t2\n"),
              testing::HasSubstr(":3: anna stands on both sides"));
  EXPECT_THAT(pairs_fault("1\nanna\t1\t2\nanna\t1\tbert\t1\nbert\t1\tcarl\t1\n"),
              testing::HasSubstr(":4: nothing more was expected"));
}

TEST_F(Labels, only_listed_pictures_are_kept) {
  LabelledData data = people();
  PairList pairs = read_pairs(write("pairs.txt", "1\nanna\t1\t2\nanna\t2\tcarl\t1\n"), data);
  keep_listed(data, pairs);
  EXPECT_EQ(data.people, (std::vector<std::string>{"anna", "carl"}));
  ASSERT_EQ(data.pictures.size(), 3U);
  EXPECT_EQ(data.pictures[pairs.pairs[1].other].file, "carl/carl_0001.jpeg");
  EXPECT_EQ(data.pictures[2].person, 1U);
}

TEST_F(Labels, wrong_ones_are_put_right_before_anything_is_compared) {
  LabelledData data = people();
  const Corrections corrections =
      correct_labels(data, write("corrections.csv",
                                 "label,person,why\n# a comment\nanna/anna_0002,carl,\"seen, and named\"\r\nbert,zoe,"
                                 "two spellings\nnobody,carl,not in the data\n"));
  EXPECT_EQ(data.people, (std::vector<std::string>{"anna", "carl", "zoe"}));
  ASSERT_EQ(data.pictures.size(), 4U);
  EXPECT_EQ(data.pictures[0].file, "anna/anna_0001.jpg");
  EXPECT_EQ(data.pictures[0].person, 0U);
  EXPECT_EQ(data.pictures[1].file, "anna/anna_0002.png") << "the file stays where it lies";
  EXPECT_EQ(data.pictures[1].person, 1U);
  EXPECT_EQ(data.pictures[2].file, "carl/carl_0001.jpeg");
  EXPECT_EQ(data.pictures[2].person, 1U);
  EXPECT_EQ(data.pictures[3].person, 2U);
  ASSERT_EQ(corrections.made.size(), 2U) << "what the data has not is not counted";
  EXPECT_EQ(corrections.made[0].label, "anna/anna_0002");
  EXPECT_EQ(corrections.made[0].why, "\"seen, and named\"");
  EXPECT_EQ(corrections.made[1].person, "zoe");
  EXPECT_EQ(summary_of(corrections), "2 pictures given to other people and 0 left out, by 2 corrections");
}

TEST_F(Labels, of_nobody_known_are_left_out_and_a_pictures_own_line_goes_first) {
  LabelledData data = people();
  const Corrections corrections = correct_labels(
      data, write("corrections.csv", "label,person,why\nanna,bert,a\nanna/anna_0001.jpg,,a drawing\n"));
  EXPECT_EQ(data.people, (std::vector<std::string>{"bert", "carl"}));
  ASSERT_EQ(data.pictures.size(), 3U);
  EXPECT_EQ(data.pictures[0].file, "anna/anna_0002.png");
  EXPECT_EQ(data.pictures[1].file, "bert/bert_0001.JPG");
  EXPECT_EQ(corrections.pictures_moved, 1U);
  EXPECT_EQ(corrections.pictures_left_out, 1U);
}

TEST_F(Labels, corrections_that_are_wrong_say_where_and_what_was_expected) {
  EXPECT_THAT(corrections_fault(""), testing::HasSubstr(":1: expected the header \"label,person,why\""));
  EXPECT_THAT(corrections_fault("label,person,why\nanna,bert\n"),
              testing::HasSubstr(":2: expected label,person,why"));
  EXPECT_THAT(corrections_fault("label,person,why\n,bert,x\n"), testing::HasSubstr(":2: expected a label"));
  EXPECT_THAT(corrections_fault("label,person,why\nanna,bert/1,x\n"),
              testing::HasSubstr(":2: \"bert/1\" is no person's name"));
  EXPECT_THAT(corrections_fault("label,person,why\nanna,bert,\n"),
              testing::HasSubstr(":2: expected what says that the label is wrong"));
  EXPECT_THAT(corrections_fault("label,person,why\nanna,bert,x\n\nanna,carl,y\n"),
              testing::HasSubstr(":4: anna has been corrected already"));
  EXPECT_THAT(corrections_fault("label,person,why\nanna/anna_0001,bert,x\nanna/anna_0001.jpg,carl,y\n"),
              testing::HasSubstr(":3: anna/anna_0001 has been corrected already"));
  EXPECT_THAT(corrections_fault("label,person,why\nanna,bert,x\nbert,carl,y\n"),
              testing::HasSubstr("anna is sent to bert, who is sent on to carl"));
  EXPECT_THAT(corrections_fault("label,person,why\nzoe,bert,x\n"), testing::HasSubstr("none of its labels is in"));
  EXPECT_THAT(corrections_fault("label,person,why\nanna,carl,x\nbert,carl,y\n"),
              testing::HasSubstr("fewer than 2 people are left"));
}

TEST_F(Labels, groups_are_read_and_refused_by_line) {
  const LabelledData data = people();
  const auto groups =
      read_groups(write("groups.csv", "person,group\nanna,east\nnobody,west\r\ncarl,west\n"), data);
  EXPECT_EQ(groups.size(), 2U);
  EXPECT_EQ(groups.at("carl"), "west");
  EXPECT_THAT(groups_fault("name;group\n"), testing::HasSubstr(":1: expected the header \"person,group\""));
  EXPECT_THAT(groups_fault("person,group\nanna\n"), testing::HasSubstr(":2: expected person,group"));
  EXPECT_THAT(groups_fault("person,group\nanna,\n"), testing::HasSubstr(":2: expected person,group"));
  EXPECT_THAT(groups_fault("person,group\nanna,a\nanna,b\n"),
              testing::HasSubstr(":3: anna has a group already"));
  EXPECT_THAT(groups_fault("person,group\nzoe,a\n"), testing::HasSubstr("nobody of this file has a folder"));
}

// Anybody can say which half a person is in: python3 -c 'import hashlib;
// print(hashlib.sha256(b"anna").digest()[0] & 1)'.
TEST(Halves, go_by_the_name_alone) {
  EXPECT_EQ(half_of("anna"), Half::report);
  EXPECT_EQ(half_of("bert"), Half::calibration);
  EXPECT_EQ(half_of("carl"), Half::report);
}

TEST_F(Labels, halves_share_nobody_and_lose_nobody) {
  for (int i = 0; i < 40; ++i) write("person" + std::to_string(i) + "/1.jpg");
  const LabelledData all = read_people(folder_);
  const LabelledData one = only_half(all, Half::calibration);
  const LabelledData other = only_half(all, Half::report);
  EXPECT_EQ(one.people.size() + other.people.size(), 40U);
  EXPECT_GT(one.people.size(), 10U);
  EXPECT_GT(other.people.size(), 10U);
  for (const Picture& picture : one.pictures)
    EXPECT_EQ(half_of(one.people[picture.person]), Half::calibration);
  EXPECT_EQ(one.pictures.size(), one.people.size());
}

}  // namespace
}  // namespace sesame::evaluation
