// A disk that fails this process at one write, sync or truncation of SQLite's, counted from 1.
#pragma once

#include <string>

// "never", "killed" (in the middle of that operation), "full" (from that operation on).
void fail_disk(const std::string& how, unsigned operation);
unsigned disk_operations();
