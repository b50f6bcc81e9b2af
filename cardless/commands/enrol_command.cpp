#include "cardless/commands/enrol_command.hpp"

#include <chrono>
#include <cstdio>
#include <filesystem>

#include "cardless/commands/running_faces.hpp"
#include "cardless/issuer/luhn.hpp"
#include "cardless/issuer/token_pan.hpp"
#include "spi/host/program/run_client.hpp"

namespace sesame::cardless {
using namespace spi;

namespace {

constexpr int most_attempts_at_a_token = 20;

std::pair<std::string, std::string> split(const std::string& text, const char* option) {
  const auto equals = text.find('=');
  if (equals == std::string::npos || equals == 0 || equals + 1 == text.size())
    throw std::runtime_error(std::string(option) + ": expected NAME=VALUE");
  return {text.substr(0, equals), text.substr(equals + 1)};
}

std::vector<biometric::Claim> claims_of(const std::vector<std::string>& texts) {
  std::vector<biometric::Claim> claims;
  for (const auto& text : texts) {
    const auto [kind, value] = split(text, "--claim");
    const bool number = kind == "phone" || kind == "passcode" || kind == "customer";
    if (!number && kind != "id") throw std::runtime_error("--claim: expected phone, id, customer or passcode before the '='");
    if (number && !all_digits(value)) throw std::runtime_error("--claim " + kind + ": expected digits, which a keypad has");
    claims.push_back({kind, value});
  }
  return claims;
}

biometric::EnrolRequest request_of(const EnrolOptions& options) {
  biometric::EnrolRequest request;
  request.customer_id = options.customer;
  request.issuer = options.issuer;
  request.claims = claims_of(options.claims);
  for (const auto& text : options.attributes) request.attributes.insert(split(text, "--attribute"));
  request.consent.reference = options.consent;
  request.consent.text_version = options.consent_text;
  request.consent.language = options.consent_language;
  request.consent.given_by = options.given_by;
  request.consent.given_at = options.given_at.empty()
                                 ? biometric::rfc3339(std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()))
                                 : options.given_at;
  request.consent.gaze_start = options.gaze_start;
  return request;
}

Task<int> enrol_at(AsioExecutor& executor, EnrolOptions options) {
  const TokenPans tokens({options.bin, {}});
  biometric::EnrolRequest request = request_of(options);
  const std::string take = std::filesystem::absolute(options.take).string();
  const auto faces = running_faces(executor, options.run_directory);
  co_await require_faces(*faces, options.run_directory);
  for (int tried = 1;; ++tried) {
    request.token_pan = tokens.allot([](const std::string&) { return false; });
    auto done = co_await outcome(faces->enrol_take(request, take, nullptr));
    if (done) break;
    if (done.canceled()) throw Canceled{};
    const std::string why = done.refusal() ? done.refusal()->what() : done.fault() ? done.fault()->what() : "the face process failed";
    // A card number of sixteen random digits that is another customer's: the next one.
    const bool taken = why.find("token") != std::string::npos && tried < most_attempts_at_a_token;
    if (taken) continue;
    std::fprintf(stderr, "sesame enrol: %s is not enrolled: %s\n", options.customer.c_str(), why.c_str());
    co_return 1;
  }
  std::printf("enrolled %s (%s) with %zu claim%s; token card %.6s******%s\n", options.customer.c_str(), options.issuer.c_str(),
              request.claims.size(), request.claims.size() == 1 ? "" : "s", request.token_pan.c_str(), request.token_pan.substr(12).c_str());
  co_return 0;
}

}  // namespace

int enrol(const EnrolOptions& options) {
  return program::run_client([&](AsioExecutor& executor) { return enrol_at(executor, options); });
}

}  // namespace sesame::cardless
