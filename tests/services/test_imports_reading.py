"""Files that hurt: each is one sentence, and the service does not grow (N3; anchors-desk 7 to 9)."""

import csv
import io
import os
import resource
import zipfile
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from care.errors import Invalid
from services.imports import reading, sheets, values
from services.imports.book import NO_VALUE, Book

MEGA = 1024 * 1024


def _saved(fill: Callable[[Worksheet], None], book: Workbook | None = None) -> bytes:
    book = book or Workbook()
    fill(book.active)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _changed(data: bytes, change: Callable[[str, bytes], bytes]) -> bytes:
    """The same parcel with other contents."""
    old, file = zipfile.ZipFile(io.BytesIO(data)), io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
    return file.getvalue()


async def _read(data: bytes) -> Book:
    file = reading.Upload()
    try:
        file.add(data)
        told = await reading.read(file)
    finally:
        file.close()
    assert sheets.read(io.BytesIO(data)) == told, "the process apart tells what its reader finds"
    return told


def _small(sheet: Worksheet) -> None:
    sheet.append(["姓名", "房间"])
    sheet.append(["王桂兰", "306"])


def _far(sheet: Worksheet) -> None:
    _small(sheet)
    sheet["XFD1048576"] = "远"


def _long(sheet: Worksheet) -> None:
    for number in range(5_100):
        sheet.append([number])


def _bomb() -> bytes:
    return _changed(_saved(_small), lambda name, data: data + b" " * 70 * MEGA if "sheet1" in name else data)


def _entities(name: str, data: bytes) -> bytes:
    if "sheet1" not in name:
        return data
    return data.replace(b"<worksheet", b'<!DOCTYPE a [<!ENTITY b "c">]><worksheet', 1)


BAD = {
    "empty": (b"", "是空的"),
    "html": (b"\xef\xbb\xbf<html><table><tr><td>1", "其实是网页"),
    "old": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "旧格式"),
    "encrypted": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "加了密码"),
    "picture": (b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "图片"),
    "broken": (b"PK\x03\x04 no parcel", "坏了"),
    "noise": (bytes(range(128, 256)) * 9 + b"\xff\xff", "读不出来"),
    "rows": (_saved(_long), "5,000 行以上"),
    "bomb": (_bomb(), "太大了"),
    "entities": (_changed(_saved(_small), _entities), "不该有的内容"),
    "torn": (_changed(_saved(_small), lambda name, data: data[:300] if "sheet1" in name else data), "读不懂"),
    "nothing": (_saved(lambda _: None), "什么都没有"),
}


@pytest.mark.parametrize("what", BAD)
async def test_n3_every_bad_file_is_one_sentence_and_the_service_does_not_grow(what: str) -> None:
    data, words = BAD[what]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(Invalid, match=words) as told:
        await _read(data)
    assert str(told.value).endswith("。")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20 * 1024
    with suppress(Exception):
        assert not sheets.read(io.BytesIO(data)).sheets, "its reader finds nothing in it either"


async def test_n3_a_file_of_more_than_20_mb_is_not_even_kept() -> None:
    file = reading.Upload()
    for _ in range(20):
        file.add(b"0" * MEGA)
    with pytest.raises(Invalid, match="超过 20 MB"):
        file.add(b"0")
    assert file.size == 20 * MEGA + 1
    file.close()
    with pytest.raises(OSError, match="Bad file"):
        os.fstat(file.number)


async def test_n3_a_file_that_is_broken_off_is_let_go_at_once() -> None:
    """It is 20 MB of the service's memory, and nobody has it any more."""

    async def pieces() -> AsyncIterator[bytes]:
        yield b"0" * MEGA
        raise ConnectionResetError

    before = set(Path("/proc/self/fd").iterdir())
    with pytest.raises(ConnectionResetError):
        await reading.upload(pieces())
    assert set(Path("/proc/self/fd").iterdir()) <= before


async def test_n3_a_cell_in_the_last_corner_is_told_and_costs_nothing() -> None:
    (sheet,) = (await _read(_saved(_far))).sheets
    assert [line.cells for line in sheet.lines] == [["姓名", "房间"], ["王桂兰", "306"]]
    assert sheet.far == 1


