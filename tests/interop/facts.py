"""The standard's own schemas, as the folder of facts has them: an independent statement of what is valid.

Slips of the official files that specs/interfaces corrects are corrected here too, each by its name; a correction that no
longer finds what it corrects is an error.
"""

import json


class Facts:
    """Schemas by message, references resolved in place (validators are several times faster then)."""

    def __init__(self, folder):
        self.interfaces = {p.stem: json.loads(p.read_text(encoding="utf-8")) for p in sorted(folder.glob("*.json"))}
        self.types = {name: t for i in self.interfaces.values() for name, t in i["types"].items()}
        for correct in CORRECTIONS:
            correct(self)
        self.resolved = {}

    def payload(self, name, kind):
        """The payload's schema; a message without payload takes any object, for unknown properties are ignored."""
        interface, _, message = name.partition(".")
        facts = self.interfaces[interface]
        part = facts["events"][message] if kind == "event" else facts["commands"][message][kind]
        return self.resolve(part.get("payload") or {"type": "object"})

    def resolve(self, schema):
        if not isinstance(schema, dict):
            return schema
        result = {}
        for key, value in schema.items():
            if key in ("properties", "patternProperties"):
                result[key] = {name: self.resolve(inner) for name, inner in value.items()}
            elif key in ("items", "additionalProperties"):
                result[key] = self.resolve(value)
            elif key in ("allOf", "anyOf", "oneOf"):
                result[key] = [self.resolve(inner) for inner in value]
            elif key not in ("$ref", "default", "sensitive", "deprecated", "format", "contentEncoding"):
                result[key] = value
        # "null" in `type` is how the facts say that a value may be null, whatever an enumeration beside it lists.
        if "enum" in result and isinstance(result.get("type"), list) and "null" in result["type"]:
            result["enum"] = [*result["enum"], None]
        if "$ref" not in schema:
            return result
        name = schema["$ref"]
        if name not in self.resolved:
            self.resolved[name] = self.resolve(self.types[name])
        return {"allOf": [self.resolved[name], result]} if result else self.resolved[name]


def write_raw_data_takes_vendor_tracks(facts):
    payload = facts.interfaces["CardReader"]["commands"]["WriteRawData"]["command"]["payload"]
    payload["additionalProperties"] = payload["properties"].pop("additionalProperties")


def layout_checks_every_part(facts):
    for name in ("Keyboard.Layout", "Keyboard.LayoutNullable"):
        facts.types[name]["allOf"] = facts.types[name].pop("anyOf")


def month_has_no_comma(facts):
    text = json.dumps(facts.interfaces["German"])
    changed = text.replace("[0,1,2]", "[012]")
    if changed == text:
        raise ValueError("German: the month class [0,1,2] is gone")
    facts.interfaces["German"] = json.loads(changed)
    facts.types.update(facts.interfaces["German"]["types"])


def changed_device_may_be_null(facts):
    """Its type says so, but the enumeration it refers to has no null."""
    device = facts.types["Common.StatusPropertiesChanged"]["properties"]["device"]
    device["enum"] = facts.types[device.pop("$ref")]["enum"]


CORRECTIONS = [write_raw_data_takes_vendor_tracks, layout_checks_every_part, month_has_no_comma, changed_device_may_be_null]
