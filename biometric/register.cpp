// Makes faces known to the host: the Biometric provider, the camera driver `face` (the face process' camera),
// and the section `faces`, which starts the face process.
//
//     services:
//       - {name: biometric, provider: Biometric}
//       - {name: camera, provider: Camera, cameras: {person: {driver: face}}}
//     faces:
//       camera: v4l2:/dev/video0
//       store: /var/lib/sesame/identities.db
//       pkcs11: {module: /usr/lib/softhsm/libsofthsm2.so, token: sesame, pin_file: /etc/sesame/pin}
//       camera_identity: {vendor: 046d, product: "0825", serial: A1B2C3, port: 1-1.2}
//       own_customers: raise
//       guardian_under: 16
//       retention: {unused_days: 400, enrolled_days: 1825, enrol_again_days: 1460}
#include <cstdio>
#include <fstream>

#include "biometric/biometric_provider.hpp"
#include "biometric/host_engine.hpp"
#include "biometric/process/door_socket.hpp"
#include "biometric/process/face_command.hpp"
#include "biometric/remote_engine.hpp"
#include "camera/device.hpp"
#include "spi/host/child_process.hpp"
#include "spi/host/host.hpp"
#include "spi/host/registry.hpp"

namespace sesame::biometric {
namespace {

// The face process' camera as a device of the Camera provider.
class FaceCamera final : public camera::CameraDevice {
 public:
  explicit FaceCamera(std::shared_ptr<Engine> engine) : engine_(std::move(engine)) {}
  spi::Task<camera::Bytes> take_picture(std::string caption) override {
    return engine_->take_picture(std::move(caption));
  }
  spi::Task<void> reset() override { co_await engine_->info(); }

