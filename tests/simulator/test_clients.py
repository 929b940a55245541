"""wechatpy, which was written for the real platform, meets no surprise (fault W9)."""

import asyncio
import io
import warnings
from collections.abc import AsyncIterator, Callable
from typing import Any, TypeVar

import pytest
from wechatpy.client import WeChatClient
from wechatpy.exceptions import WeChatClientException, WeChatOAuthException
from wechatpy.oauth import WeChatOAuth

from tests.simulator.conftest import APP_ID, DAUGHTER, ELDER, ROOT, SECRET, STRANGER, Platform

T = TypeVar("T")
MENU = {
    "button": [
        {"type": "click", "name": "今天的家书", "key": "LETTER"},
        {"name": "服务", "sub_button": [{"type": "view", "name": "我的家书", "url": "http://127.0.0.1/p/letters"}]},
    ]
}


class Client(WeChatClient):  # type: ignore[misc]
    """Its own address of the platform stands in one method."""

    def fetch_access_token(self) -> Any:
        asked = {"grant_type": "client_credential", "appid": self.appid, "secret": self.secret}
        return self._fetch_access_token(f"{self.API_BASE_URL}token", asked)


async def on(work: Callable[..., T], *arguments: Any, **more: Any) -> T:
    """It waits for its answers, so it gets a thread of its own; its old names warn."""

    def run() -> T:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            return work(*arguments, **more)

    return await asyncio.to_thread(run)


@pytest.fixture
async def client(platform: Platform) -> AsyncIterator[Client]:
    made = Client(APP_ID, SECRET, timeout=5)
    made.API_BASE_URL = f"{platform.base}/cgi-bin/"
    yield made
    made._http.close()


async def refusal(work: Callable[..., Any], *arguments: Any, **more: Any) -> int:
    with pytest.raises((WeChatClientException, WeChatOAuthException)) as told:
        await on(work, *arguments, **more)
    return int(told.value.errcode)


async def test_fault_w9_wechatpy_makes_menus_for_all_and_for_a_tag(client: Client, platform: Platform) -> None:
    assert await on(client.menu.get) is None, "nothing was made by the API"
    assert (await on(client.menu.get_menu_info))["is_menu_open"] == 1
    rule = {"button": [{"type": "click", "name": "叫护士", "key": "NURSE"}]}
    assert await refusal(client.menu.add_conditional, rule | {"matchrule": {"tag_id": "100"}}) == 65303
    assert (await on(client.menu.create, MENU))["errcode"] == 0
    shown = await on(client.menu.get)
    assert [each["name"] for each in shown["menu"]["button"]] == ["今天的家书", "服务"]
    elders = await on(client.tag.create, "长者")
    tag = elders["id"]
    made = await on(client.menu.add_conditional, rule | {"matchrule": {"tag_id": str(tag)}})
    await on(client.tag.tag_user, tag, ELDER)
    assert [each["name"] for each in (await on(client.menu.try_match, ELDER))["button"]] == ["叫护士"]
    assert [each["name"] for each in (await platform.phone(ELDER))["menu"]] == ["叫护士"]
    assert [each["name"] for each in (await platform.phone(DAUGHTER))["menu"]] == ["今天的家书", "服务"]
    await on(client.menu.del_conditional, made["menuid"])
    assert await refusal(client.menu.del_conditional, made["menuid"]) == 65301
    assert (await platform.phone(ELDER))["menu"] == (await platform.phone(DAUGHTER))["menu"]
    await on(client.menu.delete)
    assert (await platform.phone(DAUGHTER))["menu"] == []


