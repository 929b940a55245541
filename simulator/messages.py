"""What the account sends: customer-service messages with their quota, 「对方正在输入」, template messages."""

import re
from typing import Any

from simulator import files
from simulator.account import LIBRARY
from simulator.frame import OK, Answer, Call, Refused, Row, literal, parse

LONGEST = 2048
TEMPLATES = 25
ONCE_FOR = 600
"""Seconds for which a `client_msg_id` is known."""
HAN = "\u4e00-\u9fff"
VALUES = {
    "thing": r".{1,20}",
    "short_thing": r".{1,5}",
    "const": r".{1,20}",
    "enum": r".+",
    "phrase": f"[{HAN}]{{1,5}}",
    "character_string": f"[^{HAN}\n]{{1,32}}",
    "number": r"[0-9.]{1,32}",
    "letter": r"[A-Za-z]{1,32}",
    "symbol": r"\W{1,5}",
    "amount": r"\D?\d{1,10}(\.\d+)?元?",
    "time": r"(\d{4}[年./-]\d{1,2}[月./-]\d{1,2}日? ?)?\d{1,2}:\d{2}(:\d{2})?(~.+)?",
    "date": r"\d{4}[年./-]\d{1,2}[月./-]\d{1,2}日?( \d{1,2}:\d{2})?(~.+)?",
    "phone_number": r"[0-9+()\- ]{1,17}",
    "car_number": r".{1,8}",
    "name": f"[{HAN}·]{{1,10}}|[^{HAN}\n]{{1,20}}|.{{1,10}}",
}
"""What a value must look like, by the letters of its key."""


def _of(call: Call, name: str) -> dict[str, Any]:
    """The part of a message that is named as its kind. Raises Refused when it is missing."""
    found = call.asked.get(name)
    if not isinstance(found, dict):
        raise Refused(44004)
    return found


def _media(call: Call, given: Any, kind: str) -> str:
    until, is_kind, _ = call.world.media.get(str(given or ""), (0.0, "", b""))
    if until <= call.world.now() or is_kind != kind:
        raise Refused(40007)
    return str(given)


def filled(words: Any) -> str:
    """The words of a message. Raises Refused where there are none, or too many bytes."""
    if not words:
        raise Refused(44004)
    if len(str(words).encode()) > LONGEST:
        raise Refused(45002)
    return str(words)


def _shown(call: Call, kind: str) -> tuple[str, dict[str, Any]]:
    """What the phone shows of a message: its words, and what belongs to its kind. Raises Refused."""
    if kind == "text":
        return filled(_of(call, "text").get("content")), {}
    part = _of(call, kind) if kind in KINDS else {}
    if kind in {"image", "voice"}:
        media = _media(call, part.get("media_id"), kind)
        more = {"seconds": files.seconds(call.world.media[media][2])} if kind == "voice" else {}
        return f"［{kind}］", {"media": media, **more}
    if kind == "video":
        return str(part.get("title") or "［video］"), {"media": _media(call, part.get("media_id"), "video")}
    if kind == "msgmenu":
        items = [{"id": str(each["id"]), "content": str(each["content"])} for each in part["list"]]
        if not items:
            raise Refused(44004)
        return filled(part.get("head_content") or "请选择"), {"items": items, "tail": part.get("tail_content", "")}
    if kind == "news":
        if len(part["articles"]) != 1:
            raise Refused(45008)
        return _card(part["articles"][0])
    if kind in KINDS:
        return _card(part)
    raise Refused(40008)


