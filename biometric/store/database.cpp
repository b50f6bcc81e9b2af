#include "biometric/store/database.hpp"

#include <Poco/Data/LOB.h>
#include <Poco/Data/RecordSet.h>
#include <Poco/Data/SQLite/Connector.h>
#include <Poco/Data/SQLite/SQLiteException.h>
#include <Poco/Data/Session.h>
#include <Poco/Data/Statement.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <deque>

#include "biometric/store/records.hpp"

namespace sesame::biometric {

namespace {

namespace sqlite = Poco::Data::SQLite;
using Poco::Data::Keywords::use;

// What Poco and SQLite throw, as one sentence. Their own texts may quote statements; ours never do.
[[noreturn]] void tell(const std::filesystem::path& file) {
  const std::string store = "the identity store " + file.string();
  try {
    throw;
  } catch (const sqlite::DatabaseFullException&) {
    throw StoreError(StoreTrouble::disk_full,
                     "the disk is full: " + store + " was not changed; make room and try again");
  } catch (const sqlite::IOErrorException&) {
    throw StoreError(StoreTrouble::disk_full, "the disk does not take or give data: " + store +
                                                  " was not changed; look for a full or failing disk");
  } catch (const sqlite::ReadOnlyException&) {
    throw StoreError(StoreTrouble::not_writable, store + " may not be written by this user");
  } catch (const sqlite::CantOpenDBFileException&) {
    throw StoreError(StoreTrouble::not_writable, store + " cannot be opened by this user");
  } catch (const sqlite::CorruptImageException&) {
    throw StoreError(StoreTrouble::damaged,
                     store + " is damaged: restore it from a backup; it was not changed");
  } catch (const sqlite::DBLockedException&) {
    throw StoreError(StoreTrouble::busy, store + " is locked by another process; try again");
  } catch (const sqlite::TableLockedException&) {
    throw StoreError(StoreTrouble::busy, store + " is locked by another process; try again");
  } catch (const sqlite::ConstraintViolationException&) {
    throw StoreError(StoreTrouble::refused, store + " already has such an entry");
  } catch (const Poco::Exception& error) {
    if (error.displayText().find("not a database") != std::string::npos) {
      throw StoreError(StoreTrouble::damaged,
                       store + " is not a database, or is damaged; it was not changed");
    }
    throw StoreError(StoreTrouble::failed, store + " cannot be used: " + error.className());
  }
}

// SQLite would make it with the process's umask: from its first moment it is the owner's alone.
void make_private(const std::filesystem::path& file) {
  // One that is there is not opened here: closing it would drop the locks that SQLite has on it in this
  // process.
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (descriptor >= 0) {
    ::close(descriptor);
  } else if (errno != EEXIST) {
    throw StoreError(errno == ENOSPC ? StoreTrouble::disk_full : StoreTrouble::not_writable,
                     "the identity store " + file.string() + " cannot be opened: " + std::strerror(errno));
  }
  struct stat status {};
  if (::lstat(file.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) {
    throw StoreError(StoreTrouble::not_writable,
                     "the identity store " + file.string() + " cannot be opened: it is no regular file");
  }
  if ((status.st_mode & 0077) != 0) {
    throw StoreError(StoreTrouble::not_writable,
                     "the identity store " + file.string() + " is open to others: expected mode 0600");
  }
}

void register_connector() {
  static const bool registered = [] {
    sqlite::Connector::registerConnector();
    return true;
  }();
  static_cast<void>(registered);
}

Value value_at(Poco::Data::RecordSet& rows, std::size_t column, std::size_t row) {
  using Type = Poco::Data::MetaColumn;
  switch (rows.columnType(column)) {
    case Type::FDT_STRING:
      return rows.value<std::string>(column, row);
    case Type::FDT_BLOB: {
      const auto& blob = rows.value<Poco::Data::BLOB>(column, row);
      return Bytes(blob.rawContent(), blob.rawContent() + blob.size());
    }
    default:
      return static_cast<std::int64_t>(rows.value(column, row).convert<Poco::Int64>());
  }
}

template <typename Type>
const Type& typed(const std::vector<Value>& values, std::size_t column) {
  if (column < values.size()) {
    if (const Type* value = std::get_if<Type>(&values[column])) return *value;
  }
  throw StoreError(StoreTrouble::damaged,
                   "a row of the identity store has a value of another kind: it was edited");
}

}  // namespace

std::int64_t Row::number(std::size_t column) const { return typed<std::int64_t>(values_, column); }
const std::string& Row::text(std::size_t column) const { return typed<std::string>(values_, column); }
const Bytes& Row::bytes(std::size_t column) const { return typed<Bytes>(values_, column); }

struct Database::Connection {
  explicit Connection(const std::string& file) : session("SQLite", file) {}
  Poco::Data::Session session;
};

Database::Database(std::filesystem::path file, Use use) : file_(std::move(file)) {
  register_connector();
  make_private(file_);
  try {
    connection_ = std::make_unique<Connection>(file_.string());
  } catch (const Poco::Exception&) {
    tell(file_);
  }
  execute(use == Use::alone ? "PRAGMA busy_timeout=500" : "PRAGMA busy_timeout=5000");
  // Takes the lock that every other connection shares, for as long as this one is open.
  if (use == Use::alone) execute("PRAGMA locking_mode=EXCLUSIVE");
  // FULL: a commit that was reported is on the disk. secure_delete: what is deleted is overwritten with
  // zeros.
  for (const char* pragma :
       {"PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "PRAGMA secure_delete=ON",
        "PRAGMA foreign_keys=ON", "PRAGMA trusted_schema=OFF", "PRAGMA cell_size_check=ON",
        "PRAGMA temp_store=MEMORY", "PRAGMA cache_size=-2000"}) {
    execute(pragma);
  }
}

Database::~Database() = default;
Database::Database(Database&&) noexcept = default;

void Database::define(std::string sql) {
  for (std::size_t at = sql.find("{blob}"); at != std::string::npos; at = sql.find("{blob}")) {
    sql.replace(at, 6, "BLOB");
  }
  execute(sql);
}

Rows Database::query(const std::string& sql, std::vector<Value> parameters) {
  try {
    Poco::Data::Statement statement(connection_->session);
    statement << sql;
    std::deque<Poco::Data::BLOB> blobs;
    for (Value& parameter : parameters) {
      if (auto* number = std::get_if<std::int64_t>(&parameter)) {
        statement, use(*number);
      } else if (auto* text = std::get_if<std::string>(&parameter)) {
        statement, use(*text);
      } else {
        const Bytes& bytes = std::get<Bytes>(parameter);
        statement, use(blobs.emplace_back(bytes.data(), bytes.size()));
      }
    }
    statement.execute();
    Rows rows;
    if (statement.columnsExtracted() == 0) return rows;
    Poco::Data::RecordSet set(statement);
    for (std::size_t row = 0; row < set.rowCount(); ++row) {
      std::vector<Value> values;
      for (std::size_t column = 0; column < set.columnCount(); ++column) {
        values.push_back(value_at(set, column, row));
      }
      rows.emplace_back(std::move(values));
    }
    return rows;
  } catch (const Poco::Exception&) {
    tell(file_);
  }
}

void Database::execute(const std::string& sql, std::vector<Value> parameters) {
  static_cast<void>(query(sql, std::move(parameters)));
}

std::int64_t Database::number(const std::string& sql, std::vector<Value> parameters) {
  const Rows rows = query(sql, std::move(parameters));
  if (rows.empty()) return 0;
  const std::string& text = rows.front().text(0);
  std::int64_t number = 0;
  if (std::from_chars(text.data(), text.data() + text.size(), number).ptr != text.data() + text.size()) {
    throw StoreError(StoreTrouble::failed, "the identity store " + file_.string() + " counts in no numbers");
  }
  return number;
}

bool Database::has_table(const std::string& name) {
  return !query("SELECT name FROM sqlite_master WHERE type = 'table' AND name = $1", {name}).empty();
}

bool Database::erase_log() { return number("PRAGMA wal_checkpoint(TRUNCATE)") == 0; }

Database::Transaction::Transaction(Database& database) : database_(database) {
  database_.execute("BEGIN IMMEDIATE");
}

Database::Transaction::~Transaction() {
  if (!open_) return;
  try {
    database_.execute("ROLLBACK");
  } catch (const StoreError&) {
    // After some errors SQLite has rolled back by itself, and says that there is nothing to roll back.
  }
}

void Database::Transaction::commit() {
  database_.execute("COMMIT");
  open_ = false;
}

}  // namespace sesame::biometric
