"""Menus, tags and QR codes with the platform's limits and its order (fault W9; wechat.md 6)."""

from typing import Any

import pytest

from tests.simulator.conftest import DAUGHTER, Platform

CLICK = {"type": "click", "name": "家书", "key": "LETTER"}


def sub(*buttons: dict[str, Any]) -> dict[str, Any]:
    return {"name": "服务", "sub_button": list(buttons)}


@pytest.mark.parametrize(
    ("button", "code"),
    [
        ([], 40016),
        ([CLICK] * 4, 40016),
        ([CLICK | {"name": "字" * 6}], 40018),
        ([CLICK | {"name": ""}], 40018),
        ([CLICK | {"type": "tap"}], 40017),
        ([CLICK | {"key": "k" * 129}], 40019),
        ([{"type": "view", "name": "家书", "url": ""}], 40020),
        ([{"type": "view", "name": "家书", "url": "http://x/" + "y" * 1020}], 40020),
        ([{"type": "view", "name": "家书", "url": "ftp://x"}], 40055),
        ([{"type": "media_id", "name": "家书", "media_id": "invented"}], 40007),
        ([{"type": "miniprogram", "name": "家书", "url": "http://x/"}], 40017),
        ([sub(*[CLICK] * 6)], 40023),
        ([sub(CLICK | {"name": "字" * 21})], 40025),
        ([sub(CLICK | {"type": ""})], 40024),
        ([sub(CLICK | {"key": ""})], 40026),
        ([sub({"type": "view", "name": "家书", "url": ""})], 40027),
        ([sub({"type": "view", "name": "家书", "url": "x"})], 40054),
    ],
)
async def test_fault_w9_a_menu_beyond_the_limits_is_refused_and_the_old_one_stays(
    platform: Platform, button: list[dict[str, Any]], code: int
) -> None:
    await platform.call("/cgi-bin/menu/create", {"button": [CLICK]})
    assert await platform.refused("/cgi-bin/menu/create", {"button": button}) == code
    assert (await platform.call("/cgi-bin/menu/get"))["menu"]["button"] == [CLICK | {"sub_button": []}]


async def test_fault_w9_the_last_tag_and_the_newest_rule_decide_which_menu_is_shown(platform: Platform) -> None:
    await platform.call("/cgi-bin/menu/create", {"button": [CLICK]})

    async def rule(name: str, match: dict[str, Any]) -> dict[str, Any]:
        asked = {"button": [CLICK | {"name": name}], "matchrule": match}
        return await platform.call("/cgi-bin/menu/addconditional", asked)

    tags = [
        (await platform.call("/cgi-bin/tags/create", {"tag": {"name": name}}))["tag"]["id"] for name in ("家属", "长者")
    ]
    await rule("家属", {"tag_id": tags[0]})
    await rule("长者", {"tag_id": str(tags[1])})
    await rule("苹果", {"client_platform_type": "1"})

    async def shown(tag: int) -> str:
        asked = {"openid_list": [DAUGHTER], "tagid": tag}
        assert await platform.refused("/cgi-bin/tags/members/batchtagging", asked) == 0
        return str((await platform.phone(DAUGHTER))["menu"][0]["name"])

    assert [await shown(tag) for tag in (tags[0], tags[1], tags[0])] == ["家属", "长者", "家属"]
    await rule("家属二", {"tag_id": tags[0]})
    assert await shown(tags[0]) == "家属二"
    assert (await rule("x", {}))["errcode"] == 65304
    assert (await rule("x", {"sex": "1"}))["errcode"] == 65320
    hosts = [{"type": "view", "name": "x", "url": f"http://{n}.example/"} for n in range(4)]
    asked = {"button": [sub(*hosts)], "matchrule": {"tag_id": "1"}}
    assert await platform.refused("/cgi-bin/menu/addconditional", asked) == 65316
    assert len((await platform.call("/cgi-bin/menu/get"))["conditionalmenu"]) == 4
    await platform.call("/cgi-bin/menu/delete")
    assert await platform.refused("/cgi-bin/menu/get") == 46003
    assert (await platform.call("/cgi-bin/get_current_selfmenu_info"))["is_menu_open"] == 0


async def test_fault_w9_tags_have_their_limits(platform: Platform) -> None:
    async def make(name: str) -> dict[str, Any]:
        return await platform.call("/cgi-bin/tags/create", {"tag": {"name": name}})

    assert (await make("字" * 31))["errcode"] == 45158
    tags = [(await make(f"标签{n}"))["tag"]["id"] for n in range(99)]
    assert (await make("多了"))["errcode"] == 45056
    for n, tag in enumerate(tags[:21]):
        asked = {"openid_list": [DAUGHTER], "tagid": tag}
        assert await platform.refused("/cgi-bin/tags/members/batchtagging", asked) == (45059 if n == 20 else 0)
    many = {"openid_list": [DAUGHTER] * 51, "tagid": tags[0]}
    assert await platform.refused("/cgi-bin/tags/members/batchtagging", many) == 40032
    await platform.act("follow", openid=DAUGHTER, on=False)
    assert (await platform.call("/cgi-bin/tags/getidlist", {"openid": DAUGHTER}))["tagid_list"] == []


@pytest.mark.parametrize(
    ("action", "scene", "code"),
    [
        ("QR_SCENE", {"scene_id": 0}, 40053),
        ("QR_SCENE", {"scene_id": 2**32}, 40053),
        ("QR_LIMIT_SCENE", {"scene_id": 100_001}, 40053),
        ("QR_STR_SCENE", {"scene_str": "s" * 65}, 40053),
        ("QR_STR_SCENE", {"scene_id": 1}, 40053),
        ("QR_CARD", {"scene_id": 1}, 40053),
        ("QR_LIMIT_STR_SCENE", {"scene_str": "门口"}, 0),
        ("QR_SCENE", {"scene_id": 7}, 0),
    ],
)
async def test_fault_w9_a_qr_code_lasts_a_minute_unless_it_is_told_otherwise(
    platform: Platform, action: str, scene: dict[str, Any], code: int
) -> None:
    made = await platform.call("/cgi-bin/qrcode/create", {"action_name": action, "action_info": {"scene": scene}})
    assert made.get("errcode", 0) == code
    if not code:
        assert made.get("expire_seconds", "for ever") == (60 if action == "QR_SCENE" else "for ever")
        platform.world.desk.codes[made["ticket"]].until = 0.0
        assert (await platform.raw("GET", "/cgi-bin/showqrcode", None, ticket=made["ticket"]))[0] == 404
        assert await platform.act("scan", openid=DAUGHTER, ticket=made["ticket"]) == 422
