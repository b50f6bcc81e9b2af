#include "biometric/pipeline/model.hpp"

#include <unistd.h>

#include <array>
#include <cmath>
#include <fstream>

#include "biometric/pipeline/pipeline.hpp"
#include "tests/unit/biometric/real_media.hpp"

namespace sesame::biometric {
namespace {

namespace fs = std::filesystem;

class ModelFiles : public testing::Test {
 protected:
  void SetUp() override { fs::create_directories(folder_); }
  void TearDown() override { fs::remove_all(folder_); }
  fs::path write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name, std::ios::binary) << text;
    return folder_ / name;
  }
  static std::string fault(const std::function<void()>& work) {
    try {
      work();
    } catch (const ModelError& error) {
      return error.what();
    }
    return "none";
  }
  fs::path folder_ = fs::temp_directory_path() / ("sesame_models_" + std::to_string(::getpid()));
};

TEST_F(ModelFiles, shipped_descriptions_are_read) {
  const ModelDescription embedding = read_description(descriptions_folder() / "embedding.yaml");
  EXPECT_EQ(embedding.calibration.size(), 5U);
  EXPECT_EQ(embedding.feeding.width, 112);
  EXPECT_DOUBLE_EQ(read_description(descriptions_folder() / "liveness.yaml").feeding.margin, 2.7);
}

TEST_F(ModelFiles, a_description_says_file_line_and_what_was_expected) {
  const fs::path yaml = write("d.yaml", "role: detector\nfile: x.onnx\nsha256: abc\n");
  EXPECT_EQ(fault([&] { read_description(yaml); }),
            yaml.string() + ":3: \"sha256\" is not 64 hexadecimal digits");
  const fs::path missing = write("e.yaml", "role: detector\n");
  EXPECT_THAT(fault([&] { read_description(missing); }),
              testing::HasSubstr("\"file\" is missing (expected a file name)"));
  EXPECT_THAT(fault([&] { read_description(folder_ / "none.yaml"); }),
              testing::HasSubstr("there is no model description"));
}

TEST_F(ModelFiles, a_missing_model_says_how_to_get_it) {
  ModelDescription description;
  description.file = "absent.onnx";
  EXPECT_THAT(fault([&] { load_model(description, folder_); }),
              testing::HasSubstr("is missing: run script/setup"));
}

