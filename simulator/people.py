"""Who follows, their tags and remarks, and the QR codes by which they come (wechat.md 6)."""

import hashlib
import secrets
import struct
import zlib
from typing import Any
from urllib.parse import quote

from aiohttp import web

from simulator.account import Code
from simulator.frame import OK, Answer, Call, Refused, Row
from simulator.world import Phone

TAGS, TAGS_EACH, AT_ONCE, BATCH, PAGE = 100, 20, 50, 100, 10_000
SYSTEM = {0, 1, 2}
LONGEST_CODE = 2_592_000
ACTIONS = {"QR_SCENE": 0, "QR_STR_SCENE": 0, "QR_LIMIT_SCENE": 1, "QR_LIMIT_STR_SCENE": 1}


def _phone(call: Call, openid: Any) -> Phone:
    found = call.world.phones.get(str(openid or ""))
    if found is None:
        raise Refused(40003)
    return found


# -- tags ------------------------------------------------------------------------------------------------------------


def _name(call: Call) -> str:
    name = call.asked["tag"].get("name")
    if not isinstance(name, str) or not 0 < len(name) <= 30:
        raise Refused(45158)
    if name in call.world.desk.tags.values():
        raise Refused(45157)
    call.what = name
    return name


def _tag(call: Call, given: Any, *, may_be_system: bool = True) -> int:
    tag = int(given)
    if not may_be_system and tag in SYSTEM:
        raise Refused(45058)
    if tag not in call.world.desk.tags:
        raise Refused(45159)
    return tag


async def moved(call: Call) -> Answer:
    """Who followers of an older account are at this one: at most a hundred at a time, and of who follows this one."""
    asked = call.asked.get("openid_list")
    if not isinstance(asked, list) or not 0 < len(asked) <= BATCH:
        raise Refused(40097)
    old = str(call.asked.get("from_appid", ""))
    if not old or old == call.world.keys.app_id:
        raise Refused(40013)
    known = {phone.was: phone for phone in call.world.phones.values() if phone.was and phone.following}
    call.what = f"{len(asked)} 个"
    return OK | {
        "result_list": [
            {"ori_openid": one, "new_openid": known[one].openid, "err_msg": "ok"}
            if one in known
            else {"ori_openid": one, "err_msg": "ori_openid error"}
            for one in asked
        ]
    }


async def create_tag(call: Call) -> Answer:
    """A new one."""
    desk = call.world.desk
    name = _name(call)
    if len(desk.tags) >= TAGS:
        raise Refused(45056)
    desk.tags[desk.next_tag] = name
    desk.next_tag += 1
    return {"tag": {"id": desk.next_tag - 1, "name": name}}


async def tags(call: Call) -> Answer:
    """All, with how many followers each has."""
    phones = call.world.phones.values()
    return {
        "tags": [
            {"id": tag, "name": name, "count": sum(tag in phone.tags for phone in phones)}
            for tag, name in call.world.desk.tags.items()
        ]
    }


async def update_tag(call: Call) -> Answer:
    """Another name."""
    tag = _tag(call, call.asked["tag"].get("id", -1), may_be_system=False)
    call.world.desk.tags[tag] = _name(call)
    return OK


async def delete_tag(call: Call) -> Answer:
    """Gone, with everybody who has it."""
    tag = _tag(call, call.asked["tag"].get("id", -1), may_be_system=False)
    del call.world.desk.tags[tag]
    for phone in call.world.phones.values():
        phone.tags = [each for each in phone.tags if each != tag]
    call.world.tell("state")
    return OK


def _listed(call: Call) -> list[Phone]:
    openids = call.asked.get("openid_list")
    if not isinstance(openids, list) or not 0 < len(openids) <= AT_ONCE:
        raise Refused(40032)
    return [_phone(call, openid) for openid in openids]


async def tag_people(call: Call) -> Answer:
    """The last tag that somebody gets decides about the menu."""
    phones, tag = _listed(call), _tag(call, call.asked.get("tagid", -1))
    if any(len({*phone.tags, tag}) > TAGS_EACH for phone in phones):
        raise Refused(45059)
    for phone in phones:
        phone.tags = [each for each in phone.tags if each != tag] + [tag]
    call.what = f"{call.world.desk.tags[tag]} · {'、'.join(phone.name for phone in phones)}"
    call.world.tell("state")
    return OK


async def untag_people(call: Call) -> Answer:
    """Take it away."""
    phones, tag = _listed(call), _tag(call, call.asked.get("tagid", -1))
    for phone in phones:
        phone.tags = [each for each in phone.tags if each != tag]
    call.world.tell("state")
    return OK


async def tags_of(call: Call) -> Answer:
    """Of one person."""
    return {"tagid_list": _phone(call, call.asked.get("openid")).tags}


async def people_of_tag(call: Call) -> Answer:
    """Who has it, from a place of the list on."""
    tag = _tag(call, call.asked.get("tagid", -1))
    openids = [phone.openid for phone in call.world.phones.values() if tag in phone.tags]
    return _page(openids, str(call.asked.get("next_openid") or ""))


# -- people ----------------------------------------------------------------------------------------------------------


def _page(openids: list[str], after: str) -> dict[str, Any]:
    if after and after not in openids:
        raise Refused(40003)
    some = openids[openids.index(after) + 1 if after else 0 :][:PAGE]
    found: dict[str, Any] = {"count": len(some), "next_openid": some[-1] if some else ""}
    return found | ({"data": {"openid": some}} if some else {})


async def followers(call: Call) -> Answer:
    """Their openids, 10,000 at once."""
    openids = [phone.openid for phone in call.world.phones.values() if phone.following]
    return {"total": len(openids)} | _page(openids, call.query.get("next_openid", ""))


