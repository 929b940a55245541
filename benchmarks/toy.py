"""A new subject touches nothing but its own files: `python -m benchmarks.toy` (engineering 9).

A copy of the tree gets the files of `tests/toy` (a table, a migration, a query, a service, an effect, a flow,
phrases, a job, a purpose, a page with its form, a door, words of the audit, acts, tests, a page of the docs) by the
recipe of docs/develop.md. Nothing that was there may change; every check and the subject's own stories must pass on
both engines.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from scripts.stage import ROOT

TOY: Final = ROOT / "tests" / "toy"
NAME: Final = "parcels"
PYTHON: Final = sys.executable
MADE: Final[tuple[tuple[str, ...], ...]] = (("-m", "tests.frozen.words", NAME), ("-m", "scripts.flows"))
"""What the recipe lets be written: the stored words of the subject, the drawing of its flow."""
CHECKS: Final[tuple[tuple[str, ...], ...]] = (
    ("-m", "ruff", "check", "--no-cache", "."),
    ("-m", "ruff", "format", "--no-cache", "--check", "."),
    ("-m", "mypy"),
    ("-c", "from importlinter.cli import lint_imports_command; lint_imports_command()", "--no-cache"),
    ("-m", "scripts.check"),
    ("-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", "site"),
)
STORIES: Final = (
    "tests/services/test_parcels.py",
    "tests/console/test_parcels.py",
    "tests/console/test_routes.py",
    "tests/storage",
    "tests/stories/test_every_page.py",
)
"""What is tried on both engines, and in a browser; every other test runs on one."""


@dataclass
class Told:
    """What came of it."""

    new: int = 0
    changed: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    def line(self) -> str:
        """The figures in one line."""
        return (
            f"toy subject: {self.new} new files, changed {self.changed or 'none'}; "
            f"{len(CHECKS)} checks, all fast tests, {len(STORIES)} groups of tests on both engines, "
            f"failed: {self.failed or 'none'}"
        )

    def holds(self) -> bool:
        """Whether a subject touches its own files alone and everything about it works."""
        return self.new > 0 and not self.changed and not self.failed


def prove() -> Told:
    """Build it in a copy and try it."""
    told = Told()
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "tree"
        _copied(tree)
        _placed(tree)
        for command in MADE:
            _run(tree, told, *command)
        for line in _git(tree, "status", "--porcelain", "--untracked-files=all").splitlines():
            if line.startswith("??"):
                told.new += 1
            else:
                told.changed.append(line[3:])
        _git(tree, "add", "--all")  # what git does not know is looked at by no check
        for command in CHECKS:
            _run(tree, told, *command)
        _run(tree, told, "-m", "pytest", "-n", "2", "--fast", "tests")
        _run(tree, told, "-m", "pytest", "-n", "2", *STORIES)
    return told


def _copied(tree: Path) -> None:
    """What git knows of the tree, as it is now, committed in the copy."""
    for name in _git(ROOT, "ls-files").splitlines():
        if (ROOT / name).exists():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, tree / name)
    _git(tree, "init", "--quiet")
    _git(tree, "add", "--all")
    _git(tree, "-c", "user.name=toy", "-c", "user.email=toy@example.org", "commit", "--quiet", "--message", "the tree")


def _placed(tree: Path) -> None:
    head = max(file.name[:4] for file in (tree / "storage" / "migrations" / "versions").glob("[0-9]*.py"))
    for file in sorted(TOY.rglob("*.toy")):
        goal = tree / file.relative_to(TOY).with_suffix("")
        goal.parent.mkdir(parents=True, exist_ok=True)
        goal.write_text(file.read_text(encoding="utf-8").replace('"HEAD"', f'"{head}"'), encoding="utf-8")


def _git(tree: Path, *command: str) -> str:
    return subprocess.run(["git", *command], cwd=tree, check=True, capture_output=True, text=True).stdout


def _run(tree: Path, told: Told, *command: str) -> None:
    done = subprocess.run(
        [PYTHON, *command], cwd=tree, check=False, capture_output=True, text=True, env=_environment(tree)
    )
    if done.returncode:
        told.failed.append(" ".join(command[:3]))
        sys.stderr.write(done.stdout[-4000:] + done.stderr[-2000:])


def _environment(tree: Path) -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(tree), "NO_MKDOCS_2_WARNING": "1"}


if __name__ == "__main__":
    found = prove()
    sys.stdout.write(found.line() + "\n")
    sys.exit(not found.holds())
