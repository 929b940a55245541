"""What a row would change of somebody who lives here, and which questions may be left open (N3)."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.imports import values
from services.imports.book import NO_VALUE
from services.imports.changes import changes
from services.imports.known import Known, Lives, Works
from services.imports.rows import Verdict
from tests.imports.messy import number
from tests.services.test_imports_colleagues import POSTS, SHIFTS, TEAM
from tests.services.test_imports_heads import TODAY
from tests.services.test_imports_judged import ELDERS, KIN, ROOMS, judge, only

HERS = number(date(1941, 6, 30), "女", 7)


def facts(**more: str) -> Lives:
    """Somebody of whom the house has everything."""
    known = {"sex": "女", "born": "1941-08-03-lunar", "identity": HERS, "phone": "13912346021", "likes": ""} | more
    return Lives("h:1", "王桂兰", values.Bed("", "301", "1"), HERS, known["born"], facts=known)


@pytest.mark.parametrize(
    ("draft", "shown"),
    [
        ({"born": "1941-08-03"}, []),
        ({"born": "1941-08-04"}, [("出生日期", "农历 1941-08-03", "1941-08-04")]),
        ({"born": "1941-06-29-lunar-leap"}, [("出生日期", "农历 1941-08-03", "农历 1941-06-29（闰月）")]),
        ({"sex": "男", "derived": {"sex"}}, []),
        ({"sex": "男", "derived": set()}, [("性别", "女", "男")]),
        ({"address": "城东", "derived": {"address"}}, [("住址", "", "城东")]),
        ({"phone": "13912346022"}, [("老人电话", "139****6021", "139****6022")]),
        ({"phone": ""}, []),
        ({"identity": "110105195001020012"}, [("身份证号", f"9900**********{HERS[-4:]}", "1101**********0012")]),
        ({"allergy": "none", "allergies": ""}, [("过敏", "没问过", "没有")]),
        ({"allergy": "unasked", "allergies": ""}, []),
        ({"allergy": "some", "allergies": "虾"}, [("过敏", "没问过", "虾")]),
    ],
)
def test_n3_what_a_row_would_change_is_shown_as_people_read_it(
    draft: dict[str, Any], shown: list[tuple[str, str, str]]
) -> None:
    assert [(one.name, one.before, one.after) for one in changes(draft, facts())] == shown


def test_n3_a_lunar_birthday_of_the_house_does_not_become_a_solar_one() -> None:
    assert changes({"born": "1941-08-03-lunar"}, facts(born="1941-08-03"))[0].after == "农历 1941-08-03"
    assert not changes({"allergy": "some", "allergies": "虾"}, facts(allergy="some", allergies="虾"))
    assert changes({"allergy": "none", "allergies": ""}, facts(allergy="some", allergies="虾"))[0].before == "虾"


def test_n3_a_place_is_how_two_of_one_name_are_told_apart() -> None:
    nowhere = values.Bed()
    assert [
        Lives("h:1", "王", values.Bed("", "301", "1"), born="1941-06-30").where,
        Lives("h:1", "王", nowhere, born="1941-06-30").where,
        Lives("h:1", "王", nowhere).where,
        Lives("r:1", "王", nowhere, line=7).where,
    ] == ["301-1", "1941-06-30", "院里", "第 7 行"]


PLACES = ["姓名", "楼栋", "房间", "床位"]
LAID = Known(TODAY, rooms=ROOMS | {("B栋", "303"): frozenset("1")}, people=(facts(),))
TWINS = Known(TODAY, people=tuple(Lives(f"h:{n}", "王桂兰", values.Bed("", f"30{n}", "1")) for n in (1, 2)))
LENT = Known(TODAY, staff=(*TEAM.staff, Works("h:4", "周敬", "zhou2")), posts=TEAM.posts)


@pytest.mark.parametrize(
    ("head", "cells", "house", "asked"),
    [
        (ELDERS, ["", "301-1", "女", "", HERS], None, {"name": (False, True)}),
        (ELDERS, ["#N/A", "301-1", "女", "", HERS], None, {"name": (False, True)}),
        (ELDERS, ["王2", "301-1", "女", "", ""], None, {"name": (False, True)}),
        (ELDERS, ["李玉珍", "", "女", "", "x"], None, {"place": (False, True), "identity": (True, True)}),
        (ELDERS, ["李玉珍", "#N/A", "女", "", ""], None, {"place": (False, True)}),
        (
            ELDERS,
            ["李玉珍", "食堂", "什么", "某天", ""],
            None,
            dict.fromkeys(("sex", "born"), (True, True)) | {"place": (False, True)},
        ),
        (ELDERS, ["李玉珍", "309-1", "女", "", ""], LAID, {"place": (False, True)}),
        (ELDERS, ["李玉珍", "303-1", "女", "", ""], LAID, {"place": (False, True)}),
        (ELDERS, ["李玉珍", "301", "女", "", ""], LAID, {"place": (False, True)}),
        (ELDERS, ["李玉珍", "301-3", "女", "", ""], LAID, {"place": (False, True)}),
        (ELDERS, ["李玉珍", "301-1", "女", "", ""], LAID, {"place": (False, True)}),
        (ELDERS, ["李玉珍", "301-1", "女", "", ""], Known(TODAY, rooms={}), {"place": (False, False)}),
        (ELDERS, ["王桂兰", "306-1", "女", "", ""], TWINS, {"_twin": (False, False)}),
        (["姓名", "房床", "状态"], ["李玉珍", "301-1", "退住"], None, {"status": (False, True)}),
        (KIN, ["", "301", "李静", "女儿", ""], None, {"elder": (False, True)}),
        (KIN, ["赵秀英", "301", "李静", "女儿", ""], None, {"elder": (False, True)}),
        (
            KIN,
            ["王桂兰", "", "李静", "", "12"],
            TWINS,
            {"elder": (False, True), "relation": (True, True), "phone": (True, True)},
        ),
        (POSTS, ["马会", "d", "什么", "", ""], None, {"role": (False, True), "login": (True, True)}),
        (
            POSTS,
            ["马会", "zhou", "", "", ""],
            Known(TODAY, logins=frozenset({"zhou"})),
            {"role": (False, True), "login": (True, True)},
        ),
        (SHIFTS, ["", "2026-12-01", "白", "门厅"], TEAM, {"name": (False, True)}),
        (SHIFTS, ["唐雨", "2026-12-01", "白", ""], TEAM, {"name": (False, True)}),
        (SHIFTS, ["谁谁", "2026-12-01", "白", ""], TEAM, {"name": (False, True)}),
        (SHIFTS, ["周敏", "", "", "门厅"], TEAM, {"day": (False, True), "shift": (False, True)}),
        (SHIFTS, ["周敏", "某天", "什么", "食堂"], TEAM, dict.fromkeys(("day", "shift", "post"), (True, True))),
    ],
)  # fmt: skip
def test_n3_whether_a_question_may_be_left_open_and_whether_its_answer_is_typed(
    head: list[str], cells: list[str], house: Known | None, asked: dict[str, tuple[bool, bool]]
) -> None:
    found = only(head, *cells, known=house)
    assert {fault.field: (fault.leave, fault.typed) for fault in found.faults} == asked
    may = {word for word, (leave, _) in asked.items() if leave} - {"day", "shift"}
    left = only(head, *cells, known=house, **dict.fromkeys(may, ""))
    assert may.isdisjoint(fault.field for fault in left.faults), "what was left empty is settled"


def test_n3_a_question_names_the_field_and_what_stands_there() -> None:
    (fault,) = only(ELDERS, "李玉珍", "301-1", "女", "某天" * 30, "").faults
    assert (fault.field, fault.name, fault.bad) == ("born", "出生日期", "某天" * 20)
    (other,) = only(ELDERS, "李玉珍", "9999-1", "女", known=Known(TODAY, rooms={("", "1203"): frozenset("1")})).faults
    assert (other.why, other.guess) == ("院里没有这间", ""), "two signs off is another room"
    (short,) = only(ELDERS, "李玉珍", "309-1", "女", known=Known(TODAY, rooms={("", "1309"): frozenset("1")})).faults
    assert short.guess == ""


def test_n3_a_bed_in_a_column_of_its_own_and_a_letter_for_a_digit_are_understood() -> None:
    assert only(PLACES, "李玉珍", "", "301", "301-2", known=LAID).place == values.Bed("", "301", "")
    assert only(PLACES, "李玉珍", "", "301", "2床", known=LAID).place == values.Bed("", "301", "2")
    (like,) = only(ELDERS, "李玉珍", "3Oo2-1", "女", known=LAID).faults
    assert (like.why, like.guess, like.hint) == ("看不懂", "", "没有这间")
    (near,) = only(["姓名", "房床"], "李玉珍", "3O1-1", known=LAID).faults
    assert (near.guess, near.hint) == ("301-1", "没有这间，是 301-1 吗")
    (far,) = only(["姓名", "房床"], "李玉珍", "9O1-1", known=LAID).faults
    assert (far.guess, far.hint) == ("", "没有这间")


def test_n3_a_row_of_who_lives_here_brings_what_is_new_and_nothing_else() -> None:
    head = [*ELDERS, "家属", "关系", "电话"]
    house = Known(TODAY, people=(Lives("h:1", "王桂兰", values.Bed("", "301", "1"), HERS, kin=frozenset({"李静"})),))
    row = ("王桂兰", "食堂", "", "", HERS)
    bare = {"identity": HERS, "sex": "女", "born": "1941-06-30"}
    known = Known(TODAY, people=(replace(house.people[0], facts=bare),))
    same = only(head, *row, "李静", "女儿", "", known=known)
    assert (same.why, same.faults, same.kin) == ("院里已有", [], [])
    new = only(head, *row, "李强", "儿子", "", known=known)
    assert (new.why, new.faults, [kin["name"] for kin in new.kin]) == ("", [], ["李强"])
    asked = only(head, *row, "李静", "女儿", "12", known=known)
    assert (asked.verdict, [fault.field for fault in asked.faults]) == (Verdict.LOOK, ["kin_phone"])
    changed = only(head, "王桂兰", "301-1", "", "", HERS, "李静", "女儿", "", known=house)
    assert [(one.word, one.after) for one in changed.changes] == [
        ("sex", "女"),
        ("born", "1941-06-30"),
        ("identity", f"9900**********{HERS[-4:]}"),
    ]
    assert changed.updates == "h:1"
    plans = judge(head, ["王桂兰", "301-1", "女", "", HERS, "李强", "儿子", ""], [*row, "", "", ""], known=house)
    assert [one.why for one in plans] == ["", "和第 2 行是同一位"]


def test_a4_a_room_counts_for_a_relative_only_between_two_of_one_name() -> None:
    house = Known(TODAY, people=(*TWINS.people, Lives("h:3", "王桂兰", values.Bed("", "302", "2")), facts()))
    assert only(KIN, "王桂兰", "302-2", "李静", "女儿", "", known=house).draft["elder"] == "h:3"
    assert only(KIN, "王桂兰", "302", "李静", "女儿", "", known=house).faults[0].why == "有 2 位同名，是哪一位的家属"
    beside = ["老人姓名", "房间", "床位", "家属姓名", "关系"]
    assert only(beside, "王桂兰", "302", "2", "李静", "女儿", known=house).draft["elder"] == "h:3"
    alone = Known(TODAY, people=TWINS.people[:1])
    assert only(KIN, "王桂兰", "309", "李静", "女儿", "", known=alone).draft["elder"] == "h:1", "she moved since"


def test_n3_two_of_one_name_in_the_sheet_are_left_out_or_two() -> None:
    found = judge(ELDERS, ["王桂兰", "301-1", "女", "", HERS], ["王桂兰", "302-1", "女", "", ""])
    assert [ask[:2] for ask in found[1].faults[0].asks] == [
        ("是同一位", "_skip"),
        ("不要这一行", "_skip"),
        ("是两位", "_twin"),
    ]
    nobody = judge(ELDERS, ["", "301-1", "女", "1940-01-01", ""], ["", "301-1", "男", "1950-01-01", ""])
    assert [fault.field for one in nobody for fault in one.faults] == ["name", "name"], "nobody is no twin of nobody"
    assert {one.verdict for one in nobody} == {Verdict.LOOK}
    house = Known(TODAY, people=(facts(),))
    beds = judge(ELDERS, ["王桂兰", "305-1", "", "", HERS], ["李玉珍", "305-1", "女", "", ""], known=house)
    assert [one.faults for one in beds] == [[], []], "where the sheet has her is free: she stays in her bed"


def test_n3_a_formula_without_a_result_where_a_relatives_number_stands_is_asked() -> None:
    head = ["姓名", "房床", "家属", "关系", "电话"]
    assert [fault.field for fault in only(head, "王桂兰", "301-1", "", "", NO_VALUE).faults] == ["kin_phone"]


def test_l6_two_colleagues_of_a_near_name_are_not_guessed_between() -> None:
    assert only(SHIFTS, "周敬敏", "2026-12-01", "白", "", known=LENT).faults[0].guess == ""
    assert only(SHIFTS, "周民", "2026-12-01", "白", "", known=LENT).faults[0].guess == ""
    assert only(SHIFTS, "周民", "2026-12-01", "白", "", known=TEAM).faults[0].guess == "周敏"
    assert only(SHIFTS, "民敏", "2026-12-01", "白", "", known=LENT).faults[0].guess == "周敏", "one sign off"
    assert only(SHIFTS, "民民", "2026-12-01", "白", "", known=TEAM).faults[0].guess == "", "two signs off"
