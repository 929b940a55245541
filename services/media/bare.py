"""Pictures and films without what their camera wrote into them: where, when, with which device, a preview of what was
cut away (faults S7).

Only the parts that a picture is drawn from are kept, each copied as it is, so nothing is lost by encoding anew; the one
thing kept of EXIF is which side is up. What follows the end of a picture, where phones hide a film or a second picture,
is cut off. What is no picture from its first part on is given back as it came: nothing reads a place from it.

JPEG: ITU-T T.81 annex B, Exif 2.32; PNG: third edition, 11; GIF89a; WebP: RFC 9649; MP4: ISO/IEC 14496-12, 8.
"""

import struct
import zlib
from collections.abc import Iterator
from typing import Final

ORIENTATION: Final = 0x0112
UPRIGHT: Final = 1
PNG: Final = b"\x89PNG\r\n\x1a\n"
PNG_KEPT: Final = frozenset(b"IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB iCCP sBIT bKGD pHYs acTL fcTL fdAT cICP".split())
WEBP_KEPT: Final = frozenset({b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"})
WEBP_TOLD: Final = 0b00001100
"""The bits of VP8X that announce EXIF and XMP."""
GIF_KEPT: Final = (b"NETSCAPE2.0", b"ANIMEXTS1.0")
SCAN: Final = 0xDA
END: Final = 0xD9
STANDALONE: Final = frozenset({0x01, *range(0xD0, 0xD8), END})
"""Markers of a JPEG without a length."""
IN_SCAN: Final = (STANDALONE | {0x00, 0xFF}) - {END}
"""What may stand behind 0xFF inside the picture."""
FILM_BOXES: Final = frozenset({b"moov", b"trak", b"mdia", b"minf", b"moof", b"traf"})
FILM_TOLD: Final = frozenset({b"udta", b"meta", b"uuid"})
"""Boxes in which phones write the place (©xyz, XMP); they become free space, so that no other box moves."""
DEEPEST: Final = 8
STILLS: Final = frozenset({b"heic", b"heix", b"mif1", b"avif"})
"""Photos in the boxes of a film, which stand by `meta`; no page shows them, and the platform sends none."""


def bare(data: bytes) -> bytes:
    """The same picture or film without what is told about it; anything else as it is."""
    if data.startswith(b"\xff\xd8"):
        return _jpeg(data)
    if data.startswith(PNG):
        return _png(data)
    if data.startswith((b"GIF87a", b"GIF89a")):
        return _gif(data)
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return _webp(data)
    if data[4:8] == b"ftyp" and data[8:12] not in STILLS:
        film = bytearray(data)
        _film(film, 0, len(film), 0)
        return bytes(film)
    return data


def _jpeg(data: bytes) -> bytes:
    if data[2:4] < b"\xff\xc0":  # no part begins
        return data
    kept, side = [data[:2]], UPRIGHT
    for marker, part, whole in _segments(data):
        if marker == 0xE1 and part.startswith(b"Exif\0\0"):
            side = _side(part[6:])
        if _is_drawn(marker, part):
            kept.append(whole)
        if marker == END:
            break
    if side != UPRIGHT:
        told = b"Exif\0\0" + _upright(side)
        after = 2 if kept[1:] and kept[1][1] == 0xE0 else 1  # JFIF stands first
        kept.insert(after, b"\xff\xe1" + struct.pack(">H", len(told) + 2) + told)
    return b"".join(kept)


def _segments(data: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """The parts of a JPEG as marker, content and whole, the picture itself with the part that begins it; up to where it
    is none any more.
    """
    at = 2
    while at + 2 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:  # a fill byte
            at += 1
            continue
        if marker in STANDALONE:
            yield marker, b"", data[at : at + 2]
            at += 2
            continue
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if marker < 0xC0 or end < at + 4 or end > len(data):
            return
        stop = _end_of_scan(data, end) if marker == SCAN else end
        yield marker, data[at + 4 : end], data[at:stop]
        at = stop


def _is_drawn(marker: int, part: bytes) -> bool:
    """Whether a part of a JPEG is needed to draw it: of the parts of applications JFIF, colours, and Adobe's kind."""
    if marker == 0xE2:
        return part.startswith(b"ICC_PROFILE\0")
    if marker == 0xE0:
        return part.startswith(b"JFIF\0")
    return marker == 0xEE or not (0xE0 <= marker <= 0xEF or marker == 0xFE)


def _end_of_scan(data: bytes, at: int) -> int:
    while (at := data.find(b"\xff", at)) >= 0 and at + 1 < len(data):
        if data[at + 1] not in IN_SCAN:
            return at
        at += 1 if data[at + 1] == 0xFF else 2
    return len(data)


def _side(tiff: bytes) -> int:
    """Which side is up by an EXIF block, 1 to 8; 1 when it does not say."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    try:
        if order is None:
            return UPRIGHT
        (at,) = struct.unpack_from(f"{order}I", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, at)
        for entry in range(count):
            tag, _kind, _number, value = struct.unpack_from(f"{order}HHIH", tiff, at + 2 + 12 * entry)
            if tag == ORIENTATION:
                return value if 1 <= value <= 8 else UPRIGHT
    except struct.error:
        pass
    return UPRIGHT


def _upright(side: int) -> bytes:
    """An EXIF block that says which side is up and nothing else."""
    return b"MM\0*" + struct.pack(">IHHHIHHI", 8, 1, ORIENTATION, 3, 1, side, 0, 0)


def _png(data: bytes) -> bytes:
    kept = [PNG]
    for kind, part, whole in _chunks(data):
        if kind in PNG_KEPT:
            kept.append(whole)
        elif kind == b"eXIf" and (side := _side(part)) != UPRIGHT:
            told = b"eXIf" + _upright(side)
            kept.append(struct.pack(">I", len(told) - 4) + told + struct.pack(">I", zlib.crc32(told)))
        if kind == b"IEND":
            break
    return b"".join(kept) if len(kept) > 1 else data


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes, bytes]]:
    at = len(PNG)
    while at + 12 <= len(data):
        end = at + 12 + int.from_bytes(data[at : at + 4], "big")
        if end > len(data):
            return
        yield data[at + 4 : at + 8], data[at + 8 : end - 4], data[at:end]
        at = end


def _webp(data: bytes) -> bytes:
    kept, at = list[bytes](), 12
    while at + 8 <= len(data):
        kind, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        end = at + 8 + size + size % 2
        part = bytearray(data[at:end])
        if at + 8 + size > len(data):
            break
        if kind == b"VP8X" and size:
            part[8] &= ~WEBP_TOLD & 0xFF
        if kind in WEBP_KEPT:
            kept.append(bytes(part))
        at = end
    body = b"WEBP" + b"".join(kept)
    return b"RIFF" + struct.pack("<I", len(body)) + body if kept else data


def _gif(data: bytes) -> bytes:
    if len(data) < 13:
        return data
    at = 13 + (3 << (data[10] & 7) + 1 if data[10] & 0x80 else 0)
    kept = [data[:at]]
    while at < len(data):
        begin, kind = at, data[at]
        if kind == 0x21:
            at = _blocks(data, at + 2)
            told = data[begin + 1 : begin + 2] in {b"\xfe", b"\xff"} and data[begin + 3 : begin + 14] not in GIF_KEPT
            if told:
                continue
        elif kind == 0x2C and at + 10 <= len(data):
            at = _blocks(data, at + 11 + (3 << (data[at + 9] & 7) + 1 if data[at + 9] & 0x80 else 0))
        else:
            kept.append(b";")
            break
        kept.append(data[begin:at])
    return b"".join(kept) if len(kept) > 1 else data


def _blocks(data: bytes, at: int) -> int:
    while at < len(data) and data[at]:
        at += 1 + data[at]
    return at + 1


def _film(film: bytearray, at: int, end: int, depth: int) -> None:
    while at < end and depth < DEEPEST:
        size, kind, head = int.from_bytes(film[at : at + 4], "big"), bytes(film[at + 4 : at + 8]), 8
        if size == 1:
            size, head = int.from_bytes(film[at + 8 : at + 16], "big"), 16
        stop = min(at + size, end) if size else end  # what was cut off ends where the film does
        if stop < at + head:
            return
        if kind in FILM_TOLD:
            film[at + 4 : at + 8] = b"free"
            film[at + head : stop] = bytes(stop - at - head)
        elif kind in FILM_BOXES:
            _film(film, at + head, stop, depth + 1)
        at = stop
