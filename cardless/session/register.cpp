// `cardless:` in a configuration puts fronts before services of the host and lets customers in by face behind
// them:
//
//     cardless:
//       card_reader: cardreader
//       keyboard: keyboard
//       display: textterminal
//       barcode_reader: barcodereader   # for profiles with QR codes
//       lights: lights                  # for profiles that invite by a light
//       terminal: atm-1
//       language: en
//       profiles: [passcode, enrol]     # shipped ones, or YAML files
//       profiles_in: .                  # where such files are
//       pin_digits: 4                   # a passcode may not have as many
//       retain_unit: unitRETAIN1        # where the reader retains cards, if its Storage does not tell
//       originals: {cardreader: "ws://127.0.0.1:5850/xfs4iot/v1.0/reader1"}   # services of other hosts, by the name they get here
//       ca_file: vendor.pem             # trusted for wss originals
//       issuer: {key_number: 0, key_file: code.key, used_codes: used.codes, enrolment_codes: enrolment.codes,
//                bin: "999901", funding_bins: ["4111"], expiry: "4912", name: bank}
#include <filesystem>

#include "biometric/host_engine.hpp"
#include "cardless/session/session_desk.hpp"
#include "spi/host/host.hpp"
#include "spi/host/registry.hpp"
#include "spi/service/asio_executor.hpp"
#include "spi/wire/client.hpp"

namespace sesame::cardless {
using namespace spi;

namespace {

Profile profile_of(const Section& section, const std::string& name, std::size_t pin_digits) {
  if (const char* text = shipped_profile(name))
    return read_profile(Section::from_text(text, "cardless/profiles/" + name + ".yaml"), pin_digits);
  if (name.find('/') == std::string::npos && !name.ends_with(".yaml"))
    section.fail("profiles",
                 "shipped profiles (" + shipped_profile_names() + ") or paths of YAML files, not " + name);
  std::filesystem::path path = name;
  if (path.is_relative()) path = std::filesystem::path(section.path("profiles_in", ".")) / path;
  return read_profile(Section::from_file(path.string()), pin_digits);
}

std::vector<Profile> profiles_of(const Section& section) {
  const auto pin_digits = static_cast<std::size_t>(section.integer("pin_digits", 4, 12, 4));
  std::vector<Profile> profiles;
  for (const auto& name : section.texts("profiles"))
    profiles.push_back(profile_of(section, name, pin_digits));
  if (profiles.empty()) section.fail("profiles", "at least one profile: " + shipped_profile_names());
  for (const auto& one : profiles)
    for (const auto& other : profiles)
      if (&one != &other && !one.start_key.empty() && one.start_key == other.start_key)
        section.fail("profiles", "profiles with start keys of their own; " + one.name + " and " + other.name +
                                     " share " + one.start_key);
  return profiles;
}

// A simulated issuer has a key of the moment, in the host's run directory.
IssuerOptions simulated_issuer(Host& host) {
  IssuerOptions options;
  options.key = biometric::Secret::random(32);
  const auto run_directory = host.context().get<RunDirectory>();
  const std::filesystem::path folder = run_directory && !run_directory->path.empty()
                                           ? std::filesystem::path(run_directory->path)
                                           : std::filesystem::temp_directory_path();
  const auto fresh = [&folder](const char* name) {
    static unsigned count = 0;
    auto path = folder / (std::string(name) + "." + std::to_string(getpid()) + "." + std::to_string(++count));
    std::error_code ignored;
    std::filesystem::remove(path, ignored);
    return path;
  };
  options.used_codes = fresh("used.codes");
  options.enrolment_codes = fresh("enrolment.codes");
  return options;
}

IssuerOptions issuer_of(const Section& section, Host& host) {
  section.allow_only({"simulated", "key_number", "key_file", "used_codes", "enrolment_codes", "bin",
                      "funding_bins", "expiry", "name"});
  if (section.boolean("simulated", false)) return simulated_issuer(host);
  IssuerOptions options;
  options.key_number = static_cast<int>(section.integer("key_number", 0, 9, 0));
  try {
    options.key = biometric::read_secret_file(section.path("key_file"));
  } catch (const std::runtime_error& error) {
    section.fail("key_file",
                 std::string("a key of 32 bytes or more in a file of the host's own: ") + error.what());
  }
  options.used_codes = section.path("used_codes");
  if (section.has("enrolment_codes")) options.enrolment_codes = section.path("enrolment_codes");
  options.tokens = {section.text("bin"), section.texts("funding_bins")};
  options.expiry = section.text("expiry", options.expiry);
  options.name = section.text("name", options.name);
  return options;
}

class Cardless final : public Extension {
 public:
  Cardless(const Section& section, Host& host) : prompts_(language_of(section)), fallback_("en") {
    section.allow_only({"card_reader", "keyboard", "display", "barcode_reader", "lights", "terminal", "language", "profiles",
                        "profiles_in", "pin_digits", "retain_unit", "issuer",
                        "originals", "ca_file"});
    auto profiles = profiles_of(section);
    cards_ = make_cards(section, host);
    auto& executor = host.executor();
    auto reader = std::make_unique<CardReaderFront>(executor, original(section, host, "card_reader"),
                                                    section.text("retain_unit", "unitRETAIN1"));
    std::unique_ptr<KeyboardFront> keyboard;
    std::unique_ptr<TextTerminalFront> display;
    if (section.has("keyboard"))
      keyboard = std::make_unique<KeyboardFront>(executor, original(section, host, "keyboard"));
    if (section.has("display"))
      display = std::make_unique<TextTerminalFront>(executor, original(section, host, "display"));
    std::unique_ptr<BarcodeReaderFront> scanner;
    if (section.has("barcode_reader"))
      scanner = std::make_unique<BarcodeReaderFront>(executor, original(section, host, "barcode_reader"));
    const auto note = [journal = host.journal()](std::string_view level, const std::string& what) {
      if (journal) journal->note(level, what);
    };
    std::unique_ptr<LightsFront> lights;
    if (section.has("lights"))
      lights = std::make_unique<LightsFront>(executor, original(section, host, "lights"),
                                             [note](const std::string& what) { note("error", what); });
    for (const auto& profile : profiles)
      if (profile.invitation_lamp && !lights)
        section.fail("lights", "the service of the lights, which the invitation of the profile " + profile.name + " needs");
    for (const auto& profile : profiles)
      if (profile.qr_claim && !scanner)
        section.fail("barcode_reader",
                     "the service of the bar code reader, which the profile " + profile.name + " needs");
    for (const auto& profile : profiles)
      if (!keyboard && (!profile.claims.empty() || !profile.start_key.empty() || profile.shows_own))
        section.fail("keyboard", "the service of the keyboard, which the profile " + profile.name + " needs");
    DeskParts parts{executor,
                    *reader,
                    keyboard.get(),
                    display.get(),
                    scanner.get(),
                    lights.get(),
                    *host.context().shared<biometric::HostEngine>(),
                    *cards_,
                    prompts_,
                    fallback_,
                    section.text("terminal", "atm"),
                    note};
    host.put_front(section.text("card_reader"), std::move(reader));
    if (keyboard) host.put_front(section.text("keyboard"), std::move(keyboard));
    if (display) host.put_front(section.text("display"), std::move(display));
    if (scanner) host.put_front(section.text("barcode_reader"), std::move(scanner));
    if (lights) host.put_front(section.text("lights"), std::move(lights));
    desk_ = std::make_shared<SessionDesk>(std::move(parts), std::move(profiles));
    host.context().set(desk_);
    context_ = &host.context();
  }
  ~Cardless() override { context_->set<SessionDesk>(nullptr); }

