"""Regular expressions as JSON Schema means them (ECMA-262), by Python's `re`, and strings that match them.

Python differs in three places: `$` also matches before a last line feed, `.` takes every line terminator but one, and \\d
and \\D know all of Unicode's digits.
"""

import functools
import re
import sre_constants as constants
import sre_parse

LINE_ENDS = "\n\r\u2028\u2029"
PLAIN = [chr(c) for c in range(0x20, 0x7F)]
STRANGE = list("äßλЖ中日本ཨ٣\u0301\u00a0") + ["\U0001f600", "\U00020000"]


@functools.lru_cache(maxsize=None)
def compiled(pattern):
    """`pattern` as Python wants it."""
    result, in_class, i = [], False, 0
    while i < len(pattern):
        c = pattern[i]
        if c == "\\":
            result.append(pattern[i:i + 2])
            i += 2
            continue
        if c == "[":
            in_class = True
        elif c == "]":
            in_class = False
        if not in_class and c == "$":
            result.append(r"\Z")
        elif not in_class and c == ".":
            result.append(f"[^{LINE_ENDS}]")
        else:
            result.append(c)
        i += 1
    return re.compile("".join(result), re.ASCII)


def matches(pattern, text):
    return compiled(pattern).search(text) is not None


@functools.lru_cache(maxsize=None)
def parsed(pattern):
    return sre_parse.parse(pattern, re.ASCII)


def example(pattern, rng):
    """A string that matches `pattern`, which is anchored at both ends as all of the contract's are but few."""
    return "".join(_sequence(parsed(pattern), rng, 4))


def _sequence(tokens, rng, repeats):
    for operator, value in tokens:
        yield from _token(operator, value, rng, repeats)


def _token(operator, value, rng, repeats):
    if operator is constants.LITERAL:
        yield chr(value)
    elif operator is constants.NOT_LITERAL:
        yield rng.choice([c for c in PLAIN if ord(c) != value])
    elif operator is constants.ANY:
        yield rng.choice(PLAIN + STRANGE)
    elif operator is constants.IN:
        yield _one_of(value, rng)
    elif operator is constants.BRANCH:
        yield from _sequence(rng.choice(value[1]), rng, repeats)
    elif operator is constants.SUBPATTERN:
        yield from _sequence(value[-1], rng, repeats)
    elif operator in (constants.MAX_REPEAT, constants.MIN_REPEAT):
        low, high, inner = value
        # Repeats within repeats stay few: `([0-9]+)+` takes Python's `re` a time that doubles with every digit.
        for _ in range(rng.randint(low, min(high, low + repeats))):
            yield from _sequence(inner, rng, 2)
    elif operator is not constants.AT:
        raise ValueError(f"no example for {operator}")


def _one_of(members, rng):
    negated = members[0][0] is constants.NEGATE
    wanted = []
    for operator, value in members:
        if operator is constants.LITERAL:
            wanted.append(chr(value))
        elif operator is constants.RANGE:
            wanted.extend(chr(c) for c in range(value[0], value[1] + 1))
        elif operator is constants.CATEGORY:
            digits = set("0123456789")
            wanted.extend(digits if value is constants.CATEGORY_DIGIT else [c for c in PLAIN + STRANGE if c not in digits])
    if negated:
        refused = set(wanted)
        wanted = [c for c in PLAIN + STRANGE if c not in refused]
    return rng.choice(wanted)
