"""Regular expressions to deterministic automata, for contract::Pattern: one step a character at run time, no recursion.

The text of JSON Schema patterns is a search: a pattern without ^ may begin anywhere, one without $ may end anywhere. Characters are
ASCII, plus one class for all others. Supports what the contract uses; anything else is refused with the pattern named.
"""

import re
from dataclasses import dataclass

try:
    from re import _constants as sre_constants, _parser as sre_parse
except ImportError:  # Python before 3.11
    import sre_constants
    import sre_parse

OTHER = 128
ALL = frozenset(range(129))
DIGITS = frozenset(range(ord("0"), ord("9") + 1))
SPACES = frozenset(map(ord, " \t\n\r\f\v"))
WORD = DIGITS | frozenset(range(ord("a"), ord("z") + 1)) | frozenset(range(ord("A"), ord("Z") + 1)) | {ord("_")}
CATEGORIES = {"CATEGORY_DIGIT": DIGITS, "CATEGORY_NOT_DIGIT": ALL - DIGITS, "CATEGORY_SPACE": SPACES,
              "CATEGORY_NOT_SPACE": ALL - SPACES, "CATEGORY_WORD": WORD, "CATEGORY_NOT_WORD": ALL - WORD}
MAX_STATES = 4000


class PatternError(Exception):
    pass


@dataclass
class Automaton:
    text: str
    classes: list  # of 129
    class_count: int
    next: list  # state * class_count + class
    accepts: list
    start: int


class _Nfa:
    def __init__(self, text):
        self.text = text
        self.edges = []  # per state: list of (set of characters or None for a free step, target)

    def state(self):
        self.edges.append([])
        return len(self.edges) - 1

    def fail(self, what):
        raise PatternError(f"the pattern {self.text!r} uses {what}, which codegen/pattern.py does not know")

    def characters(self, operation, argument):
        name = str(operation)
        if name == "LITERAL":
            return frozenset({argument if argument < 128 else OTHER})
        if name == "NOT_LITERAL":
            return ALL - {argument}
        if name == "ANY":
            return ALL - {ord("\n"), ord("\r")}
        if name == "CATEGORY":
            return CATEGORIES[str(argument)]
        if name == "IN":
            result, negated = frozenset(), False
            for inner, value in argument:
                if str(inner) == "NEGATE":
                    negated = True
                elif str(inner) == "RANGE":
                    result |= frozenset(range(value[0], min(value[1], 127) + 1))
                else:
                    result |= self.characters(inner, value)
            return ALL - result if negated else result
        return None

    def sequence(self, items, start):
        for operation, argument in items:
            start = self.item(operation, argument, start)
        return start

    def item(self, operation, argument, start):
        characters = self.characters(operation, argument)
        name = str(operation)
        if characters is not None:
            end = self.state()
            self.edges[start].append((characters, end))
            return end
        if name == "SUBPATTERN":
            return self.alternatives(argument[3], start)
        if name == "BRANCH":
            end = self.state()
            for branch in argument[1]:
                self.edges[self.sequence(list(branch), self.fork(start))].append((None, end))
            return end
        if name in ("MAX_REPEAT", "MIN_REPEAT"):
            low, high, body = argument
            for _ in range(low):
                start = self.sequence(list(body), start)
            if high == sre_constants.MAXREPEAT:
                loop = self.fork(start)
                self.edges[self.sequence(list(body), loop)].append((None, loop))
                return self.fork(loop)
            end = self.state()
            for _ in range(high - low):
                self.edges[start].append((None, end))
                start = self.sequence(list(body), start)
            self.edges[start].append((None, end))
            return end
        return self.fail(name)

    def fork(self, start):
        end = self.state()
        self.edges[start].append((None, end))
        return end

    def alternatives(self, parsed, start):
        return self.sequence(list(parsed), start)


def _anchored(nfa, items):
    """Strips ^ and $ at the ends of one top-level alternative."""
    items = list(items)
    begins = bool(items) and str(items[0][0]) == "AT" and "BEGINNING" in str(items[0][1])
    if begins:
        items = items[1:]
    ends = bool(items) and str(items[-1][0]) == "AT" and "END" in str(items[-1][1])
    if ends:
        items = items[:-1]
    return begins, items, ends


