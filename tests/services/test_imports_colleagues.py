"""What is asked of each row of colleagues and of a rota, by the words that stand beside it (N3, L6)."""

from services.imports import heads, judge_others, values
from services.imports.judge import judged, tally
from services.imports.known import Known, Works
from services.imports.rows import Row, Verdict
from tests.services.test_imports_heads import TODAY, sheet
from tests.services.test_imports_judged import judge, only, told

POSTS = ["姓名", "登录名", "岗位", "楼层", "电话"]


def test_n3_colleagues_get_the_post_and_the_next_free_log_in_name() -> None:
    house = Known(TODAY, staff=(Works("h:1", "周敏", "zhou"),), logins=frozenset({"zhou", "hl01"}))
    found = judge(
        POSTS,
        ["周敏", "", "护工", "", ""],
        ["唐雨", "", "护理员", "2楼、3楼", ""],
        ["马会", "", "护理员", "", "139"],
        ["彭丽", "ZHOU", "护士", "", ""],
        ["丁兰", "d", "护士", "", ""],
        ["何志远", "He.1", "主任", "", ""],
        ["钱小军", "", "", "", ""],
        ["邓梅", "", "护理部的", "", ""],
        ["马会", "", "护士", "", ""],
        known=house,
    )
    assert found[0].why == "院里已有"
    assert [one.draft["login"] for one in found[1:]] == ["hl02", "hl03", "hs01", "hs02", "he.1", "gh01", "gh02", "hs03"]
    assert found[1].draft["floors"] == "2 3"
    assert [told(one) for one in found[2:5]] == [
        {"phone": "只有 3 位"},
        {"login": "已经有人用了"},
        {"login": "只能用小写字母和数字，2 位以上"},
    ]
    assert (told(found[6]), told(found[8])) == ({"role": "没有写岗位"}, {"_twin": "和第 4 行同名"})
    assert found[7].faults[0].guess == "护理"
    assert [(one.leave, one.typed, one.name) for one in found[8].faults] == [(False, False, "同名")]
    twin = only(POSTS, "周敏", "", "护工", "", "", known=house, _twin="two")
    assert (twin.skipped, twin.faults) == (False, [])


SHIFTS = ["姓名", "日期", "班次", "值班点"]
TEAM = Known(
    TODAY,
    staff=(Works("h:1", "周敏", "zhou"), Works("h:2", "唐雨", "tang"), Works("h:3", "唐雨", "tang2")),
    posts=frozenset({"1 楼", "门厅"}),
)


def test_l6_a_row_of_a_rota_is_one_colleague_one_day_one_shift() -> None:
    found = judge(
        SHIFTS,
        ["周敏", "2026-12-01", "白班", "门厅"],
        ["周敏", "2026-12-01", "夜班", ""],
        ["周敏", "2026-12-02", "休", ""],
        ["zhou", "2026-12-03", "白", "全院"],
        ["周民", "2026-12-03", "白", ""],
        ["唐雨", "2026-12-03", "白", ""],
        ["周敏", "", "白", ""],
        ["周敏", "2026-12-04", "", "厅"],
        ["周敏", "2026-12-05", "什么班", "食堂"],
        ["", "2026-12-05", "白", "门厅"],
        known=TEAM,
    )
    assert [turn["post"] for turn in found[0].kin] == ["门厅"]
    assert told(found[1]) == {"day": "第 2 行这一天已经排了班"}
    assert not any(fault.leave for row in (1, 4, 5, 6, 9) for fault in found[row].faults), "an answer is needed"
    assert (found[2].why, found[3].verdict, found[3].kin[0]["who"]) == ("休息", Verdict.READY, "h:1")
    assert (found[4].faults[0].why, found[4].faults[0].guess) == ("没有这位同事", "周敏")
    assert [label for label, _, _ in found[5].faults[0].asks] == ["tang", "tang2"]
    assert told(found[6]) == {"day": "没有写"}
    assert [(one.field, one.why, one.guess) for one in found[7].faults] == [
        ("post", "院里没有这个值班点", "门厅"),
        ("shift", "没有写", ""),
    ]
    assert [(one.field, one.why, one.guess) for one in found[8].faults] == [
        ("post", "院里没有这个值班点", ""),
        ("shift", "院里没有这个班", ""),
    ]
    assert told(found[9]) == {"name": "没有写是谁"}
    which = only(SHIFTS, "唐雨", "2026-12-03", "白", "", known=TEAM, _who="h:3")
    assert which.kin[0]["who"] == "h:3"
    assert (
        only(SHIFTS, "周敏", "2026-12-03", "白", "食堂", known=Known(TODAY, staff=TEAM.staff)).kin[0]["post"] == "食堂"
    )


