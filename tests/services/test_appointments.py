"""就医: written down, the relative is reminded on the evening before, and told how it was (R1, V3)."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest

from care import appointments as rules
from care.errors import Changed, Decided, Forbidden, Invalid, NotFound
from care.states import Role
from services.access import Viewer
from services.appointments import appointments, today
from services.appointments.forms import EditAppointment, EndAppointment, WriteAppointment
from services.families import narrowing, ties
from services.families.forms import NarrowScope, RecordConsent, RemoveRelative
from services.residents import residents
from services.residents.forms import Hush, SetStatus
from storage import tables
from storage.queries import appointments as queries
from storage.queries import residents_timeline
from storage.tables.appointments import Appointment
from tests.conftest import HomeUnderTest
from tests.services.evenings import house, resident

__all__ = ["house"]
ZONE = ZoneInfo("Asia/Shanghai")
GRAVE = ("检查时摔了一下", "片子上有个瘤，医生说可能转移了", "心梗，在ICU", "医生说时间不多了", "要手术", "又吐血了")
AT = datetime(2026, 11, 24, 9, 0, tzinfo=ZONE)
WHAT = {"what": "骨科复查", "place": "市一院门诊 3 楼", "caution": "空腹，带医保卡"}


async def nurse(home: HomeUnderTest) -> Viewer:
    return await home.staff(Role.NURSE, "何苗", "he", "3")


async def writes(home: HomeUnderTest, who: Viewer, **more: object) -> Appointment:
    told = await home.person("daughter")
    form = msgspec.convert({"resident": await resident(home), "at": AT, "told": told} | WHAT | more, WriteAppointment)
    row: Appointment = await home.database.write(lambda db: appointments.write(db, home.house, who, form, home.clock()))
    return row


async def ends(home: HomeUnderTest, who: Viewer, number: int, **more: object) -> None:
    form = msgspec.convert({"stage": "done", "result": "骨头长得好，拐杖再用一个月"} | more, EndAppointment)
    await home.database.write(lambda db: appointments.end(db, home.house, who, number, form, home.clock()))


async def reminds(home: HomeUnderTest) -> int:
    found = await home.database.read(lambda db: queries.due(db, home.ids.home_id, home.clock()))
    told = 0
    for number in found:
        told += await home.database.write(
            lambda db, n=number: appointments.remind(db, home.house, n, home.clock())  # type: ignore[misc]
        )
    return told


async def stands(home: HomeUnderTest, number: int) -> tuple[str, str | None]:
    ((stage, why),) = await home.rows("SELECT stage, why FROM appointment WHERE id = ?", number)
    return str(stage), why


def on(home: HomeUnderTest, day: int, hour: int, minute: int = 0) -> None:
    home.clock.now = datetime(2026, 11, day, hour, minute, tzinfo=ZONE).astimezone(UTC)


async def test_r1_on_the_evening_before_the_daughter_is_reminded_once(house: HomeUnderTest) -> None:
    who = await nurse(house)
    row = await writes(house, who)
    on(house, 23, 17)
    assert await reminds(house) == 0
    await house.hears("你好", "daughter")
    on(house, 23, 18, 1)
    assert (await reminds(house), await reminds(house)) == (1, 0)
    assert [text for to, text in await house.send_all() if to == "daughter" and "提醒" in text] == [
        "提醒您：王桂兰 11月24日 周二 09:00 骨科复查，市一院门诊 3 楼。院里有人陪着去。注意：空腹，带医保卡。有事回一句就行。"
    ]
    assert await stands(house, row.id) == ("planned", None)


async def test_r1_whom_no_message_reaches_is_telephoned(house: HomeUnderTest) -> None:
    await writes(house, await nurse(house), companion="family")
    on(house, 23, 18, 1)
    assert await reminds(house) == 1
    await house.send_all()
    assert await house.one("SELECT count(*) FROM by_hand WHERE kind = 'phone' AND settled_at IS NULL") == 1


@pytest.mark.parametrize(("what", "why"), [("住院", "老人住院，没有提醒"), ("late", "到了时候才记的，没有提醒")])
async def test_r1_nobody_is_reminded_of_what_does_not_happen_so(house: HomeUnderTest, what: str, why: str) -> None:
    who, lead = await nurse(house), await house.staff(Role.SUPERVISOR, "唐姐", "tang", "3")
    row = await writes(house, who)
    if what == "住院":
        number, form = await resident(house), SetStatus(status=what)
        await house.database.write(lambda db: residents.set_status(db, lead, number, form, house.clock()))
        on(house, 23, 18, 1)
    else:
        on(house, 24, 8, 30)
    assert await reminds(house) == 0
    assert await stands(house, row.id) == ("planned", why)


async def test_r1_who_may_not_know_of_health_is_not_told(house: HomeUnderTest) -> None:
    who = await nurse(house)
    niece = await house.person("niece")
    with pytest.raises(Invalid, match="看不了健康"):
        await writes(house, who, told=niece)
    row = await writes(house, who)

    number, daughter, lead = (
        await resident(house),
        row.told_id or 0,
        await house.staff(Role.SUPERVISOR, "唐姐", "tang", "3"),
    )
    less = NarrowScope(scope="health", asked_by="elder", why="她不想")
    await house.database.write(
        lambda db: narrowing.narrow(db, house.house, lead, number, daughter, less, house.clock())
    )
    on(house, 23, 18, 1)
    assert await reminds(house) == 0
    assert (await stands(house, row.id))[1] == "这位家属看不了健康，没有提醒"
    on(house, 24, 12)
    with pytest.raises(Invalid, match="改打电话"):
        await ends(house, who, row.id, told=True, news="good")


async def test_r1_what_is_missing_is_said_and_nothing_is_kept(house: HomeUnderTest) -> None:
    who = await nurse(house)
    for more, words in (
        ({"at": None}, "请选哪天几点"),
        ({"at": datetime(2026, 11, 21, 9, tzinfo=ZONE)}, "已经过了"),
        ({"at": datetime(2026, 11, 22, 0, 1, tzinfo=ZONE)}, "时间已经过了"),
        ({"what": " "}, "请写看什么"),
        ({"what": "看" * 31}, "30 个字"),
        ({"companion": "robot"}, "请选谁陪着"),
        ({"every": "hour"}, "请选谁陪着"),
        ({"told": 0, "companion": "family"}, "请选告诉哪一位"),
    ):
        with pytest.raises(Invalid, match=words):
            await writes(house, who, **more)
    assert await house.one("SELECT count(*) FROM appointment") == 0
    carer = await house.staff(Role.CARER, "周敏", "zhou", "3")
    with pytest.raises(Forbidden):
        await writes(house, carer)
    elsewhere = await house.staff(Role.NURSE, "康素云", "kang", "2")
    with pytest.raises(NotFound):
        await writes(house, elsewhere)
    row = await writes(house, who)
    with pytest.raises(NotFound):
        await ends(house, elsewhere, row.id)
    with pytest.raises(Forbidden):
        await ends(house, carer, row.id)


async def test_v3_the_daughter_hears_how_it_was_what_to_mind_and_when_again(house: HomeUnderTest) -> None:
    who = await nurse(house)
    row = await writes(house, who)
    await house.hears("你好", "daughter")
    with pytest.raises(Invalid, match="还没到时候"):
        await ends(house, who, row.id)
    on(house, 24, 12)
    await house.hears("你好", "daughter")
    for more, words in (
        ({"result": ""}, "请写一句"),
        ({"stage": "gone"}, "请选做完了"),
        ({"told": True}, "没有坏消息，还是"),
        ({"again": datetime(2026, 11, 24, 8, tzinfo=ZONE)}, "已经过了"),
        ({"again": datetime(9999, 12, 31, 8, tzinfo=ZONE)}, "选错了年份"),
    ):
        with pytest.raises(Invalid, match=words):
            await ends(house, who, row.id, **more)
    for words in GRAVE:
        with pytest.raises(Invalid, match="先打电话"):
            await ends(house, who, row.id, told=True, news="good", result=words)
    await ends(house, who, row.id, told=True, news="good", again=datetime(2026, 12, 24, 9, tzinfo=ZONE))
    told = [text for to, text in await house.send_all() if to == "daughter" and "做完了" in text]
    assert told == [
        "王桂兰的骨科复查做完了：骨头长得好，拐杖再用一个月。下一次：12月24日 周四 09:00。有不放心的，回一句就行。何苗"
    ]
    with pytest.raises(Decided, match="何苗"):
        await ends(house, who, row.id)
    ahead = await house.database.read(lambda db: queries.ahead(db, who.sight))
    assert [(one.what, one.row.at.astimezone(ZONE).day, one.told) for one in ahead] == [("骨科复查", 24, "李静")]
    past, _ = await house.database.read(lambda db: queries.past(db, who.sight))
    assert [(one.row.stage, one.row.result_told) for one in past] == [("done", True)]
    number = await resident(house)
    assert await house.database.read(lambda db: len(queries.of_resident(db, who.sight, number))) == 1
    told_of, _ = await house.database.read(
        lambda db: residents_timeline.timeline(db, who.sight, db.get_one(tables.Resident, number), "doctor")
    )
    assert [(entry.words, entry.who) for entry in told_of] == [("骨科复查，做完了：骨头长得好，拐杖再用一个月", "何苗")]


async def test_r1_what_comes_every_week_is_there_again_once_it_is_over_and_not_in_the_past(
    house: HomeUnderTest,
) -> None:
    who = await nurse(house)
    row = await writes(house, who, every="week", what="透析")
    on(house, 24, 12)
    await ends(house, who, row.id, stage="missed", result="")
    (again,) = await house.database.read(lambda db: queries.ahead(db, who.sight))
    assert again.row.at.astimezone(ZONE) == datetime(2026, 12, 1, 9, tzinfo=ZONE)
    house.clock.now += timedelta(days=30)
    await ends(house, who, again.row.id, told=True, news="good")
    (third,) = await house.database.read(lambda db: queries.ahead(db, who.sight))
    assert third.row.at > house.clock()
    await ends(house, who, third.row.id, stage="cancelled", result="")
    (fourth,) = await house.database.read(lambda db: queries.ahead(db, who.sight))
    assert fourth.row.at - third.row.at == timedelta(days=7), "one time was called off, not all of them"
    await ends(house, who, fourth.row.id, stage="cancelled", result="", over=True)
    assert await house.database.read(lambda db: queries.ahead(db, who.sight)) == []


async def test_d5_who_changes_what_a_colleague_has_changed_is_told(house: HomeUnderTest) -> None:
    who = await nurse(house)
    row = await writes(house, who)
    (drawn,) = await house.database.read(
        lambda db: [appointments.revision_of(one.row) for one in queries.ahead(db, who.sight)]
    )
    form = msgspec.convert({"at": AT + timedelta(hours=1), "drawn": drawn, "told": row.told_id} | WHAT, EditAppointment)
    await house.database.write(lambda db: appointments.edit(db, house.house, who, row.id, form, house.clock()))
    with pytest.raises(Changed, match="何苗"):
        await house.database.write(lambda db: appointments.edit(db, house.house, who, row.id, form, house.clock()))
    on(house, 23, 18, 1)
    await house.hears("你好", "daughter")
    assert await reminds(house) == 1
    assert any("11月24日 周二 10:00" in text for _, text in await house.send_all())


async def test_r1_today_says_who_goes_and_of_whom_nobody_has_written(house: HomeUnderTest) -> None:
    who = await nurse(house)
    row = await writes(house, who)

    async def says() -> list[tuple[str, str]]:
        return [
            (line.look, line.title)
            for line in await house.database.read(lambda db: today.lines(db, who, house.clock()))
        ]

    assert await says() == []
    on(house, 23, 12)
    assert await says() == [("line", "今明两天 1 位")]
    on(house, 24, 13, 1)
    assert await says() == [("bad", "1 位看完了没写情况")]
    await ends(house, who, row.id)
    assert await says() == []
    carer = await house.staff(Role.CARER, "周敏", "zhou", "3")
    assert await house.database.read(lambda db: today.lines(db, carer, house.clock())) == []


def test_r1_the_31st_of_a_short_month_is_its_last_day() -> None:
    at = datetime(2026, 1, 31, 9, tzinfo=ZONE)
    february = rules.next_at(at, "month", ZONE, 31)
    assert february
    assert rules.next_at(february, "month", ZONE, 31) == datetime(2026, 3, 31, 9, tzinfo=ZONE), "and then again"
    assert february == datetime(2026, 2, 28, 9, tzinfo=ZONE)
    assert rules.next_at(at, "quarter", ZONE, 31) == datetime(2026, 4, 30, 9, tzinfo=ZONE)
    assert rules.next_at(at, "fortnight", ZONE, 31) == datetime(2026, 2, 14, 9, tzinfo=ZONE)
    assert rules.next_at(at, "once", ZONE, 31) is None
    middle = datetime(2026, 12, 15, 9, tzinfo=ZONE)
    assert rules.next_at(middle, "month", ZONE, 15) == datetime(2027, 1, 15, 9, tzinfo=ZONE)
    assert rules.reminded_at(at, ZONE).date() == date(2026, 1, 30)


async def test_r1_what_is_changed_or_called_off_after_the_reminder_was_queued_is_not_said_as_it_was(
    house: HomeUnderTest,
) -> None:
    who = await nurse(house)
    row = await writes(house, who)
    on(house, 23, 18, 1)
    assert await reminds(house) == 1
    (one,) = await house.database.read(lambda db: queries.ahead(db, who.sight))
    form = msgspec.convert({"at": AT, "told": row.told_id} | WHAT | {"place": "市三院急诊楼"}, EditAppointment)
    house.clock.on(minutes=1)
    await house.database.write(lambda db: appointments.edit(db, house.house, who, one.row.id, form, house.clock()))
    assert await reminds(house) == 1
    await house.hears("你好", "daughter")
    told = [text for _, text in await house.send_all() if "提醒您" in text]
    assert len(told) == 1
    assert "市三院急诊楼" in told[0]
    house.clock.on(minutes=1)
    second = await writes(house, who, what="看牙", at=AT + timedelta(hours=3))
    assert await reminds(house) == 1
    await ends(house, who, second.id, stage="cancelled", result="")
    assert not [text for _, text in await house.send_all() if "看牙" in text]


async def test_r1_another_relative_is_told_when_she_is_chosen_later(house: HomeUnderTest) -> None:
    who, lead, number = (
        await nurse(house),
        await house.staff(Role.SUPERVISOR, "唐姐", "tang", "3"),
        await resident(house),
    )
    niece = await house.person("niece")
    more = RecordConsent(scopes=frozenset({"health"}), way="paper", alone=True)
    await house.database.write(lambda db: ties.agree(db, lead, number, niece, more, house.clock()))
    row = await writes(house, who)
    on(house, 23, 18, 1)
    assert await reminds(house) == 1
    form = msgspec.convert({"at": AT, "told": niece} | WHAT, EditAppointment)
    await house.database.write(lambda db: appointments.edit(db, house.house, who, row.id, form, house.clock()))
    await house.hears("你好", "niece")
    assert await reminds(house) == 1
    sent = await house.send_all()
    assert [to for to, text in sent if "提醒您" in text] == ["niece"]
    assert not [text for _, text in sent if "改由" in text], "what told the first had not left"


@pytest.mark.parametrize("how", ["narrowed", "removed"])
async def test_f13_what_was_queued_is_not_said_to_who_may_not_know_it_any_more(house: HomeUnderTest, how: str) -> None:
    who, lead, number = (
        await nurse(house),
        await house.staff(Role.SUPERVISOR, "唐姐", "tang", "3"),
        await resident(house),
    )
    row = await writes(house, who, what="肿瘤科化疗")
    daughter = row.told_id or 0
    await house.hears("你好", "daughter")
    on(house, 23, 18, 1)
    assert await reminds(house) == 1
    if how == "narrowed":
        less = NarrowScope(scope="health", asked_by="elder", why="她不想")
        await house.database.write(
            lambda db: narrowing.narrow(db, house.house, lead, number, daughter, less, house.clock())
        )
    else:
        gone = RemoveRelative(asked_by="elder", why="她不想")
        await house.database.write(
            lambda db: narrowing.remove(db, house.house, lead, number, daughter, gone, house.clock())
        )
    assert not [text for _, text in await house.send_all() if "化疗" in text]


@pytest.mark.parametrize(("status", "name"), [("去世", "王桂兰"), ("静默", "")])
async def test_l2_nothing_is_said_of_a_doctor_after_a_death_or_while_hushed(
    house: HomeUnderTest, status: str, name: str
) -> None:
    who, director = await nurse(house), await house.staff(Role.DIRECTOR, "沈国平", "shen")
    row, number = await writes(house, who, every="week"), await resident(house)
    on(house, 24, 12)
    if status == "去世":
        form = SetStatus(status=status, name=name)
        await house.database.write(lambda db: residents.set_status(db, director, number, form, house.clock()))
    else:
        await house.database.write(lambda db: residents.hush(db, director, number, Hush(on=True), house.clock()))
    with pytest.raises(Invalid, match="自己打电话说"):
        await ends(house, who, row.id, told=True, news="good")
    await ends(house, who, row.id)
    ahead = await house.database.read(lambda db: queries.ahead(db, who.sight))
    assert len(ahead) == (0 if status == "去世" else 1)
