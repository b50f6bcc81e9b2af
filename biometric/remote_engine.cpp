#include "biometric/remote_engine.hpp"

#include <boost/json.hpp>
#include <map>
#include <utility>

#include "biometric/process/door.hpp"
#include "spi/service/task_scope.hpp"

namespace sesame::biometric {

namespace json = boost::json;
using json::object;

// The connection, and who waits for what on it. Shared with contexts, which may outlive the engine.
class RemoteEngine::Link : public std::enable_shared_from_this<Link> {
 public:
  using Progress = std::function<void(const object&)>;  // throws DoorError

  Link(spi::Executor& executor, Connect connect, const RemoteEngineOptions& options)
      : executor_(executor), connect_(std::move(connect)), options_(options) {}
  ~Link() {
    if (channel_) channel_->receive({});
    if (channel_) channel_->close("the host ends");
  }

  // Sends a request and gives its result. Throws EngineRefusal, Fault, Canceled.
  spi::Task<object> ask(std::string op, object message, Progress progress = {}) {
    const std::shared_ptr<Link> self = shared_from_this();  // the engine may go while this waits
    co_await connected();
    const std::uint64_t id = next_id_++;
    message["op"] = std::move(op);
    message["id"] = id;
    const Waiting waiting(*this, id, std::move(progress));
    heard_ = waits_.size() == 1 ? executor_.now() : heard_;
    send(message);
    while (!waiting.answered()) {
      const auto news = co_await spi::within(options_.patience, woken());
      if (news || waiting.answered()) continue;
      if (executor_.now() - heard_ >= options_.patience) lose("the face process does not answer");
    }
    co_return take(waiting.answer());
  }

  // Sends without waiting; lost when there is no connection, and with it what it was about.
  void tell(const object& message) {
    if (channel_) send(message);
  }

  std::uint64_t next_context() { return next_context_++; }

 private:
  struct Slot {
    std::optional<object> answer;
    Progress progress;
  };

  // One request's place. A request that is abandoned (cancelled) tells the process, and does not wait for it.
  class Waiting {
   public:
    Waiting(Link& link, std::uint64_t id, Progress progress) : link_(link), id_(id) {
      link_.waits_[id].progress = std::move(progress);
    }
    Waiting(const Waiting&) = delete;
    Waiting& operator=(const Waiting&) = delete;
    ~Waiting() {
      if (!answered()) link_.tell({{"op", "cancel"}, {"target", id_}});
      link_.waits_.erase(id_);
    }
    bool answered() const { return link_.waits_.at(id_).answer.has_value(); }
    object& answer() const { return *link_.waits_.at(id_).answer; }

   private:
    Link& link_;
    std::uint64_t id_;
  };

  spi::Task<void> connected() {
    while (connecting_) co_await woken_.wait();
    if (channel_) co_return;
    connecting_ = true;
    std::string why;
    try {
      std::shared_ptr<spi::Channel> channel = co_await connect_();
      adopt(std::move(channel));
    } catch (const spi::Canceled&) {
      connecting_ = false;
      woken_.notify_all();
      throw;
    } catch (const std::exception& error) {
      why = error.what();
    }
    connecting_ = false;
    woken_.notify_all();
    if (!channel_) throw spi::Fault("the face process is not there: " + why);
  }

  void adopt(std::shared_ptr<spi::Channel> channel) {
    channel_ = std::move(channel);
    heard_ = executor_.now();
    channel_->receive({[weak = weak_from_this()](std::string_view line) {
                         if (const auto self = weak.lock()) self->on_line(line);
                       },
                       [weak = weak_from_this()](std::string_view) {
                         if (const auto self = weak.lock()) self->lose("the face process ended");
                       }});
  }

  void on_line(std::string_view line) {
    heard_ = executor_.now();
    try {
      object message = door::parse(line);
      if (message.contains("alive")) return woken_.notify_all();
      const auto found = waits_.find(door::number_field(message, "id", UINT64_MAX));
      if (found == waits_.end()) return;  // cancelled meanwhile
      if (const json::value* news = message.if_contains("progress"); news != nullptr && news->is_object()) {
        const Progress progress = found->second.progress;
        if (progress) progress(news->get_object());
        return;
      }
      found->second.answer = std::move(message);
      woken_.notify_all();
    } catch (const door::DoorError&) {
      // Not from inside the channel's call: losing replaces its receiver.
      executor_.post([weak = weak_from_this()] {
        if (const auto self = weak.lock()) self->lose("the face process breaks the protocol");
      });
    }
  }

  // Everybody who waits gets a Fault; the next request connects anew.
  void lose(const char* why) {
    if (const auto channel = std::exchange(channel_, nullptr)) {
      channel->receive({});
      channel->close(why);
    }
    for (auto& [id, slot] : waits_)
      if (!slot.answer) slot.answer = object{{"fault", why}};
    woken_.notify_all();
  }

