"""Mutations of bytes, as a line may damage them."""

import random
from collections.abc import Callable
from typing import Final

from benchmarks.mutations.words import BROKEN, put_in


def _flip(lot: random.Random, data: bytes) -> bytes:
    made = bytearray(data)
    for _ in range(lot.choice((1, 1, 2, 5))):
        if made:
            made[lot.randrange(len(made))] ^= 1 << lot.randrange(8)
    return bytes(made)


def _overwrite(lot: random.Random, data: bytes) -> bytes:
    place = lot.randrange(len(data))
    return data[:place] + bytes([lot.randrange(256)]) + data[place + 1 :]


def _delete(lot: random.Random, data: bytes) -> bytes:
    place, length = lot.randrange(len(data)), lot.choice((1, 1, 2, 3, 9, 30))
    return data[:place] + data[place + length :]


def _insert(lot: random.Random, data: bytes) -> bytes:
    more = lot.choice(
        (
            *BROKEN,
            *(
                b"]]>",
                b"<![CDATA[",
                b"<!--",
                b"-->",
                b"<",
                b">",
                b"&",
                b"<x>",
                b"</x>",
                b"<?x?>",
                b"<b/>",
                b"<!DOCTYPE x>",
            ),
        )
    )
    return put_in(lot, data, more, whole=lot.random() < 0.7)


def _cut(lot: random.Random, data: bytes) -> bytes:
    """One byte out of the middle of a sign."""
    middles = [place for place, byte in enumerate(data) if 0x80 <= byte < 0xC0]
    return _delete(lot, data) if not middles else data[: (place := lot.choice(middles))] + data[place + 1 :]


def _truncate(lot: random.Random, data: bytes) -> bytes:
    return data[: lot.randrange(len(data))] if lot.random() < 0.2 else data[: -lot.randrange(1, 60)]


def _move(lot: random.Random, data: bytes) -> bytes:
    """A slice somewhere else."""
    start = lot.randrange(len(data))
    piece, rest = data[start : start + lot.randrange(1, 40)], data[:start] + data[start + 40 :]
    place = lot.randrange(len(rest) + 1)
    return rest[:place] + piece + rest[place:]


def _frame(lot: random.Random, data: bytes) -> bytes:
    """Something before or behind all of it, or all of it in another form."""
    return lot.choice(
        (
            b"\xef\xbb\xbf" + data,
            b'<?xml version="1.0" encoding="UTF-8"?>' + data,
            b"<?xml version='1.0' encoding='GBK'?>" + data,
            b"\n " + data,
            data + b"\n",
            data + b"<!-- -->",
            data + b"\x00" * 9,
            data + data,
            b"<xml>" + data + b"</xml>",
            b"<!DOCTYPE xml [<!ENTITY a 'b'>]>" + data,
            data.replace(b"<xml>", b"<xml a='1'>"),
            data.replace(b"xml>", b"XML>"),
            b"<a>" * 40 + data,
            data[:-6] + b"<a>" * 40 + b"</a>" * 40 + b"</xml>",
            data.decode("utf-8", "replace").encode("gb18030"),
            data.decode("utf-8", "replace").encode("utf-16"),
            data.replace(b"\xe6", b"\xe6\x08"),
        )
    )


BYTES: Final[tuple[Callable[[random.Random, bytes], bytes], ...]] = (
    _flip,
    _flip,
    _overwrite,
    _delete,
    _insert,
    _insert,
    _cut,
    _truncate,
    _move,
    _frame,
)
