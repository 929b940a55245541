"""What is asked of each row, by the words beside it: residents, relatives, colleagues, shifts (N3, A4, L6)."""

from collections.abc import Sequence
from datetime import date

import pytest

from services.imports import heads, values
from services.imports.judge import judged
from services.imports.known import Known, Lives
from services.imports.rows import Judged, Row, Verdict
from tests.imports.messy import number
from tests.services.test_imports_heads import TODAY, sheet

HERS = number(date(1941, 6, 30), "女", 7)
ROOMS = {("", "301"): frozenset("12"), ("", "302"): frozenset("1"), ("A栋", "303"): frozenset("12")}
ELDERS = ["姓名", "房床", "性别", "生日", "身份证号"]
KIN = ["老人姓名", "房间", "家属姓名", "关系", "电话", "主要联系人", "顺序"]


def judge(
    *rows: Sequence[object], known: Known | None = None, fixed: dict[int, dict[str, str]] | None = None
) -> list[Judged]:
    """The rows below the head; `fixed`: what was filled in by hand, by the number of the row."""
    one = sheet(*rows)
    lines = [
        Row(line.number, 0, line.number, line.cells, line.hidden, (fixed or {}).get(line.number, {}))
        for line in one.lines
    ]
    return judged([heads.plan(one, TODAY)], lines, known or Known(TODAY))[1:]


def only(head: Sequence[object], *cells: object, known: Known | None = None, **fixed: str) -> Judged:
    """The one row below a head."""
    (found,) = judge(head, list(cells), known=known, fixed={2: fixed})
    return found


def told(one: Judged) -> dict[str, str]:
    """What is asked, by its field."""
    return {fault.field: fault.why for fault in one.faults}


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("", "没有写姓名"),
        ("王桂兰2", "不像姓名"),
        ("王" * 21, "不像姓名"),
        ("王" * 20, None),
        ("王 桂 兰", None),
        ("#REF!", "公式出错了（#REF!）"),
    ],
)
def test_n3_a_row_of_nobody_is_asked_for_the_name_and_cannot_be_left_empty(name: str, why: str | None) -> None:
    found = only([*ELDERS, "习惯"], name, "306-1", "女", "", "", "下棋")
    assert told(found).get("name") == why
    assert all(not fault.leave for fault in found.faults)


def test_n3_a_name_is_kept_without_blanks_unless_it_is_of_letters() -> None:
    assert [only(ELDERS, name, "306-1").draft["name"] for name in ("王 桂 兰", "Mary Ann")] == ["王桂兰", "Mary Ann"]


def test_n3_sex_and_birthday_are_taken_of_the_identity_number_and_held_against_it() -> None:
    found = only(ELDERS, "王桂兰", "306-1", "", "", HERS)
    assert (found.draft["sex"], found.draft["born"], found.draft["derived"]) == ("女", "1941-06-30", {"sex", "born"})
    told_by_hand = only(ELDERS, "王桂兰", "306-1", "女", "1941-06-30", HERS)
    assert (told_by_hand.draft["derived"], told_by_hand.faults) == (frozenset(), [])
    wrong = only(ELDERS, "王桂兰", "306-1", "男", "1941-06-29", HERS)
    assert [(one.field, one.guess, one.hint) for one in wrong.faults] == [
        ("born", "1941-06-30", "照身份证"),
        ("sex", "女", "照身份证"),
    ]
    assert only(ELDERS, "王桂兰", "306-1", "女", "", HERS, born="1941-06-29").draft["born"] == "1941-06-29", (
        "what a colleague typed stands"
    )
    unread = only(ELDERS, "王桂兰", "306-1", "女", "不清楚", HERS)
    assert [(one.field, one.guess, one.hint) for one in unread.faults] == [
        ("born", "1941-06-30", "身份证上是 1941-06-30")
    ]
    bare = only(ELDERS, "王桂兰", "306-1", "女", "不清楚", "")
    assert [(one.field, one.guess, one.hint) for one in bare.faults] == [("born", "", "")]
    assert (bare.draft["born"], bare.draft["sex"]) == ("", "女")