def _told(phone: Phone) -> dict[str, Any]:
    """Of who left nothing but that; of nobody a name, a picture or a place (since 2021-12-27)."""
    if not phone.following:
        return {"subscribe": 0, "openid": phone.openid}
    return {
        "subscribe": 1,
        "openid": phone.openid,
        "language": "zh_CN",
        "subscribe_time": int(phone.followed_at),
        "remark": phone.remark,
        "groupid": phone.tags[0] if phone.tags else 0,
        "tagid_list": phone.tags,
        "subscribe_scene": "ADD_SCENE_QR_CODE" if phone.came_by else "ADD_SCENE_SEARCH",
        "qr_scene": int(phone.came_by) if phone.came_by.isdecimal() else 0,
        "qr_scene_str": "" if phone.came_by.isdecimal() else phone.came_by,
    }


async def user(call: Call) -> Answer:
    """One person."""
    return _told(_phone(call, call.query.get("openid")))


async def users(call: Call) -> Answer:
    """A hundred at most."""
    wanted = call.asked.get("user_list")
    if not isinstance(wanted, list) or not 0 < len(wanted) <= BATCH:
        raise Refused(40032)
    return {"user_info_list": [_told(_phone(call, each.get("openid"))) for each in wanted]}


async def remark(call: Call) -> Answer:
    """A name that the account alone sees, shorter than 30 signs."""
    phone, words = _phone(call, call.asked.get("openid")), call.asked.get("remark")
    if not isinstance(words, str) or len(words) >= 30:
        raise Refused(40097)
    phone.remark = words
    return OK


# -- QR codes --------------------------------------------------------------------------------------------------------


async def create_code(call: Call) -> Answer:
    """One that lasts 60 s when nothing is said, 30 days at most; permanent ones never end."""
    world, action = call.world, call.asked.get("action_name")
    if action not in ACTIONS:
        raise Refused(40053)
    scene = call.asked["action_info"]["scene"]
    lasting = bool(ACTIONS[action])
    if "STR" in action:
        value = scene.get("scene_str")
        good = isinstance(value, str) and 0 < len(value) <= 64
    else:
        value = scene.get("scene_id")
        good = isinstance(value, int) and 0 < value <= (100_000 if lasting else 2**32 - 1)
    if not good:
        raise Refused(40053)
    life = LONGEST_CODE if lasting else min(int(call.asked.get("expire_seconds") or 60), LONGEST_CODE)
    ticket = "gQ" + secrets.token_urlsafe(60)
    until = float("inf") if lasting else world.now() + life
    world.desk.codes[ticket] = Code(ticket, str(value), until, str(value))
    call.what = str(value)
    world.tell("state")
    found: dict[str, Any] = {"ticket": ticket, "url": f"http://weixin.qq.com/q/{ticket[2:26]}"}
    return found if lasting else found | {"expire_seconds": life}


async def show_code(call: Call) -> Answer:
    """A picture of the right kind, which no camera reads: the phone of the simulator scans it from a list."""
    code = call.world.desk.codes.get(call.query.get("ticket", ""))
    if code is None or code.until <= call.world.now():
        return web.Response(status=404, text="404 Not Found")
    return web.Response(body=picture(code.ticket), content_type="image/png")


def picture(words: str, side: int = 25, scale: int = 8) -> bytes:
    """A PNG of squares made from words, with the three eyes of a QR code."""
    noise = hashlib.shake_128(quote(words).encode()).digest(side * side)

    def dark(x: int, y: int) -> bool:
        for left, top in ((0, 0), (side - 7, 0), (0, side - 7)):
            ring = max(abs(x - left - 3), abs(y - top - 3))
            if ring <= 4:
                return ring in {0, 1, 3}
        return noise[y * side + x] % 2 == 0

    rows = []
    for y in range(-2, side + 2):
        line = [0 <= x < side and 0 <= y < side and dark(x, y) for x in range(-2, side + 2)]
        pixels = b"\x00" + b"".join((b"\x00" if each else b"\xff") * scale for each in line)
        rows.append(pixels * scale)
    size = (side + 4) * scale

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", size, size, 8, 0, 0, 0, 0)
    body = zlib.compress(b"".join(rows))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


ROWS = (
    Row("POST", "/cgi-bin/tags/create", "tags/create", create_tag),
    Row("GET", "/cgi-bin/tags/get", "tags/get", tags),
    Row("POST", "/cgi-bin/tags/update", "tags/update", update_tag),
    Row("POST", "/cgi-bin/tags/delete", "tags/delete", delete_tag),
    Row("POST", "/cgi-bin/tags/members/batchtagging", "batchtagging", tag_people),
    Row("POST", "/cgi-bin/tags/members/batchuntagging", "batchuntagging", untag_people),
    Row("POST", "/cgi-bin/tags/getidlist", "tags/getidlist", tags_of),
    Row("POST", "/cgi-bin/user/tag/get", "user/tag/get", people_of_tag),
    Row("GET", "/cgi-bin/user/get", "user/get", followers),
    Row("GET", "/cgi-bin/user/info", "user/info", user),
    Row("POST", "/cgi-bin/changeopenid", "changeopenid", moved),
    Row("POST", "/cgi-bin/user/info/batchget", "user/info/batchget", users),
    Row("POST", "/cgi-bin/user/info/updateremark", "updateremark", remark),
    Row("POST", "/cgi-bin/qrcode/create", "qrcode/create", create_code),
    Row("GET", "/cgi-bin/showqrcode", "showqrcode", show_code, token=False),
)
