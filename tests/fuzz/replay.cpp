// Runs a fuzz entry over a corpus and over seeded mutations of it: what g++ has in place of libFuzzer.
// replay CORPUS_FOLDER MUTATIONS_PER_FILE
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using Random = std::mt19937_64;

void run(const std::string& text) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
}

std::size_t below(Random& random, std::size_t limit) { return limit ? random() % limit : 0; }

constexpr std::string_view tokens[] = {
    "{}",   "[]",       "null", "-1",   "0",         "2.5",   "18446744073709551615", "\"\\ud83d\\ude00\"",
    "\"\"", "\"AAAA\"", "true", "[[]]", "{\"a\":1}", "[null]"};

// Replaces one whole value or name, which leaves the text JSON more often than not.
void replace_token(std::string& text, std::size_t at, std::string_view token) {
  constexpr std::string_view ends = ",:{}[]";
  const std::size_t begin = text.find_last_of(ends, at);
  const std::size_t end = text.find_first_of(ends, at);
  if (begin == std::string::npos || end == std::string::npos || end <= begin + 1) return;
  text.replace(begin + 1, end - begin - 1, text[end] == ':' ? "\"acme\"" : token);
}

// One small change: a value, a byte, a slice gone or doubled, or a slice of another text put in.
// A gentle one keeps the text JSON.
void mutate(std::string& text, const std::string& other, Random& random, bool gentle) {
  const std::size_t payload =
      gentle ? text.find("\"payload\"") + 10 : 0;  // npos + 10 wraps to the header's beginning
  const std::size_t at = payload + below(random, text.size() + 1 - std::min(payload, text.size()));
  const std::size_t length = below(random, 16);
  switch (gentle ? 9 : below(random, 10)) {
    case 0:
      if (at < text.size()) text[at] = static_cast<char>(random());
      break;
    case 1:
      text.erase(at, length);
      break;
    case 2:
      text.insert(at, text.substr(at, length));
      break;
    case 3:
      text.insert(at, other.substr(below(random, other.size()), length * 4));
      break;
    case 4:
      text.insert(at, tokens[below(random, std::size(tokens))]);
      break;
    default:
      replace_token(text, at, tokens[below(random, std::size(tokens))]);
  }
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 3) {
    std::cerr << "usage: replay CORPUS_FOLDER MUTATIONS_PER_FILE\n";
    return 2;
  }
  std::vector<std::string> corpus;
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(arguments[1])) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  for (const auto& file : files) {
    std::ifstream in(file, std::ios::binary);
    corpus.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }
  const long mutations = std::atol(arguments[2]);
  Random random(20240301);
  for (const std::string& seed : corpus) {
    run(seed);
    for (long i = 0; i < mutations; ++i) {
      std::string text = seed;
      const bool gentle = i % 2 == 0;
      for (std::size_t n = 1 + below(random, 4); n > 0; --n)
        mutate(text, corpus[below(random, corpus.size())], random, gentle);
      run(text);
    }
  }
  std::cout << corpus.size() << " texts, " << mutations << " mutations of each: none broke anything\n";
  return corpus.empty() ? 1 : 0;
}