@pytest.mark.parametrize(
    ("lunar", "asked"),
    [
        ("农历1940年六月初六", False),
        ("农历1942年六月初六", False),
        ("农历1939年六月初六", True),
        ("农历1943年六月初六", True),
    ],
)
def test_h1_a_lunar_year_may_be_one_off_the_papers_and_no_more(lunar: str, asked: bool) -> None:
    found = only(ELDERS, "王桂兰", "306-1", "女", lunar, HERS)
    assert ("born" in told(found)) == asked
    assert found.draft["born"].endswith("-lunar") != asked
    if asked:
        assert (found.faults[0].guess, found.faults[0].hint) == ("1941-06-30", "照身份证")
    assert not only(ELDERS, "王桂兰", "306-1", "女", lunar, "").faults


@pytest.mark.parametrize(
    ("written", "state", "words"),
    [
        ("", "unasked", ""),
        ("无", "none", ""),
        ("无。", "none", ""),
        ("无过敏史", "none", ""),
        ("None.", "none", ""),
        ("青霉素", "some", "青霉素"),
    ],
)
def test_n3_an_allergy_that_is_empty_was_not_asked_and_none_is_none(written: str, state: str, words: str) -> None:
    draft = only(["姓名", "房床", "过敏"], "王桂兰", "306-1", written).draft
    assert (draft["allergy"], draft["allergies"]) == (state, words)


@pytest.mark.parametrize(
    ("place", "bed", "why"),
    [
        ("301-1", ("", "301", "1"), ""),
        ("302", ("", "302", "1"), ""),
        ("301", ("", "301", ""), "没有写哪张床，这间有 1、2"),
        ("301-3", ("", "301", "3"), "这间没有 3 床，有 1、2"),
        ("309-1", ("", "309", "1"), "院里没有这间"),
        ("A栋303-1", ("A栋", "303", "1"), ""),
        ("303-2", ("A栋", "303", "2"), ""),
        ("", ("", "", ""), "没有写房间"),
        ("食堂", ("", "", ""), "看不懂"),
        ("#N/A", ("", "", ""), "公式出错了（#N/A）"),
    ],
)
def test_n3_a_place_is_one_of_the_house_or_it_is_said_what_is_wrong(
    place: str, bed: tuple[str, str, str], why: str
) -> None:
    found = only(["姓名", "房床", "性别"], "王桂兰", place, "女", known=Known(TODAY, rooms=ROOMS))
    assert ((found.place.building, found.place.room, found.place.bed), told(found).get("place", "")) == (bed, why)


@pytest.mark.parametrize(
    ("building", "room", "bed", "place"),
    [
        ("", "301", "1床", ("", "301", "1")),
        ("A栋", "303", "2", ("A栋", "303", "2")),
        ("A", "303", "2号床", ("A栋", "303", "2")),
        ("", "", "301-2", ("", "301", "2")),
        ("", "301-1", "", ("", "301", "1")),
        ("B栋", "303", "2", None),
        ("", "", "2", None),
    ],
)
def test_n3_building_room_and_bed_may_stand_in_columns_of_their_own(
    building: str, room: str, bed: str, place: tuple[str, str, str] | None
) -> None:
    found = only(
        ["姓名", "楼栋", "房间", "床位", "性别"], "王桂兰", building, room, bed, "女", known=Known(TODAY, rooms=ROOMS)
    )
    assert bool(found.faults) == (place is None)
    assert place is None or (found.place.building, found.place.room, found.place.bed) == place
    assert {fault.field for fault in found.faults} <= {"room"}


def test_n3_a_letter_before_a_room_may_be_its_building() -> None:
    house = Known(TODAY, rooms={("A", "303"): frozenset("1"), ("B", "303"): frozenset("1")})
    found = only(["姓名", "房床"], "王桂兰", "B303-1", known=house)
    assert (found.place, found.faults) == (values.Bed("B", "303", "1"), [])


