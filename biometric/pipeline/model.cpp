#include "biometric/pipeline/model.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <yaml-cpp/yaml.h>

#include <array>
#include <fstream>
#include <iterator>

namespace sesame::biometric {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse(const fs::path& yaml, const YAML::Mark& mark, const std::string& what) {
  throw ModelError(fmt::format("{}:{}: {}", yaml.string(), mark.is_null() ? 1 : mark.line + 1, what));
}

template <class T>
T required(const YAML::Node& parent, const char* name, const fs::path& yaml, const char* expected) {
  const YAML::Node node = parent[name];
  if (!node) refuse(yaml, parent.Mark(), fmt::format("\"{}\" is missing (expected {})", name, expected));
  try {
    return node.as<T>();
  } catch (const YAML::Exception&) {
    refuse(yaml, node.Mark(), fmt::format("\"{}\" is not {}", name, expected));
  }
}

Feeding read_feeding(const YAML::Node& node, const fs::path& yaml) {
  Feeding feeding;
  feeding.width = required<int>(node, "width", yaml, "a number of pixels");
  feeding.height = required<int>(node, "height", yaml, "a number of pixels");
  if (feeding.width < 1 || feeding.width > 1024 || feeding.height < 1 || feeding.height > 1024)
    refuse(yaml, node.Mark(), "an input has 1 to 1024 pixels a side");
  const auto colour = required<std::string>(node, "colour", yaml, "bgr, rgb or grey");
  if (colour != "bgr" && colour != "rgb" && colour != "grey")
    refuse(yaml, node["colour"].Mark(), "\"colour\" is not bgr, rgb or grey");
  feeding.colour = colour == "bgr" ? Colour::bgr : colour == "rgb" ? Colour::rgb : Colour::grey;
  feeding.subtract = required<double>(node, "subtract", yaml, "a number");
  feeding.multiply = required<double>(node, "multiply", yaml, "a number");
  if (node["margin"]) feeding.margin = required<double>(node, "margin", yaml, "a number");
  if (node["fill"]) feeding.fill = required<double>(node, "fill", yaml, "a number");
  if (node["smooth"]) feeding.smooth = required<double>(node, "smooth", yaml, "a number of grey levels");
  if (node["mirrored"]) feeding.mirrored = required<bool>(node, "mirrored", yaml, "true or false");
  return feeding;
}

std::vector<CalibrationPoint> read_calibration(const YAML::Node& node, const fs::path& yaml) {
  const YAML::Node rates = node["false_match_rate"];
  if (!rates || !rates.IsSequence())
    refuse(yaml, node.Mark(),
           "\"false_match_rate\" is missing (expected points {rate, cosine}, from loose to strict)");
  std::vector<CalibrationPoint> points;
  for (const YAML::Node& point : rates)
    points.push_back({required<double>(point, "rate", yaml, "a false match rate"),
                      required<double>(point, "cosine", yaml, "a cosine")});
  const auto comparisons =
      required<std::uint64_t>(node, "impostor_comparisons", yaml, "how many the rates were counted in");
  try {
    const Calibration in_order(points);
    require_support(points, comparisons);
  } catch (const CalibrationRefusal& refusal) {
    refuse(yaml, rates.Mark(), refusal.what());
  }
  return points;
}

Model load_role(const std::string& role, const fs::path& descriptions, const fs::path& models,
                Calibrated calibrated = Calibrated::yes) {
  const fs::path yaml = descriptions / (role + ".yaml");
  const ModelDescription description = read_description(yaml, calibrated);
  if (description.role != role)
    throw ModelError(
        fmt::format("{} describes a {} model (expected {})", yaml.string(), description.role, role));
  return load_model(description, models);
}

}  // namespace

double ModelDescription::decision_value(const std::string& name) const {
  const auto found = decision.find(name);
  if (found == decision.end())
    throw ModelError(fmt::format("the description of {} lacks decision.{}", file, name));
  return found->second;
}

