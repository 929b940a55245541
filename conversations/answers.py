"""What the house knows, and which entry a question means: words that mean the same, pairs of characters, and what
`understanding.answers` makes of them (Q3, Q6).

A question is cut into concepts (「多少钱」 and 「收费」 are one) and, between them, pairs of characters. Rare ones weigh more.
An entry is scored by its closest phrasing and by how much of the question it covers at all. Pure: a snapshot of the
knowledge, a text, a result.
"""

import math
import re
import string
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Final

from care.remembered import MOST, SHORT
from understanding import answers
from understanding.answers import Meaning

MOST_CHOICES: Final = 3
MORE: Final = "more-"
"""How the ids of the entries begin that came after the forty; to other tools they are no answer while a blank of
theirs is open.
"""
LONGEST: Final = 200
"""Characters of a message that are looked at: what is longer is a story, not a question."""
PAIR: Final = 0.45
"""What a pair of characters weighs beside a concept."""
UNKNOWN, UNKNOWN_MOST = 0.9, 8
"""What a pair weighs that no phrasing has, and how many of them count."""
OWN, LIKENESS = 0.4, 0.8
LIKELY: Final = 10
"""Entries that cover most of a question; only their phrasings are compared."""
SAME: Final = 0.95
"""So like a phrasing that it is one: what staff have taught is answered, whatever its words."""
DAMPENED, VAGUE = 0.45, 0.6
"""What is left of a score when the words are of another trade or about one person; when no word with a meaning is
shared.
"""
_NOT_OURS: Final = re.compile(
    r"招(?:人|工|护工|护理|聘)|应聘|上班|工资|五险|夜班给|兼职|简历|"
    r"厂家|直销|贷款|报价|推广|合作商|代理|股份|投资|入股|批发|供应商|业务员|老板您?好|"
    r"几片|几粒|几个单位|[加减]一?片|剂量|副作用|吃点[啥什]么?药|一天吃几|能不能停药|特效药|什么药膏|饭前|饭后|中药|该怎么哄|在家(?:吃|老|怎么)|"
    r"找(?:份|个)?工作|证怎么考|报名费|一晚上给|给多少钱|加盟|品牌|哪个牌子|包年|灭鼠|配送|了解一下|美团|外卖到|送到了|寄养|宠物医院|"
    r"断缴|补缴|过期了|小程序|白屏|发不出去|消息提醒|"
    r"对外营业|天气|下雨|下雪|退休金|养老金|社保卡|机器人还是|是真人"
)
_PRIVATE: Final = re.compile(
    r"(?:今天|今儿|昨天|昨晚|昨儿|刚才|这几天|前天|早上|中午|上午|下午|这两天|这个月|最近|上次|现在)[^，。]{0,14}(?:吃[了饭]|睡|咋样|怎么样|好[点不些]|还欠|在不在|走了|情况|心情|大便|"
    r"血压|体温|没看见)|"
    r"帮我查|查出来|打了几|交过了?没|"
    r"(?:欠|交了)[^，。]{0,6}(?:多少|没)|[几哪](?:号|个)?(?:房间?|床|楼)[^，。]{0,3}住|住[在]?(?:哪|几)|\d{3}(?:室|房|床|那)|是不是走了"
)
_GRIEVANCE: Final = re.compile(
    r"吼|骂|哭了|全是|瘦了|翻白眼|寒心|气死|太差|差劲|不像话|欺负|没人(?:管|换|理|来)|半天|又(?:凉|冷|硬|咸|脏)"
)
_QUESTION: Final = re.compile(r"[吗么？?呢]|有没有|能不能|会不会|可以|多少|怎么|几")


HEAD, TAIL = 800, 400
"""Signs at the beginning and the end of a long text that say what it is about (engineering 15)."""