def test_n3_a_room_of_two_buildings_is_asked_with_both() -> None:
    two = Known(TODAY, rooms={("A栋", "303"): frozenset("1"), ("B栋", "303"): frozenset("1")})
    (fault,) = only(["姓名", "房床"], "王桂兰", "303-1", known=two).faults
    assert fault.why == "不止一栋楼有这间，是哪一栋"
    assert fault.asks == (("A栋", "place", "A栋303-1"), ("B栋", "place", "B栋303-1"))
    (bare,) = only(["姓名", "房床"], "王桂兰", "303", known=two).faults
    assert [answer for _, _, answer in bare.asks] == ["A栋303", "B栋303"]


def test_n3_a_room_that_is_not_there_is_the_one_that_was_meant_where_only_one_is_free() -> None:
    rooms = {("", "301"): frozenset("12"), ("", "311"): frozenset("12")}
    people = (Lives("h:1", "周德厚", values.Bed("", "301", "1")),)
    house = Known(TODAY, rooms=rooms, people=people)
    found = judge(["姓名", "房床"], ["王桂兰", "321-1"], ["李玉珍", "331"], ["赵秀英", "311-2"], known=house)
    assert [(one.faults[0].guess, one.faults[0].hint) for one in found[:2]] == [
        ("311-1", "像 311-1，那张床空着"),
        ("", ""),
    ]
    full = judge(["姓名", "房床"], ["王桂兰", "321-1"], ["赵秀英", "311-1"], known=house)
    assert (full[0].faults[0].why, full[0].faults[0].guess) == ("院里没有这间", ""), (
        "the sheet gives it to somebody else"
    )
    last = judge(["姓名", "房床"], ["王桂兰", "321"], ["赵秀英", "311-1"], ["钱小红", "311-2"], known=house)
    assert (last[0].faults[0].guess, last[0].faults[0].hint) == ("301", "像 301")


def test_n3_who_left_or_died_is_asked_about_and_a_level_of_the_house_is_one() -> None:
    head = ["姓名", "房床", "状态", "护理等级"]
    (fault,) = only(head, "王桂兰", "306-1", "已故", "自理").faults
    assert (fault.why, fault.leave) == ("写的是去世，这里只登记住着的老人", False)
    assert [answer for answer, _, _ in fault.asks] == ["不要这一行", "还住着"]
    assert only(head, "王桂兰", "306-1", "", "").draft["status"] == "在住"
    assert only(head, "王桂兰", "306-1", "住院", "").draft["status"] == "住院"
    own = Known(TODAY, levels=("VIP护理",))
    assert only(head, "王桂兰", "306-1", "", "vip护理", known=own).draft["care_level"] == "VIP护理"
    assert told(only(head, "王桂兰", "306-1", "", "看护")) == {"care_level": "院里没有这一级"}


def test_n3_relatives_in_the_row_of_a_resident_are_named_tied_and_in_order() -> None:
    head = ["姓名", "房床", "家属", "关系", "电话", "第二联系人", "关系2", "电话2"]
    row = ("王桂兰", "306-1", "李静", "女", "13912346021", "李强（子）13912346022", "", "")
    found = only(head, *row)
    assert [tuple(kin.values()) for kin in found.kin] == [
        ("李静", "女儿", "13912346021", True, 1),
        ("李强", "儿子", "13912346022", False, 2),
    ]
    assert told(only(head, "王桂兰", "306-1", "", "", "13912346021")) == {"kin": "有电话，没有写是谁的"}
    assert told(only(head, "王桂兰", "306-1", "李静", "", "")) == {"kin_relation": "没有写关系"}
    assert told(only(head, "王桂兰", "306-1", "李静", "女儿", "1391234602")) == {"kin_phone": "只有 10 位"}
    assert not only(head, "王桂兰", "306-1", "", "", "").faults
    alone = only(head, "王桂兰", "306-1", "", "", "", "李强", "子", "")
    assert [(kin["primary"], kin["order"]) for kin in alone.kin] == [(False, 1)]