async def test_fault_w9_wechatpy_keeps_tags_and_knows_who_follows(client: Client) -> None:
    tag = (await on(client.tag.create, "家属"))["id"]
    assert await refusal(client.tag.create, "家属") == 45157
    await on(client.tag.update, tag, "亲属")
    await on(client.tag.tag_user, tag, [DAUGHTER, ELDER])
    assert await on(client.tag.get_user_tag, DAUGHTER) == [tag]
    assert set(await on(lambda: list(client.tag.iter_tag_users(tag)))) == {DAUGHTER, ELDER}
    assert {"id": tag, "name": "亲属", "count": 2} in await on(client.tag.get)
    await on(client.tag.untag_user, tag, ELDER)
    await on(client.user.update_remark, DAUGHTER, "王桂兰的女儿")
    told = await on(client.user.get, DAUGHTER)
    assert (told["subscribe"], told["remark"], told["tagid_list"]) == (1, "王桂兰的女儿", [tag])
    assert "nickname" not in told, "nobody has a name since 2021"
    assert await on(client.user.get, STRANGER) == {"subscribe": 0, "openid": STRANGER}
    both = await on(client.user.get_batch, [DAUGHTER, STRANGER])
    assert [each["subscribe"] for each in both] == [1, 0]
    found = await on(lambda: list(client.user.iter_followers()))
    assert {DAUGHTER, ELDER} < set(found)
    assert STRANGER not in found
    await on(client.tag.delete, tag)
    assert await refusal(client.tag.delete, tag) == 45159
    assert await refusal(client.tag.delete, 2) == 45058
    assert await refusal(client.user.get, "oNobody") == 40003


async def test_fault_w9_wechatpy_makes_qr_codes_that_the_phone_scans(client: Client, platform: Platform) -> None:
    scene = {"scene": {"scene_str": "bind_x9"}}
    made = await on(client.qrcode.create, {"expire_seconds": 1800, "action_name": "QR_STR_SCENE", "action_info": scene})
    assert made["expire_seconds"] == 1800
    url = (await on(client.qrcode.get_url, made["ticket"])).replace("https://mp.weixin.qq.com", platform.base)
    async with platform.http.get(url) as answer:
        assert (await answer.read())[:4] == b"\x89PNG"
    assert await platform.act("scan", openid=DAUGHTER, ticket=made["ticket"]) == 200
    assert await platform.act("scan", openid=STRANGER, ticket=made["ticket"]) == 200
    known, new = (push["inner"] for push in platform.pushed)
    assert "<Event><![CDATA[SCAN]]></Event><EventKey><![CDATA[bind_x9]]>" in known
    assert "<Event><![CDATA[subscribe]]></Event><EventKey><![CDATA[qrscene_bind_x9]]>" in new
    told = await on(client.user.get, STRANGER)
    assert (told["qr_scene_str"], told["subscribe_scene"]) == ("bind_x9", "ADD_SCENE_QR_CODE")


async def test_fault_w9_wechatpy_uploads_sends_and_reads_back(client: Client, platform: Platform) -> None:
    platform.world.spoke(DAUGHTER, scene=False)
    for kind, name in (("image", "sample.png"), ("voice", "sample.amr"), ("video", "sample.mp4")):
        data = (ROOT / "simulator" / "static" / name).read_bytes()
        file = io.BytesIO(data)
        file.name = name
        up = await on(client.media.upload, kind, file)
        assert up["type"] == kind
        down = await on(client.media.download, up["media_id"])
        if kind == "video":
            async with platform.http.get(down["video_url"]) as answer:
                assert (await answer.read(), answer.content_type) == (data, "video/mp4")
        else:
            assert down.content == data
            assert name.rpartition(".")[2] in down.headers["Content-Disposition"]
        if kind == "image":
            await on(client.message.send_image, DAUGHTER, up["media_id"])
            assert await refusal(client.message.send_voice, DAUGHTER, up["media_id"]) == 40007
        elif kind == "voice":
            await on(client.message.send_voice, DAUGHTER, up["media_id"])
        assert platform.last()["kind"] == ("voice" if kind == "video" else kind)
    assert await refusal(client.message.send_image, DAUGHTER, "invented") == 40007
    assert await refusal(client.media.download, "invented") == 40007
    await on(client.message.send_text, DAUGHTER, "妈妈今天很好 😀")
    assert platform.last()["content"] == "妈妈今天很好 😀"
    await on(
        client.message.send_articles, DAUGHTER, [{"title": "家书", "description": "今天", "url": "http://127.0.0.1/"}]
    )
    assert (platform.last()["content"], platform.last()["url"]) == ("家书", "http://127.0.0.1/")
    assert await refusal(client.message.send_text, DAUGHTER, "x", account="kf@home") == 65401


