"""每周家书 in the console: the board of a week, one entry, the call before bad news, and paper (U1, U2, U3, F20)."""

import re
from datetime import timedelta

from sqlalchemy import select

from care.states import Role
from services.letters import weekly
from services.residents import residents
from services.residents.forms import SetStatus
from storage import tables
from storage.unit import Unit
from tests.console.browsers import Colleague, House, resident

TICKED = {"mind": "平静", "content": "满意", "needs": "鞋袜", "body": "平稳", "kind": "week", "day": "2026-11-22"}
WORDS = "这一周学会了折纸花，见人就送一朵。"


async def test_u1_a_week_is_written_goes_on_to_the_next_and_is_printed_for_who_reads_on_no_phone(
    house: House, colleagues: dict[str, Colleague]
) -> None:
    carer, number = colleagues["zhou"], await resident(house)
    board = await carer.get("/letters/weeks")
    assert "写好 0 / " in board
    assert 'href="/console/letters"' in board
    page = await carer.get(f"/letters/weeks/{number}")
    assert "这一周还没有写过当日家书" in page
    drawn = re.search(r'name="drawn" value="(\w+)"', page)
    assert drawn
    refused = await carer.post(f"/letters/weeks/{number}", TICKED | {"mind": "", "sentence": WORDS, "drawn": drawn[1]})
    assert refused.status == 422
    assert "还没有点：心里" in await refused.text()
    told = await carer.post(
        f"/letters/weeks/{number}", TICKED | {"sentence": WORDS, "plan": "周三理发", "drawn": drawn[1]}
    )
    assert told.status == 204
    assert told.headers["HX-Redirect"].startswith("/console/letters/weeks/")
    late = await carer.post(f"/letters/weeks/{number}", TICKED | {"sentence": f"{WORDS}改", "drawn": drawn[1]})
    assert late.status == 409
    assert "✓ 写好" in await carer.get("/letters/weeks/list")
    assert "周三理发" in await carer.get(f"/letters/weeks/{number}")
    assert WORDS in await carer.get("/letters/weeks/print?all=1")
    assert WORDS not in await carer.get("/letters/weeks/print")  # her daughter follows the account
    await house.home.database.write(_unfollowed)
    sheet = await carer.get("/letters/weeks/print")
    assert WORDS in sheet
    assert "身体</dt>" not in sheet
    assert (await carer.post(f"/letters/weeks/{await resident(house, '201')}", TICKED)).status == 404


def _unfollowed(db: Unit) -> None:
    db.lock_whose(select(tables.Follower.person_id))
    for one in db.scalars(select(tables.Follower)):
        one.following = False


async def test_f12_bad_news_of_a_week_lies_open_until_a_nurse_has_called(
    house: House, colleagues: dict[str, Colleague]
) -> None:
    carer, nurse, number = colleagues["zhou"], colleagues["tang"], await resident(house)
    worse = TICKED | {"body": "比上周差", "sentence": WORDS, "drawn": await carer.drawn(f"/letters/weeks/{number}")}
    told = await carer.post(f"/letters/weeks/{number}", worse)
    assert told.headers["HX-Redirect"] == f"/console/letters/weeks/{number}"
    assert "请护士或主管打电话" in await carer.get(f"/letters/weeks/{number}")
    page = await nurse.get(f"/letters/weeks/{number}")
    call, drawn = (
        re.search(r'hx-post="/console(/letters/weeks/\d+/call\?week=[\d-]+)"', page),
        re.search(r'name="drawn" value="(\w+)"', page),
    )
    assert call
    assert drawn
    assert (await nurse.post(call[1], {"called": "", "drawn": drawn[1]})).status == 422
    answer = await nurse.post(call[1], {"called": "和李静说了", "drawn": drawn[1]})
    assert answer.headers["HX-Redirect"] == f"/console/letters/weeks/{number}?{call[1].partition('?')[2]}"
    withdraw = call[1].replace("/call", "/withdraw")
    drawn_now = await nurse.drawn(f"/letters/weeks/{number}")
    assert (await nurse.post(withdraw, {"drawn": drawn_now})).status == 204
    assert "已收回" in await nurse.get("/letters/weeks")


async def test_u1_until_tuesday_the_week_before_is_open_by_its_own_link(
    house: House, colleagues: dict[str, Colleague]
) -> None:
    assert colleagues
    path = f"/letters/weeks/{await resident(house)}"
    house.home.clock.on(days=1)
    async with house.browser("zhou") as client:
        carer = Colleague(client, house)
        assert "补写上一周的" in await carer.get("/letters/weeks")
        drawn = await carer.drawn(f"{path}?week=2026-11-22")
        assert 'name="day" value="2026-11-22"' in await carer.get(f"{path}?week=2026-11-22")
        told = await carer.post(f"{path}?week=2026-11-22", TICKED | {"sentence": WORDS, "drawn": drawn})
        assert told.headers["HX-Redirect"].endswith("?week=2026-11-22")
        assert 'name="day" value="2026-11-29"' in await carer.get(f"{path}?week=2026-01-04")
    due = await house.home.database.read(
        lambda db: weekly.due(db, house.home.house, house.home.ids.home_id, house.home.clock() + timedelta(days=30))
    )
    assert due == []  # what is older than a week is not opened any more


async def test_u3_somebody_in_hospital_is_asked_about_by_four_other_rows(
    house: House, colleagues: dict[str, Colleague]
) -> None:
    carer, number = colleagues["zhou"], await resident(house)
    path, lead = f"/letters/weeks/{number}", await house.home.staff(Role.SUPERVISOR, "唐姐", "lead", "3")

    async def becomes(status: str) -> None:
        form = SetStatus(status=status)
        await house.home.database.write(lambda db: residents.set_status(db, lead, number, form, house.home.clock()))

    await becomes("住院")
    page = await carer.get(path)
    assert "饮食" in page
    assert "这几天" in page
    form = {"kind": "hospital", "day": "2026-11-22", "body": "平稳", "mood": "平静", "meals": "一半", "sleep": "好"}
    form |= {"sentence": "小周陪着，能坐起来喝粥。", "drawn": await carer.drawn(path)}
    assert (await carer.post(path, form)).status == 204
    await becomes("请假")
    assert "不写每周家书" in await carer.get(path)
