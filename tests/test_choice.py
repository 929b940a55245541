"""Nothing is left out for good: within six days every test has been tried, and a day is never empty."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tests.choice import Choice


def _item(path: str, name: str, parts: int = 0, **params: object) -> pytest.Item:
    mark = SimpleNamespace(args=(parts,)) if parts else None
    places = {key: 1 if value in {"postgres", 390} else 0 for key, value in params.items()}
    made = SimpleNamespace(
        path=Path(path),
        name=f"{name}[{params}]",
        originalname=name,
        callspec=SimpleNamespace(params=params, indices=places),
        get_closest_marker=lambda _: mark,
    )
    return cast("pytest.Item", cast("Any", made))


STORIES = [_item("tests/stories/test_day.py", f"test_{n}", 2, width=width) for n in range(30) for width in (1440, 390)]
TWINS = [
    _item("tests/services/test_tasks.py", f"test_{n}", engine=one) for n in range(30) for one in ("sqlite", "postgres")
]
SLOW = [_item("tests/bot/test_sample.py", f"test_{n}", 1) for n in range(30)]
"""Whatever is asked of them, the stand-ins say that they carry the mark."""


def test_what_is_tried_in_turns_has_been_tried_within_ten_days() -> None:
    for items, days in ((STORIES, 10), (TWINS, 4), (SLOW, 3)):
        for first in (0, 364):
            tried = {item.name for day in range(days) for item in items if Choice(first + day, False, True).takes(item)}
            assert tried == {item.name for item in items}


def test_of_a_day_a_tenth_of_the_stories_and_every_test_on_one_engine_is_tried() -> None:
    for day in range(1, 367):
        chosen = Choice(day, False, True)
        assert 1 <= sum(map(chosen.takes, STORIES)) <= 16
        assert sum(map(chosen.takes, TWINS)) > len(TWINS) / 2
        assert all(chosen.takes(item) for item in TWINS if "sqlite" in item.name)
        assert 1 <= sum(map(chosen.takes, SLOW)) < len(SLOW)
    assert all(Choice(1, True, True).takes(item) for item in STORIES)
    assert sum(Choice(1, False).takes(item) for item in STORIES) == len(STORIES) / 2