async def test_fault_w9_wechatpy_sends_templates_and_hears_what_became_of_them(
    client: Client, platform: Platform
) -> None:
    template = await on(client.template.get, "43817")
    kept = await on(client.template.get_all_private_template)
    assert [each["template_id"] for each in kept["template_list"]] == [template]
    data = {
        "thing1": {"value": "王桂兰"},
        "time2": {"value": "2026年11月22日 17:30"},
        "thing3": {"value": "今天的家书"},
    }
    sent = await on(client.message.send_template, DAUGHTER, template, data, url="http://127.0.0.1/p/letters")
    assert platform.last()["lines"][0] == ["老人姓名", "王桂兰"]
    event = platform.pushed[-1]
    assert f"<MsgID>{sent['msgid']}</MsgID><Status><![CDATA[success]]>" in event["inner"]
    assert "TEMPLATESENDJOBFINISH" in event["inner"]
    long = data | {"thing3": {"value": "字" * 21}}
    with pytest.raises(WeChatClientException) as told:
        await on(client.message.send_template, DAUGHTER, template, long)
    assert (told.value.errcode, "data.thing3.value invalid" in told.value.errmsg) == (47003, True)
    assert await refusal(client.message.send_template, STRANGER, template, data) == 43004
    assert await refusal(client.message.send_template, DAUGHTER, "x" * 43, data) == 40037
    await on(client.template.del_private_template, template)
    assert await refusal(client.message.send_template, DAUGHTER, template, data) == 40037
    assert (await platform.phone(DAUGHTER))["left"] == 0, "a template takes nothing of the quota, and gives nothing"


async def test_fault_w9_wechatpy_gets_tickets_tokens_and_addresses(client: Client, platform: Platform) -> None:
    first = await on(client.jsapi.get_ticket)
    assert (await on(client.jsapi.get_ticket))["ticket"] == first["ticket"]
    assert 7100 < first["expires_in"] <= 7200
    assert (await on(client.jsapi.get_ticket, "wx_card"))["ticket"] != first["ticket"]
    assert await on(client.misc.get_wechat_ips) == ["127.0.0.1"]
    platform.world.tokens.clear()
    assert await on(client.misc.get_wechat_ips) == ["127.0.0.1"], "40001, a new token, and once more"
    wrong = Client(APP_ID, "wrong", timeout=5)
    wrong.API_BASE_URL = client.API_BASE_URL
    assert await refusal(wrong.menu.get_menu_info) == 40125
    wrong._http.close()


@pytest.mark.parametrize("scope", ["snsapi_base", "snsapi_userinfo"])
async def test_fault_w9_wechatpy_logs_a_reader_in_and_refreshes(platform: Platform, scope: str) -> None:
    oauth = WeChatOAuth(APP_ID, SECRET, "http://127.0.0.1:8080/p/in?from=menu", scope, "abc")
    oauth.API_BASE_URL, oauth.OAUTH_BASE_URL = f"{platform.base}/", f"{platform.base}/connect/"
    async with platform.http.get(
        oauth.authorize_url.partition("#")[0], cookies={"phone": DAUGHTER}, allow_redirects=False
    ) as answer:
        assert answer.status == 302
        back = answer.headers["Location"]
    assert back.startswith("http://127.0.0.1:8080/p/in?from=menu&code=")
    assert back.endswith("&state=abc")
    code = back.partition("code=")[2].partition("&")[0]
    told = await on(oauth.fetch_access_token, code)
    assert (told["openid"], told["scope"]) == (DAUGHTER, scope)
    assert await refusal(oauth.fetch_access_token, code) == 40163
    assert await refusal(oauth.fetch_access_token, "invented") == 40029
    assert (await on(oauth.refresh_access_token, told["refresh_token"]))["access_token"] != told["access_token"]
    assert await refusal(oauth.refresh_access_token, "invented") == 40030
    assert await on(oauth.check_access_token)
    if scope == "snsapi_userinfo":
        assert (await on(oauth.get_user_info))["nickname"] == "李静"
    else:
        assert await refusal(oauth.get_user_info) == 48001
    oauth._http.close()
