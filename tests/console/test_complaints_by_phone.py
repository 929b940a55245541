"""登记投诉 at the browser: what did not come by WeChat becomes a case (F17)."""

from tests import houses
from tests.console.browsers import SCENE, Desk


async def test_f17_the_desk_takes_down_what_was_said_and_stands_before_the_case(at_desk: Desk) -> None:
    home = at_desk.home
    await home.database.write(lambda db: houses.furnish(db, home.ids, SCENE, home.clock()))
    person = await at_desk.home.one("SELECT id FROM person WHERE kind = 'family' ORDER BY id LIMIT 1")
    page = await (await at_desk.client.get(f"/console/complaints/from/{person}")).text()
    assert all(words in page for words in ("电话里说的", "当面说的", "写信说的", "原话"))
    wrong = await at_desk.post(f"/complaints/from/{person}", way="phone", words="饭菜凉", at="25:00")
    assert (wrong.status, "14:30" in await wrong.text()) == (422, True)
    taken = await at_desk.post(f"/complaints/from/{person}", way="phone", words="饭菜又是凉的", at="")
    case = await at_desk.home.one("SELECT id FROM complaint")
    assert taken.headers["HX-Redirect"] == f"/console/complaints/{case}"
    assert "饭菜又是凉的" in await (await at_desk.client.get(f"/console/complaints/{case}")).text()


async def test_f17_of_nobody_there_is_no_form(at_desk: Desk) -> None:
    assert (await at_desk.client.get("/console/complaints/from/1")).status == 404


async def test_f17_who_has_no_wechat_is_answered_by_telephone(at_desk: Desk) -> None:
    home = at_desk.home
    await home.database.write(lambda db: houses.furnish(db, home.ids, SCENE, home.clock()))
    person = await home.one("SELECT person_id FROM follower WHERE openid LIKE 'kin2%'")
    await at_desk.post(f"/complaints/from/{person}", way="phone", words="饭菜又是凉的", at="")
    case = await home.one("SELECT id FROM complaint")
    page = await (await at_desk.client.get(f"/console/complaints/{case}")).text()
    assert "发微信" in page
    await home.rows("DELETE FROM follower WHERE person_id = ?", person)
    page = await (await at_desk.client.get(f"/console/complaints/{case}")).text()
    assert "还没有绑定微信，发不到，请打电话" in page
    assert "等对方来信" not in page, "nobody can write there"
