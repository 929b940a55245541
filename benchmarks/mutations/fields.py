"""Mutations of fields, as no platform writes them."""

import random
import re
from collections.abc import Callable
from typing import Final

from benchmarks.mutations.bodies import Body


def _double(lot: random.Random, parts: list[bytes], _: Body) -> None:
    one = lot.choice(parts)
    parts.insert(
        lot.randrange(len(parts) + 1),
        one if lot.random() < 0.5 else re.sub(rb"(?<=[\[>])\w+(?=[\]<])", b"2", one, count=1),
    )


def _drop(lot: random.Random, parts: list[bytes], _: Body) -> None:
    del parts[lot.randrange(len(parts))]


def _shuffle(lot: random.Random, parts: list[bytes], _: Body) -> None:
    lot.shuffle(parts)


def _pad(lot: random.Random, parts: list[bytes], _: Body) -> None:
    """Blanks around each CDATA section, and between the fields."""
    blank = lot.choice((b" ", b"\n", b"\r\n\t", "\u3000".encode()))
    parts[:] = [
        re.sub(rb"<!\[CDATA\[.*?\]\]>", lambda found: blank + found[0] + blank, one, flags=re.DOTALL) for one in parts
    ]
    if lot.random() < 0.5:
        parts[:] = [piece for one in parts for piece in (one, blank)]


def _bare(_: random.Random, parts: list[bytes], __: Body) -> None:
    """No CDATA sections at all."""
    parts[:] = [one.replace(b"<![CDATA[", b"").replace(b"]]>", b"") for one in parts]


def _rename(lot: random.Random, parts: list[bytes], body: Body) -> None:
    """One field under another name, in one of its tags or in both."""
    place = lot.randrange(len(parts))
    found = re.match(rb"<(\w+)>", parts[place])
    if found is None:
        return
    name, how = found[1], lot.randrange(3)
    other = lot.choice((name[:-1] + b"x", name.lower(), name.upper(), b"x:" + name, b"Content2"))
    if how != 1:
        parts[place] = parts[place].replace(b"<%b>" % name, b"<%b>" % other, 1)
    if how != 0:
        parts[place] = parts[place][::-1].replace(
            b"</%b>"[::-1].replace(b"b%", name[::-1]), b"</%b>"[::-1].replace(b"b%", other[::-1]), 1
        )[::-1]
    body.fields.add(other.decode())


def _wrap(lot: random.Random, parts: list[bytes], _: Body) -> None:
    """One field inside another element, or with something beside its value."""
    place = lot.randrange(len(parts))
    before, behind = lot.choice(
        (
            (b"<a>", b"</a>"),
            (b"<!--", b"-->"),
            (b"<!-- x -->", b""),
            (b"<?x ", b"?>"),
            (b"<![CDATA[", b"]]>"),
            (b"<a><![CDATA[", b"]]></a>"),
            (b"", b"<b/>"),
            (b"&", b""),
            (b"<a x='1'>", b"</a>"),
        )
    )
    parts[place] = before + parts[place] + behind


GRAFTS: Final = ("image", "voice", "event", "text", "x")


def _graft(lot: random.Random, parts: list[bytes], body: Body) -> None:
    """A field of another kind, as if the platform had written it."""
    name, value = lot.choice(
        (
            ("MsgType", lot.choice(GRAFTS)),
            ("Event", "CLICK"),
            ("EventKey", "k"),
            ("MediaId", "g"),
            ("CreateTime", "2"),
            ("Recognition", "嗯"),
            ("Content", "好"),
            ("Title", "t"),
            ("Status", "s"),
        )
    )
    parts.insert(lot.randrange(len(parts) + 1), f"<{name}><![CDATA[{value}]]></{name}>".encode())
    body.fields.add(name)


FIELDS: Final[tuple[Callable[[random.Random, list[bytes], Body], None], ...]] = (
    _double,
    _drop,
    _shuffle,
    _pad,
    _bare,
    _rename,
    _wrap,
    _graft,
)
