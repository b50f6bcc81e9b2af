#include "cardless/session/session_desk.hpp"

#include <algorithm>

#include "biometric/template/secret.hpp"
#include "cardless/session/enrolment.hpp"

namespace sesame::cardless {
using namespace spi;
using namespace std::chrono_literals;

namespace {
constexpr auto between_attempts = 1s;
}

struct SessionDesk::Running {
  Running(const Profile& how, bool gaze, std::string shown, ConnectionId whose)
      : profile(how), by_gaze(gaze), code(std::move(shown)), client(whose) {}
  ~Running() { biometric::cleanse(code); }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  const Profile& profile;
  bool by_gaze;
  std::string code;  // that started it
  ConnectionId client;
  std::string why;  // it was ended
  CancelScope scope;
};

SessionDesk::SessionDesk(DeskParts parts, std::vector<Profile> profiles)
    : parts_(std::move(parts)), profiles_(std::move(profiles)), tasks_(parts_.executor) {
  if (parts_.display)
    prompter_ = std::make_unique<TextTerminalPrompter>(parts_.executor, *parts_.display, parts_.prompts,
                                                       parts_.fallback);
  else
    prompter_ = std::make_unique<SilentPrompter>();
  parts_.reader.watch(this);
  if (parts_.keyboard) parts_.keyboard->watch(this);
  if (parts_.display) parts_.display->watch(this);
  tasks_.spawn(check_profiles());
  const bool gaze = std::ranges::any_of(profiles_, &Profile::start_gaze);
  if (gaze) tasks_.spawn(watch_gaze());
  if (parts_.scanner && std::ranges::any_of(profiles_, &Profile::start_qr)) tasks_.spawn(watch_codes());
}

SessionDesk::~SessionDesk() {
  if (grace_) parts_.executor.cancel(grace_);
  parts_.reader.watch(nullptr);
  if (parts_.keyboard) parts_.keyboard->watch(nullptr);
  if (parts_.display) parts_.display->watch(nullptr);
}

// A profile whose error rate the calibration cannot support is not offered; without an engine none is.
Task<void> SessionDesk::check_profiles() {
  for (;;) {
    auto info = co_await outcome(parts_.engine.info());
    if (info.canceled()) throw Canceled{};
    if (!info) {
      co_await sleep_for(between_attempts);
      continue;
    }
    for (const auto& profile : profiles_) {
      const std::string why = why_not(profile, *info);
      if (why.empty())
        offered_.push_back(&profile);
      else
        parts_.note("error", why);
    }
    std::vector<std::string> keys;
    for (const auto* profile : offered_)
      if (!profile->start_key.empty()) keys.push_back(profile->start_key);
    if (parts_.keyboard) parts_.keyboard->start_with(std::move(keys));
    arm();
    co_return;
  }
}

bool SessionDesk::ready() const {
  return client_ && !session_ && !parts_.reader.face_card_in() && !offered_.empty();
}

std::string SessionDesk::state() const {
  if (session_) return "session " + session_->profile.name;
  if (parts_.reader.face_card_in()) return "a face card is in the reader";
  if (offered_.empty()) return "no profile can run: the face engine does not answer, or is not good enough";
  return client_ ? "ready" : "no application waits for a card";
}

std::chrono::milliseconds SessionDesk::resume_for() const {
  if (session_) return session_->profile.resume_for;
  std::chrono::milliseconds longest{0};
  for (const auto* profile : offered_) longest = std::max(longest, profile->resume_for);
  return longest;
}

// Listens for start keys, and invites, exactly while a session can start.
void SessionDesk::arm() {
  if (parts_.keyboard) parts_.keyboard->arm(ready());
  invite();
  changed_.notify_all();
}

// By the first profile that has a line, and the first that has a light.
void SessionDesk::invite() {
  std::vector<std::string> lines;
  std::optional<LightsFront::Lamp> lamp;
  for (const auto* profile : ready() ? offered_ : std::vector<const Profile*>()) {
    if (lines.empty() && profile->invites) lines = invitation_lines(*profile);
    if (!lamp) lamp = profile->invitation_lamp;
  }
  if (parts_.display) parts_.display->invite(std::move(lines));
  if (parts_.lights) parts_.lights->invite(std::move(lamp));
}

// The fallback's for a display that lacks the characters.
std::vector<std::string> SessionDesk::invitation_lines(const Profile& profile) const {
  const char* word = !profile.start_key.empty() ? "inviteKey" : profile.start_qr ? "inviteCode" : profile.start_gaze ? "inviteLook" : "inviteButton";
  std::vector<std::string> lines;
  if (!profile.invitation_line.empty()) lines.push_back(profile.invitation_line);
  for (const auto* prompts : {&parts_.prompts, &parts_.fallback}) lines.push_back(prompts->lines(word).front());
  return lines;
}

void SessionDesk::wait_began(ConnectionId connection) {
  if (grace_) parts_.executor.cancel(std::exchange(grace_, 0));
  if (session_ && session_->client != connection) end("another application waits for a card");
  client_ = connection;
  arm();
}

void SessionDesk::wait_ended(ConnectionId, WaitEnd how) {
  if (how != WaitEnd::timed_out) {
    client_.reset();
    if (how != WaitEnd::face)
      end(how == WaitEnd::card     ? "a card was inserted"
          : how == WaitEnd::failed ? "the reader failed"
                                   : "the application stopped waiting");
    return arm();
  }
  if (grace_) parts_.executor.cancel(grace_);
  grace_ = parts_.executor.call_at(parts_.executor.now() + resume_for(), [this] {
    grace_ = 0;
    forget_client();
  });
}

void SessionDesk::forget_client() {
  client_.reset();
  end("the application stopped waiting");
  arm();
}

void SessionDesk::reader_reset() {
  client_.reset();
  end("the application resets the card reader");
  arm();
}

void SessionDesk::client_lost(ConnectionId connection) {
  if (client_ == connection) client_.reset();
  if (session_ && session_->client == connection) end("the application went away");
  arm();
}

void SessionDesk::face_card_left(const std::string& customer_id, bool retained) {
  if (parts_.keyboard) parts_.keyboard->forget_pin();
  if (retained) tasks_.spawn(block(customer_id));
  arm();
}

// As a bank that keeps a card: the customer's next session needs the bank.
Task<void> SessionDesk::block(std::string customer_id) {
  auto suspended =
      co_await outcome(parts_.engine.set_status(customer_id, biometric::CustomerStatus::suspended));
  const bool done = suspended && *suspended;
  parts_.note(done ? "info" : "error",
              done ? "a face card was retained: its customer is suspended"
                   : "a face card was retained, but its customer could not be suspended");
}

void SessionDesk::start_key(const std::string& key) {
  for (const auto* profile : offered_)
    if (profile->start_key == key && ready()) return start(*profile, false);
}

std::string SessionDesk::press_start(const std::string& name) {
  if (!ready()) return state();
  for (const auto* profile : offered_) {
    if (!profile->start_button || (!name.empty() && profile->name != name)) continue;
    start(*profile, false);
    return "";
  }
  return name.empty() ? "no profile has a button" : "no profile of that name that has a button and can run";
}

void SessionDesk::start(const Profile& profile, bool by_gaze, std::string code) {
  auto session = std::make_shared<Running>(profile, by_gaze, std::move(code), *client_);
  session_ = session;
  arm();
  tasks_.spawn(run(session), &session->scope);
}

void SessionDesk::end(const std::string& why) {
  if (!session_ || session_->scope.requested()) return;
  session_->why = why;
  session_->scope.request();
}

Task<void> SessionDesk::run(std::shared_ptr<Running> session) {
  parts_.note("info",
              "session " + session->profile.name + ": started" + (session->by_gaze ? " by gaze" : session->code.empty() ? "" : " by a QR code"));
  auto conducted = co_await outcome(conduct_safely(session));
  co_await shielded(clean_up());
  const std::string how = conducted ? *conducted : conducted.canceled() ? "ended: " + session->why : "failed";
  parts_.note("info", "session " + session->profile.name + ": " + how);
  session_.reset();
  arm();
}

// Whatever goes wrong in a session ends that session alone.
Task<std::string> SessionDesk::conduct_safely(std::shared_ptr<Running> session) {
  try {
    co_return co_await conduct(session);
  } catch (const std::exception& error) {
    parts_.note("error", "session " + session->profile.name + ": " + error.what());
  }
  co_return "failed";
}

Task<std::string> SessionDesk::conduct(std::shared_ptr<Running> session) {
  const Profile& profile = session->profile;
  const bool types = !profile.identifies();
  if (types && parts_.keyboard) {
    const bool keys = co_await parts_.keyboard->borrow();
    if (!keys) co_return "the application uses the keys";
  }
  if (parts_.display && !parts_.display->can_lend())
    co_return "the application's screen could not be restored";
  prompter_->begin();
  const SessionParts parts{parts_.executor, parts_.reader, parts_.keyboard, parts_.scanner, *prompter_,
                           parts_.engine,   parts_.cards,  parts_.terminal, parts_.prompts.language()};
  if (profile.enrols) {
    Enrolment enrolment(parts, profile);
    co_return co_await enrolment.run();
  }
  Session login(parts, profile, session->by_gaze, std::exchange(session->code, {}));
  co_return co_await login.run();
}

Task<void> SessionDesk::clean_up() {
  if (parts_.keyboard) parts_.keyboard->give_back();
  co_await prompter_->end();
}

// Before a session frames serve presence alone. Whoever was there in a session must leave before gaze starts
// another.
Task<void> SessionDesk::watch_gaze() {
  for (;;) {
    while (!ready()) co_await changed_.wait();
    const auto profile = std::ranges::find_if(offered_, [](const Profile* each) { return each->start_gaze; });
    if (profile == offered_.end()) co_return;
    biometric::PresenceRequest somebody;
    somebody.gaze = true;
    auto seen = co_await outcome(parts_.engine.wait_presence(somebody));
    if (seen.canceled()) throw Canceled{};
    if (!seen) {
      co_await sleep_for(between_attempts);
      continue;
    }
    if (!ready()) continue;
    start(**profile, true);
    while (session_) co_await changed_.wait();
    biometric::PresenceRequest nobody;
    nobody.wanted = false;
    co_await outcome(parts_.engine.wait_presence(nobody));
  }
}

Task<void> SessionDesk::until_not_ready() {
  while (ready()) co_await changed_.wait();
}

// The scanner looks for codes exactly while one would start a session.
Task<void> SessionDesk::watch_codes() {
  for (;;) {
    while (!ready()) co_await changed_.wait();
    const auto profile = std::ranges::find_if(offered_, [](const Profile* each) { return each->start_qr; });
    if (profile == offered_.end()) co_return;
    auto either = co_await race(parts_.scanner->read_code(), until_not_ready());
    auto& code = either.get<0>();
    if (code && ready()) start(**profile, false, std::move(*code));
    if (code) biometric::cleanse(*code);
  }
}

}  // namespace sesame::cardless