@pytest.mark.parametrize(
    ("written", "tie", "asked"),
    [
        ("女", "女儿", ""),
        ("配偶", "老伴", ""),
        ("大女儿", "大女儿", ""),
        ("甥", "甥", ""),
        ("", "家属", "没有写关系"),
        ("女儿2", "女儿2", "不像关系"),
        ("远房的一位表姐妹呀呀", "远房的一位表姐妹呀呀", ""),
        ("远房的一位表姐妹呀呀呀", "远房的一位表姐妹呀呀呀", "不像关系"),
    ],
)
def test_a4_a_tie_is_kept_as_it_was_written(written: str, tie: str, asked: str) -> None:
    house = Known(TODAY, people=(Lives("h:1", "王桂兰", values.Bed("", "301", "1")),))
    found = only(KIN, "王桂兰", "301", "李静", written, "", known=house)
    assert (found.draft["relation"], told(found).get("relation", "")) == (tie, asked)


def test_a4_a_relative_is_tied_to_one_resident_once() -> None:
    two = (
        Lives("h:1", "王桂兰", values.Bed("", "301", "1"), kin=frozenset({"李静"})),
        Lives("h:2", "王桂兰", values.Bed("", "302", "1")),
        Lives("h:3", "周德厚", values.Bed("", "302", "2")),
    )
    found = judge(
        KIN,
        ["王桂兰", "301", "李静", "女儿", "", "是", "1"],
        ["王 桂兰", "302-1", "李静", "女儿", "", "否", "99"],
        ["王桂兰", "302", "李静", "女儿", "", "√", "100"],
        ["周德后", "302", "周强", "儿子", "", "", "x"],
        ["张三丰", "302", "周强", "儿子", "", "", ""],
        ["", "302", "周强", "儿子", "", "", ""],
        ["王桂兰", "", "李强", "儿子", "", "", ""],
        known=Known(TODAY, people=two),
    )
    assert [one.why for one in found[:3]] == ["院里已有", "", "和第 3 行一样"]
    assert [(one.draft["primary"], one.draft["order"]) for one in found[:3]] == [(True, 1), (False, 99), (True, 0)]
    near, nobody, empty, which = (one.faults[0] for one in found[3:])
    assert (near.why, near.guess, near.hint) == ("院里和表里都没有这位老人", "周德厚", "像 302-2 的周德厚")
    assert (nobody.guess, nobody.hint) == ("", "")
    assert empty.why == "没有写是哪位老人的家属"
    assert [(label, ref) for label, _, ref in which.asks] == [("301-1 的", "h:1"), ("302-1 的", "h:2")]
    chosen = only(KIN, "王桂兰", "", "李强", "儿子", "", known=Known(TODAY, people=two), _elder="h:2")
    assert (chosen.draft["elder"], chosen.place.room, chosen.faults) == ("h:2", "302", [])


def test_n3_of_two_elders_of_a_near_name_the_room_says_which() -> None:
    two = tuple(Lives(f"h:{n}", name, values.Bed("", f"30{n}", "1")) for n, name in ((1, "王桂兰"), (2, "王贵芝")))
    house = Known(TODAY, people=two)
    assert only(KIN, "王贵兰", "302", "李强", "儿子", "", known=house).faults[0].guess == "王贵芝"
    assert only(KIN, "王贵兰", "", "李强", "儿子", "", known=house).faults[0].guess == ""
    assert only(KIN, "王贵兰", "309", "李强", "儿子", "", known=house).faults[0].guess == ""


