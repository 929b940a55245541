"""What was seen in both modes, and the line for the record."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from benchmarks.mutations.bodies import BODIES

SHOWN: Final = 8
MODES: Final = ("secure", "plain")


@dataclass
class Proof:
    """What was seen in both modes."""

    kinds: set[str] = field(default_factory=set)
    bodies: int = 0
    again: int = 0
    read: int = 0
    nobodys: int = 0
    cries: int = 0
    rang: int = 0
    unsigned: int = 0
    refused: Counter[int] = field(default_factory=Counter)
    wrong: dict[str, list[str]] = field(default_factory=dict)
    """What must not be, by what it is, each with the bytes that show it."""
    seconds: float = 0.0

    def note(self, what: str, which: object) -> None:
        """Something that must not be."""
        self.wrong.setdefault(what, []).append(repr(which))

    def line(self) -> str:
        """The line for the record."""
        bad = ", ".join(f"{what} {len(found)}" for what, found in sorted(self.wrong.items()))
        refused = ", ".join(f"{status} {count}" for status, count in sorted(self.refused.items()))
        return (
            f"mutated {self.bodies} of {len(self.kinds)} kinds in {len(MODES)} modes, {self.again} delivered again: "
            f"{self.read} rows, {self.nobodys} that name nobody; "
            f"cries left whole {self.cries}, rang {self.rang}; unsigned or garbled {self.unsigned} ({refused}); "
            f"{self.seconds:.0f} s; wrong: {bad or 'none'}"
        )

    def shown(self) -> Iterator[str]:
        """Some of each that is wrong, with their bytes."""
        for what, found in sorted(self.wrong.items()):
            yield from (f"{what}: {one[:1500]}" for one in found[:SHOWN])

    def holds(self) -> bool:
        """Whether everything was kept once and heard, and nothing else was let in."""
        complete = (
            self.bodies > 0 and self.kinds == set(BODIES) and self.again > 0 and self.nobodys > 0 and self.cries > 0
        )
        return complete and not self.wrong and self.rang == self.cries and set(self.refused) <= {403, 413}
