"""How far the audit was, in files outside the database: each hour a line in one, after each link the newest in another
beside it (P5, S8).

A line carries an HMAC with a key of the house over itself and the line before, so that one which was changed, removed
or forged is found. The newest names the last line; the database names each line in a row of the audit itself. So who
cuts the end of one is told by the others; who can put back all three as they were at one earlier moment is not found,
and for that the files belong on another host. A release up to 19125a6 wrote lines without an HMAC: they count only
before the first that has one.
"""

import fcntl
import hmac
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec

from storage.seal import Sealer


class Head(msgspec.Struct, frozen=True, omit_defaults=True):
    """How far the chain was at a moment (ISO 8601, with its zone), and the link at that place in hexadecimal."""

    at: str
    position: int
    chain: str
    restored: bool = False
    """Written by a restore: what an old backup does not have was not cut off."""
    after: str = ""
    """Of the newest: the mac of the last line of the other file."""
    mac: str = ""


@dataclass(frozen=True, slots=True)
class Outside:
    """What the files outside remember, the oldest first, and what is wrong with them."""

    heads: tuple[Head, ...] = ()
    macs: frozenset[str] = frozenset()
    """Of all lines that are ours: the database names those that must be here."""
    wrong: tuple[str, ...] = ()


def newest_of(file: Path) -> Path:
    """Where the newest link stands."""
    return file.with_name(f"{file.name}.newest")


def write(file: Path, sealer: Sealer, found: Head) -> str:
    """Add a line, on disk when this returns, and make it the newest; gives its mac. Raises OSError."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(file, os.O_RDWR | os.O_CREAT, 0o600), "r+", encoding="utf-8", errors="replace") as lines:
        fcntl.flock(lines, fcntl.LOCK_EX)  # the processes of one host write the same file
        text = lines.read()
        line = _signed(sealer, "head", found, _last_mac(text))
        lines.write(("" if not text or text.endswith("\n") else "\n") + _text(line))
        lines.flush()
        os.fsync(lines.fileno())
    renew(file, sealer, found)
    return line.mac


def renew(file: Path, sealer: Sealer, found: Head) -> None:
    """Put the newest link in the place of the one before, whole or not at all. Raises OSError."""
    newest = newest_of(file)
    newest.parent.mkdir(parents=True, exist_ok=True)
    line = _signed(sealer, "newest", msgspec.structs.replace(found, after=_last_mac(_content(file))))
    part = newest.with_name(f"{newest.name}.part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as lines:
        lines.write(_text(line))
        lines.flush()
        os.fsync(lines.fileno())
    part.replace(newest)


def read(file: Path, sealer: Sealer) -> Outside:
    """What the files remember; what is not ours is told and left out."""
    heads, macs, wrong = list[Head](), set[str](), list[str]()
    before = ""
    for number, text in enumerate(_content(file).splitlines(), 1):
        line = _parsed(text)
        if line is None:
            wrong.append(f"外面的记录第 {number} 行读不出来")
            continue
        if line.mac:
            ours = hmac.compare_digest(line.mac, _signed(sealer, "head", line, before).mac)
            before = line.mac
        else:
            ours = not before
        if not ours:
            why = "被改过，或者它前面少了一行" if line.mac else "没有签名，不是系统写的"
            wrong.append(f"外面的记录第 {number} 行{why}")
            continue
        if line.restored:
            heads = [one for one in heads if one.position <= line.position]
        heads.append(line)
        macs |= {line.mac} - {""}
    text = _content(newest_of(file))
    newest = _parsed(text)
    if newest is not None and hmac.compare_digest(newest.mac, _signed(sealer, "newest", newest).mac):
        heads.append(newest)
        if newest.after and newest.after not in macs:
            wrong.append("外面的记录少了末尾几行")
    elif text or macs:
        wrong.append("外面记最新一行的文件" + ("被改过，或者不是系统写的" if text else "不见了"))
    return Outside(tuple(heads), frozenset(macs), tuple(wrong))


def last(file: Path) -> Head | None:
    """The newest that the files tell, whoever wrote it: to say how long ago that was."""
    lines = [*_content(file).splitlines(), _content(newest_of(file))]
    return next(filter(None, map(_parsed, reversed(lines))), None)


def _signed(sealer: Sealer, kind: Literal["head", "newest"], line: Head, before: str = "") -> Head:
    fields = (line.at, line.position, line.chain, line.restored, line.after)
    return msgspec.structs.replace(line, mac=sealer.sign(kind, before, *fields).hex())


def _last_mac(text: str) -> str:
    return next((line.mac for line in map(_parsed, reversed(text.splitlines())) if line and line.mac), "")


def _parsed(text: str) -> Head | None:
    try:
        return msgspec.json.decode(text, type=Head)
    except msgspec.MsgspecError:
        return None


def _text(line: Head) -> str:
    return msgspec.json.encode(line).decode() + "\n"


def _content(file: Path) -> str:
    return file.read_text(encoding="utf-8", errors="replace") if file.exists() else ""