def _card(part: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    url = part.get("url") or part.get("musicurl") or ""
    return str(part.get("title") or "［卡片］"), {"url": str(url), "about": str(part.get("description") or "")}


KINDS = {
    "image",
    "voice",
    "video",
    "music",
    "news",
    "mpnews",
    "mpnewsarticle",
    "msgmenu",
    "wxcard",
    "miniprogrampage",
}


async def send(call: Call) -> Answer:
    r"""A customer-service message. An escape such as `\u4f60` arrives as it is written."""
    world = call.world
    call.asked = parse(literal(call.raw))
    openid, kind = str(call.asked.get("touser", "")), str(call.asked.get("msgtype", ""))
    phone = world.phones.get(openid)
    part = call.asked.get(kind)
    words = str(part.get("content", "")) if kind == "text" and isinstance(part, dict) else f"［{kind}］"
    call.note |= {"openid": openid, "content": words, "media": ""}
    call.what = f"{phone.name if phone else openid} · {words}"
    if world.errcodes:
        code = world.errcodes.popleft()
        world.tell("state")
        if code == 40001:
            world.tokens.clear()
        raise Refused(code)
    if phone is None:
        raise Refused(40003)
    if call.asked.get("customservice"):
        raise Refused(65401)
    content, more = _shown(call, kind)
    code = phone.spend(world.now())
    if code:
        raise Refused(code)
    phone.typing_until = 0.0
    call.note["media"] = more.get("media", "")
    world.show(openid, "home", kind, content, **more)
    return OK


async def typing(call: Call) -> Answer:
    """「对方正在输入」, for 15 s."""
    world, command = call.world, call.asked.get("command")
    phone = world.phones.get(str(call.asked.get("touser", "")))
    if phone is None:
        raise Refused(40003)
    if command not in {"Typing", "CancelTyping"}:
        raise Refused(45072)
    if world.now() - phone.spoke_at > 30:
        raise Refused(45080)
    if command == "Typing" and phone.typing_until > world.now():
        raise Refused(45081)
    phone.typing_until = world.now() + 15 if command == "Typing" else 0.0
    world.tell("state")
    return OK


# -- templates -------------------------------------------------------------------------------------------------------


async def templates(call: Call) -> Answer:
    """Those of the account."""
    return {"template_list": list(call.world.desk.templates.values())}


async def add_template(call: Call) -> Answer:
    """One of the public library, at most 25 in all."""
    desk, short = call.world.desk, str(call.asked.get("template_id_short", ""))
    if short not in LIBRARY:
        raise Refused(40036)
    if len(desk.templates) >= TEMPLATES:
        raise Refused(45026)
    call.what = LIBRARY[short][0]
    template_id = desk.add_template(short, list(call.asked.get("keyword_name_list") or []))
    return OK | {"template_id": template_id}


async def delete_template(call: Call) -> Answer:
    """Gone."""
    if call.world.desk.templates.pop(str(call.asked.get("template_id", "")), None) is None:
        raise Refused(40037)
    return OK


async def send_template(call: Call) -> Answer:
    """Accepted is not delivered: that is told by an event."""
    world, desk = call.world, call.world.desk
    openid, template = str(call.asked.get("touser", "")), str(call.asked.get("template_id", ""))
    phone = world.phones.get(openid)
    if phone is None:
        raise Refused(40003)
    if template not in desk.templates:
        raise Refused(40037)
    if not phone.following:
        raise Refused(43004)
    known = desk.templates[template]
    lines = _lines(known["content"], call.asked.get("data"))
    call.what = f"{phone.name} · {known['title']}"
    call.note |= {"openid": openid, "content": known["title"]}
    once = (openid, str(call.asked.get("client_msg_id", "")))
    at, number = desk.sent.get(once, (float("-inf"), 0))
    if once[1] and world.now() - at < ONCE_FOR:
        return OK | {"msgid": number}
    desk.job += 1
    desk.sent[once] = world.now(), desk.job
    world.show(openid, "home", "template", known["title"], lines=lines, url=str(call.asked.get("url") or ""))
    world.announce(openid, "TEMPLATESENDJOBFINISH", {"MsgID": desk.job, "Status": "success"})
    return OK | {"msgid": desk.job}


def _lines(content: str, data: Any) -> list[list[str]]:
    """The lines of the card. Raises Refused with the key whose value breaks the rule of its kind."""
    lines = []
    for name, key in re.findall(r"(.*?):\{\{(\w+)\.DATA\}\}", content):
        part = data.get(key) if isinstance(data, dict) else None
        value = str(part.get("value", "")) if isinstance(part, dict) else ""
        if not value.strip() or not re.fullmatch(VALUES[key.rstrip("0123456789")], value):
            raise Refused(47003, f" data.{key}.value invalid")
        lines.append([name, value])
    return lines


ROWS = (
    Row("POST", "/cgi-bin/message/custom/send", "custom/send", send),
    Row("POST", "/cgi-bin/message/custom/typing", "custom/typing", typing),
    Row("POST", "/cgi-bin/message/template/send", "template/send", send_template),
    Row("GET", "/cgi-bin/template/get_all_private_template", "template/list", templates),
    Row("POST", "/cgi-bin/template/api_add_template", "template/add", add_template),
    Row("POST", "/cgi-bin/template/del_private_template", "template/del", delete_template),
)
