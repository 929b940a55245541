"""Random one-line changes that the tests must notice (engineering 23): `python -m benchmarks.random_mutants --seed 7`.

Each line of the rules that a test reaches may be changed; the tests that reach it are run against the change, in a
copy of the tree. Who survives is printed with what was changed: it is equivalent, or a test is missing.
"""

import argparse
import ast
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import Final

from coverage import CoverageData

from scripts.stage import ROOT

AMONG: Final = ("services", "care", "storage/queries", "bot")
MANY, MOST_TESTS, PATIENCE, AT_ONCE = 60, 120, 120, 2
"""Mutants, tests for each, seconds for each, and how many run side by side."""
MOST_FAILED: Final = 5
"""Tests that may fail on a busy machine without any change."""
LEAST: Final = 0.9
"""Share that is caught."""
COMPARED: Final[dict[type[ast.cmpop], str]] = {
    ast.Lt: "<=", ast.LtE: "<", ast.Gt: ">=", ast.GtE: ">", ast.Eq: "!=", ast.NotEq: "==",
    ast.Is: "is not", ast.IsNot: "is", ast.In: "not in", ast.NotIn: "in",
}  # fmt: skip
Piece = ast.expr | ast.stmt


@dataclass(frozen=True)
class Change:
    """A piece of a file, from its first byte to behind its last, and what stands there instead."""

    file: str
    line: int
    begin: int
    end: int
    old: str
    new: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {' '.join(self.old.split())[:70]}  →  {' '.join(self.new.split())[:70]}"


def changes(file: str, source: bytes) -> Iterator[Change]:
    """All that can be changed in a file."""
    starts = [0]
    for line in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))

    def place(node: Piece) -> tuple[int, int]:
        begin = starts[node.lineno - 1] + node.col_offset
        return begin, starts[(node.end_lineno or node.lineno) - 1] + (node.end_col_offset or 0)

    def text(node: Piece) -> str:
        begin, end = place(node)
        return source[begin:end].decode()

    for node in ast.walk(ast.parse(source)):
        for piece, new in (*_in_expression(node, text), *_in_statement(node, text)):
            if text(piece) != new:
                yield Change(file, piece.lineno, *place(piece), text(piece), new)


def _in_expression(node: ast.AST, text: Callable[[Piece], str]) -> Iterator[tuple[Piece, str]]:
    match node:
        case ast.Compare(left=left, ops=[sign], comparators=[right]):
            yield node, f"{text(left)} {COMPARED[type(sign)]} {text(right)}"
        case ast.BoolOp(op=op, values=values):
            yield node, (" or " if isinstance(op, ast.And) else " and ").join(f"({text(one)})" for one in values)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield node, f"bool({text(operand)})"
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub() as op, right=right):
            yield node, f"{text(left)} {'-' if isinstance(op, ast.Add) else '+'} {text(right)}"
        case ast.Constant(value=bool() as value):
            yield node, str(not value)
        case ast.Constant(value=int() as value):
            yield node, str(value + 1)


def _in_statement(node: ast.AST, text: Callable[[Piece], str]) -> Iterator[tuple[Piece, str]]:
    match node:
        case ast.If(test=test) | ast.IfExp(test=test):
            yield test, f"not ({text(test)})"
        case ast.Return(value=ast.expr()):
            yield node, "return None"
        case ast.Expr(value=ast.Call() | ast.Await()):
            yield node, "pass"


def copied(folder: Path) -> Path:
    """The files of the tree, for changes."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True)
    for name in filter(None, listed.stdout.split("\0")):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    return folder


def reached(folder: Path) -> dict[str, dict[int, list[str]]]:
    """For each file and line the tests that reach it, without stories and PostgreSQL; a test that fails without any
    change proves nothing. Raises ValueError when many do.
    """
    sources = [f"--cov={one}" for one in AMONG]
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-n",
        "2",
        "--fast",
        *sources,
        "--cov-context=test",
        "--cov-report=",
    ]
    ended = subprocess.run(command, cwd=folder, capture_output=True, check=False, text=True)
    failed = set(re.findall(r"^(?:FAILED|ERROR) (\S+)", ended.stdout, re.MULTILINE))
    if ended.returncode not in {0, 1} or len(failed) > MOST_FAILED:
        raise ValueError(ended.stdout[-2000:])
    data = CoverageData(str(folder / ".coverage"))
    data.read()
    found: dict[str, dict[int, list[str]]] = {}
    for file in data.measured_files():
        lines = data.contexts_by_lineno(file)
        tests = {line: sorted({one.split("|")[0] for one in ids if one} - failed) for line, ids in lines.items()}
        found[str(Path(file).relative_to(folder.resolve()))] = {line: ids for line, ids in tests.items() if ids}
    return found


def caught(change: Change, tests: list[str], folder: Path) -> bool:
    """Whether one of the tests fails, or does not end within its own time."""
    path = folder / change.file
    whole = path.read_bytes()
    path.write_bytes(whole[: change.begin] + change.new.encode() + whole[change.end :])
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "--timeout", "40", *tests]
    try:
        ended = subprocess.run(command, cwd=folder, capture_output=True, check=False, timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        return False
    finally:
        path.write_bytes(whole)
    if ended.returncode not in {0, 1, 2}:  # 2: it cannot even be imported
        raise ValueError(ended.stdout[-2000:].decode())
    return ended.returncode != 0


def _nearest(change: Change, ids: list[str], chance: random.Random) -> list[str]:
    """At most so many of the tests, those of the same subject first."""
    names = {Path(change.file).stem, Path(change.file).parent.name}
    mixed = chance.sample(ids, len(ids))
    return sorted(mixed, key=lambda one: not any(name in one.partition("::")[0] for name in names))[:MOST_TESTS]


def prove(many: int, seed: int) -> bool:
    """Print what survived, and the figure."""
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory(prefix="jiashu-mutants-") as name:
        trees: SimpleQueue[Path] = SimpleQueue()
        for number in range(AT_ONCE):
            trees.put(copied(Path(name) / str(number)))
        measured = copied(Path(name) / "measured")
        lines = reached(measured)
        all_changes = [
            change
            for file in sorted(lines)
            for change in changes(file, (measured / file).read_bytes())
            if change.line in lines[file]
        ]
        chosen = chance.sample(all_changes, many)
        tests = [_nearest(change, lines[change.file][change.line], chance) for change in chosen]

        def one(change: Change, ids: list[str]) -> bool:
            tree = trees.get()
            try:
                return caught(change, ids, tree)
            finally:
                trees.put(tree)

        with ThreadPoolExecutor(AT_ONCE) as pool:
            results = list(pool.map(one, chosen, tests))
    survived = [change for change, noticed in zip(chosen, results, strict=True) if not noticed]
    for change in survived:
        print(f"survived: {change}")
    print(f"random mutants: {many} of {len(all_changes)}, seed {seed}, caught {many - len(survived)}")
    return len(survived) <= many * (1 - LEAST)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--many", type=int, default=MANY)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    given = parser.parse_args()
    sys.exit(0 if prove(given.many, given.seed) else 1)
