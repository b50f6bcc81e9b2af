#include "biometric/process/engine_server.hpp"

#include <boost/json.hpp>
#include <list>
#include <map>
#include <utility>

#include "biometric/process/door.hpp"
#include "spi/service/task_scope.hpp"

namespace sesame::biometric {

namespace json = boost::json;
using json::object;

struct EngineServer::State {
  spi::Executor& executor;
  Engine& engine;
  Show show;
  Custody* custody;
  CameraOversight* camera;
  CalibrationOversight* calibration;
  std::list<std::unique_ptr<Connection>> connections;
};

// One host. Its tasks live in scope_ and end with it.
class EngineServer::Connection {
 public:
  Connection(State& state, std::shared_ptr<spi::Channel> channel)
      : state_(state), channel_(std::move(channel)), tasks_(state.executor) {}

  ~Connection() {
    // The channel may live on in its socket's callbacks: it must not call back here.
    channel_->receive({});
    channel_->close("the face process ends this connection");
  }

  void begin() {
    channel_->receive(
        {[this](std::string_view line) { on_line(line); }, [this](std::string_view) { ended(); }});
    tasks_.spawn(beat());
  }

 private:
  struct Running {
    spi::CancelScope scope;
  };

  void on_line(std::string_view line) {
    try {
      const object message = door::parse(line);
      const std::string op = door::text_field(message, "op", 32);
      if (op == "cancel") return cancel(door::number_field(message, "target", UINT32_MAX));
      if (op == "discard") return discard(message);
      const std::uint64_t id = door::number_field(message, "id", UINT32_MAX);
      if (running_.contains(id)) throw door::DoorError("\"id\" is in use");
      if (running_.size() >= door::most_requests) throw door::DoorError("too many requests at once");
      auto running = std::make_unique<Running>();
      spi::CancelScope* scope = &running->scope;
      running_[id] = std::move(running);
      tasks_.spawn(serve(id, op, message), scope);
    } catch (const door::DoorError& error) {
      // The other end is no host of ours: what it says next cannot be trusted either.
      channel_->close(error.what());
    }
  }

  void ended() {
    state_.executor.post([this, alive = std::weak_ptr<bool>(alive_), &state = state_] {
      if (alive.expired()) return;
      state.connections.remove_if([this](const auto& other) { return other.get() == this; });
    });
  }

  void cancel(std::uint64_t target) {
    const auto found = running_.find(target);
    if (found != running_.end()) found->second->scope.request();
  }

  void discard(const object& message) {
    const std::uint64_t id = door::number_field(message, "context", UINT32_MAX);
    const std::string what = door::text_field(message, "what", 32);
    const auto found = contexts_.find(id);
    if (found == contexts_.end()) return;
    if (what == "probe") found->second->discard_probe();
    if (what == "references") found->second->discard_references();
    // A request of the context that still runs keeps it alive until it ends.
    if (what == "context") contexts_.erase(found);
  }

  // A context comes into being when it is first named.
  std::shared_ptr<CaptureContext> context(const object& message) {
    const std::uint64_t id = door::number_field(message, "context", UINT32_MAX);
    const auto found = contexts_.find(id);
    if (found != contexts_.end()) return found->second;
    if (contexts_.size() >= door::most_contexts) throw door::DoorError("too many contexts");
    return contexts_[id] = state_.engine.open_context();
  }

  void send(const object& message) { channel_->send(json::serialize(message)); }

  // Tells the host that its requests are being worked on: silence means stuck.
  spi::Task<void> beat() {
    while (true) {
      co_await spi::sleep_for(door::heartbeat);
      if (!running_.empty()) send({{"alive", true}});
    }
  }

