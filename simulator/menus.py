"""Menus: the default one, and conditional ones by tag."""

from typing import Any
from urllib.parse import urlsplit

from simulator.account import Rule
from simulator.frame import OK, Answer, Call, Refused, Row, escaped

KEYED = {
    "click",
    "scancode_push",
    "scancode_waitmsg",
    "pic_sysphoto",
    "pic_photo_or_album",
    "pic_weixin",
    "location_select",
}
NEEDS = {"view": "url", "miniprogram": "url", "media_id": "media_id", "view_limited": "media_id"}
NEEDS |= {"article_id": "article_id", "article_view_limited": "article_id"} | dict.fromkeys(KEYED, "key")
TOP, SUB = (40018, 40017, 40019, 40020, 40055, 16), (40025, 40024, 40026, 40027, 40054, 60)
GONE = {"sex", "country", "province", "city", "language"}


def _size(words: Any) -> int:
    return len(words.encode()) if isinstance(words, str) else 0


def _button(call: Call, given: dict[str, Any], codes: tuple[int, ...]) -> dict[str, Any]:
    if not 0 < _size(given.get("name")) <= codes[5]:
        raise Refused(codes[0])
    below = given.get("sub_button")
    if codes is TOP and below:
        if not isinstance(below, list) or len(below) > 5:
            raise Refused(40023)
        return {"name": given["name"], "sub_button": [_button(call, each, SUB) for each in below]}
    return {"type": given.get("type"), "name": given["name"], **_target(call, given, codes), "sub_button": []}


def _target(call: Call, given: dict[str, Any], codes: tuple[int, ...]) -> dict[str, Any]:
    """What a button leads to. Raises Refused."""
    _, kind, key, url, domain, _ = codes
    what = NEEDS.get(str(given.get("type")))
    if what is None or (given["type"] == "miniprogram" and not (given.get("appid") and given.get("pagepath"))):
        raise Refused(kind)
    value = given.get(what)
    if what == "url":
        if not 0 < _size(value) <= 1024:
            raise Refused(url)
        if not str(value).startswith(("http://", "https://")):
            raise Refused(domain)
    elif not 0 < _size(value) <= 128:
        raise Refused(key)
    if what == "media_id" and call.world.media.get(str(value), (0.0,))[0] <= call.world.now():
        raise Refused(40007)
    return {name: given[name] for name in (what, "appid", "pagepath") if name in given}


def _buttons(call: Call) -> list[dict[str, Any]]:
    if escaped(call.raw):
        raise Refused(40033)
    given = call.asked.get("button")
    if not isinstance(given, list) or not 0 < len(given) <= 3:
        raise Refused(40016)
    found = [_button(call, each, TOP) for each in given]
    call.what = " · ".join(each["name"] for each in found)
    return found


async def create(call: Call) -> Answer:
    """The default menu; it replaces all that was made by hand."""
    menus = call.world.desk.menus
    menus.default, menus.default_id, menus.by_api = _buttons(call), menus.number(), True
    call.world.tell("state")
    return OK


async def get(call: Call) -> Answer:
    """What was made by the API."""
    menus = call.world.desk.menus
    if menus.default is None:
        raise Refused(46003)
    found: dict[str, Any] = {"menu": {"button": menus.default, "menuid": menus.default_id}}
    if menus.rules:
        found["conditionalmenu"] = [
            {"button": rule.button, "matchrule": rule.match, "menuid": rule.menu_id} for rule in reversed(menus.rules)
        ]
    return found


async def delete(call: Call) -> Answer:
    """The default menu, and with it every conditional one."""
    menus = call.world.desk.menus
    menus.default, menus.by_api = None, True
    menus.rules.clear()
    call.world.tell("state")
    return OK


async def info(call: Call) -> Answer:
    """The menu in force, whoever made it."""
    menus = call.world.desk.menus
    shown = menus.default if menus.by_api else menus.hand
    if not shown:
        return {"is_menu_open": 0}
    return {"is_menu_open": 1, "selfmenu_info": {"button": [_told(each) for each in shown]}}


def _told(button: dict[str, Any]) -> dict[str, Any]:
    """As this API writes it: the sub-buttons in a list of their own."""
    below = button.get("sub_button")
    kept = {name: value for name, value in button.items() if name != "sub_button"}
    return kept | ({"sub_button": {"list": [_told(each) for each in below]}} if below else {})


async def add_conditional(call: Call) -> Answer:
    """A menu for a tag."""
    menus, match = call.world.desk.menus, call.asked.get("matchrule")
    button = _buttons(call)
    if menus.default is None:
        raise Refused(65303)
    if not isinstance(match, dict) or not any(match.values()):
        raise Refused(65304)
    if any(match.get(name) for name in GONE):
        raise Refused(65320)
    hosts = {urlsplit(each["url"]).hostname for top in button for each in (top, *top["sub_button"]) if "url" in each}
    if len(hosts) > 3:
        raise Refused(65316)
    kept = {"tag_id" if name == "group_id" else name: str(value) for name, value in match.items() if value}
    rule = Rule(menus.number(), button, kept)
    menus.rules.append(rule)
    call.world.tell("state")
    return {"menuid": str(rule.menu_id)}


async def del_conditional(call: Call) -> Answer:
    """One of them."""
    menus, wanted = call.world.desk.menus, str(call.asked.get("menuid", ""))
    found = next((rule for rule in menus.rules if str(rule.menu_id) == wanted), None)
    if found is None:
        raise Refused(65301)
    menus.rules.remove(found)
    call.world.tell("state")
    return OK


async def try_match(call: Call) -> Answer:
    """What somebody sees."""
    phone = call.world.phones.get(str(call.asked.get("user_id", "")))
    if phone is None:
        raise Refused(46004)
    if call.world.desk.menus.default is None:
        raise Refused(46003)
    return {"button": call.world.desk.menus.of(phone.kind, phone.tags)}


ROWS = (
    Row("POST", "/cgi-bin/menu/create", "menu/create", create),
    Row("GET", "/cgi-bin/menu/get", "menu/get", get),
    Row("GET", "/cgi-bin/menu/delete", "menu/delete", delete),
    Row("GET", "/cgi-bin/get_current_selfmenu_info", "selfmenu_info", info),
    Row("POST", "/cgi-bin/menu/addconditional", "addconditional", add_conditional),
    Row("POST", "/cgi-bin/menu/delconditional", "delconditional", del_conditional),
    Row("POST", "/cgi-bin/menu/trymatch", "menu/trymatch", try_match),
)
