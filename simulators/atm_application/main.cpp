// The program `atm-application`: finds the services that its configuration names, serves customers, and begins anew when a
// connection is lost. What it sees goes to standard output, one JSON object a line.
#include <boost/json.hpp>
#include <cstdio>
#include <cstring>

#include "simulators/atm_application/atm_application.hpp"
#include "spi/host/configuration.hpp"
#include "spi/service/asio_executor.hpp"
#include "spi/service/task_scope.hpp"
#include "spi/wire/client.hpp"

namespace {
using namespace sesame::spi;
using namespace sesame::simulators;
using namespace std::chrono_literals;

constexpr auto pause_between_attempts = 500ms;

// Vendors name services as they like, so the bank's configuration says which is which.
std::string uri_of(const std::vector<Publisher>& publishers, const std::string& name) {
  for (const auto& publisher : publishers)
    for (const auto& uri : publisher.services) {
      const std::string_view path = uri.ends_with('/') ? std::string_view(uri).substr(0, uri.size() - 1) : std::string_view(uri);
      if (path.ends_with("/" + name)) return uri;
    }
  throw std::runtime_error(publishers.empty() ? "no publisher answers" : name + ": the publisher knows no such service");
}

Task<void> serve(AsioExecutor& executor, const AtmSettings& settings, Diary& diary) {
  const ConnectOptions options;  // named: g++ 12 destroys a defaulted aggregate argument twice
  const auto publishers = co_await discover(executor, settings.host, settings.ports, settings.tls, options);
  const std::string card_reader_uri = uri_of(publishers, settings.card_reader);
  const std::string keyboard_uri = uri_of(publishers, settings.keyboard);
  const std::string display_uri = uri_of(publishers, settings.display);
  const auto card_reader_channel = co_await connect(executor, card_reader_uri, options);
  const auto keyboard_channel = co_await connect(executor, keyboard_uri, options);
  const auto display_channel = co_await connect(executor, display_uri, options);
  ServiceConnection card_reader(executor, card_reader_channel);
  ServiceConnection keyboard(executor, keyboard_channel);
  ServiceConnection display(executor, display_channel);
  AtmApplication application({card_reader, keyboard, display}, settings, diary);
  co_await application.run();
}

Task<void> serve_for_ever(AsioExecutor& executor, const AtmSettings& settings, Diary& diary) {
  for (std::string said;;) {
    std::string why = "a connection was lost";
    try {
      co_await serve(executor, settings, diary);
    } catch (const std::exception& error) {
      why = error.what();
    }
    if (why != said) diary.write("not connected", {{"why", why}});
    said = why;
    co_await sleep_for(pause_between_attempts);
  }
}

int run(const char* file) {
  const AtmSettings settings = atm_settings(Section::from_file(file));
  AsioExecutor executor;
  Diary diary(executor, [](const std::string& line) {
    std::printf("%s\n", line.c_str());
    std::fflush(stdout);
  });
  TaskScope tasks(executor);
  tasks.spawn(serve_for_ever(executor, settings, diary));
  executor.on_termination([&] { executor.stop(); });
  executor.run();
  return 0;
}

}  // namespace

int main(int count, char** words) {
  if (count != 2 || words[1][0] == '-') {
    const bool asked = count == 2 && (!std::strcmp(words[1], "--help") || !std::strcmp(words[1], "-h"));
    std::fprintf(asked ? stdout : stderr,
                 "atm-application CONFIGURATION.yaml\n\nAn ATM application on XFS4IoT: waits for a card, asks for the PIN, gives the card back.\n"
                 "  publisher: {host: 127.0.0.1, ports: [5846]}\n"
                 "  services: {card_reader: cardreader, keyboard: keyboard, display: textterminal}\n"
                 "  seconds: {read: 30, pin: 30, take: 30}\n");
    return asked ? 0 : 2;
  }
  try {
    return run(words[1]);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "atm-application: %s\n", error.what());
    return 2;
  }
}
