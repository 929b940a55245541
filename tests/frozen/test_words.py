"""Stored words stay what they are, wherever the code that knows them goes (P2, P7; engineering 1)."""

import lzma
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

import pytest

from tests.frozen import words
from tests.frozen.sample import REPLACED, SAMPLE

SPOKEN: Final = (
    "complaint.scope",
    "proposal.kind",
    "proposal.verdict",
    "case_record.kind",
    "promise.kind",
    "promise.mark",
    "promise.kept_how",
    "alarm.audience",
    "alarm.kind",
    "plan.occasion",
    "plan.state",
    "application.verdict",
    "consent.scopes",
    "consent.way",
    "letter.state",
    "letter_reading.reaction",
    "search_mark.kind",
    "person.kind",
    "resident.status",
    "kinship.scopes",
    "follower.binding",
    "stop.kind",
    "staff.role",
    "audit.action",
    "campaign.items",
    "participation.way",
    "mark.item",
    "inbox.answer_state",
    "conversation.flow",
    "conversation.state",
    "conversation.trail",
    "media.kind",
    "media.state",
    "outbox.queue",
    "outbox.purpose",
    "outbox.state",
    "outbox.way",
)
"""Columns that hold words of the code: one, or several with spaces between them."""
GONE: Final = (
    "gone from the code: a stored word is never renamed. "
    "Put it back, or move it with a migration that tests/frozen proves"
)
NEW: Final = (
    "new: from now on databases keep it. Look whether it is the right word, then run `python -m tests.frozen.words`"
)


@pytest.mark.parametrize("section", words.WHY)
def test_p7_no_word_that_databases_keep_is_renamed_and_a_new_one_is_written_down(section: str) -> None:
    now, listed = words.stored()[section], words.listed()[section]
    assert sorted(listed - now) == [], GONE
    assert sorted(now - listed) == [], NEW


def test_p7_every_word_of_the_frozen_sample_still_stands_in_the_code(tmp_path: Path) -> None:
    """Also those that no enumeration and no call shows: a tuple of statuses, a kind that a statement compares."""
    file = tmp_path / "sample.db"
    file.write_bytes(lzma.decompress((SAMPLE / "sqlite.db.xz").read_bytes()))
    known = words.literals()
    found = 0
    with closing(sqlite3.connect(file)) as opened:
        for place in SPOKEN:
            table, column = place.split(".")
            for (value,) in opened.execute(f"SELECT DISTINCT {column} FROM {table} WHERE {column} <> ''"):
                for word in value.split():
                    found += 1
                    assert REPLACED.get((place, word), word) in known, f"{place}: {word} is {GONE}"
    assert found > 150, "the sample has most words in use"


def test_p7_a_word_that_is_renamed_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    listed = words.listed()
    listed["columns"].add("complaint.stage_of_before plain")
    monkeypatch.setattr(words, "listed", lambda: listed)
    with pytest.raises(AssertionError, match="never renamed"):
        test_p7_no_word_that_databases_keep_is_renamed_and_a_new_one_is_written_down("columns")
