"""What `make test` tries in parts, a part a day, here in all its cases: widths, lights, engines, points, odd words."""

import argparse
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from defusedxml.ElementTree import parse

ROOT: Final = Path(__file__).parent.parent
COMMAND: Final = (sys.executable, "-m", "pytest", "-n", "2", "--dist", "worksteal", "--whole", "--only-parts")


@dataclass
class Proof:
    """What came of the tests."""

    tests: int
    failed: int
    skipped: int
    seconds: float

    def line(self) -> str:
        """The line for the record."""
        return (
            f"tests that make test tries in parts, in all their cases: {self.tests}, failed {self.failed}, "
            f"left out {self.skipped}; {self.seconds:.0f} s"
        )

    def holds(self) -> bool:
        """Whether every case passed."""
        return self.tests > 0 and self.failed == self.skipped == 0


def prove(*more: str) -> Proof:
    """Run them. Raises OSError when nothing was run."""
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        subprocess.run([*COMMAND, f"--junitxml={report}", *more], check=False, cwd=ROOT)
        suite = parse(report).getroot().find("testsuite")
        assert suite is not None, "a report has a suite"
        tests, failures, errors, skipped = (
            int(suite.attrib[name]) for name in ("tests", "failures", "errors", "skipped")
        )
    return Proof(tests, failures + errors, skipped, time.monotonic() - begun)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true", help="without stories and PostgreSQL")
    proof = prove(*(("--fast",) if parser.parse_args().short else ()))
    print(proof.line())
    sys.exit(0 if proof.holds() else 1)
