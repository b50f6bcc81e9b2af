// The service behind a front, as its client sees it: one connection that is kept up, the service's
// capabilities and status as last told, its unsolicited events in the order in which they came. It may be a
// service of this host or any XFS4IoT service of another vendor. Owned by its front; executor thread only.
#pragma once

#include <boost/json/object.hpp>
#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include "spi/client/client.hpp"
#include "spi/service/task_scope.hpp"

namespace sesame::cardless {

class Upstream {
 public:
  /// Makes a channel to the service; throws std::exception when there is none now. Asked again later.
  using Connect = std::function<spi::Task<std::shared_ptr<spi::Channel>>()>;

  class Listener {
   public:
    virtual ~Listener() = default;
    /// An unsolicited event other than Common.StatusChangedEvent.
    virtual void upstream_event(const spi::ReceivedEvent& event) = 0;
    /// capabilities() is known, or known anew after the connection was lost.
    virtual void upstream_learnt() {}
    /// status() or ready() is another than before.
    virtual void upstream_status_changed() = 0;
  };

  /// `listener` outlives this. Connects by itself from now on.
  Upstream(spi::Executor& executor, Connect connect, Listener& listener);
  ~Upstream();

  /// Whether the connection stands, and capabilities and status are known.
  bool ready() const { return ready_; }
  /// Whether it was ready once.
  bool known() const { return !capabilities_.empty(); }
  /// Common.Status, kept up to date by the service's StatusChangedEvents.
  const boost::json::object& status() const { return status_; }
  /// Common.Capabilities without `interfaces`.
  const boost::json::object& capabilities() const { return capabilities_; }
  const std::vector<const contract::InterfaceInfo*>& interfaces() const { return interfaces_; }
  /// Whether the service offers this command or event of the contract.
  bool offers(std::string_view message) const;

  spi::RawCall call(std::string_view command, const boost::json::value& payload);

  /// A command that is passed on. It is guaranteed that an unsolicited event that came after the completion
  /// of a relayed command is told after whoever holds the Relay has answered.
  class Relay {
   public:
    Relay(Upstream& upstream, spi::RawCall& call);
    ~Relay();
    Relay(const Relay&) = delete;

   private:
    Upstream& upstream_;
    spi::RawCall& call_;
    friend class Upstream;
  };

 private:
  spi::Task<void> keep_connected();
  spi::Task<std::shared_ptr<spi::Channel>> try_to_connect();
  spi::Task<void> serve(std::shared_ptr<spi::Channel> channel);
  spi::Task<bool> learn();
  void learn_interfaces(const boost::json::value& interfaces);
  void received(const spi::ReceivedEvent& event);
  void flush();
  void tell(const spi::ReceivedEvent& event);
  bool answer_on_its_way() const;

  spi::Executor& executor_;
  Connect connect_;
  Listener& listener_;
  std::unique_ptr<spi::ServiceConnection> connection_;
  std::shared_ptr<spi::Signal> closed_ = std::make_shared<spi::Signal>();
  bool ready_ = false;
  boost::json::object status_, capabilities_;
  std::vector<const contract::InterfaceInfo*> interfaces_;
  std::vector<std::string> offered_;  // sorted
  std::vector<const Relay*> relays_;
  std::deque<spi::ReceivedEvent> held_back_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  spi::TaskScope tasks_;
};

/// A call whose upstream service does not even answer Common.Cancel is given up after this.
inline constexpr std::chrono::seconds longest_cancel{30};

/// Cancels `call` upstream and waits for how it ended, which may be other than `canceled`. Not reached by a
/// cancel itself.
spi::Task<spi::RawReply> cancel_and_wait(spi::RawCall call);

}  // namespace sesame::cardless
