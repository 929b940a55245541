"""Random one-line changes that the tests must notice (engineering 23): `python -m benchmarks.random_mutants --seed 7`.

Each line of the rules that a test reaches may be changed; the tests that reach it are run against the change, in a
copy of the tree. What survives is printed as the line it was and the line it became: it is equivalent, and is written
so with the reason into tests/mutants.md, or a test is missing.
"""

import argparse
import ast
import hashlib
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from typing import Final, Protocol

from coverage import CoverageData

from scripts.stage import ROOT

AMONG: Final = ("services", "care", "storage/queries", "bot")
MANY, MOST_TESTS, PATIENCE, AT_ONCE = 60, 120, 300, 2
"""Mutants, tests for each, seconds for each, and how many run side by side."""
TIMED: Final = ("--timeout", "40", "--timeout-method", "thread")
"""Ends the whole run: a test that waits for a thread cannot be interrupted."""
MOST_FAILED: Final = 5
"""Tests that may fail on a busy machine without any change."""
UNKNOWN: Final = 4
"""How pytest ends when it knows no test of a name."""
LEAST: Final = 0.9
"""Share that is caught."""
COMPARED: Final[dict[type[ast.cmpop], str]] = {
    ast.Lt: "<=", ast.LtE: "<", ast.Gt: ">=", ast.GtE: ">", ast.Eq: "!=", ast.NotEq: "==",
    ast.Is: "is not", ast.IsNot: "is", ast.In: "not in", ast.NotIn: "in",
}  # fmt: skip
EQUIVALENT: Final = re.compile(r"^- `(\S+)`: `` (.+?) `` → `` (.+?) ``: ", re.MULTILINE)
"""A change that nobody can notice, as tests/mutants.md names it under "Equivalent random changes"."""
SIGN: Final = re.compile(r"is not|is|not in|in|[<>=!]=?|[+-]")
Piece = ast.expr | ast.stmt


class Text(Protocol):
    """The source of a piece as it stands, or with another sign between its left side and its right one."""

    def __call__(self, node: Piece, right: Piece | None = None, sign: str = "") -> str:
        """The source, decoded."""


@dataclass(frozen=True)
class Change:
    """A piece of a file, from its first byte to behind its last, and what stands there instead."""

    file: str
    where: str
    """The function: `Inbound.drain`."""
    line: int
    begin: int
    end: int
    old: str
    new: str
    before: str
    """The whole lines in which the piece stands, with single spaces."""
    after: str

    def __str__(self) -> str:
        return f"`{self.file}:{self.where}`: `` {self.before} `` → `` {self.after} `` (line {self.line})"

    @property
    def name(self) -> tuple[str, str, str]:
        """As tests/mutants.md names it."""
        return f"{self.file}:{self.where}", self.before, self.after

    def turn(self, seed: int) -> bytes:
        """Its place in a random order that stays the same when other lines change."""
        return hashlib.sha256(repr((seed, self.name)).encode()).digest()


def changes(file: str, source: bytes) -> Iterator[Change]:
    """All that can be changed in a file."""
    starts = [0]
    for line in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))

    def place(node: Piece) -> tuple[int, int]:
        begin = starts[node.lineno - 1] + node.col_offset
        return begin, starts[(node.end_lineno or node.lineno) - 1] + (node.end_col_offset or 0)

    def text(node: Piece, right: Piece | None = None, sign: str = "") -> str:
        begin, end = place(node)
        if right is None:
            return source[begin:end].decode()
        left = node.left if isinstance(node, ast.Compare | ast.BinOp) else node
        middle, behind = place(left)[1], place(right)[0]
        between = SIGN.sub(sign, source[middle:behind].decode(), count=1)
        return f"{source[begin:middle].decode()}{between}{source[behind:end].decode()}"

    def change(where: str, piece: Piece, new: str) -> Change:
        begin, end = place(piece)
        first, behind = starts[piece.lineno - 1], starts[piece.end_lineno or piece.lineno]
        before, after = source[first:behind], source[first:begin] + new.encode() + source[end:behind]
        lines = (" ".join(one.decode().split()) for one in (before, after))
        return Change(file, where, piece.lineno, begin, end, text(piece), new, *lines)

    for where, node in _that_matter(ast.parse(source)):
        for piece, new in (*_in_expression(node, text), *_in_statement(node, text)):
            if text(piece) != new:
                yield change(where, piece, new)


def _that_matter(node: ast.AST, where: str = "") -> Iterator[tuple[str, ast.AST]]:
    """The nodes of a tree, each with its function.

    Left out is what only an engineer reads: annotations, and what stands in a line of the log (that it is logged may be
    changed). So is what only guards against a slip in the source, which the type checker sees as well: zip's `strict`,
    and how a class is declared (frozen, slots, keywords only).
    """
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        where = f"{where}.{node.name}".removeprefix(".")
    yield where, node
    for name, inside in ast.iter_fields(node):
        declares = isinstance(node, ast.ClassDef) and name in {"keywords", "decorator_list"}
        if name in {"annotation", "returns"} or declares or (name == "args" and _logs(node)):
            continue
        for one in inside if isinstance(inside, list) else [inside]:
            if not isinstance(one, ast.AST) or (isinstance(one, ast.keyword) and (one.arg == "strict" or _logs(node))):
                continue
            yield from _that_matter(one, where)


def _logs(node: ast.AST) -> bool:
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id="log"))):
            return True
    return False


