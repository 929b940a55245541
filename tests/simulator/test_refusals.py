"""What the platform refuses, the stand-in refuses, always in the platform's JSON (fault W9; wechat.md 4, 6, 7, 8)."""

import io
import json
from typing import Any

import pytest
from aiohttp import FormData

from simulator.frame import escaped, literal
from simulator.pushes import SCENES
from tests.simulator.conftest import APP_ID, DAUGHTER, ELDER, SECRET, STRANGER, Platform

CLICK = {"type": "click", "name": "家书", "key": "LETTER"}
GRANT = {"grant_type": "client_credential", "appid": APP_ID, "secret": SECRET}
BODIES = (b"", b"not json", b"[1]", b'"x"', b"null", b"1e999999", b"{", b"[" * 100_000, '{"a": "\u4f60"}'.encode("gbk"))
NAMES = (
    *("touser", "msgtype", "text", "voice", "image", "tag", "tagid", "openid", "openid_list", "user_list", "button"),
    *("matchrule", "menuid", "user_id", "action_name", "action_info", "data", "template_id", "template_id_short"),
    *("appid", "remark", "keyword_name_list"),
)
POSTS = (
    "message/custom/send",
    "message/custom/typing",
    "message/template/send",
    "template/api_add_template",
    "template/del_private_template",
    "menu/create",
    "menu/addconditional",
    "menu/delconditional",
    "menu/trymatch",
    "tags/create",
    "tags/update",
    "tags/delete",
    "tags/members/batchtagging",
    "tags/members/batchuntagging",
    "tags/getidlist",
    "user/tag/get",
    "user/info/batchget",
    "user/info/updateremark",
    "qrcode/create",
    "stable_token",
)


@pytest.mark.parametrize("path", POSTS)
async def test_fault_w9_a_body_of_any_shape_gets_the_platforms_json_and_never_a_500(
    platform: Platform, path: str
) -> None:
    token = platform.world.stable_token(force=False)[0]
    for body in BODIES:
        status, text = await platform.raw("POST", f"/cgi-bin/{path}", body, access_token=token)
        assert status == 200
        assert json.loads(text)["errcode"] in {44002, 47001, 40033}, body[:20]
    shapes: tuple[Any, ...] = (None, 1, "x", [], {}, [[]], {"scene": 1}, {"scene": {"scene_id": []}})
    for shape in shapes:
        asked = json.dumps(dict.fromkeys(NAMES, shape) | {"touser": DAUGHTER, "action_name": "QR_SCENE"})
        status, text = await platform.raw("POST", f"/cgi-bin/{path}", asked.encode(), access_token=token)
        assert status == 200
        assert json.loads(text)["errcode"], (shape, text)


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [
        ("GET", "/cgi-bin/freepublish/batchget", 40066),
        ("POST", "/cgi-bin/draft/add", 40066),
        ("GET", "/datacube/getusersummary", 40066),
        ("DELETE", "/nowhere", 40066),
        ("GET", "/cgi-bin/menu/create", 43002),
        ("POST", "/cgi-bin/menu/get", 43001),
        ("GET", "/cgi-bin/user/get", 41001),
        ("GET", "/cgi-bin/user/get?access_token=invented", 40001),
    ],
)
async def test_fault_w9_an_api_that_is_not_played_or_wrongly_called_is_no_page(
    platform: Platform, method: str, path: str, code: int
) -> None:
    status, text = await platform.raw(method, path, b"{}" if method == "POST" else None)
    told = json.loads(text)
    assert (status, told["errcode"]) == (200, code)
    assert platform.world.journal[-1]["ok"] is False
    if code == 40066:
        assert platform.world.journal[-1]["kind"] == "没有演的接口"


# -- tokens ----------------------------------------------------------------------------------------------------------


async def grant(platform: Platform, **change: object) -> dict[str, Any]:
    _, text = await platform.raw("POST", "/cgi-bin/stable_token", json.dumps(GRANT | change).encode())
    found: dict[str, Any] = json.loads(text)
    return found


async def plain(platform: Platform, **change: str) -> dict[str, Any]:
    _, text = await platform.raw("GET", "/cgi-bin/token", None, **(GRANT | change))
    found: dict[str, Any] = json.loads(text)
    return found


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"grant_type": "authorization_code"}, 40002),
        ({"appid": "wx0000000000000000"}, 40013),
        ({"appid": ""}, 41002),
        ({"secret": "wrong"}, 40125),
        ({"secret": ""}, 41004),
    ],
)
async def test_fault_w9_a_token_is_for_the_right_grant_account_and_secret_alone(
    platform: Platform, change: dict[str, str], code: int
) -> None:
    assert (await grant(platform, **change))["errcode"] == code
    assert (await plain(platform, **change))["errcode"] == code


