#include "simulators/demo/comparison_step.hpp"

#include <fmt/format.h>

#include "simulators/proxy/comparison.hpp"

namespace sesame::simulators {
using namespace spi;

namespace {

// The application counts customers by the reads that gave it a card; so does the recording.
Transcript messages_of(const Stage& stage, const ComparedCustomer& customer) {
  std::int64_t number = 0;
  for (auto& visit : visits(stage.transcript()))
    if (visit.read_ended == "success" && ++number == customer.number) return std::move(visit.messages);
  throw StepFailed(fmt::format("the recording has no customer {}", customer.number));
}

}  // namespace

Task<Finding> compare_customers(const Stage& stage, std::vector<ComparedCustomer> customers) {
  if (customers.size() < 2) throw StepFailed(fmt::format("{} customers were served: two are needed to compare", customers.size()));
  const Transcript first = messages_of(stage, customers[0]);
  for (std::size_t i = 1; i < customers.size(); ++i) {
    const auto difference = compare_transcripts(first, messages_of(stage, customers[i]));
    if (difference)
      throw StepFailed(fmt::format("customer {} ({}) and customer {} ({}) differ in {}", customers[0].number, customers[0].how,
                                   customers[i].number, customers[i].how, text_of(*difference)));
  }
  Finding finding;
  std::string how;
  for (const auto& customer : customers) how += (how.empty() ? "" : ", ") + customer.how;
  finding.said = fmt::format("{} customers ({}), {} messages each: equal but for ids, times and track values", customers.size(), how, first.size());
  finding.data = {{"equal", true}, {"customers", customers.size()}, {"messages", first.size()}};
  co_return finding;
}

Task<Finding> compare_swapped(const Stage& stage, ComparedCustomer customer) {
  const Transcript original = messages_of(stage, customer);
  Transcript swapped = original;
  std::size_t events = 0;
  for (std::size_t i = 0; i + 1 < swapped.size(); ++i) {
    const Message &a = original[i], &b = original[i + 1];
    if (a.service != b.service || !a.from_service || !b.from_service || a.name == b.name) continue;
    std::swap(swapped[i], swapped[i + 1]);
    if (!compare_transcripts(original, swapped))
      throw StepFailed(fmt::format("{} and {} were swapped, and the comparison did not notice", a.name, b.name));
    std::swap(swapped[i], swapped[i + 1]);
    ++events;
  }
  if (events == 0) throw StepFailed("the recording has no two events to swap");
  Finding finding;
  finding.said = fmt::format("{} swaps of neighbouring messages, each found", events);
  finding.data = {{"swaps", events}};
  co_return finding;
}

}  // namespace sesame::simulators
