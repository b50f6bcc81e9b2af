#!/usr/bin/python3
"""100,000 payloads, judged alike by everyone who has a say: python3-jsonschema on the schemas made from specs/interfaces, the
same on the standard's own schemas where the folder of facts is present, and Sesame's validator (the program sesame-validate).

schema_judge.py [--validator PROGRAM] [--facts FOLDER] [--payloads N] [--seed N]
"""

import argparse
import json
import multiprocessing
import os
import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import jsonschema

sys.dont_write_bytecode = True
ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "specs" / "codegen"), str(Path(__file__).resolve().parent)]

import ecma_pattern  # noqa: E402
import model  # noqa: E402
import payloads  # noqa: E402
import schema  # noqa: E402
from facts import Facts  # noqa: E402

BARE = 10  # payloads for a message without properties, about which there is little to say
options = None
judges = None  # of this process: what Judges builds once


def _pattern(validator, pattern, instance, _):
    if isinstance(instance, str) and not ecma_pattern.matches(pattern, instance):
        yield jsonschema.ValidationError("pattern")


def _pattern_properties(validator, patterns, instance, _):
    if isinstance(instance, dict):
        for pattern, inner in patterns.items():
            for key, value in instance.items():
                if ecma_pattern.matches(pattern, key):
                    yield from validator.descend(value, inner)


Validator = jsonschema.validators.extend(
    jsonschema.Draft202012Validator, {"pattern": _pattern, "patternProperties": _pattern_properties})


class Judges:
    def __init__(self):
        self.messages = list(schema.messages(model.load(ROOT / "specs" / "interfaces")))
        self.facts = Facts(options.facts) if options.facts else None
        self.writer = schema.Writer(inline=True)
        bare = sum(not self.has_content(message[-1]) for message in self.messages)
        self.each = -(-(options.payloads - bare * BARE) // (len(self.messages) - bare))

    @staticmethod
    def has_content(type_):
        return bool(type_.fields or type_.others)

    def judge(self, index):
        """Everyone's verdict on this message's payloads: (judged, counts by change, disagreements)."""
        name, kind, *_, type_ = self.messages[index]
        rng = random.Random(f"{options.seed} {name} {kind}")
        many = self.each if self.has_content(type_) else BARE
        made = [payloads.make(type_, rng, number) for number in range(many)]
        verdicts = {"specs": self.by_schema(self.writer.shape(type_), made)}
        if self.facts:
            verdicts["facts"] = self.by_schema(self.facts.payload(name, kind), made)
        if options.validator:
            verdicts["sesame-validate"], words = self.by_program(name, kind, made)
        counts, wrong = Counter(), []
        for number, (change, payload) in enumerate(made):
            said = {judge: verdict[number] for judge, verdict in verdicts.items()}
            counts[change, said["specs"]] += 1
            if len(set(said.values())) > 1 or (change == "valid" and not said["specs"]):
                note = f" ({words[number]})" if options.validator else ""
                wrong.append(f"{name} {kind}, {change}: {said}{note} of {json.dumps(payload)[:1500]}")
        return len(made), counts, wrong

    @staticmethod
    def by_schema(described, made):
        validator = Validator(described)
        return [validator.is_valid(payload) for _, payload in made]

    @staticmethod
    def by_program(name, kind, made):
        lines = "".join(json.dumps({"message": name, "kind": kind, "payload": payload}) + "\n" for _, payload in made)
        ran = subprocess.run([options.validator], input=lines.encode(), stdout=subprocess.PIPE, timeout=60, check=True)
        words = ran.stdout.decode().splitlines()
        if len(words) != len(made):
            raise RuntimeError(f"{options.validator} answered {len(words)} lines to {len(made)}")
        odd = [word for word in words if word.startswith("? ")]
        if odd:
            raise RuntimeError(f"{options.validator} did not understand a question about {name}: {odd[0]}")
        return [word == "ok" for word in words], words


def judge(index):
    global judges
    if judges is None:
        judges = Judges()
    return judges.judge(index)


def read_options():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--validator", help="the program sesame-validate; left out, it is not asked")
    arguments.add_argument("--facts", type=Path, help="folder of the standard's facts (default: $SESAME_SHARED or ../shared)")
    arguments.add_argument("--payloads", type=int, default=100_000, help="at least so many")
    arguments.add_argument("--seed", type=int, default=20243)
    result = arguments.parse_args()
    if result.facts is None:
        shared = Path(os.environ.get("SESAME_SHARED") or ROOT.parent / "shared")
        result.facts = shared / "xfs4iot" / "interfaces"
    if not list(result.facts.glob("*.json")):
        result.facts = None
    return result


def main():
    global options
    options = read_options()
    messages = len(list(schema.messages(model.load(ROOT / "specs" / "interfaces"))))
    print(f"asked: specs{', the facts' if options.facts else ''}{', sesame-validate' if options.validator else ''}; "
          f"seed {options.seed}, {messages} messages", flush=True)
    started, judged, counts, wrong = time.monotonic(), 0, Counter(), []
    with multiprocessing.get_context("fork").Pool(2) as pool:
        for number, (made, tally, disagreements) in enumerate(pool.imap_unordered(judge, range(messages)), 1):
            judged += made
            counts += tally
            wrong += disagreements
            if number % 100 == 0:
                print(f"{number} of {messages} messages, {time.monotonic() - started:.0f} s", flush=True)
    for change in sorted({change for change, _ in counts}):
        print(f"  {change:40} {counts[change, True]:6} valid {counts[change, False]:6} refused")
    for line in wrong[:30]:
        print("JUDGED DIFFERENTLY", line)
    unused = {change.__name__ for change in payloads.CHANGES} - {change for change, _ in counts}
    if unused:
        print(f"changes that never fitted: {', '.join(sorted(unused))}")
    print(f"{judged} payloads in {time.monotonic() - started:.0f} s, {len(wrong)} judged differently")
    return 1 if wrong or unused or judged < options.payloads else 0


if __name__ == "__main__":
    sys.exit(main())
