"""How much of the rules the tests reach: `make coverage` measures, this reads what it left.

Exit 1 when a package is below its line.
"""

import json
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from coverage import Coverage

GATES: Final = {"conversations": 100.0, "care": 100.0, "services": 95.0}
"""Percent of lines and branches together (architecture, Style and habits)."""


@dataclass
class Reached:
    """Lines and branches of a package, and which were missed."""

    there: int = 0
    reached: int = 0
    missed: list[str] = field(default_factory=list)

    @property
    def percent(self) -> float:
        """Of lines and branches together; a package that was not measured at all has none."""
        return 100 * self.reached / self.there if self.there else 0.0


def measure(files: dict[str, Any]) -> dict[str, Reached]:
    """Each package of the gates, from the files of coverage's own report in JSON."""
    found = {package: Reached() for package in GATES}
    for name, file in sorted(files.items()):
        one = found.get(Path(name).parts[0])
        if one is None:
            continue
        summary = file["summary"]
        one.there += summary["num_statements"] + summary["num_branches"]
        one.reached += summary["covered_lines"] + summary["covered_branches"]
        if file["missing_lines"] or file["missing_branches"]:
            one.missed.append(f"{name}: lines {file['missing_lines']}, branches {file['missing_branches']}")
    return found


def main() -> int:
    """0 when every package is at its line."""
    coverage = Coverage()
    coverage.load()
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        coverage.json_report(outfile=str(report))
        found = measure(json.loads(report.read_text(encoding="utf-8"))["files"])
    low = [package for package, least in GATES.items() if found[package].percent < least]
    for package, least in GATES.items():
        sys.stdout.write(f"coverage {package}: {found[package].percent:.2f} % (gate {least:.0f})\n")
    for package in low:
        sys.stderr.write(f"{package} is below its gate:\n  " + "\n  ".join(found[package].missed) + "\n")
    return 1 if low else 0


if __name__ == "__main__":
    sys.exit(main())