TEST_F(ModelFiles, a_model_with_one_byte_changed_is_refused) {
  ModelDescription description;
  description.file = "m.onnx";
  description.sha256 = sha256_of({'a', 'b', 'c'});
  EXPECT_EQ(description.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  write("m.onnx", "abc");
  EXPECT_NO_THROW(load_model(description, folder_));
  write("m.onnx", "abd");
  EXPECT_THAT(fault([&] { load_model(description, folder_); }),
              testing::HasSubstr("is not the one described"));
}

TEST_F(ModelFiles, every_real_model_with_one_byte_changed_is_refused) {
  SKIP_WITHOUT_REAL_MEDIA();
  for (const char* name : {"fr_detect.onnx", "fr_landmark.onnx", "fr_liveness.onnx", "fr_feature.onnx", "mobilefacenet.onnx"}) {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    for (const auto& entry : fs::directory_iterator(models_folder())) fs::copy(entry.path(), folder_);
    std::fstream file(folder_ / name, std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(1000);
    const int was = file.peek();
    file.put(static_cast<char>(was ^ 1));
    file.close();
    EXPECT_THAT(fault([&] { load_models(descriptions_folder(), folder_); }), testing::HasSubstr(name));
  }
}

TEST_F(ModelFiles, an_embedding_without_calibration_does_not_start) {
  SKIP_WITHOUT_REAL_MEDIA();
  for (const auto& entry : fs::directory_iterator(descriptions_folder())) fs::copy(entry.path(), folder_);
  std::ifstream in(folder_ / "embedding.yaml");
  std::string text((std::istreambuf_iterator<char>(in)), {});
  write("embedding.yaml", text.substr(0, text.find("calibration:")));
  EXPECT_THAT(fault([&] { load_models(folder_, models_folder()); }),
              testing::HasSubstr("has no calibration"));
}

// What a calibration cannot support is refused when it is read, not when a customer stands there.
TEST_F(ModelFiles, a_calibration_that_claims_more_than_it_knows_is_refused) {
  const std::string model(64, 'a');
  const auto refusal = [&](const std::string& calibration) {
    return fault([&] {
      read_description(write("embedding.yaml", "role: embedding\nfile: x.onnx\nsha256: " + model +
                                                   "\nfeeding: {width: 112, height: 112, colour: bgr, subtract: 0, multiply: 1}\n"
                                                   "calibration:\n" + calibration));
    });
  };
  const std::string points = "  false_match_rate: [{rate: 0.01, cosine: 0.2}, {rate: 0.0001, cosine: 0.4}]\n";
  const std::string of_it = "  models: ours\n";
  EXPECT_EQ(refusal(of_it + "  impostor_comparisons: 300000\n" + points), "none");
  EXPECT_THAT(refusal(of_it + "  impostor_comparisons: 299000\n" + points),
              testing::HasSubstr("embedding.yaml:8: a false match rate of 0.0001 is more than 299000 impostor comparisons can support: "
                                 "29.9 false matches are expected (at least 30)"));
  EXPECT_THAT(refusal(of_it + points), testing::HasSubstr("\"impostor_comparisons\" is missing"));
  EXPECT_THAT(refusal("  impostor_comparisons: 300000\n" + points), testing::HasSubstr("\"models\" is missing"));
  EXPECT_THAT(refusal(of_it + "  impostor_comparisons: 300000\n  false_match_rate: [{rate: 0.01, cosine: 0.2}]\n"),
              testing::HasSubstr("at least two points"));
  EXPECT_THAT(refusal(of_it + "  impostor_comparisons: 300000\n"), testing::HasSubstr("\"false_match_rate\" is missing"));
}

// A score is of both embeddings: a calibration holds for these, mirrored as they are, in these shares.
TEST_F(ModelFiles, a_calibration_of_other_embeddings_does_not_start) {
  SKIP_WITHOUT_REAL_MEDIA();
  for (const auto& entry : fs::directory_iterator(descriptions_folder())) fs::copy(entry.path(), folder_);
  const auto read = [&](const char* name) {
    std::ifstream in(descriptions_folder() / name);
    return std::string((std::istreambuf_iterator<char>(in)), {});
  };
  const auto changed = [](std::string text, const std::string& from, const std::string& to) {
    return text.replace(text.find(from), from.size(), to);
  };
  const std::string first = read("embedding.yaml");
  const std::string second = read("second_embedding.yaml");
  const auto refusal = [&] { return fault([&] { load_models(folder_, models_folder()); }); };
  EXPECT_EQ(refusal(), "none");
  write("second_embedding.yaml", changed(second, "share: 0.", "share: 0.9"));
  EXPECT_THAT(refusal(), testing::HasSubstr("embedding.yaml: the calibration is of other embeddings than these"));
  write("second_embedding.yaml", changed(second, "mirrored: true", "mirrored: false"));
  EXPECT_THAT(refusal(), testing::HasSubstr("the calibration is of other embeddings than these"));
  write("second_embedding.yaml", changed(second, "share: 0.", "share: 1."));
  EXPECT_THAT(refusal(), testing::HasSubstr("decision.share is not between 0 and 1"));
  write("second_embedding.yaml", second);
  write("embedding.yaml", changed(first, "  models: ", "  models: 0"));
  EXPECT_THAT(refusal(), testing::HasSubstr("(its \"models\" is not "));
}

// The network that script/setup converts is compared with another reading of the same file: its operators
// computed in double precision, straight from the .tflite.
TEST_F(ModelFiles, the_converted_network_gives_what_its_original_gives) {
  SKIP_WITHOUT_REAL_MEDIA();
  ModelSet models = load_models(descriptions_folder(), models_folder());
  models.second_embedding.description.feeding.mirrored = false;
  camera::Frame picture = camera::make_frame(112, 112);
  for (int y = 0; y < 112; ++y)
    for (int x = 0; x < 112; ++x) {
      std::uint8_t* pixel = picture.row(y) + 3 * x;
      pixel[0] = static_cast<std::uint8_t>(3 * x + y);
      pixel[1] = static_cast<std::uint8_t>(x * y);
      pixel[2] = static_cast<std::uint8_t>(x + 5 * y);
    }
  const Template values = Embedder(models).embed_aligned(picture);
  const double scale = 22.607427 / std::sqrt(second_share(models));
  constexpr std::array<double, 8> expected = {0.1080, 0.6312, 0.3712, -0.2683, -1.5398, 0.6698, -1.7688, -0.8779};
  for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(scale * values[512 + i], expected[i], 1e-3) << i;
}

TEST_F(ModelFiles, who_makes_a_calibration_needs_none) {
  SKIP_WITHOUT_REAL_MEDIA();
  for (const auto& entry : fs::directory_iterator(descriptions_folder())) fs::copy(entry.path(), folder_);
  std::ifstream in(folder_ / "embedding.yaml");
  std::string text((std::istreambuf_iterator<char>(in)), {});
  write("embedding.yaml", text.substr(0, text.find("calibration:")) + "calibration: {from: another age}\n");
  const ModelSet models = load_models(folder_, models_folder(), Calibrated::not_yet);
  const Pipeline pipeline(models);
  EXPECT_EQ(fault([&] { pipeline.calibration(); }), "this pipeline has no calibration");
}

TEST_F(ModelFiles, bytes_that_are_no_network_are_refused_in_one_sentence) {
  Model model;
  model.description.file = "m.onnx";
  model.description.decision = {{"score", 0.8}, {"overlap", 0.4}};
  model.bytes = std::vector<std::uint8_t>(500, 7);
  EXPECT_THAT(fault([&] { Detector detector(model); }), testing::HasSubstr("cannot be read by OpenCV's dnn"));
}

}  // namespace
}  // namespace sesame::biometric