def _in_expression(node: ast.AST, text: Text) -> Iterator[tuple[Piece, str]]:
    match node:
        case ast.Compare(ops=[sign], comparators=[right]):
            yield node, text(node, right, COMPARED[type(sign)])
        case ast.BoolOp(op=op, values=values):
            yield node, (" or " if isinstance(op, ast.And) else " and ").join(f"({text(one)})" for one in values)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield node, f"bool({text(operand)})"
        case ast.BinOp(op=ast.Add() | ast.Sub() as op, right=right):
            yield node, text(node, right, "-" if isinstance(op, ast.Add) else "+")
        case ast.Constant(value=bool() as value):
            yield node, str(not value)
        case ast.Constant(value=int() as value):
            yield node, str(value + 1)


def _in_statement(node: ast.AST, text: Text) -> Iterator[tuple[Piece, str]]:
    match node:
        case ast.If(test=ast.Compare(ops=[_]) | ast.UnaryOp(op=ast.Not())):
            pass  # the comparison itself is turned round: the same change would count twice
        case ast.If(test=test) | ast.IfExp(test=test):
            yield test, f"not ({text(test)})"
        case ast.Return(value=ast.Constant(value=False)):
            pass  # None is as false; that it becomes True is a change of the constant
        case ast.Return(value=ast.expr()):
            yield node, "return None"
        case ast.Expr(value=ast.Call() | ast.Await() as call) if not _logs(call):
            yield node, "pass"


def copied(folder: Path) -> Path:
    """The files of the tree, for changes."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True)
    for name in filter(None, listed.stdout.split("\0")):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    return folder


def reached(folder: Path, among: Sequence[str] = AMONG) -> dict[str, dict[int, list[str]]]:
    """For each file and line the tests that reach it, without stories and PostgreSQL; a test that fails without any
    change proves nothing. Raises ValueError when many do.
    """
    sources = [f"--cov={one.split('/')[0]}" for one in among]
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
        if not str(Path(file).relative_to(folder.resolve())).startswith(tuple(among)):
            continue
        lines = data.contexts_by_lineno(file)
        tests = {line: sorted({one.split("|")[0] for one in ids if one} - failed) for line, ids in lines.items()}
        found[str(Path(file).relative_to(folder.resolve()))] = {line: ids for line, ids in tests.items() if ids}
    return found


def caught(change: Change, tests: list[str], folder: Path) -> bool:
    """Whether one of the tests fails, or does not end within its own time."""
    path = folder / change.file
    source = path.read_bytes()
    path.write_bytes(source[: change.begin] + change.new.encode() + source[change.end :])
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *TIMED]
    try:
        ended = subprocess.run([*command, *tests], cwd=folder, capture_output=True, check=False, timeout=PATIENCE)
        if ended.returncode == UNKNOWN and b"while loading conftest" not in ended.stderr:
            whole = sorted({one.partition("[")[0] for one in tests})  # a case whose name no shell can say
            ended = subprocess.run([*command, *whole], cwd=folder, capture_output=True, check=False, timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        print(f"not decided in {PATIENCE} s, counted as survived: {change}", flush=True)
        return False
    finally:
        path.write_bytes(source)
    if ended.returncode in {1, 2} or b"while loading conftest" in ended.stderr:  # 2 and 4: it cannot even be imported
        return True
    if ended.returncode != 0:
        print(f"the tests ended with {ended.returncode}, counted as survived: {change}", flush=True)
    return False


def _nearest(change: Change, ids: list[str], chance: random.Random) -> list[str]:
    """At most so many of the tests, those of the same subject first."""
    names = {Path(change.file).stem, Path(change.file).parent.name}
    mixed = chance.sample(ids, len(ids))
    return sorted(mixed, key=lambda one: not any(name in one.partition("::")[0] for name in names))[:MOST_TESTS]


def prove(many: int, seeds: Iterable[int], among: Sequence[str] = AMONG) -> bool:
    """Print what survived, and the figure for each seed."""
    with tempfile.TemporaryDirectory(prefix="jiashu-mutants-") as name:
        trees: SimpleQueue[Path] = SimpleQueue()
        for number in range(AT_ONCE):
            trees.put(copied(Path(name) / str(number)))
        measured = copied(Path(name) / "measured")
        lines = reached(measured, among)
        named = set(EQUIVALENT.findall((measured / "tests" / "mutants.md").read_text(encoding="utf-8")))
        all_changes = [
            change
            for file in sorted(lines)
            for change in changes(file, (measured / file).read_bytes())
            if change.line in lines[file] and change.name not in named
        ]

        def noticed(change: Change, ids: list[str]) -> bool:
            tree = trees.get()
            try:
                found = caught(change, ids, tree)
            finally:
                trees.put(tree)
            if not found:
                print(f"survived: {change}", flush=True)
            return found

        enough = True
        for seed in seeds:
            chance = random.Random(seed)
            chosen = sorted(all_changes, key=partial(Change.turn, seed=seed))[:many]
            tests = [_nearest(change, lines[change.file][change.line], chance) for change in chosen]
            with ThreadPoolExecutor(AT_ONCE) as pool:
                many_caught = sum(pool.map(noticed, chosen, tests))
            print(f"random mutants: {many} of {len(all_changes)}, seed {seed}, caught {many_caught}", flush=True)
            enough = enough and many_caught >= many * LEAST
    return enough


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--many", type=int, default=MANY)
    parser.add_argument("--seed", type=int, nargs="+", default=[int(time.time())])
    parser.add_argument("--among", nargs="+", default=AMONG, help="folders or files")
    given = parser.parse_args()
    sys.exit(0 if prove(given.many, given.seed, given.among) else 1)
