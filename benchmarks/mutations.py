"""Signed bodies of every kind, mutated by lot: each is kept once and heard, no words become a field or an act; unsigned
ones leave no trace.

Three stages break a body: its words (as a person may write them), its fields (as no platform writes them), its bytes
(as a line may damage
them). What is judged is told by the mutated bytes alone, and by the rows that the service made of them.
"""

import argparse
import asyncio
import gzip
import hashlib
import json
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote, urlencode

import aiohttp
from yarl import URL

from care.triage import triage
from conversations import events
from scripts.stage import AES_KEY, APP_ID, TOKEN, Stage, stage
from simulator.codec import BadReply, Keys
from storage import seal

SEED: Final = 20261122
IN_FLIGHT: Final = 24
AGAIN: Final = 5
"""Every so many-th body comes twice: by turns at the same time and after the answer."""
EVIL: Final = "EVIL"
"""Stands in every value that words try to make a field of."""
SHOWN: Final = 8
MODES: Final = ("secure", "plain")
CRIES: Final = ("救命", "我摔倒了", "喘不上气", "胸口疼得厉害", "着火了", "我起不来了", "吐血了", "快来人")
CALM: Final = (
    "今天的家书收到了",
    "谢谢",
    "周末来看您",
    "早饭吃的粥",
    "孩子考上大学了",
    "ok 👌",
    "下午三点到",
    "天冷，加一床被子",
)
FILE: Final = "<MediaId><![CDATA[m8k]]></MediaId>"
BODIES: Final = {
    "text": ("Content", "<Content><![CDATA[{}]]></Content>"),
    "menu": ("Content", "<Content><![CDATA[{}]]></Content><bizmsgmenuid>101</bizmsgmenuid>"),
    "voice": (
        "Recognition",
        (
            f"{FILE}<Format><![CDATA[amr]]></Format><MediaId16K><![CDATA[m16k]]></MediaId16K><Recognition>"
            f"<![CDATA[{{}}]]>"
            f"</Recognition>"
        ),
    ),
    "image": ("", f"<PicUrl><![CDATA[http://p/1?a=1]]></PicUrl>{FILE}"),
    "video": ("", f"{FILE}<ThumbMediaId><![CDATA[t]]></ThumbMediaId>"),
    "shortvideo": ("", f"{FILE}<ThumbMediaId><![CDATA[t]]></ThumbMediaId>"),
    "location": (
        "Label",
        "<Location_X>23.134</Location_X><Location_Y>113.358</Location_Y><Scale>20</Scale><Label><![CDATA[{}]]></Label>",
    ),
    "link": (
        "Title",
        "<Title><![CDATA[{}]]></Title><Description><![CDATA[d]]></Description><Url><![CDATA[http://u]]></Url>",
    ),
    "file": ("", "<Title><![CDATA[a.pdf]]></Title><FileKey><![CDATA[k]]></FileKey>"),
    "memo": ("Content", "<Content><![CDATA[{}]]></Content>"),
    "subscribe": ("", "<EventKey><![CDATA[qrscene_bind_x9]]></EventKey><Ticket><![CDATA[T]]></Ticket>"),
    "unsubscribe": ("", "<EventKey><![CDATA[]]></EventKey>"),
    "SCAN": ("", "<EventKey><![CDATA[bind_x9]]></EventKey><Ticket><![CDATA[T]]></Ticket>"),
    "CLICK": ("", "<EventKey><![CDATA[CONTACT]]></EventKey>"),
    "VIEW": ("", "<EventKey><![CDATA[http://u/?a=1&b=2]]></EventKey><MenuId>1</MenuId>"),
    "LOCATION": ("", "<Latitude>30.25</Latitude><Longitude>120.16</Longitude><Precision>40</Precision>"),
    "scancode_waitmsg": (
        "ScanResult",
        (
            "<EventKey><![CDATA[6]]></EventKey><ScanCodeInfo><ScanType><![CDATA[qrcode]]></ScanType><ScanResult>"
            "<![CDATA[{}]]></ScanResult></ScanCodeInfo>"
        ),
    ),
    "pic_weixin": (
        "",
        (
            "<EventKey><![CDATA[6]]></EventKey><SendPicsInfo><Count>2</Count><PicList><item><PicMd5Sum><![CDATA[a]]>"
            "</PicMd5Sum></item><item><PicMd5Sum><![CDATA[b]]></PicMd5Sum></item></PicList></SendPicsInfo>"
        ),
    ),
    "location_select": (
        "Label",
        (
            "<EventKey><![CDATA[6]]></EventKey><SendLocationInfo><Location_X><![CDATA[23]]></Location_X><Location_Y>"
            "<![CDATA[113]]></Location_Y><Scale><![CDATA[15]]></Scale><Label><![CDATA[{}]]></Label><Poiname>"
            "<![CDATA[]]>"
            "</Poiname></SendLocationInfo>"
        ),
    ),
    "TEMPLATESENDJOBFINISH": ("", "<MsgID>200163836</MsgID><Status><![CDATA[failed:user block]]></Status>"),
    "MASSSENDJOBFINISH": (
        "",
        (
            "<MsgID>1000001625</MsgID><Status><![CDATA[send "
            "success]]></Status><TotalCount>100</TotalCount><SentCount>75</SentCount>"
        ),
    ),
    "subscribe_msg_popup_event": (
        "",
        (
            "<SubscribeMsgPopupEvent><List><TemplateId><![CDATA[t]]></TemplateId></List><List><TemplateId><![CDATA[u]]>"
            "</TemplateId></List></SubscribeMsgPopupEvent>"
        ),
    ),
    "user_authorization_revoke": ("", "<OpenID><![CDATA[o]]></OpenID><RevokeInfo><![CDATA[205]]></RevokeInfo>"),
    "never_seen_before": ("", "<EventKey><![CDATA[?]]></EventKey>"),
}
"""Of each kind: the field of the person's own words, and the fields that are this kind's own."""
MESSAGES: Final = ("text", "menu", "voice", "image", "video", "shortvideo", "location", "link", "file", "memo")
SPOKEN: Final = ("text", "menu", "voice")
OFTEN: Final = ("text", "text", "text", "text", "menu", "voice", "voice")
"""Kinds that come more often than the others, since people cry in them."""
ACTS: Final = {
    "subscribe": events.Followed,
    "unsubscribe": events.Unfollowed,
    "SCAN": events.Scanned,
    "CLICK": events.Click,
}


