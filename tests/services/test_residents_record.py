"""The record is written section by section, by whom it was written stands beside it, and nobody overwrites another
unseen (A2, A3, L4).
"""

from datetime import date
from typing import Any

import pytest

from care.errors import Changed, Forbidden, Invalid
from care.states import Role
from services.access import Viewer
from services.residents import admission, record
from services.residents.admission import Admit
from services.residents.record import EditAllergy, EditBasics, EditHabits, EditHealth, EditRisks, SeeIdentity
from storage import tables
from storage.queries import residents as queries
from storage.queries import residents_record
from storage.unit import Unit
from tests.care.test_identity import right
from tests.conftest import HomeUnderTest
from tests.services.test_residents_beds import admitted, laid_out

HERS = right("51010419441212284")


async def writes(home: HomeUnderTest, who: Viewer, resident: int, section: str, form: Any) -> None:
    await home.database.write(lambda db: record.edit(db, who, resident, section, form, home.clock()))


async def shown(home: HomeUnderTest, resident: int) -> residents_record.Shown:
    def work(db: Unit) -> residents_record.Shown:
        row = db.get_one(tables.Resident, resident)
        return residents_record.shown(db, row, record.find(db, row, home.clock()), date(2026, 11, 22))

    return await home.database.read(work)


async def drawn(home: HomeUnderTest, resident: int) -> dict[str, str]:
    def work(db: Unit) -> dict[str, str]:
        row = db.get_one(tables.Resident, resident)
        return record.revisions(db, row, record.find(db, row, home.clock()))

    return await home.database.read(work)


async def test_a2_an_allergy_has_three_answers_and_who_asked(home: HomeUnderTest) -> None:
    director = await laid_out(home)
    her = (await admitted(home, director, "王桂兰", "301")).id
    before = await shown(home, her)
    assert (before.allergy, before.by["allergy"][1]) == ("unasked", None)
    nurse = await home.staff(Role.NURSE, "唐雨", "tang")
    await writes(home, nurse, her, "allergy", EditAllergy(allergy="none"))
    said_no = await shown(home, her)
    assert (said_no.allergy, said_no.by["allergy"]) == ("none", ("唐雨", home.clock()))
    for form, why in (
        (EditAllergy(allergy="some"), "请写对什么过敏"),
        (EditAllergy(allergy="none", allergies="青霉素"), "请把过敏选成「有」"),
        (EditAllergy(allergy=""), "过敏请选"),
    ):
        with pytest.raises(Invalid, match=why):
            await writes(home, nurse, her, "allergy", form)
    await writes(home, nurse, her, "allergy", EditAllergy(allergy="some", allergies=" 青霉素，喉头水肿 "))
    assert (await shown(home, her)).words["allergies"] == "青霉素，喉头水肿"
    await writes(home, nurse, her, "allergy", EditAllergy(allergy="unasked"))
    forgotten = await shown(home, her)
    assert (forgotten.allergy, forgotten.words["allergies"], forgotten.by["allergy"][1]) == ("unasked", "", None)


async def test_a2_a3_who_saves_an_older_section_is_told_who_was_first(home: HomeUnderTest) -> None:
    director = await laid_out(home)
    her = (await admitted(home, director, "王桂兰", "301")).id
    nurse = await home.staff(Role.NURSE, "唐雨", "tang")
    old = await drawn(home, her)
    for section, first, second in (
        ("health", EditHealth(history="高血压"), EditHealth(history="没有", drawn=old["health"])),
        ("habits", EditHabits(likes="川剧"), EditHabits(likes="晒太阳", drawn=old["habits"])),
        ("basics", EditBasics(name="王桂兰", called="王奶奶"), EditBasics(name="王桂兰", drawn=old["basics"])),
    ):
        await writes(home, nurse, her, section, first)
        with pytest.raises(Changed, match="唐雨刚刚改过"):
            await writes(home, director, her, section, second)
    kept = await shown(home, her)
    assert [kept.words[name] for name in ("history", "likes", "called")] == ["高血压", "川剧", "王奶奶"]
    carer = await home.staff(Role.CARER, "周敏", "zhou", "3")
    with pytest.raises(Forbidden):
        await writes(home, carer, her, "habits", EditHabits(likes="打麻将"))


