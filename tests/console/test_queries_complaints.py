"""The page of a complaint: which paper waits, which came back; and how many answers came in time (C7, C8, C9)."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from storage.queries import complaints as queries
from storage.queries.complaints import Case
from storage.types import micros
from tests.conftest import HomeUnderTest


def case(*papers: tuple[str, str | None]) -> Case:
    """`papers`, the newest first: kind and verdict."""
    made: list[Any] = [SimpleNamespace(row=SimpleNamespace(kind=kind, verdict=verdict)) for kind, verdict in papers]
    nothing: Any = None
    return Case(nothing, "", "", nothing, {}, [], [], {}, "", "", [], frozenset(), made, [])


def test_c7_the_plan_that_came_back_last_is_shown_until_another_one_is_made() -> None:
    assert case().returned is None
    assert case(("interim", "returned"), ("plan", None)).returned is None
    assert case(("plan", None), ("plan", "returned")).returned is None
    assert case(("plan", "approved")).returned is None
    back = case(("interim", None), ("plan", "returned"), ("plan", "returned"))
    assert back.returned is back.papers[1]


def test_c8_the_paper_that_waits_is_the_one_of_its_kind_without_a_verdict() -> None:
    found = case(("interim", None), ("plan", "returned"), ("plan", None))
    assert found.waiting("interim") is found.papers[0]
    assert found.waiting("plan") is found.papers[2]
    assert case(("plan", "approved"), ("interim", "approved")).waiting("plan") is None


@pytest.mark.parametrize(
    ("kept", "mark", "counted"),
    [
        (timedelta(), "fresh", (1, 1)),
        (timedelta(seconds=-1), "near", (1, 1)),
        (timedelta(seconds=1), "breached", (0, 1)),
        (None, "breached", (0, 1)),
        (None, "near", (0, 0)),
    ],
)
async def test_c9_an_answer_counts_when_it_was_given_or_late_and_is_good_up_to_its_time(
    home: HomeUnderTest, kept: timedelta | None, mark: str, counted: tuple[int, int]
) -> None:
    made = home.clock()
    await home.hears("我要投诉，饭菜总是凉的")
    desk = await home.staff()
    await home.rows("UPDATE promise SET mark = ?, made_at = ? RETURNING id", mark, micros(made))
    if kept is not None:
        await home.rows("UPDATE promise SET kept_at = due_at + ? RETURNING id", int(kept.total_seconds() * 1_000_000))
    for since, found in ((made, counted), (made + timedelta(microseconds=1), (0, 0))):
        shares = await home.database.read(
            lambda db, at=since: queries.on_time(db, desk.sight, at)  # type: ignore[misc]
        )
        assert shares == {"first_feedback": found, "result": found}
