"""A sheet of people who live here already: what would change is shown field by field, an empty cell changes nothing,
and it can be taken back; lunar birthdays stay lunar; beds that are missing are laid out (N3, A1, H1).
"""

import io
from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
from openpyxl import Workbook

from care import occasions
from care.errors import Changed, Invalid
from care.states import Role
from services.access import Viewer
from services.imports import exports, laying, moon, undo
from services.imports.applying import apply
from services.imports.fields import Kind
from services.imports.forms import ApplyRun, LayBeds, UndoRun
from services.imports.rows import Judged, Verdict
from services.residents import record
from services.residents.record import EditHealth
from services.search import search
from storage import tables
from tests.imports.messy import number
from tests.services.test_imports import Moving, moving

__all__ = ["moving"]
HEADS = (
    "姓名",
    "性别",
    "生日",
    "身份证号",
    "房间",
    "床位",
    "护理等级",
    "过敏",
    "用药",
    "老人电话",
    "家属",
    "关系",
    "电话",
)
BORN = date(1941, 9, 23)
ID = number(BORN, "女", 1)
WANG = (
    "王桂兰",
    "女",
    "农历八月初三",
    ID,
    "301",
    "1",
    "半护理",
    "青霉素",
    "阿司匹林",
    "",
    "李静",
    "女儿",
    "13912346021",
)


def sheet(*rows: Sequence[Any]) -> bytes:
    book, file = Workbook(), io.BytesIO()
    page = book.active
    assert page is not None
    page.title = "老人"
    for row in (HEADS, *rows):
        page.append(list(row))
    book.save(file)
    return file.getvalue()


def row(**new: str) -> list[str]:
    """王桂兰 once more: the key cells, and what is new."""
    names = (
        "name",
        "sex",
        "born",
        "identity",
        "room",
        "bed",
        "care",
        "allergies",
        "medicines",
        "phone",
        "kin",
        "tie",
        "tel",
    )
    cells = dict(zip(names, WANG, strict=True))
    empty = dict.fromkeys(names, "")
    return list((empty | {"name": cells["name"], "identity": ID} | new).values())


async def moved_in(moving: Moving) -> int:
    await moving.apply(await moving.stage(sheet(WANG)))
    found: int = await moving.home.one("SELECT id FROM resident")
    return found


async def one(moving: Moving, run: int) -> Judged:
    (found,) = [judged for judged in (await moving.look(run)).rows if judged.row.number > 1]
    return found


async def test_n3_who_is_there_already_is_shown_field_by_field_and_empty_cells_change_nothing(moving: Moving) -> None:
    resident = await moved_in(moving)
    run = await moving.stage(
        sheet(row(care="全护理", phone="13800001111", kin="李强", tie="儿子", room="305", bed="2"))
    )
    found = await one(moving, run)
    assert found.verdict is Verdict.READY
    assert [(change.name, change.before, change.after) for change in found.changes] == [
        ("老人电话", "", "138****1111"),
        ("护理等级", "半护理", "全护理"),
    ], "neither the empty cells nor the bed"
    assert [kin["name"] for kin in found.kin] == ["李强"]
    counts = await moving.apply(run)
    assert (counts["residents"], counts["updated"], counts["relatives"]) == (0, 1, 1)

    def now_is(db: Any) -> tuple[Any, ...]:
        here = db.get_one(tables.Resident, resident)
        kept, person = record.find(db, here, moving.now), db.get_one(tables.Person, here.person_id)
        words = (db.open(kept, "allergies"), db.open(kept, "medicines"), db.open(kept, "identity"))
        return kept.care_level, db.open(person, "phone"), here.room, db.open(here, "born"), *words

    lines = await moving.home.database.read(lambda db: list(exports.LINES[Kind.RESIDENTS](db, moving.director)))
    out = dict(zip(exports.HEADS[Kind.RESIDENTS], lines[0], strict=True))
    assert (out["老人电话"], out["过敏"], out["用药"], out["住址"], out["楼栋"]) == (
        *("13800001111", "青霉素", "阿司匹林"),
        *("", ""),
    )
    after = ("全护理", "13800001111", "301", "1941-08-03-lunar", "青霉素", "阿司匹林", ID)
    assert await moving.home.database.read(now_is) == after
    assert (await moving.home.database.read(lambda db: search.look(db, moving.director, "1111"))).people
    assert (await one(moving, await moving.stage(sheet(row(care="全护理"))))).why == "院里已有"
    back = await undo.undo(moving.running, moving.director, run, UndoRun(), moving.now)
    assert back == (1, 0)
    assert await moving.home.database.read(now_is) == ("半护理", None, *after[2:])
    assert not (await moving.home.database.read(lambda db: search.look(db, moving.director, "1111"))).people
    assert await moving.count("kinship") == 1


async def test_n3_one_field_can_be_left_as_it_is_and_what_changed_meanwhile_is_shown_first(moving: Moving) -> None:
    resident = await moved_in(moving)
    run = await moving.stage(sheet(row(care="全护理", medicines="氨氯地平")))
    await moving.fix(await one(moving, run), "care_level")
    found = await one(moving, run)
    assert [(change.name, change.before, change.after) for change in found.changes] == [
        ("用药", "阿司匹林", "氨氯地平")
    ]
    seen = (await moving.look(run)).changes
    form = EditHealth(medicines="华法林")
    await moving.do(lambda db: record.edit(db, moving.director, resident, "health", form, moving.now))
    with pytest.raises(Invalid, match="再看一遍"):
        await apply(moving.running, moving.director, run, ApplyRun(changes=seen), moving.now)
    assert (await one(moving, run)).changes[0].before == "华法林"