@dataclass(slots=True)
class Body:
    """One mutated body, and what its envelope carried before and after."""

    kind: str
    openid: str
    number: str
    created: int
    inner: bytes = b""
    cry: str = ""
    fields: set[str] = field(default_factory=set)
    """Names of the fields that stand in the envelope, whoever put them there."""
    words_only: bool = False
    """Whether the envelope is as the platform wrote it."""
    again: str = ""
    """How it comes a second time: 「with」 the first, 「after」 it, or not at all."""
    status: set[int] = field(default_factory=set)
    answers: set[str] = field(default_factory=set)

    @property
    def whole(self) -> bool:
        """Whether every sign of the cry stands in the bytes, side by side once what XML forbids is dropped."""
        return (
            bool(self.cry)
            and self.kind in SPOKEN
            and self.cry in _FORBIDDEN.sub("", self.inner.decode("utf-8", "replace"))
        )


_FORBIDDEN: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffc\U00010000-\U0010ffff]")


# -- three stages of mutation ---------------------------------------------------------------------------------------


FORGED: Final = (
    "]]></{F}><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[unsubscribe]]></Event><{F}><![CDATA[",
    "]]></{F}><MsgType>event</MsgType><Event>CLICK</Event><EventKey>EVIL</EventKey><{F}><![CDATA[",
    "]]></{F}><Event>subscribe</Event><EventKey>qrscene_EVIL</EventKey><{F}><![CDATA[",
    "]]></{F}><bizmsgmenuid>EVIL</bizmsgmenuid><{F}><![CDATA[",
    "]]></{F}><bizmsgmenuid>EVIL</bizmsgmenuid><!--",
    "]]></{F}><FromUserName><![CDATA[oEVIL]]></FromUserName><{F}><![CDATA[",
    "<FromUserName><![CDATA[oEVIL]]></FromUserName>",
    "]]></{F}><ToUserName>EVIL</ToUserName><{F}><![CDATA[",
    "]]></{F}><CreateTime>1</CreateTime><{F}><![CDATA[",
    "]]></{F}><MsgId>666EVIL</MsgId><{F}><![CDATA[",
    "]]></{F}><MsgId>666EVIL</MsgId></xml><!--",
    "<MsgId>666EVIL</MsgId>",
    "]]></{F}><MediaId>EVIL</MediaId><{F}><![CDATA[",
    "]]></{F}><Url>EVIL</Url><{F}><![CDATA[",
    "]]></{F}></xml><xml><{F}><![CDATA[",
    "]]><Event>CLICK</Event><EventKey>EVIL</EventKey><![CDATA[",
    "]]></{F}><!--",
    "--><CreateTime>1</CreateTime>",
    "<MsgType>event</MsgType>",
    "]]><!-- --><![CDATA[",
    "]]><!--",
    "]]><?x ?><![CDATA[",
    "]]><?x ",
    "<!DOCTYPE x>",
    "]]><b/><![CDATA[",
    "]]>",
    "<![CDATA[",
    "]]",
    "</{F}>",
    "<{F}>",
    "<{F}/>",
    "</xml>",
    "<xml>",
    "<a x='1'>",
    "&",
    "&amp;",
    "&#0;",
    "&lt;/{F}&gt;",
    "<",
    ">",
    "\\u0000",
    "%00",
)
BROKEN: Final = (
    b"\x00",
    b"\x01",
    b"\x08",
    b"\x0b",
    b"\x0c",
    b"\x1b",
    b"\x1d",
    b"\x1f",
    b"\x7f",
    b"\xc2\x85",
    b"\xe2\x80\xa8",
    b"\xef\xbf\xbe",
    b"\xef\xbf\xbf",
    b"\xef\xbf\xbd",
    b"\xed\xa0\x80",
    b"\xed\xb0\x80",
    b"\xc0\x80",
    b"\xe5\x95",
    b"\xf0\x9f\x98",
    b"\x80",
    b"\xff",
    b"\xfe",
    b"\xf5\x80\x80\x80",
    b"\r\n",
    b"\r",
)
"""Signs that XML forbids or changes, and bytes that are no text."""


