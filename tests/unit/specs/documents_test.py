#!/usr/bin/python3
"""The contract's documentation: every message is documented, and what is made from it holds together."""

import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import jsonschema

sys.dont_write_bytecode = True
ROOT = Path(__file__).resolve().parents[3]
SPECS = ROOT / "specs" / "interfaces"
sys.path.insert(0, str(ROOT / "specs" / "codegen"))

import model  # noqa: E402
import schema  # noqa: E402


class Documentation(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.interfaces = model.load(SPECS)

    def test_every_interface_and_message_has_a_line(self):
        things = [(i.name, i.doc) for i in self.interfaces]
        things += [(m.full_name, m.doc) for i in self.interfaces for m in [*i.commands, *i.events]]
        self.assertEqual([name for name, doc in things if len(doc) < 10], [])
        self.assertEqual([name for name, doc in things if not doc.endswith(".")], [])

    def test_no_two_messages_of_an_interface_have_the_same_line(self):
        for interface in self.interfaces:
            lines = [m.doc for m in [*interface.commands, *interface.events]]
            self.assertEqual(sorted({line for line in lines if lines.count(line) > 1}), [], interface.name)

    def test_every_line_of_a_property_is_a_sentence(self):
        def walk(type_, seen):
            if id(type_) in seen:
                return
            seen.add(id(type_))
            for field in type_.fields:
                if field.doc:
                    self.assertRegex(field.doc, r"[.]$", f"{type_.where}.{field.name}")
            for use in [*type_.fields, type_.others, type_.item]:
                if use is not None:
                    walk(use.type, seen)
            if type_.shape:
                walk(type_.shape, seen)

        seen = set()
        for *_, payload in schema.messages(self.interfaces):
            walk(payload, seen)
        self.assertGreater(len(seen), 1000)


class Reference(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        subprocess.run([sys.executable, ROOT / "specs/codegen/reference.py", "--specs", SPECS, "--out", cls.folder.name],
                       check=True, timeout=30)
        cls.pages = {p.name: p.read_text(encoding="utf-8") for p in Path(cls.folder.name).glob("*.md")}

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def test_every_interface_has_a_page(self):
        self.assertEqual(len(self.pages), 27)

    def test_every_link_leads_somewhere(self):
        anchors = {}
        for name, text in self.pages.items():
            headings = {h.lower().replace(" ", "-") for h in re.findall(r"^#+ (.+)$", text, re.M)}
            anchors[name] = headings | set(re.findall(r'<a id="([^"]+)">', text))
        dead = []
        for name, text in self.pages.items():
            text = re.sub(r"`[^`]*`", "", text)  # a pattern can look like a link
            for page, anchor in re.findall(r"\]\(([^)#]*)#?([^)]*)\)", text):
                target = page or name
                if target not in self.pages or (anchor and anchor not in anchors[target]):
                    dead.append(f"{name}: {page}#{anchor}")
        self.assertEqual(sorted(set(dead)), [])


class Schemas(unittest.TestCase):
    def test_every_message_has_a_schema_that_is_one(self):
        count = 0
        for name, kind, version, kinds, doc, payload in schema.messages(model.load(SPECS)):
            jsonschema.Draft202012Validator.check_schema(schema.message(name, version, kinds, doc, payload))
            count += 1
        self.assertEqual(count, 2 * 192 + 89)

    def test_a_whole_message_is_judged_header_and_payload(self):
        written = {(m[0], m[1]): schema.message(m[0], m[2], m[3], m[4], m[5]) for m in schema.messages(model.load(SPECS))}

        def valid(name, kind, header, **rest):
            message = {"header": {"name": name, **header}, **rest}
            return jsonschema.Draft202012Validator(written[name, kind]).is_valid(message)

        command = {"type": "command", "version": "2.0", "requestId": 1}
        self.assertTrue(valid("Common.Cancel", "command", command))
        self.assertTrue(valid("Common.Cancel", "command", command, payload=None))
        self.assertTrue(valid("Common.Cancel", "command", command, payload={"requestIds": [1, 2]}))
        self.assertFalse(valid("Common.Cancel", "command", command, payload={}))
        self.assertFalse(valid("Common.Cancel", "command", command, payload={"requestIds": []}))
        self.assertFalse(valid("Common.Cancel", "command", {**command, "surprise": 1}))
        self.assertFalse(valid("Common.Cancel", "command", {**command, "version": "3.0"}))
        self.assertFalse(valid("CardReader.ReadRawData", "command", command))
        done = {"type": "completion", "version": "3.0", "requestId": 1}
        self.assertFalse(valid("Common.Capabilities", "completion", done))
        self.assertTrue(valid("Common.Capabilities", "completion", {**done, "completionCode": "deviceNotReady"}))
        self.assertTrue(valid("CardReader.MediaRemovedEvent", "event", {"type": "unsolicited", "version": "2.0"}))
        self.assertFalse(valid("CardReader.MediaRemovedEvent", "event", {"type": "event", "version": "2.0", "requestId": 1}))


if __name__ == "__main__":
    unittest.main()