def is_foreign(text: str) -> bool:
    """Whether the words are of another trade, about one person, or a grievance without a question."""
    text = text if len(text) <= HEAD + TAIL else f"{text[:HEAD]}，{text[-TAIL:]}"
    told = _GRIEVANCE.search(text) is not None and not _QUESTION.search(text)
    return told or _NOT_OURS.search(text) is not None or _PRIVATE.search(text) is not None


class Kind(StrEnum):
    """What came of a question."""

    ANSWER = "answer"
    CHOICES = "choices"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that the house knows. `human`: the sentence is said and a person is asked all the same."""

    id: str
    question: str
    answer: str
    asked: tuple[str, ...] = ()
    human: bool = False

    @property
    def blanks(self) -> tuple[str, ...]:
        """The names between braces, each once, in their order."""
        return tuple(dict.fromkeys(name for _, name, _, _ in string.Formatter().parse(self.answer) if name))


def _beside(before: str, after: str) -> str:
    """Two parts of a sentence; between Chinese and a figure or a Latin letter stands a blank, as in 每天 9:00 (C-12)."""
    if not (before and after):
        return before + after
    ends = (before[-1], after[0])
    latin = [one.isascii() and one.isalnum() for one in ends]
    chinese = ["\u4e00" <= one <= "\u9fff" for one in ends]
    return f"{before} {after}" if (latin[0] and chinese[1]) or (chinese[0] and latin[1]) else before + after


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry and how well it fits, 0 … 1. `same`: the words are a way of asking that it has."""

    entry: Entry
    score: float
    same: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """What a question means: one entry, a choice of at most three, or nothing; `hits` holds the best five, best
    first.
    """

    kind: Kind
    hits: tuple[Hit, ...] = ()
    """Each with the chance that it is the right one."""
    choices: tuple[Entry, ...] = ()
    """What is offered, where it is a choice."""


