"""Payloads from the contract's model: valid ones, and ones with one thing changed. Same seed, same payloads."""

import base64
import copy

import ecma_pattern

WORDS = ["", "a", "Sesame", "ä中\U0001f600", "line\nfeed", '"quoted"', "null", "0", " blank ", "\u0000", "x" * 200, "\u2028", "٣"]
# No integer beyond 64 bits, 1e300 for one: JSON Schema has no bound there, Sesame does.
ANYTHING = [None, True, False, 0, -1, 1.5, 1e-300, "", "text", [], ["x", 1], {}, {"a": {"b": [None]}}]


class Site:
    """A value within a payload, by its container, with what the contract says of it."""

    def __init__(self, container, key, use, required):
        self.container, self.key, self.use, self.required = container, key, use, required

    @property
    def value(self):
        return self.container[self.key]


class Maker:
    """Makes one valid payload; `sites` then lists every value in it and `objects` every object, with their types."""

    def __init__(self, rng, fullness):
        self.rng, self.fullness = rng, fullness
        self.sites, self.objects = [], []

    def payload(self, type_):
        return self.object(type_, 0)

    def put(self, container, key, use, depth, required=False):
        null = use.nullable and self.rng.random() < 0.1
        if isinstance(container, list):
            container.append(None)
        container[key] = None if null else self.value(use.type, depth + 1)
        self.sites.append(Site(container, key, use, required))

    def value(self, type_, depth):
        kind, rng = type_.kind, self.rng
        if kind == "boolean":
            return rng.random() < 0.5
        if kind == "integer":
            return self.integer(type_)
        if kind == "number":
            low = type_.minimum if type_.minimum is not None else -1000
            return rng.choice([low, low + rng.random() * 100, low + rng.randint(0, 1000)])
        if kind == "enum":
            return rng.choice(type_.values)
        if kind == "string":
            return self.string(type_)
        if kind == "one_or_many":
            return self.string(type_.item.type) if rng.random() < 0.5 else self.array(type_, depth)
        if kind == "array":
            return self.array(type_, depth)
        if kind == "map":
            return self.map(type_, depth)
        if kind == "json":
            return self.value(type_.shape, depth) if type_.shape else {}
        return self.object(type_, depth)

    def integer(self, type_):
        if type_.values:
            return self.rng.choice(type_.values)
        low = type_.minimum if type_.minimum is not None else -5
        high = type_.maximum if type_.maximum is not None else low + 100000
        return self.rng.choice([low, high, self.rng.randint(low, high)])

    def string(self, type_):
        rng = self.rng
        if type_.format == "base64":
            return base64.b64encode(rng.randbytes(rng.randint(1, 12))).decode()
        if type_.pattern:
            return ecma_pattern.example(type_.pattern, rng)
        if type_.max_length is not None:
            letters = [rng.choice(ecma_pattern.PLAIN + ecma_pattern.STRANGE) for _ in range(type_.max_length)]
            return "".join(letters[:rng.randint(type_.min_length or 0, type_.max_length)])
        return rng.choice(WORDS)

    def array(self, type_, depth):
        result = []
        for _ in range(type_.min_items + self.rng.randint(0, 1 if depth > 3 else 2)):
            self.put(result, len(result), type_.item, depth)
            if type_.unique and result[-1] in result[:-1]:
                result.pop()
                self.sites.pop()
        while len(result) < type_.min_items:
            self.put(result, len(result), type_.item, depth)
        return result

    def map(self, type_, depth):
        result = {}
        wanted = type_.min_properties + self.rng.randint(0, 1 if depth > 3 else 2)
        for _ in range(wanted * 3):
            if len(result) < wanted:
                self.put(result, self.key(type_.key_pattern), type_.item, depth)
        self.objects.append((result, type_))
        return result

    def key(self, pattern):
        return ecma_pattern.example(pattern, self.rng) if pattern else "acme" + str(self.rng.randint(0, 99))

    def object(self, type_, depth):
        rng, result = self.rng, {}
        chance = self.fullness / (1 + depth / 3)
        optional = [f for f in type_.fields if not f.required]
        rng.shuffle(optional)
        chosen = [f for f in optional if rng.random() < chance]
        missing = type_.min_properties - (len(type_.fields) - len(optional)) - len(chosen)
        if missing > 0:
            chosen += [f for f in optional if f not in chosen][:missing]
        if type_.max_properties is not None:
            chosen = chosen[:type_.max_properties]
        for field in type_.fields:
            if field.required or field in chosen:
                self.put(result, field.name, field, depth, field.required)
        if type_.others and rng.random() < 0.5:
            self.put(result, self.key(type_.others_pattern), type_.others, depth)
        while len(result) < type_.min_properties and type_.others:
            self.put(result, self.key(type_.others_pattern), type_.others, depth)
        self.objects.append((result, type_))
        return result


# -- one change each; a function changes the payload and returns True, or returns False where it has nothing to change

def _sites(maker, fits):
    return [s for s in maker.sites if s.value is not None and fits(s.use.type)]


def _replace(maker, rng, fits, change):
    sites = _sites(maker, fits)
    if not sites:
        return False
    site = rng.choice(sites)
    site.container[site.key] = change(site.use.type, site.value)
    return True


def wrong_type(maker, rng):
    return _replace(maker, rng, lambda t: True, lambda t, v: copy.deepcopy(
        rng.choice([x for x in ANYTHING if type(x) is not type(v)])))


