#include "simulators/proxy/proxy.hpp"

#include <boost/json.hpp>

namespace sesame::simulators {
using namespace spi;
using namespace std::chrono_literals;
namespace json = boost::json;

namespace {

constexpr auto longest_answer = 5s;

std::string name_of(std::string_view uri) {
  if (uri.ends_with('/')) uri.remove_suffix(1);
  return std::string(uri.substr(uri.rfind('/') + 1));
}

// The URIs in a frame of the publisher, whichever message it is: payload.services[].serviceURI.
std::vector<json::string*> uris_in(json::value& message) {
  std::vector<json::string*> uris;
  auto* object = message.if_object();
  auto* payload = object ? object->if_contains("payload") : nullptr;
  auto* fields = payload ? payload->if_object() : nullptr;
  auto* services = fields ? fields->if_contains("services") : nullptr;
  if (!services || !services->is_array()) return uris;
  for (auto& service : services->as_array())
    if (auto* properties = service.if_object())
      if (auto* uri = properties->if_contains("serviceURI"); uri && uri->is_string()) uris.push_back(&uri->as_string());
  return uris;
}

Task<std::vector<std::string>> services_of(AsioExecutor& executor, std::string publisher_uri) {
  const ConnectOptions options;  // named: g++ 12 destroys a defaulted aggregate argument twice
  const auto publisher = co_await connect(executor, publisher_uri, options);
  auto frames = std::make_shared<Stream<std::string>>();
  publisher->receive({[frames](std::string_view frame) { frames->push(std::string(frame)); },
                      [frames](std::string_view) { frames->close(); }});
  publisher->send(R"({"header":{"type":"command","name":"ServicePublisher.GetServices","version":"2.0","requestId":1}})");
  std::vector<std::string> services;
  for (;;) {
    const auto frame = co_await within(longest_answer, frames->next());
    if (!frame || !*frame) throw std::runtime_error(publisher_uri + ": the publisher does not say what its services are");
    if (describe(**frame).type != "completion") continue;
    json::value message = json::parse(**frame);
    for (const auto* uri : uris_in(message)) services.emplace_back(*uri);
    break;
  }
  publisher->close("done");
  co_return services;
}

}  // namespace

Proxy::Proxy(AsioExecutor& executor, std::string publisher_uri, ServerOptions options, Record record)
    : executor_(executor), publisher_uri_(std::move(publisher_uri)), record_(std::move(record)), server_(executor, std::move(options)),
      joining_(executor) {}

Proxy::~Proxy() { server_.close(); }

Task<void> Proxy::open() {
  uris_[""] = publisher_uri_;
  const auto services = co_await services_of(executor_, publisher_uri_);
  for (const auto& uri : services) uris_[name_of(uri)] = uri;
  for (const auto& [name, uri] : uris_)
    server_.publish(name, [this, service = name](std::shared_ptr<Channel> application, ClientIdentity) {
      accept(service, std::move(application));
    });
  server_.listen();
}

void Proxy::accept(const std::string& service, std::shared_ptr<Channel> application) {
  joining_.spawn(join(service, uris_.at(service), std::move(application)));
}

// What the application says meanwhile waits in its channel.
Task<void> Proxy::join(std::string service, std::string uri, std::shared_ptr<Channel> application) {
  std::shared_ptr<Channel> original;
  try {
    const ConnectOptions options;
    original = co_await connect(executor_, uri, options);
  } catch (const std::runtime_error& error) {
    application->close(error.what());
    co_return;
  }
  const int connection = ++connections_;
  application->receive({[this, service, connection, original](std::string_view frame) {
                          tell(service, connection, false, frame);
                          original->send(std::string(frame));
                        },
                        [original](std::string_view reason) { original->close(reason); }});
  original->receive({[this, service, connection, application](std::string_view frame) {
                       tell(service, connection, true, frame);
                       application->send(service.empty() ? rewritten(frame) : std::string(frame));
                     },
                     [application](std::string_view reason) { application->close(reason); }});
}

void Proxy::tell(const std::string& service, int connection, bool from_service, std::string_view frame) {
  Message message = describe(frame);
  message.at_us = std::chrono::duration_cast<std::chrono::microseconds>(executor_.wall_now().time_since_epoch()).count();
  message.service = service;
  message.connection = connection;
  message.from_service = from_service;
  record_(message);
}

std::string Proxy::rewritten(std::string_view frame) const {
  boost::system::error_code error;
  json::value message = json::parse(frame, error);
  if (error) return std::string(frame);
  const auto uris = uris_in(message);
  if (uris.empty()) return std::string(frame);
  for (auto* uri : uris) *uri = server_.uri(name_of(*uri));
  return json::serialize(message);
}

}  // namespace sesame::simulators