@dataclass(frozen=True)
class Knowledge:
    """A snapshot of the entries and of the values of their blanks; built once for many questions."""

    entries: tuple[Entry, ...]
    values: Mapping[str, str] = field(default_factory=dict)
    dated: frozenset[str] = frozenset()
    """Names whose values are true on one day, and may be others on the next."""
    day: tuple[datetime, datetime] | None = None
    """When that day begins and when it is over."""
    taught: tuple[Entry, ...] = ()
    """What colleagues taught of words that people wrote: by entry, or by intent."""
    _weights: dict[str, float] = field(default_factory=dict, init=False, repr=False)
    _lines: list[tuple[int, float]] = field(default_factory=list, init=False, repr=False)
    _index: dict[str, dict[int, list[int]]] = field(default_factory=dict, init=False, repr=False)
    _owners: dict[str, list[int]] = field(default_factory=dict, init=False, repr=False)
    _by_id: dict[str, Entry] = field(default_factory=dict, init=False, repr=False)
    _learned: list[str] = field(default_factory=list, init=False, repr=False)
    _exact: dict[str, str] = field(default_factory=dict, init=False, repr=False)
    _lessons: "list[Knowledge]" = field(default_factory=list, init=False, repr=False)
    _looked: dict[tuple[str, int], tuple[Hit, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Index every phrasing of every entry."""
        self._by_id.update((entry.id, entry) for entry in self.entries)
        if self.taught:
            self._lessons.append(Knowledge(self.taught))
        questions = _questions()
        self._learned.extend(entry.id for entry in self.entries if questions.get(entry.id) == entry.question)
        owned = [frozenset[str]().union(*map(tokens, (entry.question, *entry.asked))) for entry in self.entries]
        for number, found in enumerate(owned):
            for token in found:
                self._owners.setdefault(token, []).append(number)
        for token, owners in self._owners.items():
            rare = math.log(1 + len(self.entries) / len(owners))
            self._weights[token] = rare if token.startswith("=") else PAIR * rare
        for number, entry in enumerate(self.entries):
            for phrase in dict.fromkeys((entry.question, *entry.asked)):
                said = _bare(phrase)
                self._exact[said] = "" if self._exact.get(said, entry.id) != entry.id else entry.id
                cut = tokens(phrase)
                if not cut:
                    continue
                for token in cut:
                    self._index.setdefault(token, {}).setdefault(number, []).append(len(self._lines))
                self._lines.append((number, sum(self._weights[token] for token in cut)))

    def missing(self, entry: Entry) -> tuple[str, ...]:
        """The blanks of an entry that nobody has filled: while there is one the entry is never spoken."""
        return tuple(name for name in entry.blanks if not self.values.get(name))

    def spoken(self, entry: Entry, at: datetime | None = None) -> str | None:
        """The answer as it is said at a moment; None while a blank is unfilled, or when its day is another one."""
        if self.missing(entry):
            return None
        if self._is_over(at) and not self.dated.isdisjoint(entry.blanks):
            return None
        said = ""
        for text, name, _, _ in string.Formatter().parse(entry.answer):
            said = _beside(_beside(said, text), self.values[name] if name else "")
        return said

    def _is_over(self, at: datetime | None) -> bool:
        """Whether a moment is of another day than that on which the values are true."""
        return at is not None and self.day is not None and not self.day[0] <= at < self.day[1]

    def hits(self, text: str, most: int = 5) -> tuple[Hit, ...]:
        """The entries whose words fit best; the same short words are looked up once."""
        if len(text) > SHORT:
            return self._hits(text, most)
        found = self._looked.get((text, most))
        if found is None:
            if len(self._looked) >= MOST:
                self._looked.clear()
            found = self._looked[text, most] = self._hits(text, most)
        return found

    def _hits(self, text: str, most: int) -> tuple[Hit, ...]:
        asked = tokens(text[:LONGEST])
        known = {token: weight for token in asked if (weight := self._weights.get(token)) is not None}
        if not known:
            return ()
        unknown = min(len(asked) - len(known), UNKNOWN_MOST) * UNKNOWN
        whole = sum(known.values()) + unknown
        covered: dict[int, float] = {}
        meant: set[int] = set()
        for token, weight in known.items():
            for number in self._owners[token]:
                covered[number] = covered.get(number, 0.0) + weight
            if token.startswith("="):
                meant.update(self._owners[token])
        best = self._likeness(known, whole, covered)
        dampened = DAMPENED if is_foreign(text) else 1.0
        found = []
        for number, likeness in best.items():
            score = min(1.0, LIKENESS * likeness + (1 - LIKENESS) * covered[number] / whole)
            if likeness < SAME:
                score *= dampened if number in meant else dampened * VAGUE
            found.append(Hit(self.entries[number], round(score, 4), likeness >= SAME))
        found.sort(key=lambda hit: -hit.score)
        return tuple(found[:most])

    def _likeness(self, known: Mapping[str, float], whole: float, covered: Mapping[int, float]) -> dict[int, float]:
        """How near the closest phrasing of each likely entry is, 0 … 1."""
        likely = set(sorted(covered, key=covered.__getitem__, reverse=True)[:LIKELY])
        shared: dict[int, float] = {}
        for token, weight in known.items():
            for number, lines in self._index[token].items():
                if number in likely:
                    for line in lines:
                        shared[line] = shared.get(line, 0.0) + weight
        best: dict[int, float] = {}
        for line, weight in shared.items():
            number, size = self._lines[line]
            likeness = weight / (OWN * whole + (1 - OWN) * size)
            if likeness > best.get(number, 0.0):
                best[number] = likeness
        return best

    def find(self, text: str, meaning: Meaning | None = None) -> Found:
        """What a question means; `meaning` is what the encoder says of it, where there is one."""
        words = self.hits(text, answers.LIKELY)
        exact = self._exact.get(_bare(text), "") if text.strip() else ""
        if exact:
            return Found(Kind.ANSWER, (Hit(self._by_id[exact], 1.0, same=True), *_others(words, exact)))
        if not text.strip():
            return Found(Kind.NOTHING)
        read = meaning or answers.inline(text[:LONGEST])
        ranked = answers.rank({hit.entry.id: hit.score for hit in words}, self._learned, read, foreign=is_foreign(text))
        hits = tuple(Hit(self._by_id[one.id], one.chance) for one in ranked[:5] if one.id in self._by_id)
        limits = answers.limits(read)
        if not hits or hits[0].score < limits.offer:
            return Found(Kind.NOTHING, hits)
        if hits[0].score >= limits.answer:
            return Found(Kind.ANSWER, hits)
        offered = tuple(
            hit.entry
            for hit in hits[:MOST_CHOICES]
            if hit.score >= limits.beside and not (hit.entry.id.startswith(MORE) and self.missing(hit.entry))
        )
        return Found(Kind.CHOICES if offered else Kind.NOTHING, hits, offered)

    def lesson(self, text: str) -> str:
        """For what a colleague has taught these very words; "" for nothing, or when lessons disagree."""
        said = [hit.entry.id for lessons in self._lessons for hit in lessons.hits(text, 2) if hit.same]
        return said[0] if len(said) == 1 else ""

    def asked(self) -> list[tuple[str, str]]:
        """Every way of asking with the id of its entry, as the reading process learns them."""
        return [(entry.id, text) for entry in self.entries for text in dict.fromkeys((entry.question, *entry.asked))]


def _bare(text: str) -> str:
    """Words without marks and blanks."""
    return "".join(sign for sign in text.lower() if sign.isalnum())


def _others(hits: tuple[Hit, ...], than: str) -> list[Hit]:
    return [hit for hit in hits if hit.entry.id != than]


@cache
def _starter() -> dict[str, Any]:
    """The forty, and after them what differs from home to home; both files are one."""
    forty, more = (
        tomllib.loads(Path(__file__).with_name(name).read_text(encoding="utf-8"))
        for name in ("knowledge.toml", "knowledge_more.toml")
    )
    joined = {name: forty[name] | more[name] for name in ("blanks", "words")}
    return forty | joined | {"entry": forty["entry"] + more["entry"]}


def starter() -> tuple[Entry, ...]:
    """The entries of the first day: `faq-01` … `faq-40`, then those that begin with MORE."""
    return tuple(
        Entry(one["id"], one["question"], one["answer"], tuple(one["asked"]), one.get("human", False))
        for one in _starter()["entry"]
    )


@cache
def _questions() -> dict[str, str]:
    """What the entries of the first day ask: one whose question was changed is another one to the trained head."""
    return {entry.id: entry.question for entry in starter()}


def hints() -> dict[str, str]:
    """The blanks of the starter entries, each with an example."""
    return {str(name): str(example) for name, example in _starter()["blanks"].items()}


@cache
def _words() -> tuple[dict[str, str], dict[str, list[int]]]:
    """Every word that has a meaning of its own (nothing = left out), and the lengths of words by their first character,
    longest first.
    """
    found = dict.fromkeys(_starter()["empty"]["words"].split(), "")
    found |= {word: "=" + name for name, group in _starter()["words"].items() for word in group.split()}
    sizes: dict[str, set[int]] = {}
    for word in found:
        sizes.setdefault(word[0], set()).add(len(word))
    return found, {sign: sorted(lengths, reverse=True) for sign, lengths in sizes.items()}


def tokens(text: str) -> frozenset[str]:
    """The concepts (`=…`) of a text, and the pairs of characters between them."""
    words, sizes = _words()
    found: set[str] = set()
    text, at, before = text.lower(), 0, ""
    while at < len(text):
        for size in sizes.get(text[at], ()):
            meaning = words.get(text[at : at + size])
            if meaning is not None:
                if meaning:
                    found.add(meaning)
                before, at = "", at + size
                break
        else:
            sign = text[at] if text[at].isalnum() else ""
            if before and sign:
                found.add(before + sign)
            before, at = sign, at + 1
    return frozenset(found)
