"""A look at a file before anybody reads it: whether it is a workbook, and how much it would unpack to (anchors 1)."""

import zipfile
from collections.abc import Callable
from typing import BinaryIO, Final

from services.imports.book import BYTES, Refused

UNPACKED: Final = 60 * 1024 * 1024
RATIO: Final = 100
SMALL: Final = 1024 * 1024
"""So much may be packed as tightly as it likes."""
PARTS: Final = 2_000
HEAD: Final = 4096
OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP: Final = b"PK"
LOCKED: Final = "EncryptedPackage".encode("utf-16-le")
PAGE: Final = (b"<html", b"<!doc", b"<table", b"<?xml", b"<meta")
PICTURES: Final = (b"\x89PNG", b"\xff\xd8\xff", b"%PDF", b"GIF8")
AGAIN: Final = "请在 Excel 或 WPS 里打开，另存为 .xlsx，再放上来。"


def kind(file: BinaryIO) -> str:
    """`xlsx` or `csv`. Raises Refused with what it is instead and what to do."""
    size = file.seek(0, 2)
    file.seek(0)
    head = file.read(HEAD)
    if not size:
        raise Refused("这个文件是空的，请看看是不是选错了。")
    if size > BYTES:
        raise Refused("文件超过 20 MB 了，请删掉图片和不要的表再放上来。")
    if head.startswith(OLE):
        file.seek(0)
        if LOCKED in file.read():
            raise Refused("这张表加了密码。请先在 Excel 里去掉打开密码，另存一份再放上来。")
        raise Refused(f"这是旧格式的 .xls。{AGAIN}")
    if head.startswith(ZIP):
        _unpacks(file, size)
        return "xlsx"
    if head.startswith(PICTURES):
        raise Refused("这是图片或 PDF，不是表格，里面的字读不出来。")
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(PAGE):
        raise Refused(f"这个文件其实是网页，只是名字像 Excel。{AGAIN}")
    return "csv"


def _unpacks(file: BinaryIO, size: int) -> None:
    try:
        with zipfile.ZipFile(file) as parcel:
            parts = parcel.infolist()
            _fits(parts, size)
            names = {part.filename for part in parts}
            if "[Content_Types].xml" not in names:
                raise Refused(f"这是一个压缩包，不是表格。请解开，{AGAIN[1:]}")
            types = parcel.read("[Content_Types].xml")
    except (zipfile.BadZipFile, RuntimeError, EOFError, OSError) as error:
        raise Refused(f"这个文件坏了，打不开。{AGAIN}") from error
    if b"spreadsheetml" not in types:
        raise Refused("这是 Word 或别的文件，不是表格。请放 .xlsx 或 .csv。")


def _fits(parts: list[zipfile.ZipInfo], size: int) -> None:
    total = sum(part.file_size for part in parts)
    if len(parts) > PARTS or total > UNPACKED or (total > SMALL and total > RATIO * size):
        raise Refused("这张表打开后太大了，多半是有很多带格式的空行。请只复制有内容的部分到新表，再放上来。")
    if any(part.flag_bits & 1 for part in parts):
        raise Refused("这个文件加了密码，请去掉密码再放上来。")


def lines_of(data: bytes, read: Callable[[str], list[list[str]]]) -> list[list[str]]:
    """Text in the encoding it was saved in, strictly: signs that are no signs are told, never replaced."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        codes: tuple[str, ...] = ("utf-16",)
    else:
        codes = ("utf-8-sig", "gb18030")
    for code in codes:
        try:
            return read(data.decode(code))
        except UnicodeDecodeError:
            continue
    raise Refused(f"这个 CSV 的文字读不出来（不是 UTF-8，也不是 GBK）。{AGAIN}")
