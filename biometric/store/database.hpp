// Database: SQL in, rows out; the one place that knows Poco and SQLite. Statements use $1, $2, ... once each
// and in this order, and only what SQLite and PostgreSQL share, so that another dialect is another source
// file. Called from one thread at a time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "biometric/template/secret.hpp"

namespace sesame::biometric {

using Value = std::variant<std::int64_t, std::string, Bytes>;

class Row {
 public:
  explicit Row(std::vector<Value> values) : values_(std::move(values)) {}
  // Throw StoreError (damaged) for a column of another type than the schema's.
  std::int64_t number(std::size_t column) const;
  const std::string& text(std::size_t column) const;
  const Bytes& bytes(std::size_t column) const;

 private:
  std::vector<Value> values_;
};
using Rows = std::vector<Row>;

class Database {
 public:
  enum class Use { shared, alone };
  // Throws StoreError, as all of it does. Alone: nobody else, of whatever process, has the file open or can
  // open it; told as busy within a second where somebody has.
  explicit Database(std::filesystem::path file, Use use = Use::shared);
  ~Database();
  Database(Database&& other) noexcept;

  Rows query(const std::string& sql, std::vector<Value> parameters = {});
  void execute(const std::string& sql, std::vector<Value> parameters = {});
  // The one number that a statement such as SELECT count(*) gives: an expression has no declared type. 0
  // without rows.
  std::int64_t number(const std::string& sql, std::vector<Value> parameters = {});
  bool has_table(const std::string& name);
  // For statements that make tables: {blob} becomes the dialect's type.
  void define(std::string sql);

  // Empties the write-ahead log into the file and shortens it to nothing. False when a reader is in the way.
  bool erase_log();
  const std::filesystem::path& file() const { return file_; }

  // One at a time; takes the write lock at once. Undone unless committed.
  class Transaction {
   public:
    explicit Transaction(Database& database);
    ~Transaction();
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    void commit();

   private:
    Database& database_;
    bool open_ = true;
  };

 private:
  struct Connection;
  std::filesystem::path file_;
  std::unique_ptr<Connection> connection_;
};

}  // namespace sesame::biometric
