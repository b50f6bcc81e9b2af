// StoreCustody: Custody over the sealed store, and the clock of retention. It looks at the rules once an
// hour, in pieces that let whoever stands at the machine go first. Owned by the face process, beside its
// engine; executor thread only.
#pragma once

#include <string>
#include <vector>

#include "biometric/custody.hpp"
#include "biometric/store/identity_store.hpp"
#include "spi/service/executor.hpp"
#include "spi/service/task_scope.hpp"

namespace sesame::biometric {

class StoreCustody final : public Custody {
 public:
  // Both outlive it; `gallery` is the one that searches `store`.
  StoreCustody(spi::Executor& executor, IdentityStore& store, Gallery& gallery, bool gives_templates_away);

  spi::Task<std::optional<std::string>> export_held(std::string customer_id, bool with_template) override;
  spi::Task<Expiry> expire(bool only_say, std::string by) override;
  spi::Task<Rotation> rotate(std::function<void(Rotation)> progress) override;
  spi::Task<CustodyNews> news(std::int64_t journaled) override;

  // Something else of this process that the operator should know.
  void note(std::string text);

 private:
  spi::Task<void> watch_the_clock();
  spi::Task<void> look_at_the_clock();
  spi::Task<Expiry> due_now();
  spi::Task<void> delete_due(Expiry& expiry, std::string by);
  spi::Task<void> renew_all();
  void start_renewing();
  void note_once(std::string& told, std::string text);

  IdentityStore& store_;
  Gallery& gallery_;
  bool gives_templates_away_;
  Rotation rotation_;
  bool renewing_ = false;
  std::string renewing_failed_;
  spi::Signal renewed_;
  std::string told_incredible_, told_damaged_, told_enrol_again_, told_trouble_;
  std::vector<std::string> notes_;
  spi::TaskScope tasks_;
};

}  // namespace sesame::biometric
