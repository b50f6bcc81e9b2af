#include "cardless/commands/enrol_command.hpp"

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <map>
#include <stdexcept>

#include "cardless/commands/claims.hpp"
#include "cardless/commands/free_token.hpp"
#include "cardless/commands/running_faces.hpp"
#include "cardless/issuer/token_pan.hpp"
#include "spi/host/program/progress_bar.hpp"
#include "spi/host/program/run_client.hpp"

namespace sesame::cardless {
using namespace spi;

namespace {

std::map<std::string, std::string> attributes_of(const std::vector<std::string>& texts) {
  std::map<std::string, std::string> attributes;
  for (const auto& text : texts) {
    const auto equals = text.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == text.size())
      throw std::runtime_error("--attribute: expected NAME=VALUE");
    attributes[text.substr(0, equals)] = text.substr(equals + 1);
  }
  return attributes;
}

std::string now() {
  return biometric::rfc3339(std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()));
}

biometric::EnrolRequest request_of(const EnrolOptions& options) {
  biometric::EnrolRequest request;
  request.customer_id = options.customer;
  request.issuer = options.issuer;
  request.claims = read_claims(options.claims);
  request.attributes = attributes_of(options.attributes);
  request.consent.reference = options.consent;
  request.consent.text_version = options.consent_text;
  request.consent.language = options.consent_language;
  request.consent.given_by = options.given_by;
  request.consent.given_at = options.given_at.empty() ? now() : options.given_at;
  request.consent.gaze_start = options.gaze_start;
  request.consent.age = options.age;
  request.consent.guardian = options.guardian;
  return request;
}

// With card numbers of that BIN until one is free, and a bar that shows how far it is.
Task<biometric::EnrolledCustomer> enrol_under(std::string bin, biometric::RemoteEngine& faces,
                                              biometric::EnrolRequest request, std::string take) {
  const TokenPans tokens({bin, {}});
  program::ProgressBar bar("enrolling " + request.customer_id);
  EnrolWithToken with;
  with.allot = [&tokens] { return tokens.allot([](const std::string&) { return false; }); };
  with.progress = [&bar](const biometric::TakeProgress& news) { bar.show(news.good, news.wanted); };
  auto enrolled = co_await enrol_with_free_token(faces, std::move(request), std::move(take), with);
  co_return enrolled;
}

std::string masked(const std::string& pan) {
  if (pan.size() < 12) return "none";
  return pan.substr(0, 6) + std::string(pan.size() - 10, '*') + pan.substr(pan.size() - 4);
}

const char* plural(std::size_t count) { return count == 1 ? "" : "s"; }

void print(const std::vector<biometric::PictureVerdict>& pictures) {
  for (const auto& picture : pictures)
    std::printf("  %s: %s\n", picture.name.c_str(),
                picture.refused.empty() ? "used" : ("not used, " + picture.refused).c_str());
}

Task<int> enrol_at(AsioExecutor& executor, EnrolOptions options, biometric::EnrolRequest request) {
  const std::string take = std::filesystem::absolute(options.take).string();
  const auto faces = running_faces(executor, options.run_directory);
  co_await require_faces(*faces, options.run_directory);
  auto done = co_await outcome(enrol_under(options.bin, *faces, request, take));
  if (done.canceled()) throw Canceled{};
  if (done) print(done->pictures);
  if (!done) {
    const std::string why = done.refusal() ? done.refusal()->what()
                            : done.fault() ? done.fault()->what()
                                           : "the face process failed";
    std::fprintf(stderr, "sesame enrol: %s is not enrolled: %s\n", options.customer.c_str(), why.c_str());
    co_return 1;
  }
  std::printf("enrolled %s (%s) from %u picture%s, with %zu claim%s; token card %s\n",
              options.customer.c_str(), options.issuer.c_str(), done->captures, plural(done->captures),
              request.claims.size(), plural(request.claims.size()), masked(done->token_pan).c_str());
  co_return 0;
}

}  // namespace

int enrol(const EnrolOptions& options) {
  if (options.consent.empty() || options.consent_text.empty()) {
    std::fprintf(stderr,
                 "sesame enrol: %s is not enrolled: without the customer's consent no face is kept (expected "
                 "--consent, where the signed text is, and --consent-text, which wording it has)\n",
                 options.customer.c_str());
    return 1;
  }
  const biometric::EnrolRequest request = request_of(options);
  return program::run_client([&](AsioExecutor& executor) { return enrol_at(executor, options, request); });
}

}  // namespace sesame::cardless
