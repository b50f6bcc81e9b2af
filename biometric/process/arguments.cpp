#include "biometric/process/arguments.hpp"

#include <algorithm>
#include <charconv>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "biometric/pipeline/model_places.hpp"

namespace sesame::biometric {
namespace {

int whole_number(const std::string& name, const std::string& text, int low, int high) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < low || value > high)
    throw std::invalid_argument(name + " is \"" + text + "\" (expected " + std::to_string(low) + " to " +
                                std::to_string(high) + ")");
  return value;
}

bool is_hexadecimal(const std::string& text) {
  return text.size() == 4 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

// Challenge and CheckRule have the same words.
template <class Rule>
Rule rule_of(const std::string& name, const std::string& word) {
  if (word == "off") return Rule::off;
  if (word == "required") return Rule::required;
  if (word == "where_possible") return Rule::where_possible;
  throw std::invalid_argument(name + " is \"" + word + "\" (expected off, where_possible or required)");
}

OwnCalibrationOptions::Use own_customers_of(const std::string& word) {
  using Use = OwnCalibrationOptions::Use;
  if (word == "raise") return Use::raise;
  if (word == "report") return Use::report;
  if (word == "off") return Use::off;
  throw std::invalid_argument("--own-customers is \"" + word + "\" (expected raise, report or off)");
}

// All of it or nothing: half an identity would let in what was meant to be kept out.
std::optional<camera::CameraPin> pin_of(camera::CameraPin pin, const std::string& known_ports) {
  const camera::CameraIdentity& camera = pin.camera;
  if ((camera.vendor + camera.product + camera.serial + camera.port).empty()) return std::nullopt;
  if (!is_hexadecimal(camera.vendor) || !is_hexadecimal(camera.product))
    throw std::invalid_argument("the camera's vendor and product are \"" + camera.vendor + "\" and \"" +
                                camera.product + "\" (expected four hexadecimal digits each, as 046d)");
  if (camera.port.empty())
    throw std::invalid_argument("the camera's port is missing (expected bus and ports, as 1-1.2)");
  std::istringstream ports(known_ports);
  for (std::string port; std::getline(ports, port, ',');) pin.known_ports.push_back(port);
  return pin;
}

// Reads `--name value` for the texts and `--name` for the switches.
class Words {
 public:
  explicit Words(const std::vector<std::string>& words) : words_(words) {}
  bool next(std::string& word) {
    if (at_ >= words_.size()) return false;
    word = words_[at_++];
    return true;
  }
  std::string value(const std::string& name) {
    std::string word;
    if (!next(word)) throw std::invalid_argument(name + " needs a value");
    return word;
  }

 private:
  const std::vector<std::string>& words_;
  std::size_t at_ = 0;
};

}  // namespace

FaceArguments read_arguments(const std::vector<std::string>& list) {
  FaceArguments arguments;
  Words words(list);
  camera::CameraPin pin;
  std::string known_ports;
  bool until_gone = false;
  std::string challenge = "where_possible", lamp = "off", site = "off", own_customers = "raise";
  const std::pair<const char*, std::string*> texts[] = {
      {"--socket", &arguments.socket},
      {"--camera", &arguments.camera},
      {"--camera-vendor", &pin.camera.vendor},
      {"--camera-product", &pin.camera.product},
      {"--camera-serial", &pin.camera.serial},
      {"--camera-port", &pin.camera.port},
      {"--camera-known-ports", &known_ports},
      {"--light-challenge", &challenge},
      {"--lamp", &lamp},
      {"--site", &site},
      {"--own-customers", &own_customers},
      {"--tamper-state", &arguments.tamper_state},
      {"--sysfs", &arguments.sysfs},
      {"--models", &arguments.models},
      {"--descriptions", &arguments.descriptions},
      {"--store", &arguments.store},
      {"--key-file", &arguments.key.key_file},
      {"--pkcs11-module", &arguments.key.pkcs11_module},
      {"--pkcs11-token", &arguments.key.pkcs11_token},
      {"--pkcs11-key", &arguments.key.pkcs11_key},
      {"--pkcs11-pin-file", &arguments.key.pkcs11_pin_file},
      {"--new-key-file", &arguments.new_key.key_file},
      {"--new-pkcs11-module", &arguments.new_key.pkcs11_module},
      {"--new-pkcs11-token", &arguments.new_key.pkcs11_token},
      {"--new-pkcs11-key", &arguments.new_key.pkcs11_key},
      {"--new-pkcs11-pin-file", &arguments.new_key.pkcs11_pin_file}};
  const std::pair<const char*, bool*> switches[] = {
      {"--insecure-key-file", &arguments.key.insecure_key_file},
      {"--new-insecure-key-file", &arguments.new_key.insecure_key_file},
      {"--change-master-key", &arguments.change_master_key},
      {"--make-new-key", &arguments.make_new_key},
      {"--simulated", &arguments.simulated},
      {"--tamper-until-gone", &until_gone},
      {"--replug-is-tamper", &pin.replug_is_tamper},
      {"--give-templates-away", &arguments.give_templates_away},
      {"--give-pictures-away", &arguments.give_pictures_away},
      {"--help", &arguments.help}};
  PrivacyRules& rules = arguments.rules;
  const std::pair<const char*, std::chrono::days*> days[] = {{"--delete-unused-days", &rules.unused},
                                                             {"--delete-enrolled-days", &rules.enrolled},
                                                             {"--enrol-again-days", &rules.enrol_again}};
  for (std::string word; words.next(word);) {
    bool known = word == "--threads" || word == "--guardian-under" || word == "--alike";
    if (word == "--alike") arguments.alike = whole_number(word, words.value(word), 1, 1000);
    if (word == "--threads") arguments.threads = whole_number(word, words.value(word), 1, 64);
    if (word == "--guardian-under") rules.guardian_under = whole_number(word, words.value(word), 0, 30);
    for (const auto& [name, count] : days)
      if (word == name)
        known = true, *count = std::chrono::days(whole_number(word, words.value(word), 0, 36500));
    for (const auto& [name, text] : texts)
      if (word == name) known = true, *text = words.value(word);
    for (const auto& [name, on] : switches)
      if (word == name) known = *on = true;
    if (!known) throw std::invalid_argument("unknown argument " + word + " (sesame-face --help lists them)");
  }
  pin.until_cleared = !until_gone;
  using Challenge = camera::GuardedCameraOptions::Challenge;
  arguments.light_challenge = rule_of<Challenge>("--light-challenge", challenge);
  arguments.lamp = rule_of<Challenge>("--lamp", lamp);
  arguments.site = rule_of<CheckRule>("--site", site);
  arguments.own_customers = own_customers_of(own_customers);
  arguments.camera_pin = pin_of(std::move(pin), known_ports);
  if (arguments.models.empty()) arguments.models = default_models();
  if (arguments.descriptions.empty()) arguments.descriptions = default_descriptions();
  if (arguments.change_master_key && arguments.store.empty())
    throw std::invalid_argument("--store FILE is missing");
  if (arguments.socket.empty() && !arguments.help && !arguments.change_master_key)
    throw std::invalid_argument("--socket PATH is missing");
  return arguments;
}

