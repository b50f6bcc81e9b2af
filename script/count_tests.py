#!/usr/bin/env python3
"""Adds up the test cases of one or more passes of script/test.

Usage: count_tests.py RESULTS...   each RESULTS has ctest.xml (ctest --output-junit), gtest/*.json and perhaps build-failed

GoogleTest programs count by their cases, Python's unittest programs by their cases, every other program as one. A program
that ended badly without a case saying so (a crash, a time-out, a sanitizer's finding) is one failure more.
Prints what failed, then as its last line "N passed, N failed, N skipped"; exits with 1 if anything failed or nothing ran.
"""
import json
import pathlib
import re
import sys
import xml.etree.ElementTree as ElementTree
from collections import Counter


def gtest_cases(path):
    """Yields (name, outcome) for each case of one GoogleTest report."""
    report = json.loads(path.read_text())
    for suite in report.get("testsuites", []):
        for case in suite.get("testsuite", []):
            name = f"{suite['name']}.{case['name']}"
            if case.get("failures"):
                yield name, "failed"
            elif case.get("status") == "NOTRUN" or case.get("result") == "SKIPPED":
                yield name, "skipped"
            else:
                yield name, "passed"


def unittest_counts(output):
    """Counts of a program that ends as Python's unittest does, or None."""
    ran = re.search(r"^Ran (\d+) tests? in", output, re.M)
    closing = re.search(r"^(?:OK|FAILED)(?: \((.*)\))?$", output, re.M)
    if not ran or not closing:
        return None
    said = dict(re.findall(r"(failures|errors|skipped|unexpected successes)=(\d+)", closing.group(1) or ""))
    failed = sum(int(said.get(word, 0)) for word in ("failures", "errors", "unexpected successes"))
    skipped = int(said.get("skipped", 0))
    return Counter(passed=int(ran.group(1)) - failed - skipped, failed=failed, skipped=skipped)


def program_counts(entry, reports, complain):
    """Counts of one ctest entry (an element of ctest.xml)."""
    name, status = entry.get("name"), entry.get("status")
    skipped = entry.find("skipped")
    if status == "disabled" or (status == "notrun" and "SKIP" in skipped.get("message", "")):
        return Counter(skipped=1)
    counts = Counter()
    for report in reports:
        for case, outcome in gtest_cases(report):
            counts[outcome] += 1
            if outcome == "failed":
                complain(f"{name}: {case}")
    if not counts:
        counts = unittest_counts(entry.findtext("system-out") or "") or Counter()
        if counts["failed"]:
            complain(f"{name}: {counts['failed']} of its cases (above)")
    if status == "run":
        return counts or Counter(passed=1)
    if status == "notrun":
        complain(f"{name}: {skipped.get('message', 'could not be run')}")
    elif not counts["failed"]:
        complain(f"{name}: ended badly without a failed case (crash, time-out or a sanitizer's finding)")
    counts["failed"] = counts["failed"] or 1
    return counts


def pass_counts(results, complain):
    """Counts of one pass: a folder as script/test leaves it."""
    if (results / "build-failed").exists():
        complain(f"{(results / 'build-failed').read_text().strip()} failed")
        return Counter(failed=1)
    total = Counter()
    for entry in ElementTree.parse(results / "ctest.xml").getroot().iter("testcase"):
        reports = [path for path in (results / "gtest").glob(f"{entry.get('name')}*.json")
                   if re.fullmatch(re.escape(entry.get("name")) + r"(_\d+)?", path.stem)]
        total += program_counts(entry, reports, complain)
    return total


def main():
    total = Counter()
    for folder in map(pathlib.Path, sys.argv[1:]):
        counts = pass_counts(folder, lambda words: print(f"FAILED [{folder.parent.name}] {words}"))
        print(f"{folder.parent.name}: {counts['passed']} passed, {counts['failed']} failed, {counts['skipped']} skipped in this pass")
        total += counts
    if not sum(total.values()):
        print("no test was run")
    print(f"{total['passed']} passed, {total['failed']} failed, {total['skipped']} skipped")
    return 1 if total["failed"] or not total["passed"] else 0


if __name__ == "__main__":
    sys.exit(main())
