#include "spi/host/program/completion.hpp"

#include <CLI/CLI.hpp>

namespace sesame::program {

namespace {

// "sesame enrol" -> the words that may follow, and those of them that take a value.
void add_words(const CLI::App& app, const std::string& path, std::string& cases) {
  std::string words, values;
  for (const auto* option : app.get_options())
    for (const auto& name : option->get_lnames()) {
      words += " --" + name;
      if (option->get_items_expected_max() > 0) values += " --" + name;
    }
  for (const auto* command : app.get_subcommands({})) words += " " + command->get_name();
  cases += "    \"" + path + "\") words=\"" + words + " \" values=\"" + values + " \" ;;\n";
  for (const auto* command : app.get_subcommands({}))
    add_words(*command, path + " " + command->get_name(), cases);
}

}  // namespace

std::string bash_completion(const CLI::App& app) {
  std::string cases;
  add_words(app, "sesame", cases);
  return R"bash(# bash completion for sesame: source it, or put it in /usr/share/bash-completion/completions/sesame
_sesame() {
  local current="${COMP_WORDS[COMP_CWORD]}" path="sesame" words values word i
  COMPREPLY=()
  _sesame_words
  for ((i = 1; i < COMP_CWORD; ++i)); do
    word="${COMP_WORDS[i]}"
    # What follows such an option is its value; bash completes it as the name of a file.
    case "$values" in *" $word "*) ((++i == COMP_CWORD)) && return; continue ;; esac
    case "$word" in -*) continue ;; esac
    case "$words" in *" $word "*) path="$path $word"; _sesame_words ;; esac
  done
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
_sesame_words() {
  words= values=
  case "$path" in
)bash" + cases +
         R"bash(  esac
}
complete -o default -F _sesame sesame
)bash";
}

}  // namespace sesame::program
