#!/usr/bin/python3
"""The reference pages: reference.py --specs DIR --out DIR writes <Interface>.md for each interface, and README.md."""

import argparse
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).parent))

import model  # noqa: E402

MARK = "<!-- Made from specs/interfaces by specs/codegen/reference.py; edit those. -->\n"


def cell(text):
    """Text that may stand in a table."""
    return str(text).replace("|", "\\|").replace("\n", " ")


def code(text):
    return f"`{cell(text)}`"


class Page:
    """One interface's page. Named types are told once, at its end, and linked to from where they are used."""

    def __init__(self, interface):
        self.interface = interface
        self.lines = []

    def add(self, *lines):
        self.lines.extend(lines)

    # -- types in words

    def link(self, type_):
        """A link to a named object, enumeration or map; None for what is told where it stands."""
        home, separator, name = type_.where.partition(".types.")
        if not separator or "." in name or type_.kind not in ("object", "enum", "map", "array"):
            return None
        page = "" if home == self.interface.name else f"{home}.md"
        return f"[{name if not page else home + '.' + name}]({page}#type-{name.lower()})"

    def words(self, type_):
        """A type as a reader wants it: kind, range, values."""
        linked = self.link(type_)
        if linked:
            return linked
        kind = type_.kind
        if kind == "json":
            return self.words(type_.shape) if type_.shape else "object"
        if kind == "enum":
            return "one of " + ", ".join(code(value) for value in type_.values)
        if kind in ("integer", "number"):
            if type_.values:
                return "one of " + ", ".join(map(str, type_.values))
            low, high = type_.minimum, type_.maximum
            limits = (f" {low} to {high}" if low is not None and high is not None else
                      f" from {low}" if low is not None else f" up to {high}" if high is not None else "")
            return kind + limits
        if kind == "string":
            return self.text(type_)
        if kind == "array":
            least = f", at least {type_.min_items}" if type_.min_items else ""
            return f"array of {self.item(type_.item)}{least}{', all different' if type_.unique else ''}"
        if kind == "map":
            keys = f", keys {code(type_.key_pattern)}" if type_.key_pattern else ""
            return f"map of {self.item(type_.item)}{keys}"
        return {"one_or_many": "string or array of strings"}.get(kind, kind)

    def text(self, type_):
        if type_.format == "base64":
            return "base64"
        words = "string" + (f" ({type_.format})" if type_.format else "")
        if type_.max_length is not None:
            words += f" of {type_.min_length or 0} to {type_.max_length} characters"
        return words + (f" matching {code(type_.pattern)}" if type_.pattern else "")

    def item(self, use):
        return self.words(use.type) + (" or null" if use.nullable else "")

    # -- tables of properties

    def rows(self, type_, prefix):
        """One row for each property, those of inner objects behind them by their path."""
        for field in type_.fields:
            yield self.row(field, prefix + field.name)
            yield from self.inner(field.type, prefix + field.name)
        if type_.others:
            keys = f" matching {code(type_.others_pattern)}" if type_.others_pattern else ""
            yield f"| {code(prefix + '*')} | any further property{keys}: {self.item(type_.others)} | | |"
            yield from self.inner(type_.others.type, prefix + "*")

    def inner(self, type_, path):
        while type_.kind in ("array", "map", "one_or_many") and not self.link(type_):
            path += "[]" if type_.kind == "array" else ".*" if type_.kind == "map" else ""
            type_ = type_.item.type
        if type_.kind == "object" and not self.link(type_):
            yield from self.rows(type_, path + ".")

    def row(self, field, path):
        if field.required:
            use = "required"
        elif field.has_default and field.default not in (None, ""):
            use = code(str(field.default).lower() if isinstance(field.default, bool) else field.default)
        else:
            use = ""
        if field.nullable:
            use += " or null" if use else "may be null"
        notes = [field.doc or ("" if self.link(field.type) else field.type.doc)]
        if field.sensitive:
            notes.append("**Sensitive**: never in a log.")
        if field.deprecated:
            notes.append("Deprecated.")
        return f"| {code(path)} | {self.words(field.type)} | {use} | {cell(' '.join(n for n in notes if n))} |"

    def table(self, type_, title):
        rows = list(self.rows(type_, ""))
        if not rows:
            return
        least = f" (at least {type_.min_properties} of them)" if type_.min_properties else ""
        self.add(f"{title}{least}", "", "| property | type | default | what it says |", "|---|---|---|---|", *rows, "")

    # -- the page

    def command(self, command):
        self.add(f"### {command.name}", "", command.doc, "")
        events = []
        for name in command.events:
            home, _, event = name.rpartition(".")
            events.append(f"[{name}]({home + '.md' if home else ''}#{event.lower()})")
        self.add(f"Versions: command {command.command_version}, completion {command.completion_version}. Lane: "
                 f"{command.lane}." + (f" Events: {', '.join(events)}." if events else ""), "")
        self.table(command.payload, "Payload")
        completion = command.completion
        shown = [field for field in completion.fields if field.name != "errorCode"]
        if command.errors:
            self.add("Error codes: " + ", ".join(code(error) for error in command.errors) + ".", "")
        if shown or completion.others:
            rest = model.Type(**{**completion.__dict__, "fields": shown})
            self.table(rest, "Completion")

    def event(self, event):
        kind = " and ".join(["of a command"] * event.command_event + ["unsolicited"] * event.unsolicited)
        self.add(f"### {event.name}", "", event.doc, "", f"Version {event.version}, {kind}.", "")
        self.table(event.payload, "Payload")

    def named_type(self, name, type_):
        self.add(f'<a id="type-{name.lower()}"></a>', "", f"### Type {name}", "")
        if type_.doc:
            self.add(type_.doc, "")
        if type_.kind == "object":
            self.table(type_, "Properties")
            return
        plain = model.Type(**{**type_.__dict__, "where": ""})
        words = self.words(plain)
        self.add(words[0].upper() + words[1:] + ".", "")
        inner = list(self.inner(plain, ""))
        if inner:
            self.add("| property | type | default | what it says |", "|---|---|---|---|", *inner, "")

    def render(self):
        interface = self.interface
        self.add(MARK, f"# {interface.name}", "", interface.doc, "")
        if interface.commands:
            self.add("| command | versions | lane | what it does |", "|---|---|---|---|")
            self.add(*[f"| [{c.name}](#{c.name.lower()}) | {c.command_version} / {c.completion_version} | {c.lane} | {cell(c.doc)} |"
                       for c in interface.commands], "")
        if interface.events:
            self.add("| event | version | kind | when |", "|---|---|---|---|")
            self.add(*[f"| [{e.name}](#{e.name.lower()}) | {e.version} | "
                       f"{'both' if e.command_event and e.unsolicited else 'unsolicited' if e.unsolicited else 'command'} | "
                       f"{cell(e.doc)} |" for e in interface.events], "")
        for title, type_ in (("Status", interface.status), ("Capabilities", interface.capabilities)):
            if type_:
                self.add(f"{title}: property `{interface.property}` of Common.{title}, of type {self.words(type_)}.", "")
        for title, things, tell in (("Commands", interface.commands, self.command), ("Events", interface.events, self.event)):
            if things:
                self.add(f"## {title}", "")
                for thing in things:
                    tell(thing)
        if interface.types:
            self.add("## Types", "")
            for name, type_ in sorted(interface.types.items()):
                self.named_type(name, type_)
        return "\n".join(self.lines).rstrip("\n") + "\n"


def index(interfaces):
    commands = sum(len(i.commands) for i in interfaces)
    events = sum(len(i.events) for i in interfaces)
    lines = [MARK, "# Reference: XFS4IoT 2024-3", "",
             f"{len(interfaces)} interfaces, {commands} commands, {events} events. A property without default may be left out "
             "unless it is required; null and absent are the same.", "",
             "| interface | commands | events | what it is for |", "|---|---|---|---|"]
    lines += [f"| [{i.name}]({i.name}.md) | {len(i.commands)} | {len(i.events)} | {cell(i.doc)} |" for i in interfaces]
    return "\n".join(lines) + "\n"


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--specs", required=True, type=Path, help="folder of the interfaces' YAML files")
    arguments.add_argument("--out", required=True, type=Path, help="folder to write to")
    options = arguments.parse_args()
    try:
        interfaces = model.load(options.specs)
    except model.SpecError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "README.md").write_text(index(interfaces), encoding="utf-8")
    for interface in interfaces:
        (options.out / f"{interface.name}.md").write_text(Page(interface).render(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