def test_l6_a_table_of_names_by_days_is_a_shift_for_each_cell() -> None:
    head = ["姓名", "12-1", "12-2", "12-3"]
    found = judge(
        head,
        ["周敏", "白", "休", "夜"],
        ["周敏", "", "", ""],
        ["zhou", "休", "休", ""],
        ["tang", "白", "啥", ""],
        known=TEAM,
    )
    assert [(turn["day"], turn["shift"]) for turn in found[0].kin] == [("2026-12-01", "白班"), ("2026-12-03", "夜班")]
    assert [one.why for one in found[1:3]] == ["没有排班", "休息"]
    assert [(one.field, one.name, one.why) for one in found[3].faults] == [("d2", "12-02", "12-02 这一格看不懂")]
    mended = only(head, "zhou", "白", "啥", "", known=TEAM, d2="夜")
    assert [turn["shift"] for turn in mended.kin] == ["白班", "夜班"]
    short = only(head, "zhou", known=TEAM)
    assert short.why == "没有排班"
    again = judge(head, ["周敏", "白", "", ""], ["周敏", "夜", "", ""], known=TEAM)
    assert [one.faults for one in again] == [[], []], "a table says two shifts of a day in two lines"


def test_n3_a_hundred_thousandth_colleague_is_not_needed_and_every_post_has_its_letters() -> None:
    assert set(judge_others.PREFIX) == set(values.POSTS.values())


def test_n3_a_relative_and_a_shift_wait_for_the_row_of_whom_they_are() -> None:
    """One workbook: residents, relatives, colleagues, shifts; what is undecided holds up what leans on it."""
    book = [
        sheet(["姓名", "房床"], ["王桂兰", "301-1"], ["李玉珍", "食堂"], ["王桂兰", "301-1"]),
        sheet(
            ["老人姓名", "家属姓名", "关系"],
            ["王桂兰", "李静", "女儿"],
            ["李玉珍", "李强", "儿子"],
            ["赵秀英", "赵蕾", "女儿"],
        ),
        sheet(["姓名", "岗位"], ["丁兰", "护士"], ["马会", "不知道"], ["周敏", "护工"]),
        sheet(
            ["姓名", "日期", "班次"],
            ["丁兰", "2026-12-01", "白"],
            ["马会", "2026-12-01", "白"],
            ["周敏", "2026-12-01", "白"],
        ),
    ]
    rows = [
        Row(at * 100 + line.number, at, line.number, line.cells) for at, one in enumerate(book) for line in one.lines
    ]
    rows[1].fixed = {"status": "在住"}
    found = {one.row.id: one for one in judged([heads.plan(one, TODAY) for one in book], rows, TEAM)}
    verdicts = [
        [found[at * 100 + number].verdict.value for number in range(1, len(one.lines) + 1)]
        for at, one in enumerate(book)
    ]
    assert verdicts == [
        ["skip", "fixed", "look", "skip"],
        ["skip", "ready", "look", "look"],
        ["skip", "ready", "look", "skip"],
        ["skip", "ready", "look", "ready"],
    ]
    assert told(found[103]) == {"_elder": "李玉珍（第 3 行）还没定，先定了老人那一行"}
    waits = [(fault.leave, fault.typed) for row in (103, 303) for fault in found[row].faults]
    assert waits == [(False, False), (False, False)], "neither typed nor left empty: the other row is decided first"
    assert found[103].follows
    assert not found[104].follows, "nobody knows whose she is: a colleague says so"
    assert told(found[303]) == {"_who": "马会（第 3 行）还没定，先定了同事那一行"}
    assert [found[number].kin[0]["who"] for number in (302, 303, 304)] == ["r:202", "r:203", "h:1"]
    assert (found[102].draft["elder"], found[102].place.room) == ("r:2", "301")
    counts = tally(list(found.values()))
    assert (counts.ready, counts.fixed, counts.look, counts.skip, counts.total) == (4, 1, 5, 6, 16)
