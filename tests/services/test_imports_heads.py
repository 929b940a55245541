"""How a sheet is understood: where its head is, of whom it tells, what each column is, also without a head (N3)."""

from collections.abc import Sequence
from datetime import date, timedelta

import pytest

from services.imports import heads
from services.imports.book import Line, Sheet
from services.imports.fields import Kind, plain
from tests.imports.messy import number

TODAY = date(2026, 11, 29)


def sheet(*rows: Sequence[object], name: str = "Sheet1", hidden: bool = False) -> Sheet:
    """Rows of a sheet; an empty one is none."""
    lines = [Line(at, list(row)) for at, row in enumerate(rows, 1) if row]  # type: ignore[arg-type]
    return Sheet(name, lines, hidden)


@pytest.mark.parametrize(
    ("rows", "name", "kind", "head"),
    [
        ([["姓名", "性别"]], "Sheet1", Kind.RESIDENTS, 1),
        ([["姓名"]], "Sheet1", None, 0),
        ([["姓名"], ["姓名", "房号"], ["姓名", "房号"]], "Sheet1", Kind.RESIDENTS, 2),
        ([["姓名", "电话"]], "员工表", Kind.RESIDENTS, 1),
        ([["姓名", "账号"]], "Sheet1", Kind.STAFF, 1),
        ([["性别", "房号", "生日"]], "老人", None, 0),
        ([["老人姓名", "关系"]], "家属", Kind.RESIDENTS, 1),
        ([["老人姓名", "姓名", "关系"]], "Sheet1", Kind.RELATIVES, 1),
        ([["姓名", "电话", "岗位"]], "Sheet1", Kind.STAFF, 1),
        ([["姓名", "日期"]], "值班", None, 0),
        ([["姓名", "岗位", "班次"]], "人员表", Kind.STAFF, 1),
        ([["姓名", "岗位", "班次"]], "排班", Kind.ROTA, 1),
        ([["姓名", "12-1", "12-2"]], "Sheet1", None, 0),
        ([["姓名", "性别", "房号", "床号", "12-1", "12-2", "12-3"]], "Sheet1", Kind.ROTA, 1),
        ([["姓名", "性别", "房号", "床号", "等级", "12-1", "12-2", "12-3"]], "Sheet1", Kind.RESIDENTS, 1),
        ([["班组", "12-1", "12-2", "12-3"]], "Sheet1", None, 0),
        ([*[[f"说明{n}"] for n in range(14)], ["姓名", "房号"]], "Sheet1", Kind.RESIDENTS, 15),
        ([*[[f"说明{n}"] for n in range(15)], ["姓名", "房号"]], "Sheet1", None, 0),
    ],
)
def test_n3_the_row_of_the_heads_and_the_kind_are_found_by_what_can_only_be_one(
    rows: list[list[str]], name: str, kind: Kind | None, head: int
) -> None:
    found = heads.plan(sheet(*rows, name=name), TODAY)
    assert (found.kind, found.head) == (kind, head)


def test_n3_many_days_outweigh_the_heads_of_a_list_of_residents() -> None:
    five = ["姓名", "性别", "房号", "床号", "等级"]
    for many, kind in ((10, Kind.RESIDENTS), (11, Kind.ROTA)):
        found = heads.plan(sheet([*five, *[f"12-{day}" for day in range(1, many + 1)]]), TODAY)
        assert found.kind is kind


def test_n3_a_hidden_sheet_and_the_explanations_are_not_wanted_unless_somebody_says_so() -> None:
    rows = [["姓名", "房号"]]
    assert heads.plan(sheet(*rows), TODAY).wanted
    assert not heads.plan(sheet(*rows, hidden=True), TODAY).wanted
    for name in ("怎么填", "填写说明", "说明"):
        assert not heads.plan(sheet(*rows, name=name), TODAY).wanted


@pytest.mark.parametrize(
    ("head", "word"),
    [
        ("姓名（必填）", "姓名"),
        ("*姓 名：", "姓名"),
        ("（姓名）", "姓名"),
        ("ＡBO血型", "abo血型"),
        (None, ""),
    ],
)
def test_n3_a_head_is_known_without_what_people_decorate_it_with(head: str | None, word: str) -> None:
    assert plain(head) == word


def test_n3_a_head_that_contains_a_known_one_is_it_where_it_can_be_only_one() -> None:
    found = heads.plan(sheet(["姓名", "房号", "主要病史情况", "药敏", "长期用药说明", "手", "电话或电话2"]), TODAY)
    assert found.columns == ["name", "room", "history", "", "medicines", "", ""]
    twice = heads.plan(sheet(["姓名", "名字", "房号", "房号"]), TODAY)
    assert twice.columns == ["name", "", "room", "place"], "each field once"


def column(head: str, *cells: object, kind: Kind = Kind.RESIDENTS, below: int = 0) -> str:
    """How a column is understood beside names and rooms, or of relatives beside the residents; `below`: lines of
    nobody before the cells begin.
    """
    first = ["姓名", "房号"] if kind is Kind.RESIDENTS else ["老人姓名", "家属姓名", "与老人关系"]
    rows = [[f"王桂{'甲乙丙丁戊己'[at % 6]}", "306", "女儿"][: len(first)] for at in range(below + len(cells))]
    filled = [[*row, cell] for row, cell in zip(rows, (*[None] * below, *cells), strict=True)]
    return heads.plan(sheet([*first, head], *filled), TODAY).columns[-1]


