"""Photos and films lose where, when and with what they were taken, and nothing of the picture (S7)."""

import struct
import zlib

import pytest

from services.media.bare import bare

PLACE = b"GPSLatitude 30.2741 N"


def exif(side: int, order: str = "<") -> bytes:
    """EXIF as a phone writes it: a maker, which side is up, a place."""
    entries = [(0x010F, 2, 4, int.from_bytes(b"Hua\0", "little")), (0x0112, 3, 1, side if order == "<" else side << 16)]
    head = b"II*\0" if order == "<" else b"MM\0*"
    table = struct.pack(f"{order}IH", 8, len(entries)) + b"".join(struct.pack(f"{order}HHII", *one) for one in entries)
    return head + table + struct.pack(f"{order}I", 0) + PLACE


def segment(marker: int, part: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(part) + 2) + part


JFIF = segment(0xE0, b"JFIF\0\x01\x02\0\0\x01\0\x01\0\0")
TABLES = segment(0xDB, bytes(65)) + segment(0xC2, bytes(15)) + segment(0xC4, bytes(20))
COLOURS = segment(0xE2, b"ICC_PROFILE\0\x01\x01 profile")
SCANS = (
    segment(0xDA, bytes(10))
    + b"\x12\xff\x00\x34\xff\xd0\x56"
    + segment(0xC4, b"x")
    + segment(0xDA, b"y")
    + b"\x78\xff\xff\x00"
)
SECOND = b"\xff\xd8" + segment(0xE1, b"Exif\0\0" + exif(1)) + b"\xff\xd9"


def photo(*told: bytes) -> bytes:
    return b"\xff\xd8" + JFIF + b"".join(told) + COLOURS + TABLES + SCANS + b"\xff\xd9"


def test_fault_s7_a_photo_of_a_phone_keeps_its_picture_and_its_colours_alone() -> None:
    sent = photo(
        segment(0xE1, b"Exif\0\0" + exif(1)),
        segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>" + PLACE),
        segment(0xE2, b"MPF\0" + PLACE),
        segment(0xED, b"Photoshop 3.0\0" + PLACE),
        segment(0xFE, b"by Mate 60 " + PLACE),
    )
    assert bare(sent + SECOND + b"MotionPhoto" + PLACE) == photo()


def test_fault_t_s7_a_photo_may_begin_with_its_frame() -> None:
    frame, told = segment(0xC0, bytes(15)), segment(0xFE, PLACE)
    assert bare(b"\xff\xd8" + frame + told + SCANS + b"\xff\xd9") == b"\xff\xd8" + frame + SCANS + b"\xff\xd9"


@pytest.mark.parametrize("last", [b"\xff\x00", b"\xff\xd7", b"\xff"])
def test_fault_t_s7_the_end_of_a_photo_is_found_right_behind_a_sign_that_looks_like_one(last: bytes) -> None:
    whole = b"\xff\xd8" + TABLES + segment(0xDA, bytes(10)) + b"\x12" + last + b"\xff\xd9"
    assert bare(whole + SECOND) == whole


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("side", range(2, 9))
def test_fault_s7_which_side_is_up_is_kept(side: int, order: str) -> None:
    phone, told = (
        segment(0xE1, b"Exif\0\0" + exif(side, order)),
        segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + PLACE),
    )
    upright = segment(0xE1, b"Exif\0\0MM\0*" + struct.pack(">IHHHIHHI", 8, 1, 0x0112, 3, 1, side, 0, 0))
    shown = bare(photo(phone, told))
    assert shown == photo(upright), "right behind JFIF"
    assert bare(b"\xff\xd8" + phone + TABLES + SCANS) == b"\xff\xd8" + upright + TABLES + SCANS
    assert bare(b"\xff\xd8" + JFIF + phone) == b"\xff\xd8" + JFIF + upright
    assert PLACE not in shown
    assert b"Hua" not in shown
    again = bare(shown)
    assert again == shown, "what is bare stays as it is"
    assert struct.pack(">HHIHH", 0x0112, 3, 1, side, 0) in shown
    assert shown.index(b"JFIF") < shown.index(b"Exif")


@pytest.mark.parametrize("cut", range(2, 400, 7))
def test_fault_s7_a_photo_that_was_cut_off_tells_no_more_than_a_whole_one(cut: int) -> None:
    sent = b"\xff\xd8" + segment(0xE1, b"Exif\0\0" + exif(6)) + photo()[2:]
    shown = bare(sent[:cut])
    assert PLACE[:5] not in shown
    assert bare(shown) == shown


@pytest.mark.parametrize(
    "fake", [b"", b"\xff\xd8\xff not a picture", b"\x89PNG\r\n\x1a\n a flower", b"RIFFxxxxWEBP", b"GIF89a"]
)
def test_fault_s7_what_is_no_picture_stays_as_it_came(fake: bytes) -> None:
    assert bare(fake) == fake


