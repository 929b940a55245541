"""Values as people write them: read where they are sure, asked where they are not, never rebuilt (N3)."""

from collections.abc import Sequence
from datetime import date, datetime
from itertools import zip_longest

import pytest

from services.imports import heads, sheets, values
from services.imports.book import Line, Sheet
from services.imports.fields import Kind
from services.imports.judge import judged, tally
from services.imports.knowing import shifts_of
from services.imports.known import Known, Lives
from services.imports.rows import Row, Verdict
from tests.imports.messy import number

TODAY = date(2026, 11, 29)
HERS = number(date(1941, 6, 30), "女", 7)


@pytest.mark.parametrize(
    "written",
    [
        "1941-06-30",
        "1941/6/30",
        "1941.6.30",
        "1941年6月30日",
        "19410630",
        "41.6.30",
        15157,
        "１９４１－６－３０",
        "30/6/1941",
    ],
)
def test_n3_a1_a_birthday_in_many_forms_is_one_day(written: str | int) -> None:
    assert values.day(written, TODAY, birth=True).value == "1941-06-30"


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("民国三十年", "农历或民国"),
        ("三月初二", "农历或民国"),
        ("1941年腊月初八", "农历或民国"),
        ("1938.2.30", "没有这一天"),
        ("3/4/1941", "分不清"),
        ("1941-06", "少了哪一天"),
        ("去年国庆", "不是日期"),
        ("2041-06-30", "不像是生日"),
    ],
)
def test_n3_a_day_that_is_not_sure_is_asked_and_never_guessed(written: str, why: str) -> None:
    read = values.day(written, TODAY, birth=True)
    assert why in read.why
    assert read.value == read.guess == ""


@pytest.mark.parametrize(
    ("written", "why"),
    [
        (1.10105194912310e17, "丢位"),
        ("1.10105E+17", "丢位"),
        (110105194912310000, "丢位"),
        (HERS[:17], "17 位"),
        (HERS[:17] + ("1" if HERS[17] != "1" else "2"), "核对不上"),
        ("110105194102301", "15 位"),
        ("不知道", "不是身份证号"),
    ],
)
def test_n3_an_identity_number_that_is_wrong_or_has_lost_its_tail_is_said(written: str | float, why: str) -> None:
    read = values.identity(written)
    assert why in read.why
    assert read.value == read.guess == ""


def test_n3_an_identity_number_is_read_with_blanks_small_x_and_as_a_whole_number() -> None:
    for serial in range(40):
        hers = number(date(1941, 6, 30), "女", serial)
        assert values.identity(f" {hers[:6]} {hers[6:].lower()}").value == hers
    whole = next(one for serial in range(40) if (one := number(date(1941, 6, 30), "女", serial)).isdigit())
    assert values.identity(int(whole)).value == whole
    assert values.born_in(HERS) == "1941-06-30"
    assert values.sex_in(HERS) == "女"


def test_n3_phones_places_relatives_and_words_are_read() -> None:
    assert [values.phone(one).value for one in (13912346021.0, "139 1234-6021", "+86 13912346021")] == [
        "13912346021"
    ] * 3
    assert values.phone("1390000").why == "只有 7 位"
    assert values.phone("13912346021、13800000000").guess == "13912346021"
    assert values.phone("家里、13912346021") == values.Read(why="不是电话号码"), "which of them it is nobody knows"
    assert {
        values.bed(one)
        for one in ("306-1", "306室1床", "306房 1", "３０６—１".replace("３０６", "306").replace("１", "1"))
    } == {values.Bed("", "306", "1")}
    assert values.bed("A栋306-1") == values.Bed("A栋", "306", "1")
    assert values.bed("食堂") is None
    assert values.kin("李静（女儿）13912346021") == values.Kin("李静", "女儿", "13912346021")
    assert values.kin("李静 女儿").relation == "女儿"
    assert values.chosen("半护+", values.LEVELS, "没有").guess == "半护理"


def _sheet(*rows: Sequence[object], name: str = "Sheet1") -> Sheet:
    return Sheet(name, [Line(number, list(row)) for number, row in enumerate(rows, 1) if row])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("sheet", "kind"),
    [
        (_sheet(["某某院名册"], ["姓名", "性别", "房号", "身份证"]), Kind.RESIDENTS),
        (_sheet(["老人姓名", "家属姓名", "关系", "电话"]), Kind.RELATIVES),
        (_sheet(["姓名", "岗位", "手机"]), Kind.STAFF),
        (_sheet(["日期", "姓名", "班次"]), Kind.ROTA),
        (_sheet(["12 月排班"], ["姓名", "12-1", "12-2", "12-3"]), Kind.ROTA),
        (_sheet(["本周菜单", "星期一"], ["早", "粥"]), None),
    ],
)
def test_n3_a_sheet_is_known_by_its_heads(sheet: Sheet, kind: Kind | None) -> None:
    assert heads.plan(sheet, TODAY).kind == kind


def test_n3_columns_without_a_head_are_known_by_their_values_and_a_remembered_set_wins() -> None:
    rows = [["王桂兰", number(date(1941, 6, day), "女", day), f"139000000{day:02d}", "306-1"] for day in range(1, 9)]
    sheet = _sheet(["姓名", "号", "找谁", "在哪", "性别"], *rows)
    found = heads.plan(sheet, TODAY)
    assert found.columns == ["name", "identity", "kin_phone", "place", "sex"]
    memory = {heads.digest(Kind.RESIDENTS, found.heads): ["name", "", "phone", "room", "sex"]}
    again = heads.plan(sheet, TODAY, memory)
    assert (again.columns, again.remembered) == (["name", "", "phone", "room", "sex"], True)