  void send(const object& message) { channel_->send(json::serialize(message)); }

  spi::Task<bool> woken() {
    co_await woken_.wait();
    co_return true;
  }

  static object take(object& answer) {
    try {
      if (json::value* result = answer.if_contains("result"); result != nullptr && result->is_object())
        return std::move(result->get_object());
      if (answer.contains("refused"))
        throw EngineRefusal(door::read_reason(answer), door::text_field(answer, "text", 4096));
      if (answer.contains("fault")) throw spi::Fault(door::text_field(answer, "fault", 4096));
    } catch (const door::DoorError&) {
      throw spi::Fault("the face process breaks the protocol");
    }
    throw spi::Fault("the face process gave the request up");
  }

  spi::Executor& executor_;
  Connect connect_;
  RemoteEngineOptions options_;
  std::shared_ptr<spi::Channel> channel_;
  bool connecting_ = false;
  std::map<std::uint64_t, Slot> waits_;
  std::uint64_t next_id_ = 1;
  std::uint64_t next_context_ = 1;
  spi::TimePoint heard_{};
  spi::Signal woken_;
};

namespace {

// What the process answers is read as strictly as what it is asked.
template <class Read>
auto understood(Read&& read) {
  try {
    return read();
  } catch (const door::DoorError& error) {
    throw spi::Fault(std::string("the face process breaks the protocol: ") + error.what());
  }
}

}  // namespace

class RemoteEngine::Context final : public CaptureContext {
 public:
  explicit Context(std::shared_ptr<Link> link) : link_(std::move(link)), id_(link_->next_context()) {}
  ~Context() override { discard("context"); }

  spi::Task<CaptureResult> capture(CaptureRequest request,
                                   std::function<void(CaptureProgress)> progress) override {
    Link::Progress heard = [progress = std::move(progress)](const object& news) {
      const CaptureProgress read = door::read_progress(news);
      if (progress) progress(read);
    };
    const object result = co_await ask("capture", door::write(request), std::move(heard));
    co_return understood([&] { return door::read_capture_result(result); });
  }
  spi::Task<Recognition> verify(VerifyRequest request) override {
    object message{
        {"kind", request.claim.kind}, {"value", request.claim.value}, {"rate", request.false_match_rate}};
    message["terminal"] = request.terminal;
    message["ownData"] = request.own_data;
    const object result = co_await ask("verify", std::move(message));
    co_return understood([&] { return door::read_recognition(result); });
  }
  spi::Task<Recognition> identify(IdentifyRequest request) override {
    object message{{"rate", request.false_positive_identification_rate}, {"terminal", request.terminal}};
    const object result = co_await ask("identify", std::move(message));
    co_return understood([&] { return door::read_recognition(result); });
  }
  spi::Task<void> enrol(EnrolRequest request) override { co_await ask("enrol", door::write(request)); }

  spi::Task<void> import_references(std::vector<Reference> references) override {
    if (references.size() > door::most_references)
      throw EngineRefusal(EngineRefusal::Reason::capacity_exceeded, "more references than there is room for");
    json::array list;
    for (const Reference& reference : references) list.push_back(door::write(reference));
    object message;
    message["references"] = std::move(list);
    co_await ask("import", std::move(message));
  }
  spi::Task<std::vector<double>> compare_references() override {
    const object result = co_await ask("compare", object{});
    const json::value* list = result.if_contains("rates");
    if (list == nullptr || !list->is_array()) throw spi::Fault("the face process breaks the protocol");
    std::vector<double> rates;
    for (const json::value& rate : list->get_array()) {
      if (!rate.is_number()) throw spi::Fault("the face process breaks the protocol");
      rates.push_back(rate.to_number<double>());
    }
    co_return rates;
  }
  spi::Task<Bytes> export_probe(ReferenceFormat format) override {
    object message{{"format", door::to_string(format)}};
    const object result = co_await ask("export", std::move(message));
    co_return understood([&] { return door::read_bytes(result); });
  }
  void discard_probe() override { discard("probe"); }
  void discard_references() override { discard("references"); }

 private:
  spi::Task<object> ask(std::string op, object message, Link::Progress progress = {}) {
    message["context"] = id_;
    return link_->ask(std::move(op), std::move(message), std::move(progress));
  }
  void discard(const char* what) { link_->tell({{"op", "discard"}, {"context", id_}, {"what", what}}); }