def _split(parsed):
    """The top-level alternatives. Python's parser factors a common prefix out of them (^a|^b becomes ^(a|b)), which is put back."""
    items = list(parsed)
    for position, (operation, argument) in enumerate(items):
        if str(operation) == "BRANCH":
            return [alternative for branch in argument[1]
                    for alternative in _split(items[:position] + list(branch) + items[position + 1:])]
    return [items]


def _has_anchor_inside(items):
    return any(str(o) == "AT" for o, _ in items)


def compile_pattern(text):
    nfa = _Nfa(text)
    start, final = nfa.state(), nfa.state()
    parsed = sre_parse.parse(text)
    top = list(parsed)
    alternatives = [top] if not _has_branch_with_anchor(top) else _split(top)
    for items in alternatives:
        begins, items, ends = _anchored(nfa, items)
        if _has_anchor_inside(items):
            nfa.fail("an anchor in the middle")
        first = nfa.fork(start)
        if not begins:
            nfa.edges[first].append((ALL, first))
        last = nfa.sequence(items, nfa.fork(first))
        if not ends:
            last = nfa.fork(last)
            nfa.edges[last].append((ALL, last))
        nfa.edges[last].append((None, final))
    return _minimise(text, *_determine(nfa, start, final))


def _has_branch_with_anchor(items):
    return any(str(o) == "BRANCH" and any(_has_anchor_inside(list(b)) for b in a[1]) for o, a in items)


def _closure(nfa, states):
    result, todo = set(states), list(states)
    while todo:
        for characters, target in nfa.edges[todo.pop()]:
            if characters is None and target not in result:
                result.add(target)
                todo.append(target)
    return frozenset(result)


def _determine(nfa, start, final):
    sets = {characters for edges in nfa.edges for characters, _ in edges if characters is not None}
    signature = {c: tuple(c in s for s in sets) for c in ALL}
    kinds = sorted(set(signature.values()), reverse=True)
    classes = [kinds.index(signature[c]) for c in range(129)]
    sample = [classes.index(k) for k in range(len(kinds))]
    index, order, rows = {frozenset(): 0}, [frozenset()], []
    first = _closure(nfa, [start])
    index[first] = 1
    order.append(first)
    position = 0
    while position < len(order):
        row = []
        for character in sample:
            moved = {t for s in order[position] for c, t in nfa.edges[s] if c is not None and character in c}
            target = _closure(nfa, moved)
            if target not in index:
                index[target] = len(order)
                order.append(target)
                if len(order) > MAX_STATES:
                    nfa.fail(f"more than {MAX_STATES} states")
            row.append(index[target])
        rows.append(row)
        position += 1
    return classes, rows, [final in s for s in order]


def _minimise(text, classes, rows, accepts):
    block = [int(a) for a in accepts]
    while True:
        keys = [(block[s], tuple(block[t] for t in rows[s])) for s in range(len(rows))]
        names = {}
        refined = [names.setdefault(k, len(names)) for k in keys]
        if len(names) == len(set(block)):
            break
        block = refined
    # State 0 is where the empty set went: nothing is accepted from there any more.
    rename = {block[0]: 0}
    for b in block:
        rename.setdefault(b, len(rename))
    count, width = len(rename), len(rows[0])
    table, accepting = [0] * (count * width), [0] * count
    for state, row in enumerate(rows):
        new = rename[block[state]]
        accepting[new] = int(accepts[state])
        for c, target in enumerate(row):
            table[new * width + c] = rename[block[target]]
    return Automaton(text, classes, width, table, accepting, rename[block[1]])


def matches(automaton, text):
    """What the C++ engine does, for the generator's own checks."""
    state = automaton.start
    for character in text:
        state = automaton.next[state * automaton.class_count + automaton.classes[min(ord(character), OTHER)]]
    return bool(automaton.accepts[state])
