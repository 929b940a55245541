"""A question asks: what changes something goes by the doors that look whether its people are
locked (engineering 12).
"""

import pytest

from storage.store import WritesByQuestion, writes
from tests.conftest import HomeUnderTest


@pytest.mark.parametrize(
    ("sql", "changes"),
    [
        ("SELECT 1", False),
        ("\n  select updated FROM x", False),
        ("UPDATE outbox SET state = 'sent'", True),
        ("\n  insert INTO x VALUES (1)", True),
        ("DELETE FROM gram", True),
    ],
)
def test_p7_what_changes_something_is_known_by_its_first_word(sql: str, changes: bool) -> None:
    assert writes(sql) is changes


async def test_p7_a_question_that_would_change_something_is_refused_and_changes_nothing(home: HomeUnderTest) -> None:
    await home.hears("你好")
    for ask in ("rows", "row"):
        with pytest.raises(WritesByQuestion):
            await home.database.store(
                lambda store, ask=ask: getattr(  # type: ignore[misc]
                    store, ask
                )("UPDATE person SET timezone = 'X' RETURNING id")
            )
    assert await home.rows("SELECT DISTINCT timezone FROM person") == [(None,)]
