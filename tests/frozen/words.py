"""The words that databases keep, read from the code: `python -m tests.frozen.words` writes them anew into words.toml,
for a review of what was added.

Modules, classes and functions are renamed as the house is re-laid; these never are (engineering 1): a table or column
that is renamed makes every sealed value of it unreadable, a state or purpose that is renamed makes stored rows
strangers to the code.
"""

import ast
import dataclasses
import importlib
import json
import re
import sys
import tomllib
from collections.abc import Iterator
from enum import Enum
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Final

import msgspec
from sqlalchemy import String

from conversations import events, registry
from scripts.stage import ROOT
from services.subject import gathered
from storage import tables
from storage.types import Word

FILE: Final = Path(__file__).with_name("words.toml")
LATER: Final = Path(__file__).with_name("words")
PRODUCT: Final = (
    "bot",
    "care",
    "console",
    "conversations",
    "pages",
    "scheduler",
    "services",
    "storage",
    "understanding",
    "web",
)
WHY: Final = {
    "columns": "table.column, and how it is kept: seals are bound to both names",
    "flows": "flow, its version, its states, and the slots that a running talk keeps",
    "events": "tags and fields of messages",
    "columns_with_words": "words that the code writes into columns of short text: column=word",
    "choices": "values of the enumerations: stages, marks, kinds, roles, levels",
    "dedup": "what makes an outbox row unique; {} stands for an id, a number or a moment",
    "audit": "what was done",
    "subjects": "what it was done to",
}
SHORT: Final = frozenset(
    column.name
    for table in tables.Base.metadata.tables.values()
    for column in table.columns
    if isinstance(column.type, String | Word)
) - {"why", "name", "key", "code", "timezone", "action"}
"""Columns of short text, without those that hold sentences and names."""
KEY: Final = re.compile(r"[a-z_{}]+(:[a-z0-9_{}-]+)+")


@cache
def stored() -> dict[str, set[str]]:
    """All of them, by section; read once in a process."""
    found: dict[str, set[str]] = {section: set() for section in WHY}
    for table in tables.Base.metadata.tables.values():
        found["columns"] |= {
            f"{table.name}.{column.name} {column.info.get('kept', 'plain')}" for column in table.columns
        }
    for flow in registry.standard().flows.values():
        found["flows"] |= {f"{flow.name} {flow.version}"}
        found["flows"] |= {f"{flow.name}:{state.value}" for state in flow.names}
        found["flows"] |= {f"{flow.name}.{field.name}" for field in dataclasses.fields(flow.slots)}
    found["events"] = set(_events(events))
    found["audit"] = set(gathered(lambda subject: subject.actions))
    for file in _files():
        _read(ast.parse(file.read_text(encoding="utf-8")), found)
    found["choices"] = set(_choices())
    return found


def listed() -> dict[str, set[str]]:
    """What words.toml has, and each file of the folder beside it: a later subject has its own."""
    found: dict[str, set[str]] = {section: set() for section in WHY}
    for file in (FILE, *sorted(LATER.glob("*.toml"))):
        for section, words in tomllib.loads(file.read_text(encoding="utf-8")).items():
            found[section] |= set(words)
    return found


def literals() -> set[str]:
    """Every text that stands in the code of the product, the words inside of texts, as in SQL, and those of its data
    files.
    """
    found: set[str] = set()
    for file in _files():
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found |= {node.value, *re.findall(r"[\w-]+", node.value)}
    for package in PRODUCT:
        for data in (ROOT / package).rglob("*.toml"):
            found |= set(re.findall(r"[\w-]+", data.read_text(encoding="utf-8")))
    return found


def _files() -> list[Path]:
    return sorted(
        file for package in PRODUCT for file in (ROOT / package).rglob("*.py") if "migrations" not in file.parts
    )


def _events(module: ModuleType) -> Iterator[str]:
    for kind in vars(module).values():
        if (
            isinstance(kind, type)
            and issubclass(kind, msgspec.Struct)
            and (tag := kind.__struct_config__.tag) is not None
        ):
            yield str(tag)
            yield from (f"{tag}.{field.encode_name}" for field in msgspec.structs.fields(kind))


def _choices() -> Iterator[str]:
    """The values of every enumeration that the packages above define; names of classes are free."""
    for file in _files():
        importlib.import_module(".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"))
    waiting: list[type[Enum]] = [Enum]
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        if kind.__module__.split(".")[0] in PRODUCT:
            yield from (str(one.value) for one in kind if isinstance(one.value, str))


def _read(tree: ast.Module, found: dict[str, set[str]]) -> None:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        for keyword in node.keywords:
            words = list(_said(keyword.value))
            if keyword.arg == "dedup_key":
                found["dedup"] |= {word for word in words if KEY.fullmatch(word)}
            elif keyword.arg in SHORT:
                found["columns_with_words"] |= {f"{keyword.arg}={word}" for word in words if word and "{}" not in word}
        if isinstance(node.func, ast.Name) and node.func.id == "Purpose":
            found["columns_with_words"] |= {f"purpose={word}" for word in _said(node.args[0])}
        if isinstance(node.func, ast.Attribute) and node.func.attr == "audit" and len(node.args) > AUDITED:
            found["audit"] |= {word for word in _said(node.args[3]) if "{}" not in word}
            found["subjects"] |= {word.partition(":")[0] for word in _said(node.args[AUDITED])}
    for node in ast.walk(tree):  # keys that are made beside their call
        if isinstance(node, ast.Assign | ast.Return) and node.value is not None:
            found["dedup"] |= {word for word in _said(node.value) if word.count(":") >= FIELDS and KEY.fullmatch(word)}


AUDITED: Final = 4
"""The place of the subject among what `audit` is called with; the word stands before it."""
FIELDS: Final = 2
"""Colons in a key: cause kind, cause id, purpose (architecture, Outbox)."""


def _said(node: ast.AST) -> Iterator[str]:
    """The words that an expression may be."""
    match node:
        case ast.Constant(value=str(word)):
            yield word
        case ast.JoinedStr(values=parts):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in parts)
        case ast.IfExp(body=body, orelse=other):
            yield from _said(body)
            yield from _said(other)
        case ast.BoolOp(values=values):
            for value in values:
                yield from _said(value)


def _write(subject: str) -> None:
    """All of them; or for a subject, in a file of its own, what no other file has."""
    file, found = FILE, stored()
    if subject:
        file = LATER / f"{subject}.toml"
        file.parent.mkdir(exist_ok=True)
        file.unlink(missing_ok=True)
        known = listed()
        found = {section: words - known[section] for section, words in found.items()}
    lines = [
        "# The words that databases keep. Written by `python -m tests.frozen.words`; a line is taken out only with"
    ]
    lines += ["# a migration that is proven."]
    for section, words in found.items():
        lines += ["", f"# {WHY[section]}", f"{section} = ["]
        lines += [f"    {json.dumps(word, ensure_ascii=False)}," for word in sorted(words)]
        lines.append("]")
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    _write(sys.argv[1] if len(sys.argv) > 1 else "")
