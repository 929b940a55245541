"""自己的微信 in the console: a code on one's own page after the password, or read out by who manages colleagues (F39)."""

import re
from pathlib import Path

from care.states import Role
from conversations import events
from services.media import media
from tests.console.browsers import Colleague, House


def code_of(page: str) -> str:
    found = re.search(r'class="onepass">([^<]+)<', page)
    assert found
    return found[1]


async def test_f39_her_own_code_wants_her_password_first_and_binds_the_phone_that_sends_it(
    house: House, colleagues: dict[str, Colleague]
) -> None:
    carer = colleagues["zhou"]
    assert "没绑" in await carer.get("/me/wechat")
    carer.house.home.clock.on(minutes=11)
    refused = await carer.post("/me/wechat/code")
    assert (refused.status, "再输一次密码" in await refused.text()) == (422, True)
    await carer.post("/me/prove", {"password": "long-enough"})
    page = await (await carer.post("/me/wechat/code")).text()
    assert "公众号还没接上" in page
    assert "绑好了" in await house.home.hears(f"同事 {code_of(page)}", "zhou-phone")
    assert "绑着" in await carer.get("/me/wechat")
    assert "马上就什么都看不到" in await (await carer.post("/me/wechat/end")).text()
    assert "不再是同事的了" in await house.home.hears("接班", "zhou-phone")


async def test_f39_a_director_reads_a_code_to_a_carer_and_unbinds_a_lost_phone(
    house: House, colleagues: dict[str, Colleague]
) -> None:
    director = colleagues["shen"]
    number = await house.home.one("SELECT id FROM staff WHERE login = 'zhou'")
    at = f"/staff/{number}/wechat"
    code = code_of(await (await director.post(f"{at}/code")).text())
    assert "绑好了" in await house.home.hears(code, "zhou-phone")
    assert "解绑" in await director.get(at)
    await house.home.staff(Role.SUPERVISOR, "何志远", "he")
    async with house.browser("he") as client:
        lead = Colleague(client, house)
        assert (await lead.post(f"{at}/code")).status == 403
        assert (await lead.post(f"{at}/end")).status == 200, "a phone is lost at night as well"
    assert "没绑" in await director.get(at)
    assert (await colleagues["tang"].post(f"{at}/code")).status == 404, "a nurse manages nobody"
    actions = {row[0] for row in await house.home.rows("SELECT action FROM audit")}
    assert {"wechat_code", "bind_wechat", "unbind_wechat"} <= actions


async def test_f39_a_photo_of_a_colleague_is_shown_to_the_floor_and_hidden_from_the_other(
    house: House, colleagues: dict[str, Colleague], tmp_path: Path
) -> None:
    director, home = colleagues["shen"], house.home
    number = await home.one("SELECT id FROM staff WHERE login = 'zhou'")
    await home.hears(code_of(await (await director.post(f"/staff/{number}/wechat/code")).text()), "zhou-phone")
    await home.hears(events.Image("m1", "http://x"), "zhou-phone")
    await home.hears("306 王桂兰", "zhou-phone")
    note, resident = (await home.rows("SELECT id, resident_id FROM note"))[0]
    assert "正在取照片" in await colleagues["zhou"].get(f"/residents/{resident}/notes")
    await colleagues["zhou"].get(f"/notes/{note}/media", 404)
    media_id = int(await home.one("SELECT id FROM media"))
    await director.get(f"/media/{media_id}", 404)
    data = b"\xff\xd8\xff of a photo"
    media.write_file(tmp_path, home.database.sealer, media_id, data)
    want = media.Wanted(media_id, await home.person("zhou-phone"), 0, "", 0, home.clock())
    await home.database.store(lambda store: media.kept(store, want, data))
    async with colleagues["zhou"].client.get(f"/console/notes/{note}/media") as answer:
        assert (answer.status, answer.content_type) == (200, "image/jpeg")
    await house.home.staff(Role.CARER, "王芳", "wang", "2")
    async with house.browser("wang") as other:
        assert (await other.get(f"/console/notes/{note}/media")).status == 404
