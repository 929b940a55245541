"""Signed bodies of every kind, mutated by lot: each is kept once and heard, no words become a field or an act; unsigned
ones leave no trace.
"""

import argparse
import asyncio
import sys

from benchmarks.mutations.bodies import CALM, CRIES
from benchmarks.mutations.run import prove
from understanding.cascade import triage

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bodies", type=int, default=5000)
    parser.add_argument("--unsigned", type=int, default=20_000)
    chosen = parser.parse_args()
    assert all(triage(f"{cry}，").rings for cry in CRIES)
    assert not any(triage(calm).rings for calm in CALM)
    found = asyncio.run(prove(chosen.bodies, chosen.unsigned))
    print(*found.shown(), found.line(), sep="\n")
    sys.exit(0 if found.holds() else 1)