async def test_l4_nine_risks_are_judged_and_a_high_one_says_what_is_done(home: HomeUnderTest) -> None:
    director = await laid_out(home)
    her = (await admitted(home, director, "王桂兰", "301")).id

    def judged(db: Unit) -> list[tuple[str, str]]:
        row = db.get_one(tables.Resident, her)
        return [(risk.name, risk.word) for risk in record.risks_of(db, record.find(db, row, home.clock()))]

    assert {word for _, word in await home.database.read(judged)} == {"没评"}
    for form, why in (
        (EditRisks(choke="high"), "「噎食」选了高，请写一句怎么防"),
        (EditRisks(fall_how="扶着走"), "「跌倒」写了怎么防"),
        (EditRisks(lost="very"), "「走失」请选"),
    ):
        with pytest.raises(Invalid, match=why):
            await writes(home, director, her, "risks", form)
    await writes(home, director, her, "risks", EditRisks(choke="high", choke_how="切小块", fall="low", lost="none"))
    found = dict(await home.database.read(judged))
    assert len(found) == 9
    assert (found["噎食"], found["跌倒"], found["走失"], found["烫伤"]) == ("高", "低", "无", "没评")
    sealed = await home.one("SELECT risks FROM resident_record")
    assert b"choke" not in bytes(sealed), "a risk is a matter of health"
    assert await home.one("SELECT kind FROM resident_event ORDER BY at DESC, id DESC LIMIT 1") == "risks"


async def test_a1_a_number_is_looked_at_for_a_reason_that_is_kept(home: HomeUnderTest) -> None:
    director = await laid_out(home)
    form = Admit(name="王桂兰", room="301", bed="1", identity=HERS)
    her = (await home.database.write(lambda db: admission.admit(db, director, form, home.clock()))).id
    assert (await shown(home, her)).identity == f"5101**********{HERS[-4:]}"

    async def looks(who: Viewer, reason: str) -> str:
        return await home.database.write(
            lambda db: record.see_identity(db, who, her, SeeIdentity(reason=reason), home.clock())
        )

    with pytest.raises(Invalid, match="请先选为什么"):
        await looks(director, "好奇")
    carer = await home.staff(Role.CARER, "周敏", "zhou", "3")
    with pytest.raises(Forbidden):
        await looks(carer, "核对证件")
    assert await looks(director, "核对证件") == HERS
    assert await home.one("SELECT count(*) FROM audit WHERE action = 'see_identity'") == 1
    empty = (await admitted(home, director, "何秀英", "302")).id
    with pytest.raises(Invalid, match="还没有登记身份证号"):
        await home.database.write(
            lambda db: record.see_identity(db, director, empty, SeeIdentity(reason="核对证件"), home.clock())
        )


async def test_a1_basics_keep_number_and_phone_that_are_not_typed_again(home: HomeUnderTest) -> None:
    director = await laid_out(home)
    form = Admit(name="王桂兰", room="301", bed="1", identity=HERS, phone="13902886021")
    her = (await home.database.write(lambda db: admission.admit(db, director, form, home.clock()))).id
    await writes(home, director, her, "basics", EditBasics(name="王桂兰", care_level="半护理", address="水井坊"))
    kept = await shown(home, her)
    assert (kept.identity[-4:], kept.phone, kept.care_level, kept.sex) == (HERS[-4:], "13902886021", "半护理", "女")
    assert (kept.born, kept.birthday, kept.age) == ("1944-12-12", "12月12日", 81)
    await writes(home, director, her, "basics", EditBasics(name="王桂蘭", no_phone=True, born="农历1944-10-27"))
    renamed = await shown(home, her)
    assert (renamed.phone, renamed.birthday) == ("", "农历十月廿七")
    told = await home.rows("SELECT kind FROM resident_event WHERE kind = 'basics'")
    assert len(told) == 2, "another level and another name are part of the timeline"
    other = (await admitted(home, director, "何秀英", "302")).id
    for edit, why in (
        (EditBasics(name="何秀英", identity=HERS), "已经登记给王桂蘭"),
        (EditBasics(name="何秀英", admitted_on=date(1950, 1, 1)), "入住日期"),
        (EditBasics(name=""), "请填老人的姓名"),
    ):
        with pytest.raises(Invalid, match=why):
            await writes(home, director, other, "basics", edit)