IDS = [number(date(1941, 6, day), "女", day) for day in range(1, 9)]


@pytest.mark.parametrize(
    ("cells", "word"),
    [
        (IDS[:2], "identity"),
        (IDS[:1], ""),
        ([*IDS[:3], "不详", "不详"], ""),
        ([*IDS[:4], "不详", "不详"], "identity"),
        ([1.10105194912310e17, 1.10105194912310e17], "identity"),
        (["13912346021", "13912346022"], "kin_phone"),
        (["0571-88001234", "0571-88001235"], ""),
        (["男", "女"], "sex"),
        (["女儿", "儿子"], ""),
        (["306-1", "306-2"], "place"),
        (["306", "307"], ""),
        (["随便-写", "什么-的"], ""),
        (["川剧", "下棋"], ""),
    ],
)
def test_n3_a_column_of_an_unknown_head_is_what_most_of_its_cells_are(cells: list[object], word: str) -> None:
    assert column("某列", *cells) == word


def test_n3_a_column_of_relatives_is_known_by_its_values_too() -> None:
    rows = [["王桂兰", "李静", "女儿", "13912346021"], ["李玉珍", "李强", "儿子", "13912346022"]]
    found = heads.plan(sheet(["老人姓名", "家属姓名", "关系", "某列"], *rows), TODAY)
    assert found.columns == ["elder", "name", "relation", "phone"]
    plan = heads.Plan("Sheet1", 1, Kind.RELATIVES, wanted=True, far=0)
    one = sheet(["老人姓名", "家属姓名", "某列"], *(row[:3] for row in rows))
    assert heads.mapped(one, plan, Kind.RELATIVES, TODAY).columns == ["elder", "name", "relation"]


@pytest.mark.parametrize(
    ("cells", "word"),
    [
        (["1941-06-30", "1950-01-01"], "born"),
        (["1985-12-31", "1950-01-01"], "born"),
        (["1986-01-01", "1950-01-01"], "admitted_on"),
        (["2024-06-30", "2025-01-01"], "admitted_on"),
        (["2024-06-30", "前天"], ""),
    ],
)
def test_n3_days_without_any_head_are_birthdays_when_all_are_of_old_people(cells: list[str], word: str) -> None:
    assert column("", *cells) == word
    assert column("某天", *cells) == "", "a head that says something else is not overruled"


def test_n3_only_the_first_forty_rows_are_looked_at_to_know_a_column() -> None:
    assert column("某列", *IDS[:2], below=38) == "identity"
    assert column("某列", *IDS[:2], below=39) == "", "one is too few"


def test_n3_a_remembered_set_of_heads_counts_only_where_it_fits() -> None:
    one = sheet(["姓名", "房号"], ["王桂兰", "306", "多出来的"])
    mark = heads.digest(Kind.RESIDENTS, ["姓名", "房号", ""])
    assert heads.plan(one, TODAY).heads == ["姓名", "房号", ""]
    assert heads.plan(one, TODAY, {mark: ["name", "", "habits"]}).remembered
    other = heads.plan(one, TODAY, {mark: ["name", "room"]})
    assert (other.columns, other.remembered) == (["name", "room", ""], False)
    assert heads.mapped(sheet(), heads.Plan("空", 0, None, wanted=True, far=0), Kind.STAFF, TODAY).columns == []
    assert mark != heads.digest(Kind.STAFF, ["姓名", "房号", ""])


@pytest.mark.parametrize(
    ("head", "day"),
    [
        ("2026-12-01", "2026-12-01"),
        ("12-1", "2026-12-01"),
        ("12月1日（周二）", "2026-12-01"),
        ("1-5", "2027-01-05"),
        ("5-30", "2027-05-30"),
        ("5-31", "2026-05-31"),
        ("2-29", "2028-02-29"),
        ("2-30", ""),
        (46357, "2026-12-01"),
        ("46357", ""),
        ("1", ""),
        ("姓名", ""),
    ],
)
def test_n3_a_head_is_a_day_of_the_nearest_year(head: str | int, day: str) -> None:
    on = date(2027, 3, 1) if head == "2-29" else TODAY
    row = ["姓名", "12-2", "12-3", "12-4", head]
    found = heads.plan(sheet(row, ["周敏", "白", "白", "白", "白"]), on)
    assert found.kind is Kind.ROTA
    assert found.days.get(4, "") == day
    assert found.days[1] == "2026-12-02"
    assert found.columns[:4] == ["name", "", "", ""]


def test_n3_of_two_heads_the_one_with_more_days_is_that_of_the_rota() -> None:
    days = [f"{TODAY + timedelta(days=at):%Y-%m-%d}" for at in range(7)]
    found = heads.plan(sheet(["姓名", *days[:3]], ["姓名", *days[:5]], ["姓名", *days[:4]]), TODAY)
    assert (found.head, len(found.days)) == (2, 5)