@pytest.mark.parametrize(("written", "known_as"), [(("男", "女", "男", "女", "男"), "sex"), (("男", "女", "男"), "")])
def test_n3_a_column_is_known_by_its_values_when_more_than_three_of_five_are_of_its_kind(
    written: tuple[str, ...], known_as: str
) -> None:
    rows = [["王桂" + one, "306-1", one, two] for one, two in zip_longest("甲乙丙丁戊", (*written, *"甲乙")[:5])]
    found = heads.plan(_sheet(["姓名", "房床", "别的", "什么"], *rows), TODAY)
    assert found.columns[-1] == known_as


@pytest.mark.parametrize(
    ("word", "shift"),
    [("中", "中班"), ("大夜", "夜班"), ("/", "休"), ("轮休", "休"), ("轮休班", "休"), ("24h", None), ("下夜", None)],
)
def test_n3_l6_a_shift_in_other_words_is_the_one_that_the_home_has(word: str, shift: str | None) -> None:
    offered = {"白班": True, "中班": True, "夜班": True, "下夜": False}
    found = shifts_of({name: not works for name, works in offered.items()})
    assert found.get(word) == (shift if word != "下夜" else "休")


def _judge(*rows: Sequence[object], known: Known | None = None) -> list[tuple[Verdict, str, str]]:
    sheet = _sheet(*rows)
    plan = heads.plan(sheet, TODAY)
    found = judged(
        [plan], [Row(line.number, 0, line.number, line.cells) for line in sheet.lines], known or Known(TODAY)
    )
    assert tally(found).total == len(sheet.lines)
    return [
        (one.verdict, one.why or (one.faults[0].why if one.faults else ""), one.faults[0].guess if one.faults else "")
        for one in found
    ]


def test_n3_an_empty_cell_neither_erases_nor_inherits_and_sums_are_skipped() -> None:
    found = _judge(["姓名", "房床", "过敏"], ["王桂兰", "306-1", "青霉素"], ["李玉珍", "306-2", None], [], ["合计", 2])
    assert [one[0] for one in found] == [Verdict.SKIP, Verdict.READY, Verdict.READY, Verdict.SKIP]


def test_n3_duplicates_in_the_sheet_and_against_the_house_are_told_and_namesakes_asked() -> None:
    house = Known(
        TODAY,
        people=(Lives("h:1", "周德厚", values.Bed("", "301", "1")), Lives("h:2", "陈茂林", values.Bed("", "302", "1"))),
    )
    found = _judge(
        ["姓名", "房床"],
        ["王桂兰", "306-1"],
        ["王桂兰", "306-1"],
        ["王桂兰", "307-1"],
        ["周德厚", "301-1"],
        ["陈茂林", "309-1"],
        ["赵秀英", "302-1"],
        known=house,
    )
    assert [one[1] for one in found[1:]] == [
        "",
        "和第 2 行一样",
        "和第 2 行（306-1）同名",
        "院里已有",
        "和院里 302-1 同名",
        "这张床住着陈茂林",
    ]


def test_n3_an_unknown_room_is_told_with_the_nearest() -> None:
    rooms = {("", f"30{n}"): frozenset("12") for n in range(1, 4)}
    found = _judge(
        ["姓名", "房床"], ["王桂兰", "３０l-1"], ["李玉珍", "9-1"], ["周德厚", "303-7"], known=Known(TODAY, rooms=rooms)
    )
    assert found[1][2] == "301-1"
    assert found[2][1:] == ("看不懂", "")
    assert found[3][1] == "这间没有 7 床，有 1、2"


def test_n3_a4_a_relative_of_two_of_one_name_is_asked_and_of_nobody_told() -> None:
    two = tuple(Lives(f"h:{n}", "王桂兰", values.Bed("", f"30{n}", "1")) for n in (1, 2))
    head = ["老人姓名", "房间", "家属姓名", "关系", "电话"]
    found = _judge(
        head,
        ["王桂兰", None, "李静", "女儿", "13900000001"],
        ["王桂兰", "302", "李磊", "儿子", ""],
        ["王贵兰", "302", "李强", "子", ""],
        known=Known(TODAY, people=two),
    )
    assert [one[1] for one in found[1:]] == ["有 2 位同名，是哪一位的家属", "", "院里和表里都没有这位老人"]
    assert found[3][2] == "王桂兰"
    moved = _judge(head, ["王贵兰", "309", "李强", "子", ""], known=Known(TODAY, people=two[:1]))
    assert moved[1][2] == "王桂兰", "the only one of a near name is told whatever room the sheet has"


def test_n3_without_any_bed_laid_out_every_resident_says_so() -> None:
    found = _judge(["姓名", "房床"], ["王桂兰", "306-1"], known=Known(TODAY, rooms={}))
    assert found[1] == (Verdict.LOOK, "院里还没有排床位", "")


def test_n3_a_moment_of_midnight_is_a_day_and_any_other_keeps_its_time() -> None:
    moments = {
        "2026-11-29": "2026-11-29",
        "2026-11-29T00:30": "2026-11-29 00:30",
        "2026-11-29T08:00": "2026-11-29 08:00",
    }
    assert {at: sheets._moment(datetime.fromisoformat(at)) for at in moments} == moments
