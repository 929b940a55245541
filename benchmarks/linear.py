"""Ten times the text costs at most twelve times the time: every reader of messages, every pattern in it, every
generated worst text (S3).
"""

import gc
import sys
from dataclasses import dataclass, field

from tests.care.growth import MOST, READERS, too_slow


@dataclass
class Proof:
    """How many texts were read by each reader, and which of them took too long."""

    read: dict[str, int] = field(default_factory=dict)
    slow: list[str] = field(default_factory=list)

    def line(self) -> str:
        """The line for the record."""
        texts = ", ".join(f"{name} {count:,}" for name, count in self.read.items())
        slow = "; ".join(self.slow) or "none"
        return (
            f"families of worst texts read at ten times their length ({texts}); more than {MOST:.0f} × the time: {slow}"
        )

    def holds(self) -> bool:
        """Whether all of them are linear."""
        return self.read.keys() == READERS.keys() and not self.slow


def prove() -> Proof:
    """Each reader on all its families."""
    proof = Proof()
    for name, reader in READERS.items():
        tried = reader.families()
        gc.collect()
        gc.disable()
        proof.slow += [f"{name}: {one}" for one in too_slow(reader.read, tried, MOST)]
        gc.enable()
        proof.read[name] = len(tried)
    return proof


if __name__ == "__main__":
    made = prove()
    print(made.line())
    sys.exit(0 if made.holds() else 1)
