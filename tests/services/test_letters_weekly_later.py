"""What happens to a letter of the week later: a death, a merge, a withdrawal, a restore (U2, U3, F11, F13)."""

import json

import pytest

from care.errors import Invalid
from care.states import Role
from services.access import Viewer
from services.families import joining, merging, ties
from services.families.forms import EditRelative, MergeRelative
from services.letters import weekly, weekly_today
from services.letters.forms import LetGo, WithdrawLetter
from services.residents import residents, returning
from services.residents.forms import SetStatus
from services.upkeep import epochs
from storage import tables
from storage.queries import letters_weekly as queries
from storage.queries import outgoing, outgoing_families
from storage.tables.families_ties import Alias
from storage.types import new_id
from storage.unit import Unit
from tests.conftest import HomeUnderTest
from tests.services import test_appointments as doctor
from tests.services.evenings import house, resident
from tests.services.test_letters_weekly import BED, SUNDAY, TICKED, at_letters, carer, goes, pens, reads, said

__all__ = ["house"]
CARDS = "SELECT count(*) FROM by_hand WHERE settled_at IS NULL"


async def becomes(home: HomeUnderTest, who: Viewer, status: str, name: str = "") -> None:
    number, form = await resident(home), SetStatus(status=status, name=name)
    await home.database.write(lambda db: residents.set_status(db, who, number, form, home.clock()))


async def wants_paper(home: HomeUnderTest, openid: str, name: str, relation: str, hour: int | None = None) -> None:
    lead = await home.staff(Role.SUPERVISOR, "唐姐", f"tang{openid}", "3")
    number, person = await resident(home), await home.person(openid)
    form = EditRelative(name=name, relation=relation, paper=True, hour=hour)
    await home.database.write(lambda db: ties.edit(db, lead, number, person, form, home.clock()))


async def card(home: HomeUnderTest) -> str:
    def body(db: Unit) -> str:
        (one,) = [row for row in db.query(tables.ByHand) if row.settled_at is None]
        return db.words(db.get_one(tables.OutboxBody, one.outbox_id), "body")

    found: str = await home.database.read(body)
    return found


async def in_hospital(home: HomeUnderTest, **more: object) -> tuple[Viewer, Viewer, int]:
    who, director = await carer(home), await home.staff(Role.DIRECTOR, "沈国平", "shen")
    await becomes(home, director, "住院")
    form = {"kind": "hospital", "ticked": BED, "sentence": "小周陪着，能坐起来喝粥了。", "plan": ""} | more
    row = await pens(home, who, SUNDAY, **form)
    return who, director, row.id


async def test_l2_after_a_death_nobody_is_told_how_it_goes_in_hospital(house: HomeUnderTest) -> None:
    _, director, _ = await in_hospital(house)
    at_letters(house)
    await goes(house)
    await house.send_all()
    await becomes(house, director, "去世", "王桂兰")
    house.clock.on(hours=1)
    await house.hears("你好", "daughter")
    assert await said(house) == []
    assert await house.one(CARDS) == 0


async def test_f13_who_knows_of_daily_things_alone_is_not_told_of_a_stay_in_hospital(house: HomeUnderTest) -> None:
    _, _, number = await in_hospital(house)
    at_letters(house)
    await goes(house)
    niece, daughter = await house.person("niece"), await house.person("daughter")
    told = await house.rows("SELECT person_id FROM outbox WHERE purpose = 'hospital'")
    assert [row[0] for row in told] == [daughter]
    assert await house.database.read(lambda db: queries.page(db, niece, number)) is None
    assert await house.database.read(lambda db: queries.shelf(db, niece)) == ([], False)
    assert len((await house.database.read(lambda db: queries.shelf(db, daughter)))[0]) == 1