std::string usage() {
  return "sesame-face --socket PATH [options]: camera, face models and templates, in a process of their own\n"
         "  --camera ADDRESS       v4l2:/dev/videoN, uvc:vvvv:pppp, replay:PATH or empty (default: empty)\n"
         "  --camera-vendor ID --camera-product ID --camera-port PORT [--camera-serial TEXT]   the only "
         "camera "
         "that is used; as `sesame camera` shows it\n"
         "  --camera-known-ports PORT,...               where other cameras of that model belong\n"
         "  --tamper-until-gone    a tamper event of the camera is over when its cause is (default: when "
         "cleared)\n"
         "  --replug-is-tamper     so is the camera itself, unplugged and plugged in again\n"
         "  --tamper-state FILE    keeps a tamper event over restarts\n"
         "  --light-challenge off|where_possible|required   vary the exposure to see whether the frames "
         "follow "
         "(default: where possible)\n"
         "  --lamp off|where_possible|required   switch the camera's lamp to see whether the face answers "
         "(default: off)\n"
         "  --site off|where_possible|required   look at the empty hall while nobody is there, to see whether it is what "
         "is beside a face (a camera that stands still; default: off)\n"
         "  --sysfs FOLDER         where the kernel says what is plugged in (default: /sys)\n"
         "  --models FOLDER        the networks (default: $SESAME_MODELS, else the cache that script/setup "
         "fills)\n"
         "  --descriptions FOLDER  the models' YAML\n"
         "  --store FILE           the identity store (default: in memory, for trials)\n"
         "  --pkcs11-module FILE --pkcs11-token LABEL --pkcs11-pin-file FILE [--pkcs11-key LABEL]   the "
         "store's master key\n"
         "  --key-file FILE --insecure-key-file         a master key in a file: anybody who reads it opens "
         "the store\n"
         "  --change-master-key [--make-new-key] and the same with --new- before each, as --new-pkcs11-key "
         "LABEL   "
         "another master key for the store, instead of serving\n"
         "  --simulated            the host may say what the camera sees\n"
         "  --give-templates-away, --give-pictures-away   Biometric.Read may return them\n"
         "  --delete-unused-days N, --delete-enrolled-days N   retention: without a login, since enrolment\n"
         "  --enrol-again-days N   age of a template at which the operator is asked for a new one\n"
         "  --own-customers raise|report|off   compare customers with each other: raise thresholds under which "
         "strangers among them match oftener than asked, or only say so (default: raise)\n"
         "  --alike N              strangers of one kind match N times as often as calibrated: thresholds are "
         "those of rates N times as strict (default: 1)\n"
         "  --guardian-under N     years; younger customers need a guardian's consent\n"
         "  --threads N            for the networks (default: 2)\n";
}

}  // namespace sesame::biometric
