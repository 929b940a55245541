"""Texts that are made to be slow, out of the patterns themselves: found by walking modules, read as parse trees, so
later ones count too.

A pattern is slow where it tries again: words said over and over, words without their end, the body of a loop without
what comes after it, and words of one pattern beside those of another that cancels them. Each family is a head, a body
to repeat and a tail, of any length.
"""

import dataclasses
import importlib
import random
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Final

_parser: Final[Any] = importlib.import_module("re._parser")
FILLERS: Final = "的x1 ，a"
"""What stands for 「any sign」: the first of them that the class allows."""
SEPARATORS: Final = "，。！？；、,.!?; \n\t…~～（）()\u3000「》:：-"
MOST_WORDS: Final = 400
"""Words of one pattern; what its products have more than that is drawn by lot."""
LOOSE: Final = 3
"""Times that a loop without an upper end is gone through in a word."""
SEED: Final = 3


@dataclass(frozen=True, slots=True)
class Family:
    """A text of any length: `head`, then `body` again and again, then `tail`."""

    name: str
    body: str
    head: str = ""
    tail: str = ""

    def text(self, length: int) -> str:
        """The text with exactly so many signs."""
        room = length - len(self.head) - len(self.tail)
        return self.head + (self.body * (room // len(self.body) + 1))[:room] + self.tail

    def whole(self, times: int) -> str:
        """The text with its body so many times: two of them end alike."""
        return self.head + self.body * times + self.tail


def patterns(*modules: ModuleType) -> dict[str, "re.Pattern[str]"]:
    """Every compiled pattern over text that the modules hold, however deep, by a name that says where it stands."""
    found: dict[str, re.Pattern[str]] = {}
    for module in modules:
        for name, value in vars(module).items():
            if not name.startswith("__"):
                for place, pattern in _held(f"{module.__name__}.{name}", value, 6):
                    if pattern not in found.values():
                        found[place] = pattern
    return found


def _held(place: str, value: object, depth: int) -> Iterator[tuple[str, "re.Pattern[str]"]]:
    if isinstance(value, re.Pattern):
        if isinstance(value.pattern, str):
            yield place, value
        return
    inside: Iterable[tuple[object, object]] = ()
    if depth == 0 or isinstance(value, str | bytes | type):
        return
    if isinstance(value, Mapping):
        inside = [*value.items(), *enumerate(value)]
    elif isinstance(value, list | tuple | set | frozenset):
        inside = enumerate(value)
    elif dataclasses.is_dataclass(value):
        inside = [(one.name, getattr(value, one.name, None)) for one in dataclasses.fields(value)]
    elif hasattr(value, "__struct_fields__"):
        inside = [(name, getattr(value, name, None)) for name in value.__struct_fields__]
    for key, one in inside:
        yield from _held(f"{place}[{key if isinstance(key, int | str) else '…'}]", one, depth - 1)


# -- words of a pattern ---------------------------------------------------------------------------------------------


def words(pattern: "re.Pattern[str]") -> list[str]:
    """Words that the pattern would take, at least one of each alternative; what looks ahead or behind is left out of
    account.
    """
    return [word for word in dict.fromkeys(_words(_parser.parse(pattern.pattern, pattern.flags))) if word]


def loops(pattern: "re.Pattern[str]") -> list[tuple[str, str]]:
    """Each loop of the pattern: a word that leads to it, and a word of its body."""
    return [
        (head, body) for head, body in dict.fromkeys(_loops("", _parser.parse(pattern.pattern, pattern.flags))) if body
    ]


def _words(sequence: Any) -> list[str]:
    found = [""]
    for operator, given in sequence:
        more = _of(str(operator), given)
        found = _drawn([left + right for right in more for left in found])
    return found


def _drawn(found: list[str]) -> list[str]:
    found = list(dict.fromkeys(found))
    return found if len(found) <= MOST_WORDS else random.Random(SEED).sample(found, MOST_WORDS)  # noqa: S311


def _of(operator: str, given: Any) -> list[str]:
    match operator:
        case "LITERAL":
            return [chr(given)]
        case "NOT_LITERAL":
            return [next(sign for sign in FILLERS if ord(sign) != given)]
        case "ANY":
            return [FILLERS[0]]
        case "IN":
            return _of_class(given)
        case "BRANCH":
            return _drawn([word for one in given[1] for word in _words(one)])
        case "SUBPATTERN":
            return _words(given[3])
        case "ATOMIC_GROUP":
            return _words(given)
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
            least, most, body = int(given[0]), int(given[1]), _words(given[2])
            times = {least, min(most, max(least, LOOSE))}
            return _drawn([one * count for count in sorted(times) for one in body])
        case _:
            return [""]


def _of_class(given: Any) -> list[str]:
    text = "".join(re.escape(chr(value)) if str(kind) == "LITERAL" else "" for kind, value in given)
    if str(given[0][0]) == "NEGATE":
        return [next((sign for sign in FILLERS if not text or not re.match(f"[{text}]", sign)), FILLERS[0])]
    found = [chr(value) for kind, value in given if str(kind) == "LITERAL"]
    found += [chr(value[0]) for kind, value in given if str(kind) == "RANGE"]
    kinds = {"CATEGORY_DIGIT": "1", "CATEGORY_SPACE": " ", "CATEGORY_WORD": "x"}
    return found + [kinds.get(str(value), FILLERS[0]) for kind, value in given if str(kind) == "CATEGORY"]


def _loops(head: str, sequence: Any) -> Iterator[tuple[str, str]]:
    for operator, given in sequence:
        inside = {
            "SUBPATTERN": 3,
            "MAX_REPEAT": 2,
            "MIN_REPEAT": 2,
            "POSSESSIVE_REPEAT": 2,
            "ASSERT": 1,
            "ASSERT_NOT": 1,
        }.get(str(operator))
        if str(operator) == "BRANCH":
            for one in given[1]:
                yield from _loops(head, one)
        elif inside is not None:
            if "REPEAT" in str(operator):
                yield from ((head, body) for body in _words(given[2]))
            yield from _loops(head, given[inside])
        head += min(_of(str(operator), given), key=len, default="")


# -- families -------------------------------------------------------------------------------------------------------


def families(found: Mapping[str, "re.Pattern[str]"], more: Iterable[str] = ()) -> list[Family]:
    """Texts against each pattern alone; `more` are words of what is no pattern, such as a table."""
    made: dict[tuple[str, str, str], Family] = {}

    def add(name: str, body: str, head: str = "", tail: str = "") -> None:
        if body:
            made.setdefault((head, body, tail), Family(name, body, head, tail))

    for name, pattern in found.items():
        said = words(pattern)
        for word in said:
            add(f"{name}: whole", word)
        for word in dict.fromkeys(word[:-1] for word in said):
            add(f"{name}: without its end", word)
        for sign in dict.fromkeys(word[0] for word in said):
            add(f"{name}: only its beginning", sign)
        for head, body in loops(pattern):
            add(f"{name}: a loop", body, head)
            add(f"{name}: loops", head + body)
            add(f"{name}: a loop in a loop", head + body * LOOSE)
        add(f"{name}: all of it", "".join(said))
        for separator in SEPARATORS:
            add(f"{name}: clauses with {separator!r}", said[0] + separator)
    for word in more:
        add("a word", word)
    return list(made.values())


def mixed(found: Mapping[str, "re.Pattern[str]"], count: int) -> list[Family]:
    """So many texts of two or more patterns, drawn by lot but always the same: repeated beside, before and after each
    other.
    """
    lot = random.Random(SEED)  # noqa: S311
    names = list(found)
    said = {name: words(pattern) for name, pattern in found.items()}
    made: list[Family] = []
    for number in range(count):
        one, other = names[number % len(names)], names[(number // len(names)) % len(names)]
        left, right = lot.choice(said[one]), lot.choice(said[other])
        separator = lot.choice(SEPARATORS)
        bodies = (
            ("before", Family("", left, tail=right)),
            ("after", Family("", left, head=right)),
            ("beside", Family("", right + left)),
            ("in clauses", Family("", right + left + separator)),
            ("by turns", Family("", left + separator + right + separator)),
        )
        place, family = bodies[number % len(bodies)]
        made.append(dataclasses.replace(family, name=f"{one} with {other} {place}"))
    return made


def jumbled(found: Mapping[str, "re.Pattern[str]"], count: int, length: int) -> list[Family]:
    """Long bodies in which nothing comes twice: words, halves of words and single signs of all
    patterns in any order.
    """
    lot = random.Random(SEED)  # noqa: S311
    said = [word for pattern in found.values() for word in words(pattern)]
    parts = (
        said,
        [word[:-1] or word for word in said],
        [sign for word in said for sign in word],
        [*said, *SEPARATORS * 9],
    )
    made = []
    for number in range(count):
        part, body = parts[number % len(parts)], ""
        while len(body) < length:
            body += lot.choice(part)
        made.append(Family(f"a jumble {number}", body))
    return made
