// The face card: what a card reader would be with this one card in it. The standard's rules come from the
// CardReader provider, as for any reader; the device below it has no hardware, only a card that a session
// hands in and that leaves by itself once it is offered to the customer. Owned by the card reader's front;
// executor thread only.
#pragma once

#include <boost/json/object.hpp>
#include <memory>
#include <string>

#include "spi/service/provider_body.hpp"

namespace sesame::cardless {

/// A card that a face session made. Sensitive: never logged.
struct FaceCardData {
  std::string customer_id;
  std::string track2;  // 37 characters, cardless/issuer/track2.hpp
};

class FaceCard {
 public:
  /// What a face card tells the session desk.
  class Listener {
   public:
    virtual ~Listener() = default;
    /// The card is gone: into a retain unit, or as if the customer took it.
    virtual void face_card_left(const std::string& customer_id, bool retained) = 0;
  };

  /// `service` is the front's: events and status changes go there. `listener` outlives this.
  FaceCard(spi::ServiceLink& service, Listener& listener);
  ~FaceCard();
  FaceCard(const FaceCard&) = delete;

  /// What kind of reader it shall seem to be: Common.Capabilities' part of the original, and the unit that it
  /// retains cards in.
  void resemble(const boost::json::object& card_reader, const std::string& retain_unit);
  /// The next read finds this card coming in.
  void hand_in(FaceCardData card);
  /// A card is inside, or at the exit.
  bool in() const;
  /// Takes the card away, with the events that a customer who takes it causes. Nothing if none is in.
  void remove();

  /// Runs a command of CardReader on the reader with the face card.
  spi::Task<boost::json::value> run(const contract::CommandInfo& command, const boost::json::value& payload,
                                    spi::Command& context);
  /// Takes the place of the original's part of the status that tells of cards.
  void overlay(boost::json::object& card_reader_status) const;

 private:
  class Device;
  Device* device_ = nullptr;
  spi::ServiceLink& service_;
  std::unique_ptr<spi::ProviderBody> body_;
  Listener& listener_;
};

}  // namespace sesame::cardless