async def test_n3_a_million_formatted_rows_are_passed_over_and_what_comes_after_a_gap_is_found() -> None:
    rows = b"".join(b'<row r="%d" s="1"/>' % number for number in range(10, 60_000))
    last = b'<row r="1048570"><c r="A1048570" t="inlineStr"><is><t>\xe9\x99\x88</t></is></c></row>'

    def fill(name: str, data: bytes) -> bytes:
        return data.replace(b"</sheetData>", rows + last + b"</sheetData>") if "sheet1" in name else data

    (sheet,) = (await _read(_changed(_saved(_small), fill))).sheets
    assert [(line.number, line.cells) for line in sheet.lines][-1] == (1048570, ["陈"])
    assert len(sheet.lines) == 3


async def test_n3_a_number_of_a_bank_card_and_pinyin_over_a_name_do_not_keep_a_sheet_out() -> None:
    row = (
        b'<row r="9"><c r="A9" t="inlineStr"><is><r><t>\xe7\x8e\x8b</t></r><rPh><t>wang</t></rPh></is></c>'
        b'<c r="B9"><v>62220212345678901234567</v></c></row>'
    )

    def fill(name: str, data: bytes) -> bytes:
        return data.replace(b"</sheetData>", row + b"</sheetData>") if "sheet1" in name else data

    (sheet,) = (await _read(_changed(_saved(_small), fill))).sheets
    assert sheet.lines[-1].cells == ["王", 6.222021234567890e22]
    assert values.identity(sheet.lines[-1].cells[1]).why == values.LOST


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("姓名,房间\r王桂兰,306\r", ["王桂兰", "306"]),
        ("姓名,房间\n" + "," * 3 + "\n" * 6_000 + "王桂兰,306\n", ["王桂兰", "306"]),
        ('姓名,房间\r\n王桂兰,"306\r\n朝南"\r\n', ["王桂兰", "306\n朝南"]),
    ],
)
async def test_n3_a_csv_of_any_line_ends_and_with_empty_lines_is_read(text: str, cells: list[str]) -> None:
    (sheet,) = (await _read(text.encode())).sheets
    assert [line.cells for line in sheet.lines][1:] == [cells]


async def test_n3_a_quote_that_never_closes_does_not_swallow_the_rows_below() -> None:
    with pytest.raises(Invalid, match="不成对的引号"):
        await _read('姓名,房间\n"王桂兰,306\n李秀英,307\n'.encode())


async def test_n3_formulas_days_merged_cells_and_hidden_rows_and_sheets_are_read_as_they_are() -> None:
    book = Workbook()
    hidden = book.create_sheet("旧的")
    hidden.sheet_state = "hidden"
    hidden.append(["旧"])

    def fill(sheet: Worksheet) -> None:
        sheet.append(["房间", "姓名", "生日", "岁数"])
        sheet.append(["306", "王桂兰", date(1941, 6, 30), "=2026-1941"])
        sheet.append([None, "李玉珍", None, 85])
        sheet.append(["308", "周德厚"])
        sheet.merge_cells("A2:A3")
        sheet.row_dimensions[4].hidden = True

    shown, old = (await _read(_saved(fill, book))).sheets
    assert [line.cells for line in shown.lines[1:]] == [
        ["306", "王桂兰", "1941-06-30", NO_VALUE],
        ["306", "李玉珍", None, 85],
        ["308", "周德厚"],
    ]
    assert [line.hidden for line in shown.lines] == [False, False, False, True]
    assert (old.name, old.hidden) == ("旧的", True)


@pytest.mark.parametrize("code", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
async def test_n3_a_csv_is_read_in_the_encoding_it_was_saved_in(code: str) -> None:
    words = io.StringIO()
    csv.writer(words).writerows([["姓名", "房间"], [], ["王桂兰", "306,307"]])
    (sheet,) = (await _read(words.getvalue().encode(code))).sheets
    assert [(line.number, line.cells) for line in sheet.lines] == [(1, ["姓名", "房间"]), (3, ["王桂兰", "306,307"])]