async def test_fault_w9_a_plain_token_leaves_the_stable_one_alive(platform: Platform) -> None:
    stable = (await grant(platform))["access_token"]
    first = (await plain(platform))["access_token"]
    second = (await plain(platform))["access_token"]
    assert len({stable, first, second}) == 3
    assert (await grant(platform))["access_token"] == stable, "the same until it nears its end"
    world = platform.world
    assert [world.token_fault(each) for each in (stable, first, second)] == [0, 0, 0]
    assert world.tokens[first] <= world.now() + 300, "the one before dies in 5 minutes"
    assert world.tokens[stable] > world.now() + 7000
    forced = (await grant(platform, force_refresh=True))["access_token"]
    assert (world.token_fault(stable), world.token_fault(forced), world.token_fault(second)) == (42001, 0, 0)
    assert (await grant(platform, force_refresh=True))["errcode"] == 45011, "30 s apart"
    world.forced[:] = [world.now() - 3600 * (n + 1) for n in range(20)]
    assert (await grant(platform, force_refresh=True))["errcode"] == 45009, "20 times a day"
    assert (await grant(platform))["access_token"] == forced


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"redirect_uri": "https://evil.example/p/in"}, "10003"),
        ({"redirect_uri": "http://127.0.0.1.evil.example/"}, "10003"),
        ({"appid": "wx0"}, "40013"),
        ({"scope": "snsapi_login"}, "10005"),
        ({"state": "x" * 129}, "10005"),
        ({"response_type": "token"}, "参数"),
    ],
)
async def test_fault_w9_a_web_login_with_a_strange_goal_or_scope_ends_on_a_page_of_the_platform(
    platform: Platform, change: dict[str, str], said: str
) -> None:
    asked = {"appid": APP_ID, "redirect_uri": "http://127.0.0.1:1/p/in", "response_type": "code"}
    asked |= {"scope": "snsapi_base", "state": "s"}
    for query, good in ((asked, True), (asked | change, False), (dict(reversed(asked.items())), False)):
        async with platform.http.get(
            f"{platform.base}/connect/oauth2/authorize",
            params=query,
            cookies={"phone": DAUGHTER},
            allow_redirects=False,
        ) as answer:
            assert answer.status == (302 if good else 400)
            if query.items() >= change.items():
                assert said in await answer.text()


async def test_fault_w9_a_code_is_for_the_right_grant_and_a_web_token_is_none_of_the_api(platform: Platform) -> None:
    platform.world.codes["c"] = (DAUGHTER, "snsapi_base", platform.world.now() + 300)
    asked = {"appid": APP_ID, "secret": SECRET, "code": "c"}

    async def login(**change: str) -> dict[str, Any]:
        _, text = await platform.raw("GET", "/sns/oauth2/access_token", None, **(asked | change))
        found: dict[str, Any] = json.loads(text)
        return found

    assert (await login(grant_type="client_credential"))["errcode"] == 40002
    assert (await login(grant_type="authorization_code", code=""))["errcode"] == 41008
    web = await login(grant_type="authorization_code")
    assert web["refresh_token"]
    _, text = await platform.raw("GET", "/cgi-bin/user/get", None, access_token=web["access_token"])
    assert json.loads(text)["errcode"] == 40001
    _, text = await platform.raw("GET", "/sns/auth", None, access_token=web["access_token"], openid=ELDER)
    assert json.loads(text)["errcode"] == 40003


# -- messages --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ({"msgtype": "text", "text": {"content": ""}}, 44004),
        ({"msgtype": "text"}, 44004),
        ({"msgtype": "text", "text": {"content": "字" * 683}}, 45002),
        ({"msgtype": "image", "image": {"media_id": "invented"}}, 40007),
        ({"msgtype": "voice", "voice": {}}, 40007),
        ({"msgtype": "video", "video": {"media_id": "invented"}}, 40007),
        ({"msgtype": "news", "news": {"articles": [{"title": "一"}, {"title": "二"}]}}, 45008),
        ({"msgtype": "file", "file": {"media_id": "x"}}, 40008),
        ({"touser": "oNobody", "msgtype": "text", "text": {"content": "x"}}, 40003),
        ({"touser": STRANGER, "msgtype": "text", "text": {"content": "x"}}, 43004),
        ({"touser": ELDER, "msgtype": "text", "text": {"content": "x"}}, 45015),
        ({"msgtype": "text", "text": {"content": "x"}, "customservice": {"kf_account": "a@b"}}, 65401),
    ],
)
async def test_fault_w9_a_message_that_the_platform_refuses_takes_nothing_of_the_quota(
    platform: Platform, message: dict[str, Any], code: int
) -> None:
    platform.world.spoke(DAUGHTER, scene=False)
    assert await platform.refused("/cgi-bin/message/custom/send", {"touser": DAUGHTER} | message) == code
    phone = platform.world.phones[DAUGHTER]
    assert (phone.session_left, phone.chat) == (5, [])


