#!/usr/bin/python3
"""Writes the C++ of the contract: generate.py --specs DIR --out DIR writes, --list only names the files it would write.

A file whose content would not change is not touched, so that nothing is compiled again without need.
"""

import argparse
import sys
from pathlib import Path

import jinja2

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).parent))

import cpp  # noqa: E402
import model  # noqa: E402
import pattern  # noqa: E402


def environment():
    result = jinja2.Environment(loader=jinja2.FileSystemLoader(str(Path(__file__).parent / "templates")),
                                undefined=jinja2.StrictUndefined, keep_trailing_newline=True, autoescape=False)
    result.filters.update(enumerator=model.enumerator, literal=cpp.literal, used=cpp.used, initialiser=cpp.initialiser,
                          version=lambda text: text.replace(".", ", "))
    return result


def outputs(names):
    """The files, by what they are for: type headers and tables, then the provider and client side."""
    bases = [model.snake(name).rstrip("_") for name in names]
    tables = ["catalogue.cpp"] + [f"{b}.{e}" for b in bases for e in ("hpp", "cpp")]
    sides = [f"{b}{e}" for b, n in zip(bases, names) if n != "Common" for e in ("_provider.hpp", "_provider.cpp")]
    return tables, sides + [f"{b}_client.hpp" for b in bases]


def event_table(command, reference, spaces):
    """The C++ name of the table of an event that a command sends; "Storage.StorageErrorEvent" belongs to another interface."""
    home, _, name = reference.rpartition(".")
    owner = command.interface if not home else spaces[home]
    if name not in [e.name for e in owner.events]:
        raise model.SpecError(f"{command.full_name}: there is no event {owner.name}.{name}")
    return (None if owner is command.interface else owner.namespace), f"event_{name}"


def render_types(env, interface, by_name):
    headers = sorted(by_name[name].header for name in interface.uses)
    return env.get_template("types.hpp.j2").render(interface=interface, headers=headers)


def render_tables(env, interface, by_name):
    tables = cpp.Tables(interface)
    for type_ in interface.structures:  # fills tables.lines before the template prints them
        for field in type_.fields:
            tables.table_of(field.type)
        if type_.others:
            tables.others(type_)
            tables.pattern(type_.others_pattern)
    for type_ in (interface.status, interface.capabilities):
        if type_:
            tables.table_of(type_)
    foreign_events = {event_table(c, e, by_name) for c in interface.commands for e in c.events}
    foreign_events = sorted(e for e in foreign_events if e[0])

    def event_tables(command):
        names = [event_table(command, e, by_name) for e in command.events]
        return [f"&{space}::{name}" if space else f"&{name}" for space, name in names]

    env.filters["event_tables"] = event_tables
    return env.get_template("tables.cpp.j2").render(interface=interface, tables=tables, lines=tables.lines,
                                                    patterns=tables.patterns.values(), foreign=sorted(tables.foreign),
                                                    foreign_events=foreign_events)


def render_all(specs):
    interfaces = model.load(specs)
    by_name = {i.name: i for i in interfaces}
    for interface in interfaces:
        interface.others = {i.name: i.namespace for i in interfaces}
    env = environment()
    yield "catalogue.cpp", env.get_template("catalogue.cpp.j2").render(interfaces=interfaces)
    for interface in interfaces:
        yield f"{interface.header}.hpp", render_types(env, interface, by_name)
        yield f"{interface.header}.cpp", render_tables(env, interface, by_name)
        yield f"{interface.header}_client.hpp", env.get_template("client.hpp.j2").render(interface=interface)
        if interface.name != "Common":  # the Service itself answers Common's commands
            for end in ("hpp", "cpp"):
                template = env.get_template(f"provider.{end}.j2")
                yield f"{interface.header}_provider.{end}", template.render(interface=interface)


def write_if_different(path, text):
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return True


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--specs", required=True, type=Path, help="folder of the interfaces' YAML files")
    arguments.add_argument("--out", type=Path, help="folder to write to")
    arguments.add_argument("--list", action="store_true", help="print the names of the files, tables first, then a line --")
    options = arguments.parse_args()
    if options.list:
        tables, sides = outputs(sorted(p.stem for p in options.specs.glob("*.yaml")))
        print("\n".join([*tables, "--", *sides]))
        return 0
    try:
        for name, text in render_all(options.specs):
            write_if_different(options.out / name, text)
    except (model.SpecError, pattern.PatternError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