def test_n3_two_of_one_name_are_two_where_papers_or_birthdays_say_so() -> None:
    other = number(date(1950, 1, 2), "女", 9)
    house = Known(
        TODAY,
        people=(
            Lives("h:1", "王桂兰", values.Bed("", "301", "1"), HERS, "1941-06-30"),
            Lives("h:2", "周德厚", values.Bed("", "302", "1"), "", "1941-08-03-lunar"),
        ),
    )
    found = judge(
        ELDERS,
        ["王桂兰", "305-1", "女", "", other],
        ["周德厚", "305-2", "男", "1941-09-23", ""],
        ["周德厚", "305-3", "男", "农历1941年八月初四", ""],
        ["陈茂林", "301-1", "男", "", ""],
        ["李玉珍", "305-1", "女", "", ""],
        ["赵秀英", "306-1", "女", "", other],
        known=house,
    )
    assert [next(iter(told(one).values()), "") for one in found] == [
        "",
        "和院里 302-1 同名",
        "和第 3 行（305-2）同名",
        "这张床住着王桂兰",
        "这张床第 2 行王桂兰也写了",
        "和第 2 行王桂兰的身份证一样",
    ]
    same = judge(ELDERS, ["王桂兰", "306-1", "女", "", other], ["王桂兰", "307-1", "女", "", other])
    assert [one.why for one in same] == ["", "和第 2 行一样"]
    two = only(ELDERS, "周德厚", "305-2", "男", "1941-09-23", "", known=house, _twin="two")
    assert (two.faults, two.updates) == ([], "")
    one = only(ELDERS, "周德厚", "305-2", "男", "1941-09-23", "", known=house, _twin="h:2")
    assert (one.updates, one.place.room) == ("h:2", "302"), "her bed is changed on her page"


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        (["合计", "3"], "合计或说明"),
        (["", "制表：王"], "合计或说明"),
        (["王桂兰", "306-1", "共 3"], ""),
        (["共3位", "306-1"], "合计或说明"),
        (["", "三楼", "朝南"], "空行或小标题"),
        (["", "三楼", "朝南", "女", "全"], ""),
        (["姓名", "房床", "性别"], "又一遍表头"),
    ],
)
def test_n3_what_is_no_row_of_anybody_is_passed_over_with_the_reason(cells: list[str], why: str) -> None:
    (found,) = judge(["姓名", "房床", "性别", "习惯", "病史"][: max(3, len(cells))], cells)
    assert found.why == why
    assert found.skipped == bool(why)


def test_n3_titles_above_the_head_hidden_rows_and_rows_left_out_are_told() -> None:
    one = sheet(["某某院"], ["姓名", "房床"], ["王桂兰", "306-1"], ["李玉珍", "306-2"])
    one.lines[2].hidden = True
    plan = heads.plan(one, TODAY)
    rows = [Row(line.number, 0, line.number, line.cells, line.hidden) for line in one.lines]
    rows[3].fixed = {"_skip": "1"}
    whys = [found.why for found in judged([plan], rows, Known(TODAY))]
    assert whys == ["大标题", "表头", "隐藏的行", "不要这一行"]
    plan.hidden = True
    assert judged([plan], rows, Known(TODAY))[2].verdict is Verdict.READY
    plan.wanted = False
    assert {found.why for found in judged([plan], rows, Known(TODAY))} == {"这张表不要"}
    plan.kind, plan.wanted = None, True
    assert {found.why for found in judged([plan], rows, Known(TODAY))} == {"没认出是什么表"}


def test_n3_a_row_of_relatives_tells_of_the_elder_or_of_the_relative() -> None:
    found = judge(KIN, ["王桂兰"], ["", "", "李静"], ["", "302", "", "女儿"])
    assert [sorted(told(one)) for one in found] == [["elder", "name", "relation"], ["elder", "relation"], []]
    assert found[2].why == "空行或小标题"


def test_n3_what_the_house_said_when_a_row_was_to_be_written_stands_there_until_something_is_mended() -> None:
    found = only(["姓名", "房床"], "王桂兰", "306-1", _said="这张床刚刚被别人占了。")
    assert (found.verdict, told(found), found.follows) == (Verdict.LOOK, {"_said": "这张床刚刚被别人占了。"}, True)
    assert not found.faults[0].leave
    left = only(["姓名", "房床"], "王桂兰", "306-1", _said="这张床刚刚被别人占了。", _skip="1")
    assert (left.why, left.faults) == ("不要这一行", [])
