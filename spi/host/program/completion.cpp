#include "spi/host/program/completion.hpp"

#include <CLI/CLI.hpp>

namespace sesame::program {

namespace {

// "sesame enrol" -> the words that may follow.
void add_words(const CLI::App& app, const std::string& path, std::string& cases) {
  std::string words;
  for (const auto* option : app.get_options())
    for (const auto& name : option->get_lnames()) words += " --" + name;
  for (const auto* command : app.get_subcommands({})) words += " " + command->get_name();
  cases += "    \"" + path + "\") words=\"" + (words.empty() ? words : words.substr(1)) + "\" ;;\n";
  for (const auto* command : app.get_subcommands({})) add_words(*command, path + " " + command->get_name(), cases);
}

}  // namespace

std::string bash_completion(const CLI::App& app) {
  std::string cases;
  add_words(app, "sesame", cases);
  return R"bash(# bash completion for sesame: source it, or put it in /usr/share/bash-completion/completions/sesame
_sesame() {
  local current="${COMP_WORDS[COMP_CWORD]}" path="sesame" words word i
  for ((i = 1; i < COMP_CWORD; ++i)); do
    word="${COMP_WORDS[i]}"
    case "$word" in -*) continue ;; esac
    case " $(_sesame_words "$path") " in *" $word "*) path="$path $word" ;; esac
  done
  words=$(_sesame_words "$path")
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
_sesame_words() {
  local words=
  case "$1" in
)bash" + cases +
         R"bash(  esac
  printf '%s' "$words"
}
complete -o default -F _sesame sesame
)bash";
}

}  // namespace sesame::program
