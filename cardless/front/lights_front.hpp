// The lights that applications see. A lamp that the application has off may glow to invite customers. It is off for
// every application all the same, and dark before the application's own setting reaches it. Owned by its service; executor
// thread only.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "cardless/front/front.hpp"
#include "spi/service/task_scope.hpp"

namespace sesame::cardless {

class LightsFront final : public Front {
 public:
  /// A lamp by the standard's names (Lights.SetLight), and how it invites: "slow", "continuous", ...
  struct Lamp {
    std::string light, position, flash_rate;
    friend bool operator==(const Lamp&, const Lamp&) = default;
  };

  /// `complain` hears, in a sentence, when a lamp cannot do what invite() asks.
  LightsFront(spi::Executor& executor, Upstream::Connect connect, std::function<void(const std::string&)> complain);

  /// Lets this lamp glow from now on, or none. Returns at once.
  void invite(std::optional<Lamp> lamp);

  spi::Task<boost::json::value> run(const contract::CommandInfo& command, const boost::json::value& payload,
                                    spi::Command& context) override;
  boost::json::object status() const override;

 private:
  void upstream_learnt() override;
  void upstream_status_changed() override;
  std::optional<Lamp> wanted() const;
  bool possible(const Lamp& lamp) const;
  bool glows(const Lamp& lamp) const;
  spi::Task<void> tend();
  spi::Task<spi::RawReply> set(const Lamp& lamp, std::string flash_rate);

  std::function<void(const std::string&)> complain_;
  std::optional<Lamp> invitation_;
  std::optional<Lamp> lit_;     // ours; until it is dark again
  std::optional<Lamp> hidden_;  // glows, or did a moment ago, for the invitation alone
  int application_ = 0;         // its commands that want the lamp of the invitation
  spi::Signal changed_;
  spi::TaskScope tasks_;
};

}  // namespace sesame::cardless
