// `sesame demo`: one run of one ordinary ATM application, customers of every kind before it, and a report of what happened.
#pragma once

#include <string>

namespace sesame::simulators {

struct DemoOptions {
  std::string json_file;                 // everything as data; "" writes none
  std::string enrol, login, impostor;    // videos; "" takes those that script/setup fetched
  bool keep = false;                     // leaves the stack running until interrupted
  bool card_only = false;
  int trials = 50;                       // of each attack and its control
  std::string programs;                  // where the programs are; "" beside this one
};

/// 0: every step held. 1: a step failed. 2: it could not be played at all. 130: interrupted.
int run_demo(const DemoOptions& options);

}  // namespace sesame::simulators