  spi::Task<void> serve(std::uint64_t id, std::string op, object message) {
    object answer{{"id", id}};
    bool broken = false;
    try {
      answer["result"] = co_await run(id, op, message);
    } catch (const EngineRefusal& refusal) {
      answer["refused"] = to_string(refusal.reason());
      answer["text"] = refusal.what();
    } catch (const door::DoorError& error) {
      answer["fault"] = error.what();
      broken = true;
    } catch (const spi::Canceled&) {
      answer["canceled"] = true;
    } catch (const std::exception& error) {
      answer["fault"] = error.what();
    }
    send(answer);
    if (broken) channel_->close("a request that breaks the protocol");
    finished_.push_back(id);
    state_.executor.post([this, alive = std::weak_ptr<bool>(alive_)] {
      if (!alive.expired()) sweep();
    });
  }

  // A request's scope must outlive its task, which has just ended when this is called.
  void sweep() {
    for (const std::uint64_t id : std::exchange(finished_, {})) running_.erase(id);
  }

  spi::Task<object> run(std::uint64_t id, std::string op, const object& message) {
    if (op == "info") co_return door::write(co_await state_.engine.info());
    if (op == "presence")
      co_return door::write(co_await state_.engine.wait_presence(door::read_presence_request(message)));
    if (op == "picture")
      co_return door::write_bytes(
          co_await state_.engine.take_picture(door::text_field(message, "caption", 1024)));
    if (op == "forget") {
      const ForgottenCustomer gone = co_await state_.engine.forget(
          door::text_field(message, "customer", 1024), door::text_field(message, "reason", 1024),
          door::text_field(message, "by", 256));
      co_return door::write(gone);
    }
    if (op == "setStatus") {
      const bool known = co_await state_.engine.set_status(door::text_field(message, "customer", 1024),
                                                           door::read_status(message));
      co_return object{{"known", known}};
    }
    if (op == "held")
      co_return door::write(co_await state_.engine.held(door::text_field(message, "customer", 1024)));
    if (op == "exportHeld" || op == "expire" || op == "rotate" || op == "news")
      co_return co_await run_custody(id, std::move(op), message);
    if (op == "camera" || op == "clearTamper") co_return co_await run_oversight(std::move(op), message);
    if (op == "ownRates") co_return co_await own_rates(id);
    if (op == "identities") {
      const std::vector<IdentityLine> lines =
          co_await state_.engine.identities(door::text_field(message, "after", 1024),
                                            door::number_field(message, "maximum", door::most_identities));
      co_return door::write(lines);
    }
    if (op == "enrolTake") {
      std::function<void(TakeProgress)> progress = [this, id](TakeProgress news) {
        send({{"id", id}, {"progress", door::write(news)}});
      };
      const EnrolledCustomer enrolled = co_await state_.engine.enrol_take(
          door::read_enrol_request(message), door::text_field(message, "path", 4096), std::move(progress));
      co_return door::write(enrolled);
    }
    if (op == "show") {
      if (!state_.show)
        throw EngineRefusal(EngineRefusal::Reason::not_permitted, "this camera is not a simulated one");
      state_.show(door::text_field(message, "scene", 4096));
      co_return object{};
    }
    co_return co_await run_in_context(id, std::move(op), message);
  }

  spi::Task<object> run_oversight(std::string op, const object& message) {
    if (state_.camera == nullptr)
      throw EngineRefusal(EngineRefusal::Reason::not_permitted, "this engine has no camera to look after");
    if (op == "camera") co_return door::write(co_await state_.camera->camera_status());
    const bool cleared = co_await state_.camera->clear_tamper(door::text_field(message, "by", 256));
    co_return object{{"cleared", cleared}};
  }

  spi::Task<object> own_rates(std::uint64_t id) {
    if (state_.calibration == nullptr)
      throw EngineRefusal(EngineRefusal::Reason::not_permitted, "this engine has no calibration to look after");
    std::function<void(OwnRatesProgress)> progress = [this, id](OwnRatesProgress news) {
      send({{"id", id}, {"progress", door::write(news)}});
    };
    co_return door::write(co_await state_.calibration->own_rates(std::move(progress)));
  }