def chunk(kind: bytes, part: bytes) -> bytes:
    return struct.pack(">I", len(part)) + kind + part + struct.pack(">I", zlib.crc32(kind + part))


def test_fault_s7_a_png_loses_words_time_and_exif() -> None:
    head, picture, end = chunk(b"IHDR", bytes(13)), chunk(b"IDAT", b"pixels"), chunk(b"IEND", b"")
    sign = b"\x89PNG\r\n\x1a\n"
    told = (
        chunk(b"tEXt", b"Comment\0" + PLACE)
        + chunk(b"iTXt", PLACE)
        + chunk(b"zTXt", PLACE)
        + chunk(b"tIME", b"1234567")
    )
    assert bare(sign + head + told + chunk(b"eXIf", exif(1)) + picture + end + PLACE) == sign + head + picture + end
    turned = bare(sign + head + chunk(b"eXIf", exif(6)) + picture + end)
    assert PLACE not in turned
    assert chunk(b"eXIf", b"MM\0*" + struct.pack(">IHHHIHHI", 8, 1, 0x0112, 3, 1, 6, 0, 0)) in turned


def test_fault_s7_a_webp_and_a_gif_lose_what_is_told_of_them() -> None:
    def part(kind: bytes, data: bytes) -> bytes:
        return kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)

    def webp(*parts: bytes) -> bytes:
        body = b"WEBP" + b"".join(parts)
        return b"RIFF" + struct.pack("<I", len(body)) + body

    picture = part(b"VP8 ", b"odd")
    sent = webp(part(b"VP8X", b"\x2c" + bytes(9)), picture, part(b"EXIF", exif(1)), part(b"XMP ", PLACE))
    assert bare(sent) == webp(part(b"VP8X", b"\x20" + bytes(9)), picture)
    head, loop = b"GIF89a" + bytes(4) + b"\x80\0\0" + bytes(6), b"!\xff\x0bNETSCAPE2.0\x03\x01\0\0\0"
    frame = b"!\xf9\x04\0\0\0\0\0," + bytes(8) + b"\0\x02\x02ab\0"
    told = b"!\xfe\x15" + PLACE + b"\0" + b"!\xff\x0bXMP DataXMP" + b"\x15" + PLACE + b"\0"
    assert bare(head + told + loop + frame + b";" + PLACE) == head + loop + frame + b";"


def box(kind: bytes, *parts: bytes, size: int | None = None) -> bytes:
    inside = b"".join(parts)
    return struct.pack(">I", 8 + len(inside) if size is None else size) + kind + inside


def long(kind: bytes, *parts: bytes) -> bytes:
    """A box whose length takes eight bytes, as that of a long film."""
    inside = b"".join(parts)
    return box(kind, struct.pack(">Q", 16 + len(inside)), inside, size=1)


def test_fault_s7_a_film_loses_its_place_and_no_box_moves() -> None:
    place = box(b"udta", box(b"\xa9xyz", PLACE))
    sent = (
        box(b"ftyp", b"isom\0\0\0\0")
        + box(b"wide")  # empty, as cameras write it
        + box(b"moov", box(b"mvhd", b"12"), box(b"trak", place), place)
        + box(b"mdat", b"film")
    )
    shown = bare(sent)
    assert PLACE not in shown
    assert (len(shown), shown.index(b"film"), shown.count(b"free")) == (len(sent), sent.index(b"film"), 2)
    assert shown.replace(b"free", b"udta").replace(bytes(len(place) - 8), place[8:]) == sent
    assert bare(box(b"ftyp", b"heic") + box(b"meta", PLACE)) == box(b"ftyp", b"heic") + box(b"meta", PLACE)


FTYP = box(b"ftyp", b"isom\0\0\0\0")
TOLD = box(b"udta", box(b"\xa9xyz", PLACE))
DEEP = box(b"moov", box(b"trak", box(b"mdia", box(b"minf", TOLD))))


@pytest.mark.parametrize(
    "parts",
    [
        long(b"mdat", b"film") + box(b"moov", TOLD),
        long(b"moov", TOLD) + box(b"mdat", b"film"),
        box(b"moov", long(b"udta", PLACE)) + box(b"mdat", b"film"),
        box(b"mdat", b"film") + box(b"moov", TOLD, size=0),
        box(b"mdat", b"film") + DEEP,
    ],
)
def test_fault_t_s7_a_film_loses_its_place_however_long_its_boxes_are_and_when_it_was_cut_off(parts: bytes) -> None:
    sent = FTYP + parts
    assert b"film" in bare(sent)
    for cut in range(len(FTYP), len(sent) + 1):
        shown = bare(sent[:cut])
        assert PLACE[:5] not in shown
        assert len(shown) == cut


def test_fault_t_s7_a_film_of_boxes_in_boxes_is_no_trap() -> None:
    sent = b"".join(box(b"moov", size=8 * (5000 - number)) for number in range(5000))
    assert bare(FTYP + sent) == FTYP + sent
