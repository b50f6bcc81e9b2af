// `customer_page: {}` in a configuration with `cardless` makes the device `customer`: "customer press start passcode".
#include "cardless/session/session_desk.hpp"
#include "simulators/control/control_panel.hpp"
#include "spi/host/host.hpp"
#include "spi/host/registry.hpp"
#include "spi/service/task_scope.hpp"

namespace sesame::simulators {

namespace {

class CustomerPage final : public SimulatedDevice {
 public:
  CustomerPage(spi::Executor& executor, std::shared_ptr<cardless::SessionDesk> desk)
      : SimulatedDevice("customer"), desk_(std::move(desk)), tasks_(executor) {
    verb("press start", "[PROFILE]", "start a session as the button on a customer's page does", [this](VerbArguments& a) {
      const auto profile = a.word();
      a.end();
      const std::string why_not = desk_->press_start(profile.value_or(""));
      if (!why_not.empty()) throw VerbError("no session starts: " + why_not);
      return std::string();
    });
    verb("status", "", "whether a session can start, or runs", [this](VerbArguments& a) {
      a.end();
      return desk_->state();
    });
    condition("ready", [this] { return desk_->ready(); });
    condition("session", [this] { return desk_->running(); });
    condition("no-session", [this] { return !desk_->running(); });
    tasks_.spawn(follow());
  }

 private:
  spi::Task<void> follow() {
    for (;;) {
      co_await desk_->changes().wait();
      changed();
    }
  }

  std::shared_ptr<cardless::SessionDesk> desk_;
  spi::TaskScope tasks_;
};

class Page final : public spi::Extension {
 public:
  Page(spi::Host& host, std::shared_ptr<cardless::SessionDesk> desk) : page_(host.executor(), std::move(desk)) {
    host.context().shared<ControlPanel>()->add(page_);
  }

 private:
  CustomerPage page_;
};

}  // namespace

void register_customer_page(spi::Registry& registry);
void register_customer_page(spi::Registry& registry) {
  registry.add_extension("customer_page", [](const spi::Section& section, spi::Host& host) -> std::unique_ptr<spi::Extension> {
    section.allow_only({});
    auto desk = host.context().get<cardless::SessionDesk>();
    if (!desk) section.fail("", "a section `cardless` beside it");
    return std::make_unique<Page>(host, std::move(desk));
  });
}

}  // namespace sesame::simulators
