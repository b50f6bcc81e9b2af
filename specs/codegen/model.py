"""The contract as one model: what every generator (C++, JSON Schema, reference pages, test data) reads.

`load(folder)` reads the YAML files of specs/interfaces, resolves every name, flattens `include`, gives each inline object
and enumeration a name, and refuses what is wrong with the file and the path in it. The notation is in specs/README.md.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Optional

import yaml

LANES = ("immediate", "device", "encryptor", "keyboard", "display")
PRIMITIVES = ("boolean", "integer", "number", "string")
# These two interfaces carry parts whose shape other interfaces own (a CardReader part in Common.Status); such parts are
# checked against the owner's type but stay JSON, or every header would need every other one.
GATHERERS = ("Common", "Storage")
NO_DEFAULT = object()

KEYWORDS = set("""alignas alignof and asm auto bool break case catch char class concept const continue decltype default delete
do double else enum explicit export extern false float for friend goto if import inline int long module mutable namespace new not
operator or private protected public register requires return short signed sizeof static struct switch template this throw true try
typedef typeid typename union unsigned using virtual void volatile while xor""".split())


class SpecError(Exception):
    """Something in the YAML is wrong; the text says where and what was expected."""


def snake(name):
    """`track1Front` -> `track1_front`, `EMVClessConfigure` -> `emv_cless_configure`; a C++ keyword gets a trailing `_`."""
    name = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name)
    name = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", name).lower()
    return name + "_" if name in KEYWORDS else name


def pascal(name):
    return re.sub(r"(^|_)([a-zA-Z0-9])", lambda m: m.group(2).upper(), name)


def enumerator(word):
    return word + "_" if word in KEYWORDS else word


@dataclass(eq=False)
class Type:
    """One shape. Null is never part of a type: fields and items say whether they may be null."""
    kind: str  # boolean integer number string enum object array one_or_many map json
    interface: str = ""
    name: str = ""  # of objects and enums, and of named maps and arrays; "" otherwise
    where: str = ""
    doc: str = ""
    corrects: str = ""
    minimum: Any = None
    maximum: Any = None
    values: list = field(default_factory=list)  # of enum, or of an integer with a fixed set
    pattern: Optional[str] = None
    format: Optional[str] = None
    min_length: Optional[int] = None
    max_length: Optional[int] = None
    item: Optional["Use"] = None  # of array, one_or_many and map
    min_items: int = 0
    max_items: Optional[int] = None
    unique: bool = False
    key_pattern: Optional[str] = None  # of map
    min_properties: int = 0
    max_properties: Optional[int] = None
    fields: list = field(default_factory=list)  # of object
    others: Optional["Use"] = None  # of object: what any further property holds
    others_pattern: Optional[str] = None
    shape: Optional["Type"] = None  # of json: the shape it is checked against
    included_only: bool = False


@dataclass(eq=False)
class Use:
    """A type at a place: as property, item or map value."""
    type: Type
    nullable: bool = False
    default: Any = NO_DEFAULT
    sensitive: bool = False

    @property
    def has_default(self):
        return self.default is not NO_DEFAULT


@dataclass(eq=False)
class Field(Use):
    name: str = ""
    required: bool = False
    deprecated: bool = False
    doc: str = ""
    corrects: str = ""

    @property
    def member(self):
        return snake(self.name)

    @property
    def optional(self):
        """Held as contract::Optional: may be left out, and no default takes its place."""
        return self.nullable or not (self.required or self.has_default)


@dataclass(eq=False)
class Event:
    interface: "Interface"
    name: str
    doc: str
    version: str
    command_event: bool
    unsolicited: bool
    payload: Type

    @property
    def full_name(self):
        return f"{self.interface.name}.{self.name}"


@dataclass(eq=False)
class Command:
    interface: "Interface"
    name: str
    doc: str
    command_version: str
    completion_version: str
    lane: str
    events: list
    errors: list
    payload: Type
    completion: Type

    @property
    def full_name(self):
        return f"{self.interface.name}.{self.name}"

    @property
    def function(self):
        return snake(self.name)


@dataclass(eq=False)
class Interface:
    name: str
    property: str
    doc: str
    lane: str
    status: Optional[Type] = None
    capabilities: Optional[Type] = None
    status_changed: Optional[Type] = None
    commands: list = field(default_factory=list)
    events: list = field(default_factory=list)
    types: dict = field(default_factory=dict)  # the named types, by YAML name
    structures: list = field(default_factory=list)  # every object and enum, inner ones first
    uses: list = field(default_factory=list)  # interfaces whose structures this one's hold by value

    @property
    def header(self):
        return snake(self.name).rstrip("_")

    @property
    def namespace(self):
        return snake(self.name)


_EXPRESSION = re.compile(
    r"^(?P<base>string or string\[\]|[A-Za-z][A-Za-z0-9]*(?:\.[A-Za-z][A-Za-z0-9]*)?)"
    r"(?P<array>\[(?:(?P<items>\d+)\.\.)?\])?(?P<required>!)?(?P<null>\?)?"
    r"(?: (?P<low>-?\d+(?:\.\d+)?)?\.\.(?P<high>-?\d+(?:\.\d+)?)?)?(?: = (?P<default>.+))?$")
_KEYS = {"type", "values", "pattern", "format", "minLength", "maxLength", "items", "keys", "value", "minItems", "maxItems",
         "uniqueItems", "minProperties", "maxProperties", "properties", "include", "require", "others", "otherKeys",
         "sensitive", "deprecated", "doc", "corrects"}


def _number(text):
    return None if text is None else float(text) if "." in text else int(text)


class _Loader:
    def __init__(self, folder):
        self.raw = {}
        for path in sorted(Path(folder).glob("*.yaml")):
            try:
                data = yaml.load(path.read_text(encoding="utf-8"), getattr(yaml, "CSafeLoader", yaml.SafeLoader))
            except yaml.YAMLError as error:
                raise SpecError(f"{path}: {error}") from None
            if not isinstance(data, dict) or data.get("interface") != path.stem:
                raise SpecError(f"{path}: expected `interface: {path.stem}`")
            self.raw[path.stem] = data
        self.interfaces = {}
        self.named = {}

    def fail(self, where, text):
        raise SpecError(f"specs/interfaces/{where.split('.')[0]}.yaml: {where}: {text}")

    def load(self):
        for name, data in self.raw.items():
            self.interfaces[name] = Interface(name, data.get("property", snake(name)), data.get("doc") or "",
                                              data.get("lane", "device"))
        for name in self.raw:
            self.load_types(name)
        for name in self.raw:
            self.load_messages(name)
        for interface in self.interfaces.values():
            self.collect(interface)
        self.check_names()
        return list(self.interfaces.values())

    # -- types

    def load_types(self, name):
        for type_name in self.raw[name].get("types") or {}:
            self.interfaces[name].types[type_name] = self.named_type(name, type_name, name)

    def named_type(self, interface, reference, where):
        home, _, name = reference.rpartition(".")
        home = home or interface
        key = (home, name)
        if key in self.named:
            return self.named[key]
        source = (self.raw.get(home, {}).get("types") or {}).get(name)
        if source is None:
            self.fail(where, f"there is no type {home}.{name}")
        result = Type("pending", home, name, f"{home}.types.{name}")
        self.named[key] = result  # before its parts, so that a type may contain itself through an array
        use = self.use(home, source, result.where, name)
        if use.nullable or use.has_default:
            self.fail(result.where, "a named type has neither ? nor default; they belong to where it is used")
        result.__dict__.update(use.type.__dict__)
        result.interface, result.name = home, name
        result.doc = (source.get("doc") or "") if isinstance(source, dict) else ""
        return result

    def use(self, interface, source, where, owner, kind=Use):
        """Reads one property, item or value. `owner` is the name that an inline object or enum found here gets."""
        attributes = {"type": source} if isinstance(source, str) else dict(source or {})
        unknown = set(attributes) - _KEYS
        if unknown:
            self.fail(where, f"unknown key {', '.join(sorted(unknown))}")
        match = _EXPRESSION.match(attributes.get("type") or "object")
        if not match:
            self.fail(where, f"cannot read the type {attributes.get('type')!r}; expected NAME[]!? MIN..MAX = DEFAULT")
        base = match["base"]
        if base == "string or string[]":
            text = Use(Type("string", interface, "", where))
            type_ = Type("one_or_many", interface, "", where, item=text)
        elif base in PRIMITIVES or base in ("enum", "object", "array", "map", "json"):
            type_ = self.build(interface, base, attributes, where, owner, match)
        else:
            type_ = self.reference(interface, base, where)
        if match["array"]:
            inner = Use(type_, sensitive=False)
            type_ = Type("array", interface, "", where, item=inner, min_items=int(match["items"] or 0),
                         unique=bool(attributes.get("uniqueItems")))
        result = kind(type_)
        result.nullable = bool(match["null"])
        result.sensitive = bool(attributes.get("sensitive"))
        if match["default"] is not None:
            result.default = self.default(type_, match["default"], where)
        if kind is Field:
            result.required = bool(match["required"])
            result.deprecated = bool(attributes.get("deprecated"))
            result.doc = attributes.get("doc") or ""
            result.corrects = attributes.get("corrects") or ""
            if result.required and result.has_default:
                self.fail(where, "a required property has no default")
        elif match["required"]:
            self.fail(where, "`!` is for properties only")
        return result

    def reference(self, interface, name, where):
        target = self.named_type(interface, name, where)
        foreign = target.interface != interface and interface in GATHERERS
        if foreign and target.kind in ("object", "map", "pending"):
            return Type("json", interface, "", where, shape=target)
        return target

    def default(self, type_, text, where):
        value = {"boolean": lambda: {"true": True, "false": False}[text], "integer": lambda: int(text),
                 "number": lambda: float(text), "string": lambda: "" if text == '""' else text, "enum": lambda: text}
        try:
            value = value[type_.kind]()
        except (KeyError, ValueError):
            self.fail(where, f"the default {text} does not fit the type {type_.kind}")
        if type_.values and value not in type_.values:
            self.fail(where, f"the default {text} is not one of {type_.values}")
        if type_.pattern and type_.kind == "string" and not re.search(type_.pattern, value):
            self.fail(where, f"the default {text} does not match the pattern {type_.pattern}")
        if (type_.minimum is not None and value < type_.minimum) or (type_.maximum is not None and value > type_.maximum):
            self.fail(where, f"the default {text} is out of range")
        return value

    def build(self, interface, kind, attributes, where, owner, match):
        result = Type(kind, interface, "", where)
        result.corrects = attributes.get("corrects") or ""
        result.minimum, result.maximum = _number(match["low"]), _number(match["high"])
        result.values = list(attributes.get("values") or [])
        for key in ("pattern", "format"):
            setattr(result, key, attributes.get(key))
        result.min_length, result.max_length = attributes.get("minLength"), attributes.get("maxLength")
        result.min_properties = attributes.get("minProperties", 0)
        result.max_properties = attributes.get("maxProperties")
        if kind == "enum":
            result.name = owner
            if not result.values:
                self.fail(where, "an enum needs `values`")
        elif kind == "array":
            result.item = self.use(interface, attributes.get("items"), where + "[]", owner)
            result.min_items, result.unique = attributes.get("minItems", 0), bool(attributes.get("uniqueItems"))
            result.max_items = attributes.get("maxItems")
        elif kind == "map":
            result.key_pattern = attributes.get("keys")
            named = where.split(".")[-2:-1] == ["types"]
            result.item = self.use(interface, attributes.get("value"), where + ".*", owner + "Value" if named else owner)
        elif kind == "object":
            result.name = owner
            self.fill(result, interface, attributes, where, owner)
            if not result.fields and result.others is None:  # an object of which nothing is said
                result = Type("json", interface, "", where)
        return result

    def fill(self, result, interface, attributes, where, owner):
        """The fields of an object: those of its includes, then its own."""
        own = attributes.get("properties") or {}
        for reference in attributes.get("include") or []:
            target = self.named_type(interface, reference, where)
            if target.kind not in ("object", "map"):
                self.fail(where, f"only an object or a map can be included, {reference} is neither")
            result.min_properties = max(result.min_properties, target.min_properties)
            if target.kind == "map":  # a payload that is itself a map, as in Storage.CountsChangedEvent
                result.others, result.others_pattern = target.item, target.key_pattern
                continue
            result.others, result.others_pattern = target.others, target.others_pattern
            for inherited in target.fields:
                copy = Field(**inherited.__dict__)
                copy.required = copy.required or copy.name in (attributes.get("require") or [])
                result.fields.append(copy)
        for name in attributes.get("require") or []:
            if name not in [f.name for f in result.fields]:
                self.fail(where, f"`require` names {name}, which no include has")
        for name, source in own.items():
            read = self.use(interface, source, f"{where}.{name}", owner + pascal(name), Field)
            read.name = name
            result.fields = [f for f in result.fields if f.name != name] + [read]
        if "others" in attributes:
            result.others = self.use(interface, attributes["others"], where + ".*", owner + "Others")
            result.others_pattern = attributes.get("otherKeys")

    # -- messages

    def load_messages(self, name):
        data, interface = self.raw[name], self.interfaces[name]
        for key, attribute in (("status", "status"), ("capabilities", "capabilities"), ("statusChanged", "status_changed")):
            if data.get(key):
                setattr(interface, attribute, self.named_type(name, data[key], f"{name}.{key}"))
        for event_name, source in sorted((data.get("events") or {}).items()):
            where = f"{name}.events.{event_name}"
            kind = source.get("kind")
            if kind not in ("command", "unsolicited", "both"):
                self.fail(where, "`kind` is one of command, unsolicited, both")
            payload = self.message(name, source.get("payload"), where + ".payload", event_name)
            interface.events.append(Event(interface, event_name, source.get("doc") or "", self.version(source["version"], where),
                                          kind != "unsolicited", kind != "command", payload))
        for command_name, source in sorted((data.get("commands") or {}).items()):
            where = f"{name}.commands.{command_name}"
            unknown = set(source) - {"doc", "versions", "lane", "events", "errors", "payload", "completion"}
            if unknown:
                self.fail(where, f"unknown key {', '.join(sorted(unknown))}")
            lane = source.get("lane", interface.lane)
            if lane not in LANES:
                self.fail(where, f"the lane {lane} is none of {', '.join(LANES)}")
            payload = self.message(name, source.get("payload"), where + ".payload", command_name)
            completion = self.message(name, source.get("completion"), where + ".completion", command_name + "Completion")
            errors = list(source.get("errors") or [])
            if errors:
                code = Type("enum", name, command_name + "Error", where + ".errors", values=errors)
                completion.fields.insert(0, Field(code, nullable=True, name="errorCode",
                                                  doc="Why the command failed, with completionCode commandErrorCode."))
            interface.commands.append(Command(
                interface, command_name, source.get("doc") or "", self.version(source["versions"]["command"], where),
                self.version(source["versions"]["completion"], where), lane, list(source.get("events") or []), errors,
                payload, completion))

    def version(self, text, where):
        if not re.fullmatch(r"[1-9][0-9]*\.([1-9][0-9]*|0)", str(text)) or not isinstance(text, str):
            self.fail(where, f"the version {text!r} is not a quoted MAJOR.MINOR")
        return text

    def message(self, interface, source, where, name):
        result = Type("object", interface, name, where)
        if isinstance(source, str):
            source = {"include": [source]}
        source = source or {}
        unknown = set(source) - _KEYS
        if unknown:
            self.fail(where, f"unknown key {', '.join(sorted(unknown))}")
        result.min_properties = source.get("minProperties", 0)
        result.max_properties = source.get("maxProperties")
        result.corrects = source.get("corrects") or ""
        self.fill(result, interface, source, where, name)
        return result

    # -- what C++ needs

    def collect(self, interface):
        """Every object and enum of this interface that is used by value, each after what it holds."""
        done, order, uses = set(), [], set()

        def visit(type_):
            if type_ is None or id(type_) in done:
                return
            done.add(id(type_))
            for use in [*type_.fields, type_.others, type_.item]:
                if use is not None:
                    if use.type.kind in ("array", "map", "one_or_many", "json") or use.type.interface == interface.name:
                        visit(use.type)
                    elif use.type.kind in ("object", "enum"):
                        uses.add(use.type.interface)
            if type_.kind in ("object", "enum"):
                if type_.interface == interface.name:
                    order.append(type_)
                else:
                    uses.add(type_.interface)
            elif type_.interface != interface.name and type_.name:
                uses.add(type_.interface)

        for root in (interface.status, interface.capabilities, interface.status_changed):
            visit(root)
        for event in interface.events:
            visit(event.payload)
        for command in interface.commands:
            visit(command.payload)
            visit(command.completion)
        interface.structures, interface.uses = order, sorted(uses)

    def check_names(self):
        """Types that other interfaces need are added, and one name means one thing in a namespace."""
        wanted = {}

        def walk(type_, home):
            for use in [*type_.fields, type_.others, type_.item, Use(type_.shape) if type_.shape else None]:
                if use is None or use.type is None:
                    continue
                inner = use.type
                if inner.kind in ("object", "enum") and inner not in self.interfaces[inner.interface].structures:
                    wanted.setdefault(inner.interface, []).append(inner)
                    walk_once(inner)
                elif inner.kind not in ("object", "enum"):
                    walk_once(inner)

        seen = set()

        def walk_once(type_):
            if id(type_) not in seen:
                seen.add(id(type_))
                walk(type_, type_.interface)

        for interface in self.interfaces.values():
            for type_ in list(interface.structures):
                walk_once(type_)
        for name, types in wanted.items():
            interface = self.interfaces[name]
            for type_ in types:
                self.add(interface, type_)
        for interface in self.interfaces.values():
            taken = {"Provider", "ProviderFor", "Client"}
            messages = {id(m) for e in interface.events for m in [e.payload]}
            messages |= {id(m) for c in interface.commands for m in (c.payload, c.completion)}
            for type_ in sorted(interface.structures, key=lambda t: id(t) not in messages):
                if type_.name in taken:
                    type_.name += "Data"  # CashDispenser.Denominate is a command and also a type
                if type_.name in taken:
                    self.fail(type_.where, f"two things are called {type_.name}")
                taken.add(type_.name)

    def add(self, interface, type_):
        if type_ in interface.structures:
            return
        for use in [*type_.fields, type_.others, type_.item]:
            if use is not None:
                inner = use.type
                while inner is not None and inner.kind in ("array", "map", "one_or_many"):
                    inner = inner.item.type
                if inner is None or inner.kind not in ("object", "enum"):
                    continue
                if inner.interface == interface.name:
                    self.add(interface, inner)
                elif inner.interface not in interface.uses:
                    interface.uses.append(inner.interface)
        interface.structures.append(type_)


def load(folder):
    """All interfaces, by name in alphabetical order."""
    return _Loader(folder).load()
