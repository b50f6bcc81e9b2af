// The card reader that applications see: the original, and now and then one with a face card in it. One
// winner: nothing of a face reaches an application before the original's read has completed `canceled`; a
// card that came in meanwhile wins. Owned by its service; executor thread only.
#pragma once

#include <optional>

#include "cardless/front/face_card.hpp"
#include "cardless/front/front.hpp"

namespace sesame::cardless {

/// How an application's wait for a card ended.
enum class WaitEnd {
  card,       // by a card
  face,       // by the face card
  timed_out,  // its time is over: applications often read again at once
  canceled,   // by Common.Cancel, a lost client, a service that stops
  failed      // by an error of the reader
};

class CardReaderFront final : public Front, private FaceCard::Listener {
 public:
  /// What happens at the reader, for whoever runs sessions. Called on the executor, never from inside a
  /// function of the front that it called itself, unless the function says so.
  class Watcher {
   public:
    virtual ~Watcher() = default;
    /// An application waits for a card and the reader is ready for one.
    virtual void wait_began(spi::ConnectionId connection) = 0;
    virtual void wait_ended(spi::ConnectionId connection, WaitEnd how) = 0;
    /// A customer puts a card in.
    virtual void card_came() = 0;
    /// The application resets the reader.
    virtual void reader_reset() = 0;
    virtual void client_lost(spi::ConnectionId connection) = 0;
    /// The face card left; `retained`: into a unit of the reader.
    virtual void face_card_left(const std::string& customer_id, bool retained) = 0;
  };

  /// `retain_unit`: where the original retains cards, where its Storage does not tell.
  CardReaderFront(spi::Executor& executor, Upstream::Connect connect, std::string retain_unit);
  /// Null from the moment on at which the watcher goes.
  void watch(Watcher* watcher) { watcher_ = watcher; }

  /// The application that waits for a card now.
  std::optional<spi::ConnectionId> waiting() const;
  bool face_card_in() const { return face_card_ && face_card_->in(); }

  /// Hands in the face card to the application that waits, or that comes to wait. True once it has it; false
  /// when a card won, or its wait ended otherwise after the original's read was cancelled for this one.
  spi::Task<bool> present(FaceCardData card);

  /// Reads the customer's own card while the application's wait goes on: it sees nothing of it, neither
  /// events nor status. Gives the track 2 read; nothing if the card has none, or no card came within
  /// `patience`. `was_read` is called when the customer may take it back. Throws Refusal as ReadRawData does.
  /// Only while an application waits.
  spi::Task<std::optional<std::string>> read_own_card(std::chrono::milliseconds patience,
                                                      std::function<void()> was_read);

  void attach(spi::ServiceLink& service) override;
  spi::Task<boost::json::value> run(const contract::CommandInfo& command, const boost::json::value& payload,
                                    spi::Command& context) override;
  boost::json::object status() const override;
  void connection_lost(spi::ConnectionId connection) override;

 private:
  struct Wait;
  struct Offer;

  void upstream_event(const spi::ReceivedEvent& event) override;
  void upstream_learnt() override;
  void upstream_status_changed() override;
  void face_card_left(const std::string& customer_id, bool retained) override;

  spi::Task<boost::json::value> read(const contract::CommandInfo& command, const boost::json::value& payload,
                                     spi::Command& context);
  spi::Task<boost::json::value> reset(const contract::CommandInfo& command, const boost::json::value& payload,
                                      spi::Command& context);
  spi::Task<boost::json::value> wait_for_card(const contract::CommandInfo& command,
                                              const boost::json::value& payload, spi::Command& context,
                                              Wait& wait);
  void heard(Wait& wait, spi::Command& context, const spi::ReceivedEvent& event);
  void ended(Wait& wait, WaitEnd how);
  spi::Task<void> changed() { co_await changed_.wait(); }
  spi::Task<bool> lend(Wait& wait, spi::Command& context);
  spi::Task<std::optional<std::string>> own_card(std::chrono::milliseconds patience);
  spi::Task<void> give_own_card_back();
  spi::Task<void> until_no_card();
  static spi::Task<void> own_card_time();
  spi::Task<bool> changed_once();
  bool original_has_card() const;

  std::string retain_unit_;
  Watcher* watcher_ = nullptr;
  std::unique_ptr<FaceCard> face_card_;
  spi::ConnectionId face_reader_ = 0;  // the connection that the face card was read by
  Wait* wait_ = nullptr;               // the read that waits now; there is one at most, they are in one lane
  Offer* offer_ = nullptr;             // the face card that is on offer
  bool lent_wanted_ = false,
       lent_ = false;  // the session wants, or has, the reader behind the application's back
  std::optional<boost::json::object> shown_status_;  // while lent: what the application saw last
  spi::Signal changed_;
};

}  // namespace sesame::cardless
