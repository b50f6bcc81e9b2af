// A closed store of today brought back to what an earlier version would have left.
#pragma once

#include <filesystem>
#include <string>

#include "biometric/store/database.hpp"
#include "biometric/template/crypto.hpp"
#include "biometric/template/master_key.hpp"

namespace sesame::biometric {

inline Secret store_key_by_another_name(Database& database, MasterKey& master, const std::string& from,
                                        const std::string& to) {
  const std::string id = database.query("SELECT id FROM store").at(0).text(0);
  Fields found("sesame store key 1"), left("sesame store key 1");
  found.add(id).add(from);
  left.add(id).add(to);
  const Bytes wrapped =
      database.query("SELECT wrapped FROM store_keys WHERE name = $1", {from}).at(0).bytes(0);
  Secret key = master.unwrap(wrapped, found.view());
  database.execute("UPDATE store_keys SET name = $1, wrapped = $2 WHERE name = $3",
                   {to, master.wrap(key, left.view()), from});
  return key;
}

// Version 2 bound no dates, and had uses of those alone who were seen.
inline void make_version_2(const std::filesystem::path& file, MasterKey& master) {
  Database database(file);
  const Secret rows_key = store_key_by_another_name(database, master, "rows 3", "rows");
  for (const Row& row : database.query("SELECT kind, digest, customer FROM claims")) {
    Fields claim("claim");
    const Digest tag =
        hmac_sha256(rows_key.view(), claim.add(row.text(0)).add(row.bytes(1)).add(row.text(2)).view());
    database.execute("UPDATE claims SET tag = $1 WHERE digest = $2",
                     {Bytes(tag.begin(), tag.end()), row.bytes(1)});
  }
  for (const char* sql : {"ALTER TABLE enrolments DROP COLUMN tag", "ALTER TABLE uses DROP COLUMN tag",
                          "DELETE FROM uses WHERE day < 0", "UPDATE store SET schema_version = 2"})
    database.execute(sql);
}

// Version 1 knew neither guardians nor uses nor who ordered a deletion.
inline void make_version_1(const std::filesystem::path& file, MasterKey& master) {
  make_version_2(file, master);
  Database database(file);
  for (const char* sql :
       {"DROP TABLE uses", "DROP INDEX enrolments_by_epoch", "ALTER TABLE consents DROP COLUMN age",
        "ALTER TABLE consents DROP COLUMN guardian", "ALTER TABLE receipts DROP COLUMN by_whom",
        "ALTER TABLE store DROP COLUMN journaled", "UPDATE store SET schema_version = 1"})
    database.execute(sql);
}

}  // namespace sesame::biometric