def null_where_none_may_be(maker, rng):
    sites = [s for s in maker.sites if not s.use.nullable]
    if not sites:
        return False
    site = rng.choice(sites)
    site.container[site.key] = None
    return True


def missing_required(maker, rng):
    sites = [s for s in maker.sites if s.required and isinstance(s.container, dict)]
    if not sites:
        return False
    site = rng.choice(sites)
    site.container.pop(site.key, None)
    return True


def below_minimum(maker, rng):
    return _replace(maker, rng, lambda t: t.minimum is not None, lambda t, v: t.minimum - rng.choice([1, 0.0005, 1000]))


def above_maximum(maker, rng):
    return _replace(maker, rng, lambda t: t.maximum is not None, lambda t, v: t.maximum + rng.choice([1, 0.5, 1000]))


def not_an_integer(maker, rng):
    return _replace(maker, rng, lambda t: t.kind == "integer", lambda t, v: rng.choice([v + 0.5, str(v), True, [v]]))


def integer_written_as_real(maker, rng):
    return _replace(maker, rng, lambda t: t.kind == "integer", lambda t, v: float(v))


def not_one_of_the_values(maker, rng):
    def change(type_, value):
        if not isinstance(value, str):
            return value + 1
        return rng.choice([value.upper(), value.capitalize(), value + " ", value[:-1], "", "success", value + "\n"])
    return _replace(maker, rng, lambda t: bool(t.values), change)


def edited_text(rng, text):
    """One character added, dropped, doubled or changed."""
    letter = rng.choice(["\n", " ", "a", "Z", "0", "-", "ä", "\U0001f600", "٣", "=", "/"])
    at = rng.randint(0, len(text))
    return rng.choice([text[:at] + letter + text[at:], text[:at] + text[at + 1:], text + text, text + letter, letter + text, ""])


def against_the_pattern(maker, rng):
    return _replace(maker, rng, lambda t: t.kind == "string" and t.pattern, lambda t, v: edited_text(rng, v))


def broken_base64(maker, rng):
    return _replace(maker, rng, lambda t: t.format == "base64", lambda t, v: rng.choice(
        [v.rstrip("="), v + "=", v[:-1], v.replace("A", "-"), "", "====", v + "\n", edited_text(rng, v)]))


def too_short_or_too_long(maker, rng):
    return _replace(maker, rng, lambda t: t.max_length is not None, lambda t, v: rng.choice(
        ["", "\U0001f600" * t.max_length, "ä" * (t.max_length + 1), v * 2 + "x"]))


def too_few_properties(maker, rng):
    objects = [o for o, t in maker.objects if t.min_properties]
    if not objects:
        return False
    rng.choice(objects).clear()
    return True


def too_many_properties(maker, rng):
    objects = [(o, t) for o, t in maker.objects if t.max_properties is not None]
    if not objects:
        return False
    changed, type_ = rng.choice(objects)
    changed.update({f"acme{i}": None for i in range(type_.max_properties)})
    return True


def too_few_items(maker, rng):
    return _replace(maker, rng, lambda t: t.kind == "array" and t.min_items > 0, lambda t, v: v[:t.min_items - 1])


def items_alike(maker, rng):
    return _replace(maker, rng, lambda t: t.kind == "array" and t.unique, lambda t, v: [
        *v, *([float(v[0]) if isinstance(v[0], int) else v[0]] if v else [])])


def key_against_its_pattern(maker, rng):
    maps = [(o, t) for o, t in maker.objects if t.kind == "map" and t.key_pattern and o]
    if not maps:
        return False
    changed, _ = rng.choice(maps)
    key = rng.choice(list(changed))
    changed[edited_text(rng, key)] = changed.pop(key)
    return True


def junk_under_a_key_against_its_pattern(maker, rng):
    maps = [o for o, t in maker.objects if t.kind == "map" and t.key_pattern]
    if not maps:
        return False
    rng.choice(maps)["not a key"] = copy.deepcopy(rng.choice(ANYTHING))
    return True


def unknown_property(maker, rng):
    rng.choice(maker.objects)[0]["acmeUnknown"] = copy.deepcopy(rng.choice(ANYTHING))
    return True


def name_in_another_case(maker, rng):
    sites = [s for s in maker.sites if isinstance(s.container, dict)]
    if not sites:
        return False
    site = rng.choice(sites)
    name = site.key
    site.container[name[:1].upper() + name[1:]] = site.container.pop(name)
    return True


CHANGES = [wrong_type, null_where_none_may_be, missing_required, below_minimum, above_maximum, not_an_integer,
           integer_written_as_real, not_one_of_the_values, against_the_pattern, broken_base64, too_short_or_too_long,
           too_few_properties, too_many_properties, too_few_items, items_alike, key_against_its_pattern,
           junk_under_a_key_against_its_pattern, unknown_property, name_in_another_case]


def make(type_, rng, number):
    """(name of the change or "valid", payload): the first are the smallest, the fullest, and no object at all."""
    if number == 2:
        return "not_an_object", copy.deepcopy(rng.choice([x for x in ANYTHING if not isinstance(x, dict) and x is not None]))
    fullness = {0: 0.0, 1: 1.0}.get(number, rng.choice([0.2, 0.4, 0.7]))
    maker = Maker(rng, fullness)
    payload = maker.payload(type_)
    if number < 2 or number % 3 == 0:
        return "valid", payload
    for change in rng.sample(CHANGES, len(CHANGES)):
        if change(maker, rng):
            return change.__name__, payload
    return "valid", payload