ModelDescription read_description(const fs::path& yaml, Calibrated calibrated) {
  YAML::Node root;
  try {
    root = YAML::LoadFile(yaml.string());
  } catch (const YAML::BadFile&) {
    throw ModelError(fmt::format("there is no model description {}", yaml.string()));
  } catch (const YAML::Exception& error) {
    refuse(yaml, error.mark, "this is not YAML: " + error.msg);
  }
  if (!root.IsMap()) refuse(yaml, root.Mark(), "expected role, file, sha256 and feeding");
  ModelDescription description;
  description.role = required<std::string>(root, "role", yaml,
                                           "detector, landmarks, liveness, embedding or second_embedding");
  description.file = required<std::string>(root, "file", yaml, "a file name");
  description.sha256 = required<std::string>(root, "sha256", yaml, "64 hexadecimal digits");
  if (description.sha256.size() != 64)
    refuse(yaml, root["sha256"].Mark(), "\"sha256\" is not 64 hexadecimal digits");
  if (description.file.find('/') != std::string::npos)
    refuse(yaml, root["file"].Mark(), "\"file\" is a name, not a path");
  if (!root["feeding"]) refuse(yaml, root.Mark(), "\"feeding\" is missing (expected how the network is fed)");
  description.feeding = read_feeding(root["feeding"], yaml);
  for (const auto& entry : root["decision"])
    description.decision[entry.first.as<std::string>()] =
        required<double>(root["decision"], entry.first.as<std::string>().c_str(), yaml, "a number");
  if (description.role == "embedding" && calibrated == Calibrated::yes && root["calibration"]) {
    description.calibration = read_calibration(root["calibration"], yaml);
    description.calibrated_for =
        required<std::string>(root["calibration"], "models", yaml, "which embeddings it was made with");
  }
  return description;
}

std::string sha256_of(const std::vector<std::uint8_t>& bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &length, EVP_sha256(), nullptr) != 1)
    throw ModelError("SHA-256 is not available in this OpenSSL");
  std::string text;
  for (unsigned int i = 0; i < length; ++i) text += fmt::format("{:02x}", digest[i]);
  return text;
}

double second_share(const ModelSet& models) {
  const double share = models.second_embedding.description.decision_value("share");
  if (!(share > 0 && share < 1))
    throw ModelError("the second embedding's decision.share is not between 0 and 1");
  return share;
}

std::string embedding_id(const ModelSet& models) {
  std::string text;
  for (const Model* model : {&models.embedding, &models.second_embedding}) {
    const ModelDescription& description = model->description;
    text += description.sha256 + (description.feeding.mirrored ? " mirrored\n" : "\n");
  }
  text += fmt::format("{:.4f}", second_share(models));
  return sha256_of({text.begin(), text.end()});
}

Model load_model(const ModelDescription& description, const fs::path& models) {
  const fs::path path = models / description.file;
  std::ifstream in(path, std::ios::binary);
  if (!in)
    throw ModelError(fmt::format(
        "the model {} is missing: run script/setup, or set SESAME_MODELS to the folder that has it",
        path.string()));
  Model model{description, {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()}};
  if (const std::string found = sha256_of(model.bytes); found != description.sha256)
    throw ModelError(fmt::format("the model {} is not the one described: its SHA-256 is {}, expected {}",
                                 path.string(), found, description.sha256));
  return model;
}

ModelSet load_models(const fs::path& descriptions, const fs::path& models, Calibrated calibrated) {
  ModelSet set{load_role("detector", descriptions, models), load_role("landmarks", descriptions, models),
               load_role("liveness", descriptions, models),
               load_role("embedding", descriptions, models, calibrated),
               load_role("second_embedding", descriptions, models)};
  if (calibrated == Calibrated::not_yet) return set;
  const ModelDescription& embedding = set.embedding.description;
  if (embedding.calibration.empty())
    throw ModelError(
        fmt::format("{} has no calibration: without one the engine cannot say its error rate and does not "
                    "start (make one: sesame "
                    "evaluate --calibrate)",
                    (descriptions / "embedding.yaml").string()));
  if (embedding.calibrated_for != embedding_id(set))
    throw ModelError(
        fmt::format("{}: the calibration is of other embeddings than these (its \"models\" is not {}; make "
                    "one: sesame evaluate --calibrate)",
                    (descriptions / "embedding.yaml").string(), embedding_id(set)));
  return set;
}

}  // namespace sesame::biometric
