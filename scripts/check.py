"""What no general tool knows: migrations, flows and their drawings, phrases, import contracts, requirement ids, the
lock, the shape of files, forbidden words.
"""

import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from importlib.metadata import distributions
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name
from sqlalchemy import create_engine

from conversations import phrases
from conversations.proofs import check
from conversations.registry import standard
from scripts import schema
from scripts.flows import page
from scripts.mutants import MUTANTS
from storage import migrate, tables

ROOT = Path(__file__).parent.parent
STATES = {"planned", "part", "shown"}


def migrations() -> Iterator[str]:
    """The migrations must make exactly the schema that the code declares, CHECKs as well."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "check.db"
        migrate.upgrade(path)
        engine = create_engine(f"sqlite:///{path}")
        with engine.connect() as connection:
            for difference in compare_metadata(
                MigrationContext.configure(connection, opts={"compare_type": True}), tables.Base.metadata
            ):
                yield f"migrations: {difference}"
        engine.dispose()
        wanted = schema.declared(Path(folder) / "declared.db")
        yield from (f"migrations: {difference}" for difference in schema.differences(schema.of(path), wanted))


def flows() -> Iterator[str]:
    """Every flow is proven, and drawn as it is."""
    for flow in standard().flows.values():
        yield from check(flow)
        drawn = ROOT / "docs" / "flows" / f"{flow.name}.md"
        if not drawn.exists() or drawn.read_text(encoding="utf-8") != page(flow):
            yield f"docs/flows/{flow.name}.md is not the flow: run python -m scripts.flows"


def words() -> Iterator[str]:
    """Every phrase that code names exists, and none is left over."""
    code = "\n".join(
        path.read_text(encoding="utf-8")
        for folder in ("conversations", "services")
        for path in (ROOT / folder).rglob("*.py")
    )
    sections = "|".join(sorted({key.partition(".")[0] for key in phrases.book()}))
    named = set(re.findall(rf'"((?:{sections})\.[a-z_]+)"', code))
    yield from (f"phrase {key} is named and not written" for key in sorted(named - set(phrases.book())))
    yield from (f"phrase {key} is written and never said" for key in phrases.unsaid(named))


def contracts() -> Iterator[str]:
    """Every top-level package is in an import contract and says in one sentence what it is for."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    linted = set(project["tool"]["importlinter"]["root_packages"])
    installed = {name.split(".")[0] for name in project["tool"]["setuptools"]["packages"]["find"]["include"]}
    for folder in sorted(path.parent.name for path in ROOT.glob("*/__init__.py")):
        if folder in {"tests", "scripts", "benchmarks", "training"}:
            continue
        if folder not in linted or folder not in installed:
            yield f"package {folder} is in no import contract, or not installed"
        if not (ROOT / folder / "__init__.py").read_text(encoding="utf-8").startswith('"""'):
            yield f"package {folder} does not say what it is for"


def requirements() -> Iterator[str]:
    """Each id has a state; a shown one has a test of its name (P6+ is `p6plus`); no test names an unknown one."""
    listed: dict[str, str] = {}
    for file in (ROOT / "tests" / "requirements.toml", *sorted((ROOT / "tests" / "requirements").glob("*.toml"))):
        read = tomllib.loads(file.read_text(encoding="utf-8"))["requirements"]
        listed |= {name.replace("+", "plus"): state for name, state in read.items()}
    ids = {name.lower() for name in listed}
    named: set[str] = set()
    for path in (ROOT / "tests").rglob("test_*.py"):
        for test in re.findall(r"def test_(\w+)", path.read_text(encoding="utf-8")):
            parts = test.split("_")
            while parts and re.fullmatch(r"(?:[qcgmiuvhbraekplnx]\d{1,2}(?:plus)?)", parts[0]):
                if parts[0] not in ids:
                    yield f"{path.name}: test_{test} names {parts[0]}, which is no requirement"
                named.add(parts.pop(0))
    for name, state in listed.items():
        if state not in STATES:
            yield f"requirement {name}: {state} is none of {sorted(STATES)}"
        if state != "planned" and name.lower() not in named:
            yield f"requirement {name} is {state} and no test carries its name"
        if state == "planned" and name.lower() in named:
            yield f"requirement {name} is planned, yet a test carries its name"


def found_faults() -> Iterator[str]:
    """Each fault that was found by trying the product has a state; a tested one has a test of its name."""
    listed = tomllib.loads((ROOT / "tests" / "faults.toml").read_text(encoding="utf-8"))["faults"]
    named: set[str] = set()
    for path in (ROOT / "tests").rglob("test_*.py"):
        named.update(re.findall(r"def test_fault_([a-z]\d*)_", path.read_text(encoding="utf-8")))
    known = {name.lower() for name in listed}
    yield from (f"a test names fault {name}, which is not in tests/faults.toml" for name in sorted(named - known))
    for name, state in listed.items():
        if state not in {"tested", "open", "later"}:
            yield f"fault {name}: {state} is none of tested, open, later"
        if (state == "tested") != (name.lower() in named):
            yield f"fault {name} is {state}, and {'a' if name.lower() in named else 'no'} test carries its name"


LOCKS = ("requirements.lock", "requirements-dev.lock")
PYTHONS = ("3.11.2", "3.13.0")
"""Debian 12's own, and the newest that is tried: a lock names everything that either of them needs."""


