#!/usr/bin/python3
"""JSON Schemas (2020-12) of every message: schema.py --specs DIR --out DIR writes one file a message.

`CardReader.ReadRawData.command.json` describes the whole message, header and payload; the payload alone is its
`$defs/payload`, for which an absent or null payload counts as {}. Patterns are ECMA-262's, as JSON Schema wants them.
"""

import argparse
import json
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).parent))

import model  # noqa: E402

RELEASE = "2024-3"
BASE64 = "^([a-zA-Z0-9+/]{4})*([a-zA-Z0-9+/]{4}|[a-zA-Z0-9+/]{2}([a-zA-Z0-9+/]|=)=)$"
COMPLETION_CODES = [
    "commandErrorCode", "canceled", "timeOut", "deviceNotReady", "hardwareError", "internalError", "invalidCommand",
    "invalidRequestID", "unsupportedCommand", "invalidData", "unsupportedData", "userError", "fraudAttempt", "sequenceError",
    "authorizationRequired", "noCommandNonce", "invalidToken", "invalidTokenNonce", "invalidTokenHMAC", "invalidTokenFormat",
    "invalidTokenKeyNoValue", "notEnoughSpace"]


def with_null(schema):
    """The same, or null."""
    if "$ref" in schema:
        return {"anyOf": [{"$ref": schema["$ref"]}, {"type": "null"}]}
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    result = {**schema, "type": [*kinds, "null"]}
    if "enum" in schema:
        result["enum"] = [*schema["enum"], None]
    return result


class Writer:
    """Schemas of types. Named types go to `definitions` and are referred to, or stand where they are used with `inline`,
    which validators check several times faster."""

    def __init__(self, inline=False):
        self.inline = inline
        self.definitions = {}
        self.cache = {}

    def use(self, use):
        """A type at a place, with what the place adds: null, default, documentation."""
        result = self.type(use.type)
        if use.nullable:
            result = with_null(result)
        notes = {}
        if getattr(use, "doc", ""):
            notes["description"] = use.doc
        if use.has_default:
            notes["default"] = use.default
        elif use.nullable:
            notes["default"] = None
        if use.sensitive:
            notes["sensitive"] = True
        if getattr(use, "deprecated", False):
            notes["deprecated"] = True
        return {**result, **notes} if notes and not self.inline else result

    def type(self, type_):
        home, separator, name = type_.where.partition(".types.")
        named = separator and "." not in name
        if not named:
            return self.shape(type_)
        if self.inline:
            if id(type_) not in self.cache:
                self.cache[id(type_)] = self.shape(type_)
            return self.cache[id(type_)]
        key = f"{home}.{name}"
        if key not in self.definitions:
            self.definitions[key] = {}  # before its parts, so that a type may contain itself
            self.definitions[key] = {**self.shape(type_), **({"description": type_.doc} if type_.doc else {})}
        return {"$ref": f"#/$defs/{key}"}

    def shape(self, type_):
        kind = type_.kind
        if kind == "json":
            return self.type(type_.shape) if type_.shape else {"type": "object"}
        if kind in ("boolean", "integer", "number", "string", "enum"):
            return self.scalar(type_)
        if kind == "object":
            return self.object(type_)
        if kind == "map":
            result = {"type": "object", **self.counts(type_)}
            item = self.use(type_.item)
            return {**result, **({"patternProperties": {type_.key_pattern: item}} if type_.key_pattern
                                 else {"additionalProperties": item})}
        if kind == "one_or_many":
            item = self.use(type_.item)
            return {"type": ["string", "array"], "items": item}
        if kind == "array":
            result = {"type": "array", "items": self.use(type_.item)}
            if type_.min_items:
                result["minItems"] = type_.min_items
            if type_.max_items is not None:
                result["maxItems"] = type_.max_items
            if type_.unique:
                result["uniqueItems"] = True
            return result
        raise model.SpecError(f"{type_.where}: no schema for the kind {kind}")

    def scalar(self, type_):
        result = {"type": "string" if type_.kind == "enum" else type_.kind}
        if type_.values:
            result["enum"] = list(type_.values)
        for key, value in (("minimum", type_.minimum), ("maximum", type_.maximum), ("minLength", type_.min_length),
                           ("maxLength", type_.max_length), ("pattern", type_.pattern)):
            if value is not None:
                result[key] = value
        if type_.format == "base64":
            result.update(pattern=BASE64, contentEncoding="base64")
        elif type_.format:
            result["format"] = type_.format
        return result

    def object(self, type_):
        result = {"type": "object", **self.counts(type_)}
        required = [field.name for field in type_.fields if field.required]
        if required:
            result["required"] = required
        result["properties"] = {field.name: self.use(field) for field in type_.fields}
        if type_.others:
            others = self.use(type_.others)
            result.update({"patternProperties": {type_.others_pattern: others}} if type_.others_pattern
                          else {"additionalProperties": others})
        return result

    @staticmethod
    def counts(type_):
        result = {"minProperties": type_.min_properties} if type_.min_properties else {}
        return {**result, **({"maxProperties": type_.max_properties} if type_.max_properties is not None else {})}


