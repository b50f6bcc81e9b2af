// What bank operations do with customers, and the command line of it.
#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <cstdio>
#include <functional>
#include <memory>

#include "cardless/commands/camera_command.hpp"
#include "cardless/commands/confirmation.hpp"
#include "cardless/commands/enrol_command.hpp"
#include "cardless/commands/issuer_commands.hpp"
#include "cardless/commands/master_key_command.hpp"
#include "cardless/commands/privacy_commands.hpp"
#include "cardless/commands/rates_command.hpp"
#include "cardless/commands/running_faces.hpp"
#include "spi/host/program/run_client.hpp"

namespace sesame::cardless {
using namespace spi;
namespace json = boost::json;

namespace {

constexpr std::size_t page = 500;

json::object line_of(const biometric::IdentityLine& line) {
  json::array kinds;
  for (const auto& kind : line.claim_kinds) kinds.emplace_back(kind);
  return {{"customer", line.customer_id},     {"issuer", line.issuer},
          {"status", to_string(line.status)}, {"created", line.created},
          {"lastUsed", line.last_used},       {"deletionDue", line.deletion_due},
          {"enrolAgain", line.enrol_again},   {"claimKinds", std::move(kinds)},
          {"enrolments", line.enrolments},    {"damaged", line.damaged}};
}

void print_columns(const char* customer, const char* issuer, const char* status, const char* since,
                   const char* used, const char* due, const char* claims) {
  std::printf("%-24s %-12s %-10s %-11s %-11s %-11s %s\n", customer, issuer, status, since, used, due, claims);
}

void print_line(const biometric::IdentityLine& line) {
  std::string last;
  for (const auto& kind : line.claim_kinds) last += (last.empty() ? "" : ", ") + kind;
  if (line.enrol_again) last += "; template is old: enrol again";
  if (!line.damaged.empty()) last += "; DAMAGED";
  const auto or_none = [](const std::string& day) { return day.empty() ? "-" : day.c_str(); };
  print_columns(line.customer_id.c_str(), line.issuer.c_str(), std::string(to_string(line.status)).c_str(),
                line.created.substr(0, 10).c_str(), or_none(line.last_used), or_none(line.deletion_due),
                last.c_str());
}

Task<int> list(AsioExecutor& executor, std::string run_directory, bool as_json) {
  const auto faces = running_faces(executor, run_directory);
  co_await require_faces(*faces, run_directory);
  json::array all;
  std::size_t count = 0;
  std::vector<std::string> damaged;
  std::string after;
  for (;;) {
    const auto lines = co_await faces->identities(after, page);
    if (!as_json && count == 0 && !lines.empty())
      print_columns("customer", "issuer", "status", "since", "last used", "deleted", "claims");
    for (const auto& line : lines) {
      if (as_json)
        all.push_back(line_of(line));
      else
        print_line(line);
      if (!line.damaged.empty()) damaged.push_back(line.damaged);
    }
    count += lines.size();
    if (lines.size() < page) break;
    after = lines.back().customer_id;
  }
  if (as_json)
    std::printf("%s\n", json::serialize(all).c_str());
  else
    std::printf("%zu customer%s\n", count, count == 1 ? "" : "s");
  for (const auto& what : damaged) std::fprintf(stderr, "sesame identities: %s\n", what.c_str());
  co_return damaged.empty() ? 0 : 1;
}

Task<int> set_status(AsioExecutor& executor, std::string run_directory, std::string customer,
                     biometric::CustomerStatus status) {
  const auto faces = running_faces(executor, run_directory);
  co_await require_faces(*faces, run_directory);
  const bool known = co_await faces->set_status(customer, status);
  if (!known) {
    std::fprintf(stderr, "sesame identities: nobody is enrolled as %s\n", customer.c_str());
    co_return 1;
  }
  std::printf("%s is %s\n", customer.c_str(), std::string(to_string(status)).c_str());
  co_return 0;
}

Task<int> forget(AsioExecutor& executor, std::string run_directory, std::string customer,
                 std::string reason) {
  const auto faces = running_faces(executor, run_directory);
  co_await require_faces(*faces, run_directory);
  const auto gone = co_await faces->forget(customer, reason, operator_name());
  if (!gone.known) {
    std::fprintf(stderr, "sesame forget: nobody is enrolled as %s\n", customer.c_str());
    co_return 1;
  }
  std::printf("%s is forgotten: keys and rows are destroyed%s\n", customer.c_str(),
              gone.receipts.empty() ? "; no receipt, for this host keeps customers in memory only" : "");
  for (const auto& receipt : gone.receipts) std::printf("%s\n", to_line(receipt).c_str());
  co_return 0;
}

struct Options {
  EnrolOptions enrol;
  EnrolmentCodeOptions code;
  std::string run_directory, customer, reason = "asked by customer", key_file;
  bool as_json = false, yes = false;
};

void add_enrol(CLI::App& app, std::function<int()>& run, const std::shared_ptr<Options>& options) {
  EnrolOptions& enrolling = options->enrol;
  auto* command =
      app.add_subcommand("enrol", "Enrol a customer from a video or a folder of pictures, with consent");
  command->add_option("customer", enrolling.customer, "The bank's own name for the customer")->required();
  auto* take = command->add_option("--take", enrolling.take, "Video or picture of that one person");
  auto* photos =
      command->add_option("--photos", enrolling.take, "Folder of pictures of that one person, instead");
  photos->excludes(take);
  command->add_option("--issuer", enrolling.issuer, "Who issues the customer's cards")->capture_default_str();
  command
      ->add_option(
          "--claim", enrolling.claims,
          "How the customer says who it is: phone=..., id=..., customer=..., passcode=..., qr=...; the kind "
          "alone asks for the value")
      ->allow_extra_args(false);
  command->add_option("--consent", enrolling.consent,
                      "Where the signed consent is kept; nobody is enrolled without");
  command->add_option("--consent-text", enrolling.consent_text, "Which wording was agreed to: en-2");
  command->add_option("--consent-language", enrolling.consent_language, "Its language: en, ja, ...");
  command->add_option("--given-by", enrolling.given_by, "customer or guardian")
      ->capture_default_str()
      ->check(CLI::IsMember({"customer", "guardian"}));
  command->add_option("--guardian", enrolling.guardian, "How the bank knows the guardian: file 8/2026");
  command
      ->add_option("--age", enrolling.age,
                   "The customer's, in years; wanted where the host has guardian_under")
      ->check(CLI::Range(0, 150));
  command->add_option("--given-at", enrolling.given_at, "When, RFC 3339; now when left out");
  command->add_flag("--gaze-start", enrolling.gaze_start,
                    "The customer agreed that a session may start on gaze");
  command->add_option("--attribute", enrolling.attributes, "language=ja, ...")->allow_extra_args(false);
  command->add_option("--bin", enrolling.bin, "The issuer's BIN for token cards")->capture_default_str();
  command->add_option("--run-directory", enrolling.run_directory, "The host's run directory");
  command->callback([&run, options] {
    if (options->enrol.take.empty()) throw CLI::RequiredError("--take or --photos");
    run = [options] { return enrol(options->enrol); };
  });
}

void add_identities(CLI::App& app, std::function<int()>& run, const std::shared_ptr<Options>& options) {
  auto* command = app.add_subcommand(
      "identities", "List enrolled customers; suspend, export, retention, other keys, rates");
  command->add_flag("--json", options->as_json, "As data");
  command->add_option("--run-directory", options->run_directory, "The host's run directory");
  command->require_subcommand(0, 1);
  command->callback([&run, options, command] {
    if (!command->get_subcommands().empty()) return;
    run = [options] {
      return program::run_client(
          [&](AsioExecutor& executor) { return list(executor, options->run_directory, options->as_json); });
    };
  });
  add_privacy_commands(*command, run);
  add_rates_command(*command, run);
  add_master_key_command(*command, run);
  for (const bool active : {false, true}) {
    auto* change = command->add_subcommand(
        active ? "resume" : "suspend",
        active ? "Let a suspended customer in again" : "Nobody is let in as this customer until resumed");
    change->add_option("customer", options->customer, "As given to enrol")->required();
    change->add_option("--run-directory", options->run_directory, "The host's run directory");
    change->callback([&run, options, active] {
      run = [options, active] {
        return program::run_client([&](AsioExecutor& executor) {
          return set_status(
              executor, options->run_directory, options->customer,
              active ? biometric::CustomerStatus::active : biometric::CustomerStatus::suspended);
        });
      };
    });
  }
}

void add_forget(CLI::App& app, std::function<int()>& run, const std::shared_ptr<Options>& options) {
  auto* command = app.add_subcommand("forget", "Destroy everything held on a customer, and leave a receipt");
  command->add_option("customer", options->customer, "As given to enrol")->required();
  command->add_option("--reason", options->reason, "Stands in the receipt and in the journal: no name")
      ->capture_default_str();
  command->add_flag("--yes", options->yes, "Do not ask");
  command->add_option("--run-directory", options->run_directory, "The host's run directory");
  command->callback([&run, options] {
    run = [options] {
      if (!options->yes && !confirmed("forget", "Destroy everything held on " + options->customer + "?"))
        return 1;
      return program::run_client([&](AsioExecutor& executor) {
        return forget(executor, options->run_directory, options->customer, options->reason);
      });
    };
  });
}

void add_issuer(CLI::App& app, std::function<int()>& run, const std::shared_ptr<Options>& options) {
  EnrolmentCodeOptions& code = options->code;
  auto* command =
      app.add_subcommand("enrolment-code", "Make a one-time code by which a customer may enrol at an ATM");
  command->add_option("customer", code.customer, "The bank's own name for the customer")->required();
  command->add_option("--codes", code.file, "File of the codes: enrolment_codes of the configuration")
      ->required();
  command->add_option("--key-file", code.key_file, "key_file of the configuration")->required();
  command->add_option("--card-file", code.pan_file,
                      "File whose first line is the number of the card that the customer must show");
  command->add_option("--age", code.age, "The customer's, in years; wanted where the host has guardian_under")
      ->check(CLI::Range(0, 150));
  command->add_option("--days", code.days, "How long it is good for")
      ->capture_default_str()
      ->check(CLI::Range(1, 365));
  command->callback([&run, options] { run = [options] { return enrolment_code(options->code); }; });
  auto* key = app.add_subcommand("issuer-key", "Make the key that the codes on face cards are made with");
  key->add_option("file", options->key_file, "Where; its owner alone may read it")->required();
  key->callback([&run, options] { run = [options] { return code_key(options->key_file); }; });
}

}  // namespace

void add_identity_commands(CLI::App& app, std::function<int()>& run);
void add_identity_commands(CLI::App& app, std::function<int()>& run) {
  const auto options = std::make_shared<Options>();
  add_enrol(app, run, options);
  add_identities(app, run, options);
  add_forget(app, run, options);
  add_issuer(app, run, options);
  add_camera_command(app, run);
}

}  // namespace sesame::cardless