async def test_n3_without_an_identity_number_the_same_name_and_room_is_asked(moving: Moving) -> None:
    await moved_in(moving)
    run = await moving.stage(sheet(row(identity="", room="301", bed="1", care="全护理")))
    found = await one(moving, run)
    (fault,) = found.faults
    assert (found.verdict, fault.why) == (Verdict.LOOK, "和院里 301-1 同名，表里有的和院里不一样")
    assert [words for words, _, _ in fault.asks] == ["是同一位", "不要这一行", "是两位"]
    _, field, value = fault.asks[0]
    await moving.fix(found, field, value)
    assert [change.after for change in (await one(moving, run)).changes] == ["全护理"]
    await moving.apply(run)
    assert await moving.count("resident") == 1


async def test_n3_two_rows_of_one_person_change_her_once(moving: Moving) -> None:
    await moved_in(moving)
    run = await moving.stage(sheet(row(care="全护理"), row(care="自理")))
    rows = [judged for judged in (await moving.look(run)).rows if judged.row.number > 1]
    assert [judged.why for judged in rows] == ["", "和第 2 行是同一位"]


@pytest.mark.parametrize(
    ("words", "told", "kept"),
    [
        ("农历八月初三", "1941-09-23", "1941-08-03-lunar"),
        ("腊月廿三", "1942-02-08", "1941-12-23-lunar"),
        ("农历一九四一年闰六月廿九", "", "1941-06-29-lunar-leap"),
        ("阴历41年8月3日", "", "1941-08-03-lunar"),
        ("1941年农历冬月二十", "", "1941-11-20-lunar"),
        ("1941-08-03-lunar", "", "1941-08-03-lunar"),
        ("农历1941年正月三十", "", "1941-01-30-lunar"),
    ],
)
def test_h1_a_lunar_birthday_of_a_sheet_stays_lunar_with_its_year(words: str, told: str, kept: str) -> None:
    read = moon.birthday(words, told)
    assert read is not None
    assert (read.value, read.why) == (kept, "")
    again = moon.birthday(moon.written(kept), "")
    assert again is not None
    assert again.value == kept, "as an export writes it"


def test_h1_a_lunar_birthday_that_is_not_sure_is_asked() -> None:
    assert moon.birthday("1941-08-03", "") is None
    assert moon.birthday("民国三十年八月初三", "") is None
    for words, told, why in (
        ("农历八月初三", "", "没写哪一年"),
        ("农历一九四二年闰六月廿九", "", "没有这一天"),
        ("农历某天", "", "看不懂"),
        ("农历1841年八月初三", "", "不像是生日"),
    ):
        read = moon.birthday(words, told)
        assert read is not None
        assert why in read.why
    far = moon.birthday("农历三月初三", "1941-09-23")
    assert far is not None
    assert far.guess == "农历1941年三月初三"


async def test_h1_the_greeting_of_a_lunar_birthday_falls_on_its_own_day_each_year(moving: Moving) -> None:
    resident = await moved_in(moving)
    kept = await moving.home.database.read(lambda db: db.open(db.get_one(tables.Resident, resident), "born"))
    days = occasions.birthdays(occasions.born(kept or ""), date(2026, 1, 1), date(2027, 12, 31))
    assert [day.day for day in days] == [date(2026, 9, 13), date(2027, 9, 3)]
    lines = await moving.home.database.read(lambda db: list(exports.LINES[Kind.RESIDENTS](db, moving.director)))
    assert "农历1941年八月初三" in lines[0]
    assert dict(zip(exports.HEADS[Kind.RESIDENTS], lines[0], strict=True))["老人电话"] == ""


async def test_n3_beds_that_the_sheet_names_are_laid_out_by_one_button(moving: Moving) -> None:
    far = ["赵德厚", "男", "", "", "1203", "1", *[""] * 7]
    third = ["钱茂林", "男", "", "", "301", "3", *[""] * 7]
    slip = ["孙文斌", "男", "", "", "3O2", "1", *[""] * 7]
    run = await moving.stage(sheet(far, third, slip))
    looked = await moving.look(run)
    wanted = laying.missing(moving.director, looked.rows)
    lead = Viewer(1, moving.home.ids.home_id, "何志远", Role.SUPERVISOR, frozenset({"3"}))
    assert [bed.room for bed in laying.missing(lead, looked.rows)] == ["301"], "who leads a floor lays beds there"
    assert [(bed.floor, bed.room, bed.name) for bed in wanted] == [("12", "1203", "1"), ("3", "301", "3")], (
        "a letter for a digit is asked for"
    )
    with pytest.raises(Changed):
        await moving.do(lambda db: laying.lay(db, moving.director, looked, LayBeds(drawn="older"), moving.now))
    form = LayBeds(drawn=laying.revision_of(wanted))
    assert await moving.do(lambda db: laying.lay(db, moving.director, looked, form, moving.now)) == 2
    again = await moving.look(run)
    assert sum(judged.verdict is Verdict.READY for judged in again.rows) == 2
    with pytest.raises(Invalid, match="没有要排的床位"):
        await moving.do(lambda db: laying.lay(db, moving.director, again, LayBeds(), moving.now))
