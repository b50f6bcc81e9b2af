// MasterKeyChange: another master key for a store that nobody else has open. All that is wrapped under the
// old key (keys of the store, of customers and of templates) is wrapped under the new one in one transaction,
// so that the store opens under exactly one of the two at any moment, also after kill -9. Owned by whoever
// changes the key; one thread; blocks on disk and tokens.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>

#include "biometric/store/database.hpp"
#include "biometric/store/records.hpp"
#include "biometric/template/master_key.hpp"

namespace sesame::biometric {

struct MasterKeyChanged {
  std::string from, to;  // MasterKey::id()
  std::size_t store_keys = 0;
  std::size_t customers = 0;
  std::size_t templates = 0;
  bool changed_before =
      false;  // it was under the new key: an earlier change was interrupted, or not known of
  // False: the disk refused to let go of what the old key opens. Running the change again tries it again.
  bool old_erased = false;
};

class MasterKeyChange {
 public:
  // Keeps everybody else out of the store for as long as it lives. Throws StoreError: no store there, or
  // somebody has it open (busy).
  explicit MasterKeyChange(std::filesystem::path store);

  // Once. `present` is what the store is under, or was before an interrupted change. Throws StoreError (wrong
  // or same key, damaged rows by their customers' names, full disk) or what a key throws; it is guaranteed
  // that the store is then as it was. `progress` hears of rows, now and then.
  MasterKeyChanged run(MasterKey& present, MasterKey& next,
                       const std::function<void(std::size_t done, std::size_t wanted)>& progress = {});

 private:
  Database database_;
};

}  // namespace sesame::biometric