def _words(lot: random.Random, body: Body, name: str, *, calm: bool) -> bytes:
    """A person's words; unless `calm` with pieces of XML, forbidden signs and halves of signs beside the words and
    inside of them.
    """
    said = [lot.choice(CALM)]
    if body.cry:
        said.insert(lot.randrange(2), body.cry)
    parts = [f"{one}，".encode() for one in said]
    if calm:
        return b"".join(parts)
    for _ in range(lot.choice((1, 1, 2, 3))):
        if lot.random() < 0.5:
            parts.insert(lot.randrange(len(parts) + 1), lot.choice(FORGED).replace("{F}", name or "Content").encode())
        else:
            place = lot.randrange(len(parts))
            parts[place] = _at(lot, parts[place], lot.choice(BROKEN))
    if lot.random() < 0.02:
        parts.append(lot.choice((b"<![CDATA[", b"]]>", b"<a>", "我".encode(), b"\x08", b"&")) * 3000)
    return b"".join(parts)


def _at(lot: random.Random, data: bytes, more: bytes, *, whole: bool = True) -> bytes:
    """`more` somewhere inside, between two signs, or in the middle of one."""
    place = lot.randrange(len(data) + 1)
    while whole and place < len(data) and 0x80 <= data[place] < 0xC0:
        place += 1
    return data[:place] + more + data[place:]


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
    return _at(lot, data, more, whole=lot.random() < 0.7)


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


