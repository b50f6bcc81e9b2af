// A store of a test's own: its folder, master key, clock and customers.
#pragma once

#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <string>

#include "biometric/store/identity_store.hpp"
#include "tests/unit/vault/faces.hpp"
#include "tests/unit/vault/temporary_folder.hpp"

namespace sesame::biometric {

struct StoreFixture {
  StoreFixture() {
    create_key_file(folder / "key");
    master = open_key_file(folder / "key", KeyFileUse::insecure_accepted);
    reopen();
  }
  StoreOptions options() {
    return {file, [this] { return now; }, {}, rules};
  }
  void reopen() {
    store.reset();
    store = std::make_unique<IdentityStore>(options(), *master);
  }

  // Customer 7: face 7, phone 0900000007, id ID7, passcode 1000007, token 9999010000000007.
  static EnrolmentRequest request(unsigned number, const std::vector<float>& values) {
    const std::string n = std::to_string(number);
    EnrolmentRequest request;
    request.customer = "customer-" + n;
    request.issuer = "bank";
    request.consent = {"login at the ATM", "en-2",      "ja", "2026-03-14T09:26:53Z",
                       "customer",         "scan " + n, false};
    request.claims = {{"phone", std::to_string(900000000 + number)},
                      {"passcode", std::to_string(1000000 + number)}};
    request.attributes = {{"name", "Canary Customer " + n}};
    request.model = "model-a";
    request.values = values;
    request.allot_token = [number] { return std::to_string(9999010000000000 + number); };
    return request;
  }
  Enrolled enrol(unsigned number) {
    const std::vector<float> values = face(number);
    return store->enrol(request(number, values));
  }
  static Claim phone(unsigned number) { return {"phone", std::to_string(900000000 + number)}; }

  // Everything on the disk: the database, its write-ahead log, its shared memory.
  std::string bytes_on_disk() const {
    std::string all;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
      if (entry.path().filename().string().starts_with("store")) {
        std::ifstream stream(entry.path(), std::ios::binary);
        all.append(std::istreambuf_iterator<char>(stream), {});
      }
    }
    return all;
  }

  TemporaryFolder folder;
  std::filesystem::path file = folder / "store.db";
  std::unique_ptr<MasterKey> master;
  Time now{std::chrono::sys_days(std::chrono::year(2026) / 3 / 14)};
  PrivacyRules rules;
  std::unique_ptr<IdentityStore> store;
};

struct Trouble {
  StoreTrouble trouble;
  std::string sentence;
};

// What `attempt` was refused with; nullopt if it was not.
inline std::optional<Trouble> trouble_of(const std::function<void()>& attempt) {
  try {
    attempt();
  } catch (const StoreError& error) {
    return Trouble{error.trouble(), error.what()};
  }
  return std::nullopt;
}

#define EXPECT_TROUBLE(attempt, expected)                                                       \
  do {                                                                                          \
    const auto told_ = trouble_of([&] { attempt; });                                            \
    ASSERT_TRUE(told_.has_value()) << "it was not refused";                                     \
    EXPECT_EQ(static_cast<int>(told_->trouble), static_cast<int>(expected)) << told_->sentence; \
  } while (false)

}  // namespace sesame::biometric
