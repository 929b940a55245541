"""So many mutated bodies, the same in every run but for their time."""

import hashlib
import random
import re
import time

from benchmarks.mutations.bodies import AGAIN, BODIES, CRIES, MESSAGES, OFTEN, SEED, SPOKEN, Body
from benchmarks.mutations.damage import BYTES
from benchmarks.mutations.fields import FIELDS
from benchmarks.mutations.words import spoken


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
    words = spoken(lot, body, place, calm="words" not in stages or not place)
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