def bodies(count: int, mode: str) -> list[Body]:
    """So many different ones, the same in every run but for their time: by turns the words, the fields, the bytes, and
    more than one of it.
    """
    lot, made = random.Random(f"{SEED}{mode}"), dict[bytes, Body]()
    kinds = [*BODIES, *OFTEN * 3]
    now = int(time.time())
    while len(made) < count:
        number = len(made)
        kind = kinds[number % len(kinds)]
        name = hashlib.sha256(f"{mode}{number}".encode()).hexdigest()
        body = Body(kind, f"o{name[:27]}", str(7_000_000_000_000_000_000 + int(name[:14], 16)), now - lot.randrange(60))
        body.cry = lot.choice(CRIES) if kind in SPOKEN and lot.random() < 0.5 else ""
        body.again = ("", "", "with", "after")[lot.randrange(4)] if number % (AGAIN // 2) == 0 else ""
        stages = (("words",), ("fields",), ("bytes",), ("words", "fields"), ("words", "bytes"), ("fields", "bytes"))[
            lot.randrange(6)
        ]
        body.inner = _mutated(lot, body, stages)
        made.setdefault(body.inner, body)
    return list(made.values())


def _mutated(lot: random.Random, body: Body, stages: tuple[str, ...]) -> bytes:
    place, own = BODIES[body.kind]
    act = body.kind not in MESSAGES
    kind = "event" if act else "text" if body.kind == "menu" else body.kind
    template = (
        f"<ToUserName><![CDATA[gh_stage]]></ToUserName><FromUserName><![CDATA[{body.openid}]]></FromUserName>"
        f"<CreateTime>{body.created}</CreateTime>"
        f"<MsgType><![CDATA[{kind}]]></MsgType>" + (f"<Event><![CDATA[{body.kind}]]></Event>" if act else "") + own
    ) + ("" if act else f"<MsgId>{body.number}</MsgId>")
    body.fields = set(re.findall(r"<(\w+)>", template))
    body.words_only = stages == ("words",)
    words = _words(lot, body, place, calm="words" not in stages or not place)
    parts = [found[0].encode().replace(b"{}", words) for found in re.finditer(r"<(\w+)>.*?</\1>", template)]
    if "fields" in stages:
        for _ in range(lot.choice((1, 1, 2))):
            if parts:
                lot.choice(FIELDS)(lot, parts, body)
    data = b"<xml>%b</xml>" % b"".join(parts)
    if "bytes" in stages or (body.words_only and not place):
        body.words_only = False
        for _ in range(lot.choice((1, 1, 2, 3))):
            data = lot.choice(BYTES)(lot, data) if len(data) > 9 else data
    return data


# -- what came of them ----------------------------------------------------------------------------------------------


@dataclass
class Proof:
    """What was seen in both modes."""

    kinds: set[str] = field(default_factory=set)
    bodies: int = 0
    again: int = 0
    read: int = 0
    nobodys: int = 0
    cries: int = 0
    rang: int = 0
    unsigned: int = 0
    refused: Counter[int] = field(default_factory=Counter)
    wrong: dict[str, list[str]] = field(default_factory=dict)
    """What must not be, by what it is, each with the bytes that show it."""
    seconds: float = 0.0

    def note(self, what: str, which: object) -> None:
        """Something that must not be."""
        self.wrong.setdefault(what, []).append(repr(which))

    def line(self) -> str:
        """The line for the record."""
        bad = ", ".join(f"{what} {len(found)}" for what, found in sorted(self.wrong.items()))
        refused = ", ".join(f"{status} {count}" for status, count in sorted(self.refused.items()))
        return (
            f"mutated {self.bodies} of {len(self.kinds)} kinds in {len(MODES)} modes, {self.again} delivered again: "
            f"{self.read} rows, {self.nobodys} that name nobody; "
            f"cries left whole {self.cries}, rang {self.rang}; unsigned or garbled {self.unsigned} ({refused}); "
            f"{self.seconds:.0f} s; wrong: {bad or 'none'}"
        )

    def shown(self) -> Iterator[str]:
        """Some of each that is wrong, with their bytes."""
        for what, found in sorted(self.wrong.items()):
            yield from (f"{what}: {one[:1500]}" for one in found[:SHOWN])

    def holds(self) -> bool:
        """Whether everything was kept once and heard, and nothing else was let in."""
        complete = (
            self.bodies > 0 and self.kinds == set(BODIES) and self.again > 0 and self.nobodys > 0 and self.cries > 0
        )
        return complete and not self.wrong and self.rang == self.cries and set(self.refused) <= {403, 413}


async def prove(bodies: int = 5000, unsigned: int = 20_000) -> Proof:
    """So many bodies in each mode, and so many unsigned requests in all."""
    proof, started = Proof(), time.monotonic()
    for mode in MODES:
        async with stage({"JIASHU_WECHAT__MODE": mode}) as used:
            await _mode(used, proof, mode, bodies, unsigned // len(MODES))
    proof.seconds = time.monotonic() - started
    return proof


async def _mode(used: Stage, proof: Proof, mode: str, count: int, unsigned: int) -> None:
    keys, made = Keys(APP_ID, "s", TOKEN, AES_KEY, mode), bodies(count, mode)
    proof.bodies += len(made)
    proof.kinds |= {body.kind for body in made}
    proof.again += sum(bool(body.again) for body in made)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        await _all(made, lambda body: _send(http, used, keys, body))
        await used.until(lambda: not list((used.folder / "spool").glob("*.spool")), "not all was brought in", 60)
        await asyncio.sleep(1)
        _judge(used, proof, made)
        before = _count(used)
        await _all(list(garbled(unsigned, keys)), lambda request: _refused(http, used, proof, request))
        if _count(used) != before:
            proof.note("a row of an unsigned request", (before, _count(used)))
    for line in (used.folder / "service.log").read_text(encoding="utf-8", errors="replace").splitlines():
        said: dict[str, Any] = json.loads(line) if line.startswith("{") else {"where": "no JSON"}
        if "where" in said or (
            said.get("level") == "error" and said.get("action") != "errcode"
        ):  # the stand-in platform knows none of them
            proof.note("a traceback or an error in the log", line)


async def _all(todo: Sequence[Any], work: Callable[[Any], Any]) -> None:
    """All of them, so many at a time."""
    waiting = iter(todo)

    async def some() -> None:
        for one in waiting:
            await work(one)

    await asyncio.gather(*(some() for _ in range(IN_FLIGHT)))


async def _send(http: aiohttp.ClientSession, used: Stage, keys: Keys, body: Body) -> None:
    if body.again == "with":
        await asyncio.gather(_once(http, used, keys, body), _once(http, used, keys, body))
        return
    for _ in range(2 if body.again else 1):
        await _once(http, used, keys, body)


async def _once(http: aiohttp.ClientSession, used: Stage, keys: Keys, body: Body) -> None:
    """One delivery: a nonce and a ciphertext of its own."""
    query, data = keys.push(body.inner, body.openid, "gh_stage", time.time())
    async with http.post(f"{used.url}/wechat", params=query, data=data) as answer:
        body.status.add(answer.status)
        text = await answer.text()
    try:
        body.answers.add(repr(keys.reply(text)))
    except (BadReply, ValueError) as error:
        body.answers |= {f"a reply that the platform cannot read: {error}", text}


def _count(used: Stage) -> tuple[Any, ...]:
    return used.rows(
        "SELECT (SELECT count(*) FROM inbox), (SELECT count(*) + sum(more) FROM unreadable), (SELECT count(*) FROM "
        "person)"
    )[0]


@dataclass(frozen=True, slots=True)
class Row:
    """What the inbox holds of one body."""

    key: str
    kind: str
    event: events.Arrival
    openid: str
    following: bool
    rang: bool
    created: int
    set_aside: str | None


def _judge(used: Stage, proof: Proof, made: list[Body]) -> None:
    read, nobodys = _rows(used)
    if more := used.rows("SELECT sum(more) FROM unreadable")[0][0]:
        proof.note("only counted, so not judged: make fewer", more)
    if strangers := (set(read) | set(nobodys)) - {body.inner for body in made}:
        proof.note("a row of no body", list(strangers)[:3])
    proof.read += sum(map(len, read.values()))
    proof.nobodys += sum(map(len, nobodys.values()))
    for body in made:
        if body.status != {200}:
            proof.note(f"answered {sorted(body.status)}", body.inner)
        if len(body.answers) != 1:
            proof.note("answers that differ or cannot be read", (body.answers, body.inner))
        rows, urgencies = read.get(body.inner, []), nobodys.get(body.inner, [])
        if len(rows) + len(urgencies) == 1:
            _judge_one(proof, body, rows[0] if rows else None, urgencies)
        else:
            proof.note("kept twice" if rows or urgencies else "lost", body.inner)


def _rows(used: Stage) -> tuple[dict[bytes, list[Row]], dict[bytes, list[int]]]:
    """What the inbox holds of each body, and how urgent each is that names nobody."""
    sealer = seal.load(used.folder / "jiashu.keys", may_create=False)
    alarmed = {person for (person,) in used.rows("SELECT person_id FROM alarm")}
    read: dict[bytes, list[Row]] = {}
    sql = """SELECT i.id, i.raw, i.event, i.key, i.kind, f.openid, f.following, i.person_id, i.created_at, i.set_aside
             FROM inbox i JOIN follower f ON f.person_id = i.person_id"""
    for row, raw, event, key, kind, openid, following, person, created, aside in used.rows(sql):
        found = events.parse(sealer.open("inbox", "event", row, event))
        kept = Row(key, kind, found, openid, bool(following), person in alarmed, created // 1_000_000, aside)
        read.setdefault(sealer.open("inbox", "raw", row, raw), []).append(kept)
    nobodys: dict[bytes, list[int]] = {}
    for row, raw, urgency in used.rows("SELECT id, raw, urgency FROM unreadable"):
        nobodys.setdefault(sealer.open("unreadable", "raw", row, raw), []).append(urgency)
    return read, nobodys


def _judge_one(proof: Proof, body: Body, row: Row | None, urgencies: list[int]) -> None:
    """One that was kept once: in the inbox, or as one that names nobody."""
    if body.whole:
        rang = urgencies[0] <= 1 if row is None else row.rang
        proof.cries += 1
        proof.rang += rang
        if not rang:
            proof.note("deaf", (body.kind, row and row.event, body.inner))
    if row is None:
        if body.words_only:
            proof.note("a sender that was whole is lost", (body.kind, body.inner))
        return
    for what in (*_strays(body, row), *_changed_by_words(body, row)):
        proof.note(what, (body.kind, row, body.inner))


CARRIES: Final[dict[type[events.Arrival], dict[str, str]]] = {
    events.Text: {"menu_id": "bizmsgmenuid"},
    events.Image: {"media_id": "MediaId", "url": "PicUrl"},
    events.Voice: {"media_id": "MediaId", "format": "Format", "media_id_16k": "MediaId16K"},
    events.Video: {"media_id": "MediaId", "thumb_media_id": "ThumbMediaId"},
    events.Location: {"latitude": "Location_X", "longitude": "Location_Y"},
    events.Link: {"url": "Url"},
    events.Click: {"key": "EventKey"},
    events.Followed: {"scene": "EventKey"},
    events.Scanned: {"scene": "EventKey"},
}
"""Fields of an event that no words may fill, each with the field of the envelope that does."""
OWN_WORDS: Final = frozenset(
    {"ScanResult", "scan_result", "Label", "label", "Poiname", "Title", "Description", "Content", "Recognition"}
)


def _strays(body: Body, row: Row) -> Iterator[str]:
    """What the row says that the envelope did not carry."""
    event = row.event
    if row.set_aside is not None:
        yield f"set aside ({row.set_aside})"
    if isinstance(event, events.ACTS) and (
        body.kind in MESSAGES or not isinstance(event, (ACTS.get(body.kind, events.Notice), events.Notice))
    ):
        yield "an act that the envelope did not carry"
    filled = {own: name for own, name in CARRIES.get(type(event), {}).items() if getattr(event, own)}
    if any(name not in body.fields for name in filled.values()):
        yield "a field that the envelope did not carry"
    values = [str(getattr(event, own)) for own in filled] + [row.openid, row.key, row.kind]
    if isinstance(event, events.Notice):
        values += [event.kind, *(value for name, value in event.fields.items() if name not in OWN_WORDS)]
    if isinstance(event, events.Other):
        values.append(event.kind)
    if any(EVIL in value.upper() for value in values):
        yield "words that became a field"
    first = re.search(rb"<FromUserName>\s*<!\[CDATA\[%b\]\]>\s*</FromUserName>" % body.openid.encode(), body.inner)
    if first is not None and b"<FromUserName" not in body.inner[: first.start()] and row.openid != body.openid:
        yield "another sender"


def _changed_by_words(body: Body, row: Row) -> Iterator[str]:
    """What of a whole envelope is not as the platform wrote it."""
    if not row.following and body.kind != "unsubscribe":
        yield "unsubscribed by no unsubscribe"
    if body.words_only and body.kind in MESSAGES:
        kind = "text" if body.kind == "menu" else body.kind
        if (row.openid, row.key, row.kind, row.created) != (
            body.openid,
            f"m:{body.number}:{body.openid}",
            kind,
            body.created,
        ):
            yield "an envelope that words have changed"


# -- unsigned and garbled -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Request:
    """A request that must be refused; `query` is encoded already."""

    what: str
    query: str
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    method: str = "POST"
    status: tuple[int, ...] = (403,)


def garbled(count: int, keys: Keys) -> Iterator[Request]:
    """So many requests whose signature is missing, wrong, old or another's."""
    lot, made = random.Random(f"{SEED}{keys.mode}unsigned"), [(name, _GARBLED[name]) for name in sorted(_GARBLED)]
    for number in range(count):
        name, make = made[number % len(made)]
        openid = f"oUnsigned{number:019d}"
        inner = (
            f"<xml><ToUserName>gh</ToUserName><FromUserName>{openid}</FromUserName>"
            f"<CreateTime>{int(time.time())}</CreateTime><MsgType>text</MsgType><Content>救命</Content>"
            f"<MsgId>{number}</MsgId></xml>"
        )
        query, body = keys.push(inner.encode(), openid, "gh", time.time())
        request = make(lot, keys, query, body)
        yield Request(name, *request) if isinstance(request, tuple) else request


Made = Request | tuple[str, bytes]


def _proof_of(keys: Keys) -> str:
    return "signature" if keys.mode == "plain" else "msg_signature"


def _wrong(lot: random.Random, keys: Keys, query: dict[str, str], body: bytes) -> Made:
    value = lot.choice(
        (
            f"{lot.getrandbits(160):040x}",
            "",
            "0",
            "中文",
            "\x00",
            "a" * 3000,
            "None",
            query[_proof_of(keys)].upper(),
            query[_proof_of(keys)] + " ",
            "%s",
        )
    )
    return urlencode(query | {_proof_of(keys): value}), body


def _missing(lot: random.Random, keys: Keys, query: dict[str, str], body: bytes) -> Made:
    gone = lot.sample(["timestamp", "nonce", _proof_of(keys)], lot.randrange(1, 4))
    return urlencode({name: value for name, value in query.items() if name not in gone}), body


def _no_query(lot: random.Random, _: Keys, __: dict[str, str], body: bytes) -> Made:
    return lot.choice(("", "=", "&&&", "?", "signature", "a" * 4000, "&".join(["a=1"] * 900))), body


def _changed(lot: random.Random, keys: Keys, query: dict[str, str], body: bytes) -> Made:
    """What the signature covers is not what it was made of."""
    if keys.mode == "plain":
        return urlencode(query | {"nonce": query["nonce"] + "1"}), body
    place = body.index(b"<Encrypt><![CDATA[") + 18 + lot.randrange(40)
    return urlencode(query), body[:place] + (b"A" if body[place : place + 1] != b"A" else b"B") + body[place + 1 :]


def _garbage(lot: random.Random, keys: Keys, query: dict[str, str], _: bytes) -> Made:
    """A body that is nothing; in plain mode the signature would prove it, so that is wrong as well."""
    data = lot.choice(
        (
            b"",
            b"\x00" * 50,
            lot.randbytes(400),
            b"<" * 900,
            b"<xml>" * 300,
            b"{}",
            b"<Encrypt>",
            b"<xml><Encrypt></Encrypt></xml>",
            b"<Encrypt>!!</Encrypt>",
            b"<Encrypt>" * 2000,
            "好".encode() * 500,
        )
    )
    return urlencode(query | ({"signature": "0" * 40} if keys.mode == "plain" else {})), data


def _encoded(lot: random.Random, keys: Keys, query: dict[str, str], body: bytes) -> Made:
    """A header that says the body is packed."""
    how = lot.choice(("gzip", "deflate", "br", "zstd", "x", "gzip, gzip"))
    data = lot.choice(
        (b"\x1f\x8bno", b"", gzip.compress(body), b"\x1f\x8b" + lot.randbytes(90), gzip.compress(b"0" * 3_000_000))
    )
    return Request("encoded", urlencode(query | {_proof_of(keys): "0"}), data, (("Content-Encoding", how),))


def _huge(lot: random.Random, keys: Keys, query: dict[str, str], body: bytes) -> Made:
    """Numbers that are none, signed as they stand: the signature holds, the moment does not."""
    stamp = lot.choice(
        (
            "9" * 13,
            "9" * 400,
            "9" * 4500,
            "-1",
            "1e9",
            "0x10",
            "١٢٣",
            "",
            " 1",
            "1_0",
            "NaN",
            "0",
            str(10**12 - 1),
            str(int(time.time()) - 200_000),
            str(int(time.time()) + 200_000),
        )
    )
    nonce = lot.choice((query["nonce"], "9" * 2000, "中"))
    more: tuple[str, ...] = (
        ()
        if keys.mode == "plain"
        else (body[body.index(b"CDATA[", body.index(b"<Encrypt>")) + 6 : body.rindex(b"]]>")].decode(),)
    )
    return urlencode(
        query | {"timestamp": stamp, "nonce": nonce, _proof_of(keys): keys.signature(stamp, nonce, *more)}
    ), body


def _no_text(lot: random.Random, keys: Keys, query: dict[str, str], body: bytes) -> Made:
    """A query that is no UTF-8, or says a name twice."""
    noise = lot.choice(("%ff%fe", "%c0%80", "%ed%a0%80", "%00", "%", "%zz", "%e5%95", "+", ";", "%0d%0a", "[]=1"))
    rest = urlencode({name: value for name, value in query.items() if name != _proof_of(keys)})
    return lot.choice(
        (
            f"{_proof_of(keys)}={noise}&{rest}",
            f"{noise}={noise}&{rest}",
            f"{_proof_of(keys)}={noise}&{_proof_of(keys)}={quote(query[_proof_of(keys)])}&{rest}",
            f"{rest}&timestamp={noise}",
        )
    ), body


def _other_mode(_: random.Random, keys: Keys, query: dict[str, str], body: bytes) -> Made:
    """Well signed, in the way of another mode."""
    stamp, nonce = query["timestamp"], query["nonce"]
    if keys.mode == "plain":
        return urlencode(
            query | {"encrypt_type": "aes", "msg_signature": keys.signature(stamp, nonce, "x")}
        ), b"<xml><Encrypt>eA==</Encrypt></xml>"
    plain = {"timestamp": stamp, "nonce": nonce, "signature": keys.signature(stamp, nonce)}
    return urlencode(plain | ({"encrypt_type": "raw"} if int(nonce) % 2 else {})), body.replace(
        b"<Encrypt>", b"<Content>"
    ).replace(b"</Encrypt>", b"</Content>")


def _another(lot: random.Random, keys: Keys, _: dict[str, str], __: bytes) -> Made:
    """Signed with the token of another account; in secure mode also well signed, with another account's id inside."""
    inner = (
        b"<xml><FromUserName>oX</FromUserName><MsgType>text</MsgType><CreateTime>1</CreateTime>"
        b"<Content>x</Content><MsgId>1</MsgId></xml>"
    )
    token, app_id = (
        (keys.token, "wxffffffffffffffff") if keys.mode != "plain" and lot.random() < 0.5 else ("another", keys.app_id)
    )
    query, body = Keys(app_id, "s", token, keys.aes_key, keys.mode).push(inner, "oX", "gh", time.time())
    return urlencode(query), body


def _too_big(lot: random.Random, _: Keys, query: dict[str, str], __: bytes) -> Made:
    size = lot.choice((256 * 1024 + 1, 256 * 1024 + 4096, 400_000))
    return Request("too big", urlencode(query), b"x" * size, status=(413,))


def _greeting(lot: random.Random, keys: Keys, query: dict[str, str], _: bytes) -> Made:
    """The handshake: unsigned, or signed with something else than an echo."""
    stamp, nonce = query["timestamp"], query["nonce"]
    echo = lot.choice(("", "<script>", "a" * 200, "%", "中\n", "a b"))
    signed = {"timestamp": stamp, "nonce": nonce, "signature": keys.signature(stamp, nonce), "echostr": echo}
    asked = lot.choice(
        (
            signed,
            signed | {"signature": "0", "echostr": "1"},
            {"echostr": "1"},
            {},
            signed | {"timestamp": "9" * 30, "echostr": "1"},
        )
    )
    return Request("greeting", urlencode(asked), method="GET")


def _headers(lot: random.Random, keys: Keys, query: dict[str, str], body: bytes) -> Made:
    """Headers that say what is not true."""
    more = lot.choice(
        (
            ("Content-Type", "text/xml; charset=nowhere"),
            ("Content-Type", ""),
            ("Content-Type", "multipart/form-data"),
            ("Content-Type", "application/json"),
            ("X-Forwarded-For", "' OR 1=1"),
            ("Cookie", "a=%01; ;;="),
            ("X-HTTP-Method-Override", "GET"),
            ("Accept-Encoding", "*;q=9"),
            ("Expect", "100-continue"),
            ("If-None-Match", "*"),
            ("Range", "bytes=0-"),
            ("User-Agent", "x" * 4000),
        )
    )
    return Request("headers", urlencode(query | {_proof_of(keys): "0"}), body, (more,))


_GARBLED: Final[dict[str, Callable[[random.Random, Keys, dict[str, str], bytes], Made]]] = {
    "wrong": _wrong,
    "missing": _missing,
    "no query": _no_query,
    "changed": _changed,
    "garbage": _garbage,
    "encoded": _encoded,
    "huge": _huge,
    "no text": _no_text,
    "other mode": _other_mode,
    "another": _another,
    "greeting": _greeting,
    "headers": _headers,
    "too big": _too_big,
}


async def _refused(http: aiohttp.ClientSession, used: Stage, proof: Proof, request: Request) -> None:
    url = URL(f"{used.url}/wechat" + (f"?{request.query}" if request.query else ""), encoded=True)
    async with http.request(request.method, url, data=request.body or None, headers=dict(request.headers)) as answer:
        text = await answer.text()
    proof.unsigned += 1
    proof.refused[answer.status] += 1
    if answer.status not in request.status or text:
        proof.note(
            f"an unsigned request ({request.what}) that was answered {answer.status}",
            (request.query[:300], request.headers, request.body[:200], text[:200]),
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bodies", type=int, default=5000)
    parser.add_argument("--unsigned", type=int, default=20_000)
    chosen = parser.parse_args()
    assert all(triage(f"{cry}，").rings for cry in CRIES)
    assert not any(triage(calm).rings for calm in CALM)
    found = asyncio.run(prove(chosen.bodies, chosen.unsigned))
    print(*found.shown(), found.line(), sep="\n")
    sys.exit(0 if found.holds() else 1)