async def test_fault_w9_a_menu_message_is_tapped_and_a_sixth_message_is_refused(platform: Platform) -> None:
    platform.world.spoke(DAUGHTER, scene=False)
    items = [{"id": "101", "content": "满意"}, {"id": "102", "content": "不满意"}]
    menu = {"head_content": "您对结果满意吗？", "list": items, "tail_content": "谢谢"}
    sent = {"touser": DAUGHTER, "msgtype": "msgmenu", "msgmenu": menu}
    assert await platform.refused("/cgi-bin/message/custom/send", sent) == 0
    assert platform.last()["items"] == items
    assert await platform.act("text", openid=DAUGHTER, text="满意", menu_id="101") == 200
    assert "<bizmsgmenuid><![CDATA[101]]></bizmsgmenuid>" in platform.pushed[-1]["inner"]
    text = {"touser": DAUGHTER, "msgtype": "text", "text": {"content": "x"}}
    codes = [await platform.refused("/cgi-bin/message/custom/send", text) for _ in range(8)]
    assert codes == [0] * 7 + [45047], "three of the tap, four of the message before"


@pytest.mark.parametrize(
    ("raw", "is_escaped", "shown"),
    [
        ('{"a": "你好"}', False, "你好"),
        (r'{"a": "\u4f60\u597d"}', True, r"\u4f60\u597d"),
        (r'{"a": "C:\\users\\u4f60"}', False, r"C:\users\u4f60"),
        (r'{"a": "\\\u4f60"}', True, "\\\\u4f60"),
        (r'{"a": "\ud83d\ude00"}', True, r"\ud83d\ude00"),
        (r'{"a": "a\u0026b"}', True, r"a\u0026b"),
        (r'{"a": "\u000b\u0022\u005c"}', False, '\x0b"\\'),
        (r'{"a": "\n\t"}', False, "\n\t"),
    ],
)
def test_fault_w9_an_escape_is_told_from_words_that_look_like_one(raw: str, *, is_escaped: bool, shown: str) -> None:
    assert escaped(raw) is is_escaped
    assert json.loads(literal(raw))["a"] == shown


async def test_fault_w9_escapes_are_shown_as_they_are_in_a_message_and_refused_in_a_menu(platform: Platform) -> None:
    platform.world.spoke(DAUGHTER, scene=False)
    token = platform.world.stable_token(force=False)[0]
    body = json.dumps({"touser": DAUGHTER, "msgtype": "text", "text": {"content": "你好 C:\\users"}})
    _, text = await platform.raw("POST", "/cgi-bin/message/custom/send", body.encode(), access_token=token)
    assert json.loads(text)["errcode"] == 0
    assert platform.last()["content"] == r"\u4f60\u597d C:\users"
    menu = json.dumps({"button": [CLICK]})
    _, text = await platform.raw("POST", "/cgi-bin/menu/create", menu.encode(), access_token=token)
    assert json.loads(text)["errcode"] == 40033


async def test_fault_w9_the_sign_that_somebody_types_has_its_own_rules(platform: Platform) -> None:
    path, asked = "/cgi-bin/message/custom/typing", {"touser": DAUGHTER, "command": "Typing"}
    assert await platform.refused(path, asked) == 45080
    platform.world.spoke(DAUGHTER, scene=False)
    assert await platform.refused(path, asked | {"command": "Type"}) == 45072
    assert await platform.refused(path, asked) == 0
    assert (await platform.phone(DAUGHTER))["typing"] is True
    assert await platform.refused(path, asked) == 45081
    assert await platform.refused(path, asked | {"command": "CancelTyping"}) == 0
    assert (await platform.phone(DAUGHTER))["typing"] is False


