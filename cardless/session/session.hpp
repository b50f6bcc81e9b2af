// One face session: claim and face by a profile, until a card is handed in or it is clear that none will be.
// Runs as one task of the session desk, which cancels it when the application or a card comes in between;
// whatever it held is wiped then. Executor thread only.
#pragma once

#include <optional>
#include <string>

#include "biometric/engine.hpp"
#include "cardless/front/barcode_reader_front.hpp"
#include "cardless/front/card_reader_front.hpp"
#include "cardless/front/keyboard_front.hpp"
#include "cardless/session/card_maker.hpp"
#include "cardless/session/profile.hpp"
#include "cardless/session/prompter.hpp"

namespace sesame::cardless {

/// What a session works with. All of it outlives the session.
struct SessionParts {
  spi::Executor& executor;
  CardReaderFront& reader;
  KeyboardFront* keyboard;      // null: no claim can be typed
  BarcodeReaderFront* scanner;  // null: no code can be shown
  Prompter& prompter;
  biometric::Engine& engine;
  CardMaker& cards;
  std::string terminal;
  std::string language;  // of the prompts
};

class Session {
 public:
  /// `code`: the QR code that started it, which is the first attempt's claim; "" for none.
  Session(SessionParts parts, const Profile& profile, bool by_gaze, std::string code = {});
  ~Session();
  Session(const Session&) = delete;

  /// How it ended, in words for the journal: "card presented", "not recognised", ..., and why attempts were refused before:
  /// "(refused: site, no match)", by the engine's words for its checks. No customer data in it.
  spi::Task<std::string> run();

 private:
  enum class Attempt { recognised, refused, given_up };

  spi::Task<std::string> conduct();
  spi::Task<Attempt> attempt();
  void note_refusal(std::string_view why);
  spi::Task<bool> ask_claim();
  spi::Task<std::optional<std::string>> typed_or_shown(std::string_view word);
  spi::Task<bool> capture();
  spi::Task<bool> decide();
  spi::Task<std::string> show_own();
  spi::Task<std::string> hand_in();
  spi::Task<void> tell(std::string_view word);

  SessionParts parts_;
  const Profile& profile_;
  bool by_gaze_;
  std::string code_;  // shown, and not yet claimed with
  std::unique_ptr<biometric::CaptureContext> context_;
  biometric::Claim claim_;
  biometric::CustomerFacts customer_;
  std::chrono::seconds retry_after_{0};
  std::string gave_up_;
  std::string refusals_;
};

/// The prompt for a hint of the engine.
std::string_view word_of(biometric::QualityHint hint);
/// Shows what a capture asks of the person.
void show_progress(Prompter& prompter, const biometric::CaptureProgress& progress);
/// How long a last word stays.
inline constexpr std::chrono::milliseconds last_word_time{2'000};

}  // namespace sesame::cardless