 private:
  std::shared_ptr<Engine> engine_;
};

std::unique_ptr<camera::CameraDevice> make_face_camera(const spi::Section& section,
                                                       spi::HostContext& context) {
  section.allow_only({"driver"});
  return std::make_unique<FaceCamera>(context.shared<HostEngine>());
}

spi::Providers make_biometric(const spi::Section& section, spi::HostContext& context, const spi::Registry&) {
  BiometricProviderOptions options;
  options.gives_templates_away = section.boolean("gives_templates_away", false);
  options.gives_pictures_away = section.boolean("gives_pictures_away", false);
  options.watches_subject = section.boolean("watches_subject", true);
  options.natural_motion = section.boolean("natural_motion", true);
  options.most_templates = static_cast<std::size_t>(section.integer("most_templates", 1, 64, 64));
  if (section.has("state")) {
    const std::string path = section.path("state");
    options.load_mode = [path] {
      std::ifstream in(path);
      std::string mode;
      in >> mode;
      return mode;
    };
    options.save_mode = [path](const std::string& mode) {
      std::ofstream(path, std::ios::trunc) << mode << '\n';
    };
  }
  spi::Providers providers;
  providers.push_back(std::make_unique<BiometricProvider>(*context.shared<HostEngine>(), std::move(options)));
  return providers;
}

// The only camera that is used, and what becomes of a tamper event.
void add_camera_rules(const spi::Section& section, const std::string& socket,
                      std::vector<std::string>& command) {
  command.insert(command.end(),
                 {"--light-challenge", section.word("light_challenge", {"off", "where_possible", "required"},
                                                    "where_possible")});
  command.insert(command.end(),
                 {"--lamp", section.word("lamp", {"off", "where_possible", "required"}, "off")});
  command.insert(command.end(),
                 {"--site", section.word("site", {"off", "where_possible", "required"}, "off")});
  if (section.has("sysfs")) command.insert(command.end(), {"--sysfs", section.path("sysfs")});
  if (!section.has("camera_identity")) return;
  const spi::Section identity = section.section("camera_identity");
  identity.allow_only({"vendor", "product", "serial", "port", "known_ports", "tamper_until", "replug"});
  for (const char* key : {"vendor", "product", "port"})
    if (!identity.has(key)) identity.fail(key, "what `sesame camera` shows of it");
  command.insert(command.end(),
                 {"--camera-vendor", identity.text("vendor"), "--camera-product", identity.text("product"),
                  "--camera-serial", identity.text("serial", ""), "--camera-port", identity.text("port")});
  std::string known_ports;
  for (const std::string& port : identity.texts("known_ports"))
    known_ports += (known_ports.empty() ? "" : ",") + port;
  if (!known_ports.empty()) command.insert(command.end(), {"--camera-known-ports", known_ports});
  if (identity.word("tamper_until", {"cleared", "gone"}, "cleared") == "gone")
    command.emplace_back("--tamper-until-gone");
  if (identity.word("replug", {"accepted", "tamper"}, "accepted") == "tamper")
    command.emplace_back("--replug-is-tamper");
  // Beside the store, which is still there after the machine was started again.
  const std::string beside = section.has("store") ? section.path("store") : socket;
  command.insert(command.end(), {"--tamper-state", beside + ".tamper"});
}

std::vector<std::string> face_command(const spi::Section& section, const std::string& socket) {
  std::vector<std::string> command = {face_program(section), "--socket", socket, "--camera",
                                      section.text("camera", "empty")};
  const std::pair<const char*, const char*> paths[] = {{"models", "--models"},
                                                       {"descriptions", "--descriptions"}};
  for (const auto& [key, argument] : paths)
    if (section.has(key)) command.insert(command.end(), {argument, section.path(key)});
  const std::vector<std::string> store = store_arguments(section);
  command.insert(command.end(), store.begin(), store.end());
  add_camera_rules(section, socket, command);
  const std::pair<const char*, const char*> switches[] = {{"simulated", "--simulated"},
                                                          {"gives_templates_away", "--give-templates-away"},
                                                          {"gives_pictures_away", "--give-pictures-away"}};
  for (const auto& [key, argument] : switches)
    if (section.boolean(key, false)) command.emplace_back(argument);
  const spi::Section retention = section.section("retention");
  retention.allow_only({"unused_days", "enrolled_days", "enrol_again_days"});
  const std::pair<const char*, const char*> days[] = {{"unused_days", "--delete-unused-days"},
                                                      {"enrolled_days", "--delete-enrolled-days"},
                                                      {"enrol_again_days", "--enrol-again-days"}};
  if (section.has("retention") && !section.has("store"))
    section.fail("retention", "a store beside it: faces in memory end with their process");
  for (const auto& [key, argument] : days)
    if (retention.has(key))
      command.insert(command.end(), {argument, std::to_string(retention.integer(key, 1, 36500))});
  command.insert(command.end(),
                 {"--own-customers", section.word("own_customers", {"raise", "report", "off"}, "raise")});
  if (section.has("alike"))
    command.insert(command.end(), {"--alike", std::to_string(section.integer("alike", 1, 1000))});
  if (section.has("guardian_under"))
    command.insert(command.end(),
                   {"--guardian-under", std::to_string(section.integer("guardian_under", 1, 30))});
  if (section.has("threads"))
    command.insert(command.end(), {"--threads", std::to_string(section.integer("threads", 1, 64))});
  return command;
}

std::string socket_path(const spi::Section& section, spi::Host& host) {
  if (section.has("socket")) return section.path("socket");
  const auto run_directory = host.context().get<spi::RunDirectory>();
  if (!run_directory || run_directory->path.empty())
    section.fail("socket", "a path, for this host has no run directory");
  return run_directory->path + "/face.sock";
}

// What was destroyed, and what the operator should know, is in the journal: each receipt at least once.
spi::Task<void> keep_journal(Custody& custody, spi::Journal& journal) {
  std::int64_t journaled = 0;
  while (true) {
    auto news = co_await spi::outcome(custody.news(journaled));
    if (news.canceled()) throw spi::Canceled{};
    if (!news) {
      co_await spi::sleep_for(std::chrono::seconds(1));
      continue;
    }
    for (const DeletionReceipt& receipt : news->receipts) {
      journal.note("info", "face deleted, " + to_line(receipt));
      journaled = receipt.number;
    }
    for (const std::string& note : news->notes) journal.note("warning", "faces: " + note);
  }
}

// Runs the face process as long as the host, and gives the host's engine to everybody.
class Faces final : public spi::Extension {
 public:
  Faces(const spi::Section& section, spi::Host& host, spi::AsioExecutor& executor)
      : shared_(host.context().shared<HostEngine>()), tasks_(executor) {
    section.allow_only({"camera", "models", "descriptions", "store", "key_file", "insecure_key_file",
                        "pkcs11", "simulated", "camera_identity", "light_challenge", "lamp", "site", "sysfs",
                        "gives_templates_away", "gives_pictures_away", "threads", "program", "socket",
                        "retention", "guardian_under", "own_customers", "alike"});
    const std::string socket = socket_path(section, host);
    auto engine = std::make_shared<RemoteEngine>(executor, door_at(executor, socket));
    host.context().set<RemoteEngine>(engine);
    shared_->use(std::move(engine));
    spi::ChildOptions options;
    options.command = face_command(section, socket);
    process_.emplace(executor, options,
                     [](const std::string& line) { std::fprintf(stderr, "sesame: %s\n", line.c_str()); });
    // A connection of its own: waiting for news must not decide how long a session is waited for.
    custody_ = std::make_unique<RemoteEngine>(executor, door_at(executor, socket));
    if (host.journal() && section.has("store")) tasks_.spawn(keep_journal(*custody_, *host.journal()));
  }
  ~Faces() override { shared_->use(nullptr); }

 private:
  std::shared_ptr<HostEngine> shared_;
  std::optional<spi::ChildProcess> process_;
  std::unique_ptr<Custody> custody_;
  spi::TaskScope tasks_;
};

std::unique_ptr<spi::Extension> make_faces(const spi::Section& section, spi::Host& host) {
  auto* executor = dynamic_cast<spi::AsioExecutor*>(&host.executor());
  if (executor == nullptr) section.fail("", "a host in real time: faces are another process");
  return std::make_unique<Faces>(section, host, *executor);
}

}  // namespace

void register_faces(spi::Registry& registry);
void register_faces(spi::Registry& registry) {
  registry.add("Biometric", make_biometric);
  registry.add_driver<camera::CameraDevice>("face", make_face_camera);
  registry.add_extension("faces", make_faces);
}

}  // namespace sesame::biometric
