"""A picture that was cut off on its way keeps each part that came whole, and no byte of what is told about it (S7)."""

import struct
from collections.abc import Sequence
from itertools import accumulate

import pytest

from services.media.bare import bare
from services.media.media import sniff
from tests.services.test_media_bare import COLOURS, JFIF, PLACE, box, chunk, exif, segment

PNG = b"\x89PNG\r\n\x1a\n"


def riff(kind: bytes, data: bytes) -> bytes:
    return kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


def webp(body: bytes) -> bytes:
    return b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WEBP" + body


def came(parts: Sequence[tuple[bytes, bool]], many: int) -> bytes:
    """The parts that are kept and came whole, of so many bytes."""
    ends = accumulate(len(part) for part, _ in parts)
    return b"".join(part for (part, stays), end in zip(parts, ends, strict=True) if stays and end <= many)


def test_fault_s7_each_part_of_a_jpeg_that_came_whole_stays() -> None:
    parts = [
        (JFIF, True),
        (segment(0xE1, b"Exif\0\0" + exif(1)), False),
        (segment(0xFE, PLACE), False),
        (COLOURS, True),
        (segment(0xFE, b""), False),
        (segment(0xDB, bytes(65)), True),
        (b"\xff\x01", True),
        (segment(0xEE, b"Adobe"), True),
        (segment(0xEF, PLACE), False),
        (segment(0xC0, b""), True),
        (b"\xff\xd9", True),
    ]
    whole = b"".join(part for part, _ in parts)
    for many in range(2, len(whole) + 1):
        assert bare(b"\xff\xd8" + whole[:many]) == b"\xff\xd8" + came(parts, many), many


def test_fault_s7_each_part_of_a_png_that_came_whole_stays() -> None:
    parts = [
        (chunk(b"IHDR", bytes(13)), True),
        (chunk(b"tEXt", b"Comment\0" + PLACE), False),
        (chunk(b"IDAT", b"pixels"), True),
        (chunk(b"eXIf", exif(1)), False),
        (chunk(b"IEND", b""), True),
    ]
    whole, first = b"".join(part for part, _ in parts), len(parts[0][0])
    for many in range(first, len(whole) + 1):
        assert bare(PNG + whole[:many]) == PNG + came(parts, many), many
    assert bare(PNG + whole[: first - 1]) == PNG + whole[: first - 1], "no part came"


def test_fault_s7_each_part_of_a_webp_that_came_whole_stays() -> None:
    parts = [
        (riff(b"VP8X", b"\x20" + bytes(9)), True),
        (riff(b"EXIF", exif(1)), False),
        (riff(b"VP8 ", b"pixels"), True),
        (riff(b"XMP ", PLACE), False),
        (riff(b"ICCP", b""), True),
    ]
    whole, first = b"".join(part for part, _ in parts), len(parts[0][0])
    for many in range(first, len(whole) + 1):
        assert bare(webp(whole)[: 12 + many]) == webp(came(parts, many)), many
    odd = riff(b"VP8 ", b"odd")
    assert bare(webp(odd)[:-1])[12:] == odd[:-1], "the byte that fills up an odd part may be missing"
    assert bare(webp(riff(b"VP8X", b""))) == webp(riff(b"VP8X", b"")), "a head that says nothing"


GIF_HEAD = b"GIF89a" + bytes(4)
TOLD = b"!\xfe\x15" + PLACE + b"\0"


@pytest.mark.parametrize("colours", range(8))
@pytest.mark.parametrize("of_frame", [False, True])
def test_fault_s7_a_gif_keeps_its_colours_however_many_they_are(colours: int, of_frame: bool) -> None:
    """Those of the whole picture, or those of one frame; `;,!` among them are no beginning of a part."""
    table, sign = b";,!" * 2 ** (colours + 1), bytes([0x80 | colours])
    head = GIF_HEAD + b"\0\0\0" if of_frame else GIF_HEAD + sign + b"\0\0" + table
    frame = b"," + bytes(8) + (sign + table if of_frame else b"\x07") + b"\x02\x02ab\x01c\0"
    assert bare(head + TOLD + frame + TOLD + frame + b";" + PLACE) == head + frame + frame + b";"
    for many in range(10, len(frame) + 1):
        assert bare(head + frame[:many]) == head + frame[:many], "what came of a frame is shown"
    for many in range(1, 10):
        assert bare(head + TOLD + frame[:many]) == head + b";", "nothing of it can be drawn"


def test_fault_s7_a_gif_of_a_few_bytes_is_given_back_as_it_came() -> None:
    for many in range(6, 14):
        begin = (GIF_HEAD + b"\0\0\0")[:many]
        assert bare(begin) == begin
    assert bare(GIF_HEAD + b"\0\0\0;") == GIF_HEAD + b"\0\0\0;"


def test_fault_s7_what_moves_in_a_gif_goes_on_moving() -> None:
    head, frame = GIF_HEAD + b"\0\0\0", b"," + bytes(9) + b"\x02\x01a\0"
    for name in (b"NETSCAPE2.0", b"ANIMEXTS1.0"):
        loop = b"!\xff\x0b" + name + b"\x03\x01\0\0\0"
        assert bare(head + loop + frame + b";") == head + loop + frame + b";"
    words = b"!\x01\x0c" + bytes(12) + b"\x02ok\0"
    assert bare(head + words + frame + b";") == head + words + frame + b";", "words that are drawn are no remark"


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (PNG, "image/png"),
        (b"GIF89a", "image/gif"),
        (webp(b""), "image/webp"),
        (b"RIFF\0\0\0\0WAVE", "audio/wav"),
        (b"#!AMR\n", "audio/amr"),
        (b"#!AMR-WB\n", "audio/amr-wb"),
        (b"\x02#!SILK_V3", "audio/silk"),
        (box(b"ftyp", b"isom"), "video/mp4"),
        (box(b"ftyp", b"heic"), "image/heic"),
        (b"", "application/octet-stream"),
    ],
)
def test_s7_the_kind_of_a_file_is_what_its_first_bytes_say(data: bytes, kind: str) -> None:
    assert sniff(data) == kind
