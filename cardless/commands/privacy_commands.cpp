#include "cardless/commands/privacy_commands.hpp"

#include <pwd.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "cardless/commands/confirmation.hpp"
#include "cardless/commands/running_faces.hpp"
#include "spi/host/program/progress_bar.hpp"
#include "spi/host/program/run_client.hpp"

namespace sesame::cardless {
using namespace spi;

namespace {

using biometric::Rotation;

struct Options {
  std::string run_directory, customer;
  bool with_template = false, only_say = false, yes = false;
};

Task<int> export_held(AsioExecutor& executor, Options options) {
  const auto faces = running_faces(executor, options.run_directory);
  co_await require_faces(*faces, options.run_directory);
  auto held = co_await faces->export_held(options.customer, options.with_template);
  if (!held) {
    std::fprintf(stderr, "sesame identities: nobody is enrolled as %s\n", options.customer.c_str());
    co_return 1;
  }
  std::fputs(held->c_str(), stdout);
  co_return 0;
}

void print_damaged(const biometric::Expiry& expiry) {
  for (const auto& customer : expiry.damaged)
    std::fprintf(stderr, "sesame identities: the dates of %s were changed since they were written\n",
                 customer.c_str());
  if (expiry.damaged_in_all > 0)
    std::fprintf(stderr,
                 "sesame identities: %llu customers whose dates say nothing are not deleted by them: restore "
                 "the store, or forget these customers and enrol them again\n",
                 static_cast<unsigned long long>(expiry.damaged_in_all));
}

// At most most_due at once, until nobody is left who is due.
Task<int> delete_due(biometric::RemoteEngine& faces) {
  for (;;) {
    const biometric::Expiry expiry = co_await faces.expire(false, operator_name());
    for (const auto& receipt : expiry.receipts) std::printf("%s\n", to_line(receipt).c_str());
    if (expiry.due_in_all <= expiry.due.size()) co_return 0;
  }
}

Task<int> expire(AsioExecutor& executor, Options options) {
  const auto faces = running_faces(executor, options.run_directory);
  co_await require_faces(*faces, options.run_directory);
  const biometric::Expiry expiry = co_await faces->expire(true, operator_name());
  for (const auto& due : expiry.due) std::printf("%s: %s\n", due.customer_id.c_str(), due.why.c_str());
  std::printf("%llu of %llu customers are due for deletion; %llu asked to enrol again\n",
              static_cast<unsigned long long>(expiry.due_in_all),
              static_cast<unsigned long long>(expiry.customers),
              static_cast<unsigned long long>(expiry.enrol_again));
  print_damaged(expiry);
  if (options.only_say || expiry.due_in_all == 0) co_return 0;
  if (!options.yes && !confirmed("identities expire", "Delete them?")) co_return 1;
  co_return co_await delete_due(*faces);
}

Task<int> rotate(AsioExecutor& executor, Options options) {
  const auto faces = running_faces(executor, options.run_directory);
  co_await require_faces(*faces, options.run_directory);
  Rotation rotation;
  {
    program::ProgressBar bar("renewing templates");
    std::function<void(Rotation)> progress = [&bar](const Rotation& news) {
      bar.show(news.renewed + news.damaged.size(), news.wanted);
    };
    rotation = co_await faces->rotate(std::move(progress));
  }
  std::printf("epoch %u%s: %llu templates renewed\n", rotation.epoch,
              rotation.taken_up ? ", which was interrupted" : "",
              static_cast<unsigned long long>(rotation.renewed));
  if (rotation.damaged.empty()) {
    std::printf("the old key is destroyed: copies from before match nobody\n");
    co_return 0;
  }
  for (const auto& customer : rotation.damaged)
    std::fprintf(stderr, "sesame identities: the template of %s does not open\n", customer.c_str());
  std::fprintf(stderr,
               "sesame identities: the old key stays for now: look at the token, or forget these customers, "
               "and rotate again\n");
  co_return 1;
}

// A command of `identities` that is one task.
CLI::App* add(CLI::App& identities, std::function<int()>& run, const std::shared_ptr<Options>& options,
              const char* name, const char* what, Task<int> (*task)(AsioExecutor&, Options)) {
  CLI::App* const command = identities.add_subcommand(name, what);
  command->add_option("--run-directory", options->run_directory, "The host's run directory");
  command->callback([&run, options, task] {
    run = [options, task] {
      return program::run_client([&](AsioExecutor& executor) { return task(executor, *options); });
    };
  });
  return command;
}

}  // namespace

std::string operator_name() {
  const passwd* const entry = getpwuid(getuid());
  return "operator " + (entry != nullptr ? std::string(entry->pw_name) : std::to_string(getuid()));
}

void add_privacy_commands(CLI::App& identities, std::function<int()>& run) {
  const auto options = std::make_shared<Options>();
  auto* held =
      add(identities, run, options, "export", "Print all that is held on a customer, as JSON", export_held);
  held->add_option("customer", options->customer, "As given to enrol")->required();
  held->add_flag("--with-template", options->with_template,
                 "The template's values too, where the host has gives_templates_away");
  auto* old = add(identities, run, options, "expire", "Delete whom the host's rules of retention delete, now",
                  expire);
  old->add_flag("--dry-run", options->only_say, "Only say who that is");
  old->add_flag("--yes", options->yes, "Do not ask");
  add(identities, run, options, "rotate",
      "Another key for the gallery: what was copied before is useless; customers are served meanwhile",
      rotate);
}

}  // namespace sesame::cardless
