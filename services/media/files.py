"""Files that colleagues add: what kind they are by their first bytes, how large they may be, and their fingerprint."""

import hashlib
from collections.abc import Container
from dataclasses import dataclass
from typing import Final

from care.errors import Invalid
from services.media.media import sniff
from storage.types import new_id

BYTES: Final = 12 * 1024 * 1024
PDF: Final = "application/pdf"


@dataclass(frozen=True, slots=True)
class File:
    """A file whose bytes are to be written, sealed, under this id."""

    id: int
    mime: str
    size: int
    sha256: str


def taken(data: bytes, kinds: Container[str], refused: str) -> File:
    """A file as it may be kept. Raises Invalid with `refused` for another kind, and for one that is too big."""
    mime = PDF if data.startswith(b"%PDF-") else sniff(data)
    if mime not in kinds:
        raise Invalid(why=refused)
    if len(data) > BYTES:
        raise Invalid(why="这份文件超过 12 MB，请分开或压小一点。")
    return File(new_id(), mime, len(data), hashlib.sha256(data).hexdigest())