async def test_fault_w9_a_template_is_sent_once_for_a_client_msg_id_and_its_values_are_looked_at(
    platform: Platform,
) -> None:
    added = await platform.call("/cgi-bin/template/api_add_template", {"template_id_short": "44016"})
    good = {"name1": {"value": "李静"}, "time2": {"value": "15:01"}, "phrase3": {"value": "已确认"}}
    asked = {"touser": DAUGHTER, "template_id": added["template_id"], "client_msg_id": "row-1", "data": good}
    first = await platform.call("/cgi-bin/message/template/send", asked)
    again = await platform.call("/cgi-bin/message/template/send", asked)
    assert first["msgid"] == again["msgid"]
    assert len(platform.world.phones[DAUGHTER].chat) == len(platform.pushed) == 1
    for key, bad in (
        ("name1", "李静" * 6),
        ("time2", "下午"),
        ("phrase3", "13笔"),
        ("phrase3", " "),
        ("name1", "a\nb"),
    ):
        told = await platform.call("/cgi-bin/message/template/send", asked | {"data": good | {key: {"value": bad}}})
        assert (told["errcode"], f"data.{key}.value invalid" in told["errmsg"]) == (47003, True)
    assert await platform.refused("/cgi-bin/template/api_add_template", {"template_id_short": "1"}) == 40036
    for _ in range(24):
        await platform.call("/cgi-bin/template/api_add_template", {"template_id_short": "43817"})
    assert await platform.refused("/cgi-bin/template/api_add_template", {"template_id_short": "43817"}) == 45026


@pytest.mark.parametrize(
    ("kind", "start", "size", "code"),
    [
        ("file", b"x", 1, 40004),
        ("image", b"", 0, 41005),
        ("image", b"#!AMR\n", 6, 40005),
        ("voice", b"\x89PNG", 4, 40005),
        ("voice", b"#!AMR\n", 2 * 1024 * 1024 + 1, 45001),
        ("voice", b"#!AMR\n", 200_000, 45007),
        ("thumb", b"\xff\xd8\xff", 65_537, 45001),
        ("thumb", b"\xff\xd8\xff", 65_536, 0),
    ],
)
async def test_fault_w9_a_file_of_another_kind_or_size_is_refused(
    platform: Platform, kind: str, start: bytes, size: int, code: int
) -> None:
    form = FormData()
    form.add_field("media", io.BytesIO(start.ljust(size, b"x")), filename="x.bin")
    query = {"access_token": platform.world.stable_token(force=False)[0], "type": kind}
    async with platform.http.post(f"{platform.base}/cgi-bin/media/upload", data=form, params=query) as answer:
        told = json.loads(await answer.text())
    assert told.get("errcode", 0) == code
    assert code or "thumb_media_id" in told


# -- the phone -------------------------------------------------------------------------------------------------------


async def test_fault_w9_a_phone_sends_every_kind_of_message_and_taps_every_kind_of_button(platform: Platform) -> None:
    sent = {"latitude": 30.2741, "longitude": 120.1551, "label": "杭州 西湖"}
    link = {"title": "冬天怎么护膝", "description": "三条", "url": "https://example.cn/a"}
    assert await platform.act("location", openid=DAUGHTER, **sent) == 200
    assert await platform.act("location", openid=DAUGHTER, key="WHERE", **sent) == 200
    assert await platform.act("link", openid=DAUGHTER, **link) == 200
    for button in (
        {"type": "view", "url": "http://127.0.0.1/p/letters"},
        {"type": "miniprogram", "pagepath": "pages/index"},
        {"type": "scancode_push", "key": "SCAN", "result": "床号 306-1"},
        {"type": "scancode_waitmsg", "key": "WAIT", "result": "x"},
        {"key": "LETTER"},
    ):
        assert await platform.act("menu", openid=DAUGHTER, **button) == 200
    assert await platform.act("follow", openid=DAUGHTER, on=False) == 200
    kinds = [push["kind"] for push in platform.pushed]
    acts = ["VIEW", "view_miniprogram", "scancode_push", "scancode_waitmsg", "CLICK", "unsubscribe"]
    assert kinds == ["location", "location_select", "location", "link", *acts]
    inner = [push["inner"] for push in platform.pushed]
    assert "<Location_X>30.2741</Location_X><Location_Y>120.1551</Location_Y><Scale>15</Scale>" in inner[0]
    assert "<SendLocationInfo><Location_X><![CDATA[30.2741]]>" in inner[1]
    assert "<Url><![CDATA[https://example.cn/a]]></Url>" in inner[3]
    assert "<ScanResult><![CDATA[床号 306-1]]></ScanResult></ScanCodeInfo>" in inner[6]
    assert (await platform.phone(DAUGHTER))["following"] is False


async def test_fault_w9_only_some_events_let_the_account_answer_for_a_minute(platform: Platform) -> None:
    assert {"VIEW", "view_miniprogram", "location_select", "pic_weixin", "unsubscribe"}.isdisjoint(SCENES)
    await platform.act("menu", openid=ELDER, type="view", url="http://127.0.0.1/")
    assert (await platform.phone(ELDER))["left"] == 0
    await platform.act("menu", openid=ELDER, key="NURSE")
    assert (await platform.phone(ELDER))["left"] == 3
