"""就医: what was said already and is so no more, what waits, and what nobody has written (R1, V3, F7, F12)."""

import json
from datetime import timedelta

import msgspec

from care.states import Role
from services.access import Viewer
from services.appointments import appointments
from services.appointments.forms import EditAppointment
from services.families import ties
from services.families.forms import RecordConsent
from services.outgoing import by_hand
from services.residents import residents, returning
from services.residents.forms import SetStatus
from services.residents.returning import SignBack
from storage.queries import appointments as queries
from storage.queries import outgoing
from storage.queries.appointments import One
from tests.conftest import HomeUnderTest
from tests.services.evenings import house, resident
from tests.services.test_appointments import AT, WHAT, ZONE, ends, nurse, on, reminds, stands, writes

__all__ = ["house"]


async def ahead(home: HomeUnderTest, who: Viewer) -> list[One]:
    return await home.database.read(lambda db: queries.ahead(db, who.sight))


async def goes_over(home: HomeUnderTest) -> int:
    found = await home.database.read(lambda db: queries.come_again(db, home.ids.home_id, home.clock()))
    for number in found:
        await home.database.write(
            lambda db, n=number: appointments.come_again(db, home.house, n, home.clock())  # type: ignore[misc]
        )
    return len(found)


async def test_r1_who_was_reminded_and_has_the_old_place_hears_of_the_new_one_at_once(house: HomeUnderTest) -> None:
    who = await nurse(house)
    row = await writes(house, who)
    on(house, 23, 18)
    await house.hears("你好", "daughter")
    on(house, 23, 18, 1)
    assert await reminds(house) == 1
    await house.send_all()
    (one,) = await ahead(house, who)
    assert one.reminded == "发给了"
    on(house, 24, 6)
    form = msgspec.convert({"at": AT + timedelta(hours=2), "told": row.told_id} | WHAT, EditAppointment)
    await house.database.write(lambda db: appointments.edit(db, house.house, who, row.id, form, house.clock()))
    assert await reminds(house) == 1
    on(house, 24, 8)
    assert [text for _, text in await house.send_all() if "11:00" in text]
    on(house, 24, 10, 30)
    form = msgspec.convert(
        {"at": AT + timedelta(hours=2), "told": row.told_id} | WHAT | {"place": "四楼"}, EditAppointment
    )
    await house.database.write(lambda db: appointments.edit(db, house.house, who, row.id, form, house.clock()))
    assert await reminds(house) == 1, "half an hour before, she is on her way to the wrong floor"


async def test_r1_what_is_put_off_for_a_week_is_told_at_once_and_on_the_evening_before(house: HomeUnderTest) -> None:
    who = await nurse(house)
    row = await writes(house, who)
    on(house, 23, 18)
    await house.hears("你好", "daughter")
    on(house, 23, 18, 1)
    assert await reminds(house) == 1
    await house.send_all()
    house.clock.on(minutes=5)
    form = msgspec.convert({"at": AT + timedelta(days=6), "told": row.told_id} | WHAT, EditAppointment)
    await house.database.write(lambda db: appointments.edit(db, house.house, who, row.id, form, house.clock()))
    assert (await reminds(house), await reminds(house)) == (1, 0)
    assert [text for _, text in await house.send_all() if "11月30日" in text]
    on(house, 29, 18, 1)
    assert (await reminds(house), await reminds(house)) == (1, 0)
    await house.hears("你好", "daughter")
    assert [text for _, text in await house.send_all() if "11月30日" in text]


async def test_r1_who_was_reminded_hears_that_it_is_called_off_and_who_was_not_does_not(house: HomeUnderTest) -> None:
    who = await nurse(house)
    row, other = await writes(house, who), await writes(house, who, what="看牙")
    on(house, 23, 12)
    await ends(house, who, other.id, stage="cancelled", result="")
    await house.hears("你好", "daughter")
    on(house, 23, 18, 1)
    assert await reminds(house) == 1
    await house.send_all()
    house.clock.on(minutes=1)
    await ends(house, who, row.id, stage="cancelled", result="")
    told = [text for _, text in await house.send_all() if "取消" in text]
    assert told == ["王桂兰 11月24日 周二 09:00 的骨科复查取消了，这一次不用去。有不清楚的，回一句就行。"]