async def test_n3_namesakes_and_names_that_sound_alike_are_told_apart(home: HomeUnderTest) -> None:
    director = await laid_out(home)
    for name, room, born in (("王桂兰", "301", "1944-12-12"), ("王桂蘭", "201", "1940-01-01"), ("何秀英", "302", "")):
        form = Admit(name=name, room=room, bed="1", born=born)
        await home.database.write(
            lambda db, f=form: admission.admit(db, director, f, home.clock())  # type: ignore[misc]
        )
    lines = await home.database.read(lambda db: queries.lines(db, director.sight))
    assert [(line.name, line.twin, line.alike) for line in lines] == [
        ("王桂蘭", "1940 年生", "301-1 王桂兰"),
        ("王桂兰", "1944 年生", "201-1 王桂蘭"),
        ("何秀英", "", ""),
    ]
    typed = await home.database.read(lambda db: queries.alike(db, director.home_id, "汪贵兰"))
    assert [one.words for one in typed] == ["201-1 王桂蘭，1940 年生", "301-1 王桂兰，1944 年生"]
    assert await home.database.read(lambda db: queries.alike(db, director.home_id, "")) == []


def test_a1_age_is_counted_by_the_day_on_which_the_family_counts() -> None:
    before, after = date(2026, 12, 4), date(2026, 12, 5)
    assert [residents_record.age("1944-10-27-lunar", day) for day in (before, after)] == [81, 81]
    assert [residents_record.age("1944-12-12", day) for day in (date(2026, 12, 11), date(2026, 12, 12))] == [81, 82]
    assert residents_record.age("", before) is None
    assert residents_record.age("1850-01-01-lunar", before) == 176, "before the calendar begins, the years alone"


async def test_n3_l4_the_list_is_chosen_by_status_floor_level_risk_name_and_room(home: HomeUnderTest) -> None:
    director = await laid_out(home)
    for name, room, level in (("王桂兰", "301", "半护理"), ("何秀英", "201", ""), ("陈伯年", "302", "全护理")):
        form = Admit(name=name, room=room, bed="1", care_level=level)
        await home.database.write(
            lambda db, f=form: admission.admit(db, director, f, home.clock())  # type: ignore[misc]
        )
    lines = await home.database.read(lambda db: queries.lines(db, director.sight))

    def found(**asked: str) -> list[str]:
        wanted = queries.Wanted(**asked)
        return [line.name for line in lines if wanted.takes(line)]

    assert found() == ["何秀英", "王桂兰", "陈伯年"]
    assert found(floor="3") == ["王桂兰", "陈伯年"]
    assert found(care="没填") == ["何秀英"]
    assert found(words="桂兰") == ["王桂兰"]
    assert found(words="302-1") == ["陈伯年"]
    hers = lines[0].id
    await writes(home, director, hers, "risks", EditRisks(fall="high", fall_how="扶着走", lost="low"))
    lines = await home.database.read(lambda db: queries.lines(db, director.sight))
    assert (found(risk="fall"), found(risk="lost")) == (["何秀英"], [])
    assert queries.Wanted(show="住院").statuses == ("住院",)
    assert not queries.Wanted().narrow


def test_a3_of_the_risks_the_high_ones_alone_are_to_be_seen_at_once() -> None:
    shown = [record.Risk("fall", "跌倒", level) for level in ("", "none", "low", "high")]
    assert [(one.word, one.high) for one in shown] == [("没评", False), ("无", False), ("低", False), ("高", True)]