async def test_f12_one_that_waits_for_a_call_is_let_go_the_day_after(house: HomeUnderTest) -> None:
    who, _, number = await in_hospital(house, sentence="夜里抢救了一次，现在稳住了。")
    nurse = await house.staff(Role.NURSE, "何苗", "he", "3")
    house.clock.on(days=1)
    board = await house.database.read(lambda db: queries.board(db, who.sight, SUNDAY, SUNDAY.replace(day=23)))
    assert next(one for one in board if one.line.room == "306").due, "nobody has heard of it yet"
    row = await pens(house, who, kind="hospital", ticked=BED, sentence="今天好多了，能坐起来。", plan="")
    assert (row.id, row.state) == (number, "held")
    call = LetGo(called="和李静说了")
    await house.database.write(lambda db: weekly.let_go(db, nurse, number, call, house.clock()))
    assert await goes(house) == 1
    with pytest.raises(Invalid, match="过了日子"):
        await pens(house, who, day=SUNDAY.replace(day=1), kind="hospital", ticked=BED, sentence="早就过去的一天。")


async def test_f12_one_that_waits_for_a_call_stands_on_today_until_somebody_has_called(house: HomeUnderTest) -> None:
    _, director, number = await in_hospital(house, sentence="今天查出来是恶性的，我们陪着她。")
    nurse, desk = await house.staff(Role.NURSE, "何苗", "he", "3"), await house.staff(Role.DESK, "陈姐", "chen")

    async def says(who: Viewer) -> list[str]:
        shown = await house.database.read(lambda db: weekly_today.lines(db, who, house.clock()))
        return [line.title for line in shown if "先打电话" in line.title]

    house.clock.on(days=8)  # it is of an earlier week
    assert await says(nurse) == await says(director) == ["1 封先打电话"]
    assert await says(desk) == []
    call = LetGo(called="和李静说了")
    await house.database.write(lambda db: weekly.let_go(db, nurse, number, call, house.clock()))
    assert await says(nurse) == []


async def test_u3_who_has_opened_it_is_not_telephoned_any_more(house: HomeUnderTest) -> None:
    _, director, number = await in_hospital(house)
    at_letters(house)
    await goes(house)
    await house.send_all()
    assert await house.one(CARDS) == 1
    waiting, _ = await house.database.read(lambda db: outgoing.waiting(db, director.sight))
    assert "<a" not in waiting[0].text, "it is said by telephone"
    await reads(house, "daughter", number)
    assert await house.one(CARDS) == 0


async def test_u1_one_that_is_written_late_says_that_it_is_of_last_week(house: HomeUnderTest) -> None:
    who = await carer(house)
    await house.hears("你好", "daughter")
    house.clock.on(days=2)
    await house.hears("你好", "daughter")
    await pens(house, who)
    await goes(house)
    assert [text for _, text in await said(house) if "上一周的家书补上了" in text]


async def test_n7_paper_says_nothing_of_the_body_and_a_correction_is_printed_anew(house: HomeUnderTest) -> None:
    who = await carer(house)
    await wants_paper(house, "daughter", "李静", "女儿")
    await pens(house, who, sentence="这一周血压稳，降压药减了半片。")
    at_letters(house)
    await goes(house)
    assert "降压药" not in await card(house)
    assert "身体" not in await card(house)
    await pens(house, who, sentence="更正：这一周没去折纸，是去唱歌了。")
    assert "唱歌" in await card(house)
    await pens(house, who, sentence="昨天夜里摔了一跤，今天好些。")
    assert await house.one(CARDS) == 0