 private:
  static std::string language_of(const Section& section) {
    const std::string language = section.text("language", "en");
    if (!has_language(language)) section.fail("language", languages());
    return language;
  }
  static std::unique_ptr<CardMaker> make_cards(const Section& section, Host& host) {
    try {
      return std::make_unique<CardMaker>(host.executor(), issuer_of(section.section("issuer"), host));
    } catch (const ConfigurationError&) {
      throw;
    } catch (const std::exception& error) {
      section.fail("issuer", std::string("an issuer that can make cards: ") + error.what());
    }
  }
  static Upstream::Connect original(const Section& section, Host& host, const char* key) {
    const std::string name = section.text(key);
    const Section elsewhere = section.section("originals");
    if (elsewhere.has(name)) return remote(section, host, elsewhere.text(name));
    if (!host.has_service(name)) section.fail(key, "the name of one of the services, or of one of the originals");
    return [&host, name] { return open(host, name); };
  }
  static Task<std::shared_ptr<Channel>> open(Host& host, std::string name) { co_return host.open_original(name); }
  static Upstream::Connect remote(const Section& section, Host& host, const std::string& uri) {
    auto* executor = dynamic_cast<AsioExecutor*>(&host.executor());
    if (!executor) section.fail("originals", "a host in real time: other hosts are other processes");
    ConnectOptions options;
    if (section.has("ca_file")) options.ca_file = section.path("ca_file");
    return [executor, uri, options] { return open_remote(*executor, uri, options); };
  }
  static Task<std::shared_ptr<Channel>> open_remote(AsioExecutor& executor, std::string uri, ConnectOptions options) {
    co_return co_await connect(executor, uri, options);
  }

  Prompts prompts_, fallback_;
  std::unique_ptr<CardMaker> cards_;
  std::shared_ptr<SessionDesk> desk_;
  HostContext* context_ = nullptr;
};

}  // namespace

void register_cardless(Registry& registry);
void register_cardless(Registry& registry) {
  registry.add_extension("cardless", [](const Section& section, Host& host) -> std::unique_ptr<Extension> {
    return std::make_unique<Cardless>(section, host);
  });
}

}  // namespace sesame::cardless
