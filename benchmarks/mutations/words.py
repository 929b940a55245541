"""A person's words with pieces of XML, forbidden signs and halves of signs beside them and inside of them."""

import random
from typing import Final

from benchmarks.mutations.bodies import CALM, Body

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


def spoken(lot: random.Random, body: Body, name: str, *, calm: bool) -> bytes:
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
            parts[place] = put_in(lot, parts[place], lot.choice(BROKEN))
    if lot.random() < 0.02:
        parts.append(lot.choice((b"<![CDATA[", b"]]>", b"<a>", "我".encode(), b"\x08", b"&")) * 3000)
    return b"".join(parts)


def put_in(lot: random.Random, data: bytes, more: bytes, *, whole: bool = True) -> bytes:
    """`more` somewhere inside, between two signs, or in the middle of one."""
    place = lot.randrange(len(data) + 1)
    while whole and place < len(data) and 0x80 <= data[place] < 0xC0:
        place += 1
    return data[:place] + more + data[place:]