async def test_n3_who_is_made_one_with_another_keeps_paper_and_reminders_and_a_withdrawal_finds_her(
    house: HomeUnderTest,
) -> None:
    who, lead = await carer(house), await house.staff(Role.SUPERVISOR, "唐姐", "tang", "3")
    visit = await doctor.writes(house, await doctor.nurse(house))
    await wants_paper(house, "daughter", "李静", "女儿", hour=20)
    daughter, niece, number = await house.person("daughter"), await house.person("niece"), await resident(house)
    row = await pens(house, who)
    at_letters(house)
    await goes(house)
    form = MergeRelative(into=niece)
    await house.database.write(lambda db: merging.merge(db, lead, number, daughter, form, house.clock()))
    assert await house.one("SELECT told_id FROM appointment WHERE id = ?", visit.id) == niece
    assert await house.one("SELECT paper FROM kinship WHERE person_id = ?", niece)
    await house.database.write(lambda db: weekly.withdraw(db, lead, row.id, WithdrawLetter(), house.clock()))
    assert await house.one(CARDS) == 0
    assert await house.one("SELECT count(*) FROM outbox WHERE state IN ('planned', 'waiting', 'ready')") == 0


async def test_f23_who_has_read_a_letter_of_the_week_is_not_taken_back(house: HomeUnderTest) -> None:
    who = await carer(house)
    row = await pens(house, who)
    at_letters(house)
    await goes(house)
    daughter, niece = await house.person("daughter"), await house.person("niece")
    phone = await house.one("SELECT id FROM follower WHERE person_id = ?", daughter)
    alias = Alias(
        id=new_id(),
        home_id=house.ids.home_id,
        was=niece,
        became=daughter,
        moved=json.dumps({"rows": {"follower": [phone]}}),
        joined_at=house.clock(),
        joined_by=who.id,
    )
    assert await house.database.read(lambda db: joining.why_not_back(db, alias, house.clock())) == ""
    house.clock.on(minutes=5)
    await reads(house, "daughter", row.id)
    assert "看过家书" in await house.database.read(lambda db: joining.why_not_back(db, alias, house.clock()))
    found = await house.database.read(lambda db: outgoing_families._last(db, [daughter]))
    assert daughter in found, "who reads by the week is reached"


async def test_p7_a_restored_house_holds_letters_of_the_week_and_reminds_of_nothing_past(house: HomeUnderTest) -> None:
    who = await carer(house)
    row = await pens(house, who)
    visit = await doctor.writes(house, await doctor.nurse(house))
    doctor.on(house, 23, 18, 30)
    await house.database.write(lambda db: epochs.begin(db, house.clock(), []))
    assert await goes(house) == 0
    assert await house.one("SELECT state FROM weekly_letter WHERE id = ?", row.id) == "held"
    assert await doctor.reminds(house) == 0
    assert await house.one("SELECT why FROM appointment WHERE id = ?", visit.id)


async def test_f10_a_letter_that_waits_for_the_lead_looks_like_any_other(house: HomeUnderTest) -> None:
    who, lead = await carer(house), await house.staff(Role.SUPERVISOR, "唐姐", "tang", "3")
    for words in ("我要投诉", "护工态度很差，我要找律师", "就这些"):
        await house.hears(words, "daughter")
    row = await pens(house, who)
    assert row.held_why == "主管看过再发"
    for viewer, state in ((who, "ready"), (lead, "held")):
        board = await house.database.read(
            lambda db, v=viewer: queries.board(db, v.sight, SUNDAY, SUNDAY)  # type: ignore[misc]
        )
        shown = next(one.letter for one in board if one.letter is not None)
        assert shown.state == state
    assert TICKED


async def test_f7_out_of_intensive_care_or_by_way_of_home_the_handover_waits_all_the_same(house: HomeUnderTest) -> None:
    lead = await house.staff(Role.DIRECTOR, "沈国平", "shen")
    number = await resident(house)

    async def waits() -> bool:
        found = await house.database.read(lambda db: returning.items(db, db.get_one(tables.Resident, number)))
        return bool(found)

    for status in ("住院", "病危", "在住"):
        await becomes(house, lead, status)
    assert await waits()
    await becomes(house, lead, "请假")
    assert await waits(), "who goes home for a day is still not signed over"
    await becomes(house, lead, "住院")
    assert not await waits()
    for status in ("请假", "在住"):
        await becomes(house, lead, status)
        assert await waits()