def locked() -> Iterator[str]:
    """The locks hold what every Python of ours needs: each wanted package, in a wanted version, with its extras.

    `name==1` does not hold `name[extra]`: pip would look for it anew as soon as a 2 is there.
    """
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    more = project["optional-dependencies"]
    wants = {dist.name: dist.requires or () for dist in distributions()}
    for lock in LOCKS:
        pins = _pins(lock)
        ours = [*project["dependencies"], *more["build"], *(more["dev"] if "dev" in lock else ())]
        for python in PYTHONS:
            here: dict[str, str] = {name: str(value) for name, value in default_environment().items()} | {
                "python_version": python.rpartition(".")[0],
                "python_full_version": python,
                "extra": "",
            }
            held = {canonicalize_name(pin.name): pin for pin in pins if pin.marker is None or pin.marker.evaluate(here)}
            asked = [("the product", line, frozenset[str]()) for line in ours]
            asked += [
                (name, line, frozenset(held[canonicalize_name(name)].extras))
                for name, lines in wants.items()
                if canonicalize_name(name) in held
                for line in lines
            ]
            for who, line, extras in asked:
                yield from (
                    f"{lock}, Python {python}: {problem}: run make lock"
                    for problem in _lacks(who, Requirement(line), extras, held, here)
                )


def _pins(lock: str) -> list[Requirement]:
    lines = (ROOT / lock).read_text(encoding="utf-8").splitlines()
    return [Requirement(line.removesuffix("\\")) for line in lines if "==" in line and line[0].isalnum()]


def _lacks(
    who: str, wanted: Requirement, extras: frozenset[str], held: dict[NormalizedName, Requirement], here: dict[str, str]
) -> Iterator[str]:
    """What of a wish the lock does not hold."""
    if wanted.marker is not None and not any(
        wanted.marker.evaluate(here | {"extra": extra}) for extra in (extras or {""})
    ):
        return
    pin = held.get(canonicalize_name(wanted.name))
    if pin is None:
        yield f"{who} wants {wanted.name}, which is not there"
    elif not wanted.specifier.contains(str(pin.specifier).removeprefix("=="), prereleases=True):
        yield f"{who} wants {wanted}, {pin} is there"
    elif wanted.extras - pin.extras:
        yield f"{who} wants {wanted.name}[{','.join(sorted(wanted.extras))}]"


def faults() -> Iterator[str]:
    """Each mutant names words that are in its file exactly once; else the long proof stops in the middle."""
    for mutant in MUTANTS:
        times = (ROOT / mutant.file).read_text(encoding="utf-8").count(mutant.old)
        if times != 1:
            yield f"mutant {mutant.number}: its words are {times} times in {mutant.file}"


LONGEST_FILE, LONGEST_LINE = 400, 120
CODE = frozenset({".py", ".toy", ".html", ".css", ".js", ".mjs", ".conf", ".yaml"})
PICTURE = re.compile(
    r"""\bd="M|^\s*"[^"]*",$|points="|<rect |<path |data:image|--font:|hx-trigger=|: "M|^\s*<p[^>]*>[^ ]*</p>$"""
)
"""A drawing, a list of one attribute, or Chinese prose without a blank: one piece of data on one line."""
MOST = {"fmt: skip": 20, "noqa": 50}
"""How often a tool may be told in a comment to look away."""


def shape() -> Iterator[str]:
    """Python files, and the lines of all code, can be read; few comments make a tool look away."""
    times = dict.fromkeys(MOST, 0)
    for name in _tracked():
        path = ROOT / name
        if path.suffix not in CODE or "vendor" in name or not path.is_file():
            continue
        lines = path.read_text(encoding="utf-8").splitlines()
        if path.suffix == ".py" and len(lines) > LONGEST_FILE:
            yield f"{name} has {len(lines)} lines, {LONGEST_FILE} at most: divide it by meaning"
        for number, line in enumerate(lines, 1):
            if len(line) > LONGEST_LINE and (path.suffix == ".py" or PICTURE.search(line) is None):
                yield f"{name}:{number} has {len(line)} characters, {LONGEST_LINE} at most"
            for words in MOST:
                times[words] += re.search(rf"#[^\"']*\b{words}\b", line) is not None
    yield from (
        f"{times[words]} times `# {words}`, {most} at most" for words, most in MOST.items() if times[words] > most
    )


def _tracked() -> list[str]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return list(filter(None, listed.split("\0")))


def tidy() -> Iterator[str]:
    """No path of a machine, no registry and no unfinished work in what is tracked."""
    bad = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X)\b|NotImplemented" + r"Error|/ro" + r"ot/|/home/\w+/")
    for name in _tracked():
        path = ROOT / name
        if (
            path.suffix in {".py", ".toml", ".md", ".html", ".js", ".css", ".yml", ""}
            and path.is_file()
            and "vendor" not in name
            and path != Path(__file__)
        ):
            for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
                if bad.search(line):
                    yield f"{name}:{number}: {line.strip()[:80]}"


def _counts() -> str:
    """How many requirements are shown, shown in part and planned, in all and by group."""
    listed = tomllib.loads((ROOT / "tests" / "requirements.toml").read_text(encoding="utf-8"))["requirements"]
    states = ("shown", "part", "planned")
    groups: dict[str, list[str]] = {}
    for name, state in listed.items():
        groups.setdefault(name[0], []).append(state)
    whole = ", ".join(f"{list(listed.values()).count(state)} {state}" for state in states)
    each = "  ".join(
        f"{group} {'/'.join(str(found.count(state)) for state in states)}" for group, found in groups.items()
    )
    return f"requirements: {whole}\nby group, {'/'.join(states)}: {each}\n"


def main() -> int:
    """0 when everything holds."""
    problems = [
        problem
        for part in (migrations, flows, words, contracts, requirements, found_faults, locked, faults, shape, tidy)
        for problem in part()
    ]
    for problem in problems:
        sys.stderr.write(f"{problem}\n")
    sys.stdout.write(_counts())
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