  spi::Task<object> run_custody(std::uint64_t id, std::string op, const object& message) {
    if (state_.custody == nullptr)
      throw EngineRefusal(EngineRefusal::Reason::not_permitted, "this host keeps customers in memory only");
    Custody& custody = *state_.custody;
    if (op == "exportHeld") {
      const std::optional<std::string> held = co_await custody.export_held(
          door::text_field(message, "customer", 1024), door::flag_field(message, "withTemplate"));
      co_return object{{"known", held.has_value()}, {"held", held.value_or("")}};
    }
    if (op == "expire")
      co_return door::write(co_await custody.expire(door::flag_field(message, "onlySay"),
                                                    door::text_field(message, "by", 256)));
    if (op == "rotate") {
      std::function<void(Rotation)> progress = [this, id](Rotation news) {
        send({{"id", id}, {"progress", door::write(news)}});
      };
      co_return door::write(co_await custody.rotate(std::move(progress)));
    }
    const auto journaled = static_cast<std::int64_t>(door::number_field(message, "journaled", INT64_MAX));
    co_return door::write(co_await custody.news(journaled));
  }

  spi::Task<object> run_in_context(std::uint64_t id, std::string op, const object& message) {
    const std::shared_ptr<CaptureContext> user = context(message);
    if (op == "capture") {
      const CaptureResult result =
          co_await user->capture(door::read_capture_request(message), [this, id](CaptureProgress news) {
            send({{"id", id}, {"progress", door::write(news)}});
          });
      co_return door::write(result);
    }
    if (op == "verify") {
      VerifyRequest request;
      request.claim.kind = door::text_field(message, "kind", 64);
      request.claim.value = door::text_field(message, "value", 1024);
      request.false_match_rate = door::rate_field(message, "rate");
      request.terminal = door::text_field(message, "terminal", 256);
      request.own_data = door::flag_field(message, "ownData");
      co_return door::write(co_await user->verify(std::move(request)));
    }
    if (op == "identify") {
      IdentifyRequest request;
      request.false_positive_identification_rate = door::rate_field(message, "rate");
      request.terminal = door::text_field(message, "terminal", 256);
      co_return door::write(co_await user->identify(request));
    }
    if (op == "enrol") {
      co_await user->enrol(door::read_enrol_request(message));
      co_return object{};
    }
    if (op == "import") {
      co_await user->import_references(references(message));
      co_return object{};
    }
    if (op == "compare") {
      const std::vector<double> rates = co_await user->compare_references();
      co_return object{{"rates", json::array(rates.begin(), rates.end())}};
    }
    if (op == "export") co_return door::write_bytes(co_await user->export_probe(door::read_format(message)));
    throw door::DoorError("\"op\" is not one of the door's");
  }

  static std::vector<Reference> references(const object& message) {
    const json::value* list = message.if_contains("references");
    if (list == nullptr || !list->is_array() || list->get_array().size() > door::most_references)
      throw door::DoorError("\"references\" is not an array within its limit");
    std::vector<Reference> out;
    for (const json::value& entry : list->get_array()) {
      if (!entry.is_object()) throw door::DoorError("\"references\" is not an array of objects");
      out.push_back(door::read_reference(entry.get_object()));
    }
    return out;
  }

  State& state_;
  std::shared_ptr<spi::Channel> channel_;
  std::map<std::uint64_t, std::shared_ptr<CaptureContext>> contexts_;
  std::map<std::uint64_t, std::unique_ptr<Running>> running_;
  std::vector<std::uint64_t> finished_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  spi::TaskScope tasks_;
};

EngineServer::EngineServer(spi::Executor& executor, Engine& engine, Show show, Custody* custody,
                           CameraOversight* camera, CalibrationOversight* calibration)
    : state_(std::make_unique<State>(State{executor, engine, std::move(show), custody, camera, calibration, {}})) {}

EngineServer::~EngineServer() = default;

void EngineServer::accept(std::shared_ptr<spi::Channel> channel) {
  state_->connections.push_back(std::make_unique<Connection>(*state_, std::move(channel)));
  state_->connections.back()->begin();
}

std::size_t EngineServer::connections() const { return state_->connections.size(); }

}  // namespace sesame::biometric