async def test_r1_who_was_reminded_hears_that_another_goes_in_her_place(house: HomeUnderTest) -> None:
    who, lead = await nurse(house), await house.staff(Role.SUPERVISOR, "唐姐", "tang", "3")
    row, number = await writes(house, who, companion="family"), await resident(house)
    niece = await house.person("niece")
    more = RecordConsent(scopes=frozenset({"health"}), way="paper", alone=True)
    await house.database.write(lambda db: ties.agree(db, lead, number, niece, more, house.clock()))
    on(house, 23, 18)
    await house.hears("你好", "daughter")
    await house.hears("你好", "niece")
    on(house, 23, 18, 1)
    assert await reminds(house) == 1
    await house.send_all()
    house.clock.on(minutes=5)
    form = msgspec.convert({"at": AT, "told": niece, "companion": "family"} | WHAT, EditAppointment)
    await house.database.write(lambda db: appointments.edit(db, house.house, who, row.id, form, house.clock()))
    assert (await ahead(house, who))[0].reminded == "", "she has not heard of it yet"
    ((number, fields),) = await house.rows(
        "SELECT b.id, b.fields FROM outbox o JOIN outbox_body b ON b.id = o.id WHERE o.dedup_key LIKE '%:off'"
    )
    shown = json.loads(house.database.sealer.open("outbox_body", "fields", number, fields))
    assert shown["state"] == "改由别人", "a template does not say that it is cancelled"
    assert await reminds(house) == 1
    told = {to: text for to, text in await house.send_all() if "骨科复查" in text}
    assert told["daughter"].startswith("王桂兰 11月24日 周二 09:00 的骨科复查，改由家里另一位来管")
    assert told["niece"].startswith("提醒您")
    assert (await ahead(house, who))[0].reminded == "发给了"


async def test_f45_a_page_says_whether_she_has_heard_of_it_or_waits_for_a_call(house: HomeUnderTest) -> None:
    who = await nurse(house)
    row = await writes(house, who)
    on(house, 23, 18, 1)
    assert await reminds(house) == 1
    assert (await ahead(house, who))[0].reminded == "还没送到"
    await house.send_all()
    assert (await ahead(house, who))[0].reminded == "等打电话告诉"
    waiting, _ = await house.database.read(lambda db: outgoing.waiting(db, who.sight))
    assert [one.purpose for one in waiting] == ["appointment"]
    daughter = row.told_id or 0

    def take_back(db: object) -> None:
        db.lock_persons(daughter)  # type: ignore[attr-defined]
        by_hand.take_back(db.store, daughter, f"appointment:{row.id}:", house.clock())  # type: ignore[attr-defined]

    await house.database.write(take_back)
    on(house, 24, 12)
    await ends(house, who, row.id, told=True, news="called", result="片子上有个瘤，要再查")
    (one,), _ = await house.database.read(lambda db: queries.past(db, who.sight))
    assert one.heard == "还没送到"


async def test_f7_who_was_in_hospital_on_the_evening_is_reminded_of_once_the_handover_is_signed(
    house: HomeUnderTest,
) -> None:
    who, lead = await nurse(house), await house.staff(Role.DIRECTOR, "沈国平", "shen")
    row, number = await writes(house, who), await resident(house)

    async def becomes(status: str) -> None:
        form = SetStatus(status=status)
        await house.database.write(lambda db: residents.set_status(db, lead, number, form, house.clock()))

    await becomes("住院")
    on(house, 23, 18, 1)
    assert await reminds(house) == 0
    assert (await stands(house, row.id))[1] == "老人住院，没有提醒"
    assert await reminds(house) == 0, "it does not run again each half minute"
    await becomes("在住")
    assert await reminds(house) == 0
    await house.database.write(lambda db: returning.sign(db, who, number, SignBack(note="小结明天送来"), house.clock()))
    assert await reminds(house) == 1
    assert await stands(house, row.id) == ("planned", None)
    assert await reminds(house) == 0


async def test_r1_what_comes_every_week_comes_again_though_nobody_has_written_how_it_was(house: HomeUnderTest) -> None:
    who = await nurse(house)
    row = await writes(house, who, every="week", what="透析")
    on(house, 24, 12)
    assert await goes_over(house) == 0
    on(house, 24, 13, 1)
    assert await goes_over(house) == 1
    assert await goes_over(house) == 0
    first, second = await ahead(house, who)
    assert (first.row.id, first.row.every) == (row.id, "once")
    assert (second.row.at - AT, second.row.every) == (timedelta(days=7), "week")
    assert second.row.remind_at is not None
    await ends(house, who, row.id, stage="missed", result="")
    assert [one.row.id for one in await ahead(house, who)] == [second.row.id], "not twice"
    assert AT.tzinfo == ZONE