  std::shared_ptr<Link> link_;
  std::uint64_t id_;
};

RemoteEngine::RemoteEngine(spi::Executor& executor, Connect connect, const RemoteEngineOptions& options)
    : link_(std::make_shared<Link>(executor, std::move(connect), options)) {}
RemoteEngine::~RemoteEngine() = default;

spi::Task<EngineInfo> RemoteEngine::info() {
  const object result = co_await link_->ask("info", object{});
  co_return understood([&] { return door::read_info(result); });
}

spi::Task<Presence> RemoteEngine::wait_presence(PresenceRequest request) {
  const object result = co_await link_->ask("presence", door::write(request));
  co_return understood([&] { return door::read_presence(result); });
}

std::unique_ptr<CaptureContext> RemoteEngine::open_context() { return std::make_unique<Context>(link_); }

spi::Task<EnrolledCustomer> RemoteEngine::enrol_take(EnrolRequest request, std::string path,
                                                     std::function<void(TakeProgress)> progress) {
  object message = door::write(request);
  message["path"] = std::move(path);
  Link::Progress heard = [progress = std::move(progress)](const object& news) {
    const TakeProgress read = door::read_take_progress(news);
    if (progress) progress(read);
  };
  const object result = co_await link_->ask("enrolTake", std::move(message), std::move(heard));
  co_return understood([&] { return door::read_enrolled(result); });
}

spi::Task<ForgottenCustomer> RemoteEngine::forget(std::string customer_id, std::string reason,
                                                  std::string by) {
  object message{{"customer", customer_id}, {"reason", reason}, {"by", by}};
  const object result = co_await link_->ask("forget", std::move(message));
  co_return understood([&] { return door::read_forgotten(result); });
}
spi::Task<bool> RemoteEngine::set_status(std::string customer_id, CustomerStatus status) {
  object message{{"customer", customer_id}, {"status", to_string(status)}};
  const object result = co_await link_->ask("setStatus", std::move(message));
  co_return understood([&] { return door::flag_field(result, "known"); });
}
spi::Task<std::optional<HeldFace>> RemoteEngine::held(std::string customer_id) {
  object message{{"customer", customer_id}};
  const object result = co_await link_->ask("held", std::move(message));
  co_return understood([&] { return door::read_held(result); });
}
spi::Task<std::vector<IdentityLine>> RemoteEngine::identities(std::string after, std::size_t maximum) {
  object message{{"after", after}, {"maximum", maximum}};
  const object result = co_await link_->ask("identities", std::move(message));
  co_return understood([&] { return door::read_identities(result); });
}

spi::Task<std::optional<std::string>> RemoteEngine::export_held(std::string customer_id, bool with_template) {
  object message{{"customer", customer_id}, {"withTemplate", with_template}};
  const object result = co_await link_->ask("exportHeld", std::move(message));
  co_return understood([&]() -> std::optional<std::string> {
    if (!door::flag_field(result, "known")) return std::nullopt;
    return door::text_field(result, "held", door::longest_line);
  });
}
spi::Task<Expiry> RemoteEngine::expire(bool only_say, std::string by) {
  object message{{"onlySay", only_say}, {"by", by}};
  const object result = co_await link_->ask("expire", std::move(message));
  co_return understood([&] { return door::read_expiry(result); });
}
spi::Task<Rotation> RemoteEngine::rotate(std::function<void(Rotation)> progress) {
  Link::Progress heard = [progress = std::move(progress)](const object& news) {
    const Rotation read = door::read_rotation(news);
    if (progress) progress(read);
  };
  const object result = co_await link_->ask("rotate", object{}, std::move(heard));
  co_return understood([&] { return door::read_rotation(result); });
}
spi::Task<CustodyNews> RemoteEngine::news(std::int64_t journaled) {
  object message{{"journaled", journaled}};
  const object result = co_await link_->ask("news", std::move(message));
  co_return understood([&] { return door::read_news(result); });
}

spi::Task<camera::CameraStatus> RemoteEngine::camera_status() {
  const object result = co_await link_->ask("camera", object{});
  co_return understood([&] { return door::read_camera_status(result); });
}
spi::Task<bool> RemoteEngine::clear_tamper(std::string by) {
  object message{{"by", by}};
  const object result = co_await link_->ask("clearTamper", std::move(message));
  co_return understood([&] { return door::flag_field(result, "cleared"); });
}

spi::Task<OwnRates> RemoteEngine::own_rates(std::function<void(OwnRatesProgress)> progress) {
  Link::Progress heard = [progress = std::move(progress)](const object& news) {
    const OwnRatesProgress read = door::read_own_rates_progress(news);
    if (progress) progress(read);
  };
  const object result = co_await link_->ask("ownRates", object{}, std::move(heard));
  co_return understood([&] { return door::read_own_rates(result); });
}

spi::Task<Bytes> RemoteEngine::take_picture(std::string caption) {
  object message{{"caption", caption}};
  const object result = co_await link_->ask("picture", std::move(message));
  co_return understood([&] { return door::read_bytes(result); });
}

spi::Task<void> RemoteEngine::show(std::string scene) {
  object message{{"scene", scene}};
  co_await link_->ask("show", std::move(message));
}

}  // namespace sesame::biometric