def header(name, version, kinds):
    """The header's schema for one message; `kinds` has two entries for an event that comes with and without a request."""
    properties = {"type": {"enum": kinds}, "name": {"const": name}, "version": {"const": version}}
    required = ["type", "name", "version"]
    if kinds != ["unsolicited"]:
        properties["requestId"] = {"type": "integer", "minimum": 0}
    if "unsolicited" not in kinds:
        required.append("requestId")
    if kinds == ["command"]:
        properties["timeout"] = {"type": "integer", "minimum": 0, "default": 0, "description": "Milliseconds; 0 is never."}
    if kinds == ["completion"]:
        properties["completionCode"] = {"enum": [*COMPLETION_CODES, None], "default": None}
        properties["errorDescription"] = {"type": ["string", "null"], "default": None}
    return {"type": "object", "required": required, "properties": properties, "additionalProperties": False}


def message(name, version, kinds, doc, payload):
    """The schema of one whole message."""
    writer = Writer()
    body = writer.shape(payload)
    needed = bool(body.get("required") or body.get("minProperties"))
    present = {"required": ["payload"], "properties": {"payload": {"type": "object"}}}
    if needed and kinds == ["completion"]:  # a command that failed has nothing to tell but its code
        needed = False
        condition = {"if": {"properties": {"header": {"properties": {"completionCode": {"type": "null"}}}}}, "then": present}
    else:
        condition = {}
    shown = {"$ref": "#/$defs/payload", "minProperties": 1}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:sesame:xfs4iot:{RELEASE}:{name}:{kinds[0]}",
        "title": f"{name} {' or '.join(kinds)} {version}",
        "description": doc,
        "type": "object",
        "required": ["header", "payload"] if needed else ["header"],
        "properties": {"header": header(name, version, kinds),
                       "payload": shown if needed else {"anyOf": [shown, {"type": "null"}]}},
        "additionalProperties": False,
        **condition,
        "$defs": {"payload": body, **dict(sorted(writer.definitions.items()))},
    }


def messages(interfaces):
    """(full name, kind, version, header kinds, documentation, payload type) of every message, in order."""
    for interface in interfaces:
        for command in interface.commands:
            yield command.full_name, "command", command.command_version, ["command"], command.doc, command.payload
            yield (command.full_name, "completion", command.completion_version, ["completion"],
                   f"Completion. {command.doc}", command.completion)
        for event in interface.events:
            kinds = ["event"] * event.command_event + ["unsolicited"] * event.unsolicited
            yield event.full_name, "event", event.version, kinds, event.doc, event.payload


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
    written = set()
    for name, kind, version, kinds, doc, payload in messages(interfaces):
        path = options.out / f"{name}.{kind}.json"
        path.write_text(json.dumps(message(name, version, kinds, doc, payload), indent=1) + "\n", encoding="utf-8")
        written.add(path.name)
    for stale in options.out.glob("*.json"):
        if stale.name not in written:
            stale.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main())
