"""The model in C++ terms: how each type is spelled, initialised and described by a table. Used by generate.py's templates."""

import json

from model import NO_DEFAULT, enumerator
from pattern import compile_pattern

SCALARS = {"boolean": "bool", "integer": "std::int64_t", "number": "double", "string": "std::string"}


def quoted(text):
    """A C++ string literal; ASCII only, as the contract is."""
    return json.dumps(text)


def literal(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def spelled(type_, home):
    """The C++ type as written inside namespace `home` (an Interface)."""
    if type_.kind in SCALARS:
        return SCALARS[type_.kind]
    if type_.kind in ("enum", "object"):
        return type_.name if type_.interface == home.name else f"xfs::{home.others[type_.interface]}::{type_.name}"
    if type_.kind in ("array", "one_or_many"):
        inner = used(type_.item, home)
        assert inner != "bool", f"{type_.where}: std::vector<bool> has no elements to point at"
        return f"std::vector<{inner}>"
    if type_.kind == "map":
        return f"contract::Map<{used(type_.item, home)}>"
    return "contract::Json"


def used(use, home):
    text = spelled(use.type, home)
    return f"contract::Optional<{text}>" if is_optional(use) else text


def is_optional(use):
    return use.optional if hasattr(use, "optional") else use.nullable


def value_of(use, home):
    default = use.default
    if use.type.kind == "boolean":
        return "true" if default else "false"
    if use.type.kind == "enum":
        return f"{spelled(use.type, home)}::{enumerator(default)}"
    if use.type.kind == "string":
        return literal(default)
    return str(default)


def initialiser(use, home):
    """What stands behind the member's name."""
    if use.has_default and use.default is not NO_DEFAULT:
        return f" = {value_of(use, home)}"
    if use.type.kind in ("boolean", "integer", "number") and not is_optional(use):
        return " = false" if use.type.kind == "boolean" else " = 0"
    return "{}"  # on every member, or g++ warns about each designated initialiser that leaves one out


class Tables:
    """The tables of one interface: every type gets the name of its table; equal scalars share one."""

    def __init__(self, interface):
        self.home = interface
        self.patterns = {}  # text -> (variable, automaton)
        self.lines = []  # definitions of scalars, arrays and maps
        self.known = {}
        self.foreign = set()  # (namespace, struct, name) of tables in other interfaces

    def pattern(self, text):
        if not text:
            return "nullptr"
        if text not in self.patterns:
            self.patterns[text] = (f"pattern_{len(self.patterns)}", compile_pattern(text))
        return "&" + self.patterns[text][0]

    def table_of(self, type_):
        """`&...` of the table that describes the type."""
        kind = type_.kind
        if kind in ("object", "enum"):
            name = f"table_of_{type_.name}"
            if type_.interface == self.home.name:
                return f"&{name}"
            space = self.home.others[type_.interface]
            self.foreign.add((space, "ObjectInfo" if kind == "object" else "EnumerationInfo", name))
            return f"&{space}::{name}"
        text = getattr(self, "_" + kind)(type_)
        if text.startswith("&"):
            return text
        if text not in self.known:
            self.known[text] = f"{kind}_{len(self.known)}"
            info, _, rest = text.partition("|")
            self.lines.append(f"constinit const {info} {self.known[text]}{rest};")
        return "&" + self.known[text]

    def _boolean(self, type_):
        return "&contract::boolean_type"

    def _integer(self, type_):
        if type_.minimum is None and type_.maximum is None and not type_.values:
            return "&contract::integer_type"
        low = "INT64_MIN" if type_.minimum is None else type_.minimum
        high = "INT64_MAX" if type_.maximum is None else type_.maximum
        values = "{}"
        if type_.values:
            values = "values_" + "_".join(map(str, type_.values))
            line = f"constexpr std::int64_t {values}[] = {{{', '.join(map(str, type_.values))}}};"
            if line not in self.lines:
                self.lines.append(line)
        return f"IntegerInfo|{{{{Kind::integer, sizeof(std::int64_t), {{}}}}, {low}, {high}, {values}}}"

    def _number(self, type_):
        if type_.minimum is None and type_.maximum is None:
            return "&contract::number_type"
        low = "-HUGE_VAL" if type_.minimum is None else float(type_.minimum)
        high = "HUGE_VAL" if type_.maximum is None else float(type_.maximum)
        return f"NumberInfo|{{{{Kind::number, sizeof(double), {{}}}}, {low}, {high}}}"

    def _string(self, type_):
        if type_.format == "base64":
            return "&contract::base64_type"
        if not (type_.pattern or type_.min_length or type_.max_length is not None):
            return "&contract::text_type"
        high = "contract::unlimited" if type_.max_length is None else type_.max_length
        return (f"TextInfo|{{{{Kind::text, sizeof(std::string), {{}}}}, {self.pattern(type_.pattern)}, false, "
                f"{type_.min_length or 0}, {high}}}")

    def _array(self, type_, kind="array"):
        item = self.table_of(type_.item.type)
        inner = used(type_.item, self.home)
        high = "contract::unlimited" if type_.max_items is None else type_.max_items
        return (f"ArrayInfo|{{{{Kind::{kind}, sizeof(std::vector<{inner}>), {{}}}}, {item}, {self.flags(type_.item)}, "
                f"contract::vector_operations<{inner}>(), {type_.min_items}, {high}, {'true' if type_.unique else 'false'}}}")

    def _one_or_many(self, type_):
        return self._array(type_, "one_or_many")

    def map_of(self, item, key_pattern, low=0, high=None):
        table = self.table_of(item.type)
        inner = used(item, self.home)
        return (f"MapInfo|{{{{Kind::map, sizeof(contract::Map<{inner}>), {{}}}}, {table}, {self.flags(item)}, "
                f"offsetof(contract::Entry<{inner}>, value), contract::vector_operations<contract::Entry<{inner}>>(), "
                f"{self.pattern(key_pattern)}, {low}, {'contract::unlimited' if high is None else high}}}")

    def _map(self, type_):
        return self.map_of(type_.item, type_.key_pattern, type_.min_properties, type_.max_properties)

    def _json(self, type_):
        if type_.shape is None:
            return "&contract::json_type"
        return f"JsonInfo|{{{{Kind::json, sizeof(contract::Json), {{}}}}, {self.table_of(type_.shape)}}}"

    def others(self, type_):
        """The map table behind an object's further properties."""
        text = self.map_of(type_.others, None)
        if text not in self.known:
            self.known[text] = f"map_{len(self.known)}"
            info, _, rest = text.partition("|")
            self.lines.append(f"constinit const {info} {self.known[text]}{rest};")
        return "&" + self.known[text]

    @staticmethod
    def flags(use):
        names = [n for n, on in (("is_required", getattr(use, "required", False)), ("is_nullable", use.nullable),
                                 ("is_optional", is_optional(use)), ("is_sensitive", use.sensitive)) if on]
        return " | ".join("contract::" + n for n in names) or "0"
