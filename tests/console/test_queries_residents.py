"""The list of residents: who is asked for, who is taken for whom, how old somebody is (A1, F12)."""

from dataclasses import replace
from datetime import date

import pytest

from services.access import Viewer
from storage.queries import residents as queries
from storage.queries.residents import GONE, LIVING, Line, Wanted
from storage.queries.residents_record import age
from tests import houses
from tests.conftest import HomeUnderTest

LINE = Line(1, 2, "王桂兰", "3", "306", "1", "在住", 1, 0, care_level="半自理", risks=frozenset({"fall"}))


@pytest.mark.parametrize(
    ("wanted", "takes", "narrow"),
    [
        (Wanted(), True, False),
        (Wanted(words="桂兰"), True, True),
        (Wanted(words=" 306 -1"), True, True),
        (Wanted(words="秀英"), False, True),
        (Wanted(floor="3"), True, True),
        (Wanted(floor="2"), False, True),
        (Wanted(care="半自理"), True, True),
        (Wanted(care="没填"), False, True),
        (Wanted(risk="fall"), True, True),
        (Wanted(risk="choke"), False, True),
        (Wanted(words="桂兰", floor="2"), False, True),
        (Wanted(show="left"), True, False),
        (Wanted(show="住院"), True, True),
    ],
)
def test_a1_the_list_is_chosen_by_all_that_was_asked(wanted: Wanted, takes: bool, narrow: bool) -> None:
    assert (wanted.takes(LINE), wanted.narrow) == (takes, narrow)


def test_a1_a_list_without_a_choice_is_who_lives_here_and_names_are_found_in_small_letters() -> None:
    assert [Wanted(show=show).statuses for show in ("", "left", "病危", "?")] == [LIVING, GONE, ("病危",), LIVING]
    assert Wanted(care="没填").takes(replace(LINE, care_level=""))
    assert Wanted(words="smith").takes(replace(LINE, name="Smith"))
    assert Wanted(words="b2-a").takes(replace(LINE, room="B2", bed="A"))
    assert (LINE.place, replace(LINE, room="").place) == ("306-1", "没有床位")


@pytest.mark.parametrize(
    ("born", "years"),
    [
        ("1944-11-21", 82),
        ("1944-11-22", 82),
        ("1944-11-23", 81),
        ("1944-10-30", 82),
        ("1944-12-01", 81),
        ("1944-10-07-lunar", 82),
        ("1944-10-08-lunar", 81),
        ("1890-05-05-lunar", 136),
        ("", None),
    ],
)
def test_a1_somebody_is_a_year_older_on_the_birthday_and_not_before(born: str, years: int | None) -> None:
    assert age(born, date(2026, 11, 22)) == years


SAME = [["30" + str(n), "1", "王桂兰", "女", f"194{n}-10-14" if n > 1 else ""] for n in range(1, 6)]


@pytest.mark.parametrize(
    ("count", "alike"),
    [
        (1, ""),
        (2, "302-1 王桂兰"),
        (4, "302-1 王桂兰、303-1 王桂兰、304-1 王桂兰"),
        (5, "302-1 王桂兰、303-1 王桂兰、304-1 王桂兰，还有 1 位"),
    ],
)
async def test_f12_who_has_the_same_name_is_told_apart_by_year_and_three_others_are_named(
    home: HomeUnderTest, count: int, alike: str
) -> None:
    scene = {"staff": [], "people": [], "residents": [*SAME[:count], ["401", "1", "李大山", "男", "1940-01-01"]]}
    await home.database.write(lambda db: houses.furnish(db, home.ids, scene, home.clock()))
    lead: Viewer = await home.staff()
    found = await home.database.read(lambda db: queries.lines(db, lead.sight))
    assert [line.place for line in found][-1] == "401-1"
    assert (found[-1].twin, found[-1].alike) == ("", ""), "nobody is called so"
    assert found[0].alike == alike
    assert found[0].twin == ("生年没填" if alike else "")
    if count == 5:
        assert found[4].alike == "301-1 王桂兰、302-1 王桂兰、303-1 王桂兰，还有 1 位"
        assert found[4].twin == "1945 年生"
    twins = await home.database.read(lambda db: queries.alike(db, home.ids.home_id, "汪贵岚"))
    assert [one.words for one in twins][:2] == ["301-1 王桂兰，生年没填", "302-1 王桂兰，1942 年生"][:count]
    assert len(twins) == count
    others = await home.database.read(lambda db: queries.alike(db, home.ids.home_id, "王桂兰", found[0].id))
    assert len(others) == count - 1
