"""Closed words are enumerations with a CHECK each; open words are checked by their type (P7; engineering 2)."""

import re
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy import Column, SmallInteger, String, create_engine, select
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import Session

from care import accusations as accusation
from care import states, surveys
from scripts import schema
from services.accusations import accusations
from services.complaints import complaints
from services.letters import letters
from services.outgoing import outbox
from services.ports import Fate
from storage import archive, migrate, tables
from storage.queries import emergencies
from storage.types import Said, Word, Words
from tests.facts import CLOSED, COUNTS, ELSEWHERE, FREE, OPEN, ROWS
from tests.frozen import words as frozen
from tests.storage.sample import ENGINES, run, sample

COLUMNS: Final = [column for table in tables.Base.metadata.tables.values() for column in table.columns]


def place(column: Column[Any]) -> str:
    return f"{column.table.name}.{column.name}"


def values(words: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(word.value if hasattr(word, "value") else word for word in words)


def test_p7_every_column_of_short_text_or_small_numbers_is_closed_open_or_free_on_purpose() -> None:
    """A new column is put into one of the lists."""
    closed = {place(column): column.info["closed"] for column in COLUMNS if "closed" in column.info}
    assert closed == {name: values(words) for name, words in CLOSED.items()}
    assert {place(column): type(column.type) for column in COLUMNS if isinstance(column.type, Word)} == OPEN
    others = {place(column) for column in COLUMNS if isinstance(column.type, String)} - closed.keys()
    assert others == FREE
    numbers = {place(column) for column in COLUMNS if isinstance(column.type, SmallInteger)} - closed.keys()
    assert numbers == COUNTS


def test_p7_each_check_of_a_migrated_database_has_the_words_of_its_enumeration(migrated: Path) -> None:
    found = {}
    for table, line in schema.of(migrated):
        check = re.fullmatch(r"CONSTRAINT ck_(\w+) CHECK \((\w+) = (.+)\)", line)
        if check is not None:
            assert check[1] == f"{table}_{check[2]}", "a CHECK is named after its column"
            found[f"{table}.{check[2]}"] = tuple(
                int(word) if word.isdigit() else word.strip("'") for word in check[3].split(f" OR {check[2]} = ")
            )
    assert found == {name: values(words) for name, words in CLOSED.items()}


def test_p7_every_word_that_the_code_writes_into_a_closed_column_is_one_of_its_enumeration() -> None:
    """A call names a column without its table: a word must be known to one of the columns of that name."""
    known: dict[str, set[str]] = {}
    for name, words in CLOSED.items():
        known.setdefault(name.partition(".")[2], set()).update(map(str, values(words)))
    written = frozen.listed()["columns_with_words"] - ELSEWHERE
    named = [line.split("=") for line in written if line.partition("=")[0] in known]
    assert [f"{name}={word}" for name, word in named if word not in known[name]] == []
    assert len(named) >= 25
    assert known["queue"] >= {outbox.SPOKEN}


def test_p7_what_else_lists_these_words_has_all_of_them() -> None:
    assert set(accusation._ROLES) < set(states.Role)
    assert tuple(states.Reaction) == letters.REACTIONS
    assert set(complaints.SCOPES) == set(states.Scope)
    assert set(emergencies.ENDS) == set(states.EndedHow)
    assert {accusations.SUSPECTED, accusations.CONFIRMED, accusations.LIFTED} == set(states.AccusedState)
    assert set(surveys.MARKS) == set(states.Score)
    assert {fate.value for fate in Fate} - {"retry"} < set(states.OutboxState), "a retry waits again"
    assert set(archive.NOT_FINAL) < set(states.OutboxState)


@pytest.mark.slow
@ENGINES
def test_p7_the_database_itself_refuses_what_is_none_of_the_closed_words(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Also what no code of ours writes; each of the words passes, and null where nothing may be known yet."""
    import sqlite3

    import asyncpg

    url = sample(kind, "refuses", tmp_path, request)
    migrate.upgrade(url)
    run(
        url,
        "INSERT INTO unreadable (id, home_id, account_id, key, arrived_at, raw, urgency, audience, rings, more) "
        f"SELECT 1, a.home_id, a.id, 'k', 0, {'x' if kind == 'sqlite' else ''}'00', 3, 'none', false, 0 "
        "FROM wechat_account a WHERE a.key = ''",
    )
    run(
        url,
        "INSERT INTO resident_record (id, home_id, person_id, resident_id, care_level, allergy, created_at) "
        "SELECT 1, home_id, person_id, id, '', 'unasked', 0 FROM resident ORDER BY id LIMIT 1",
    )

    for row in ROWS:
        day = "'2026-11-22'" if kind == "sqlite" else "DATE '2026-11-22'"
        one = row.replace("{day}", day).replace("{bytes}", "x'00'" if kind == "sqlite" else "'00'")
        run(url, f"INSERT INTO {one} FROM home")
    for name, words in CLOSED.items():
        table, column = name.split(".")
        row = f"id = (SELECT min(id) FROM {table})"
        number = isinstance(words[0], int)
        for wrong in ("10", "-1") if number else ("'x'", "'OK'", "' '"):
            with pytest.raises((sqlite3.IntegrityError, asyncpg.CheckViolationError), match=f"ck_{table}_{column}"):
                run(url, f"UPDATE {table} SET {column} = {wrong} WHERE {row}")
        for word in values(words):
            changed = run(
                url, f"UPDATE {table} SET {column} = {word if number else repr(word)} WHERE {row} RETURNING id"
            )
            assert len(changed) == 1, f"{name} has no row"
        if tables.Base.metadata.tables[table].columns[column].nullable:
            run(url, f"UPDATE {table} SET {column} = NULL WHERE {row}")


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (
            Word(16),
            ("call", "first_feedback", "birthday-soon", "s3"),
            ("", "Call", "two words", "打", "a" * 17, "_x", "a;"),
        ),
        (Words(16), ("", "daily", "daily health"), (" ", "daily  health", "daily ", "Daily", "a, b", "ab " * 6)),
        (Said(4), ("餐饮", "叫护士"), ("", "food", "餐饮 ", "餐饮、护理", "护" * 5)),
    ],
)
def test_p7_an_open_word_has_a_shape(kind: Word, good: tuple[str, ...], bad: tuple[str, ...]) -> None:
    assert [word for word in good if not kind.fits(word)] == []
    assert [word for word in bad if kind.fits(word)] == []
    assert not kind.fits(7)


def test_p7_an_open_word_without_the_shape_of_a_word_is_refused_on_writing_and_may_be_looked_for(
    tmp_path: Path,
) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'open.db'}")
    tables.Base.metadata.create_all(engine)
    with Session(engine) as db:
        db.add(tables.SearchMark(kind="heard", upto=1))
        db.commit()
        for wrong in ("Heard", "what people said", "heard\n", "gesagt—"):
            db.add(tables.SearchMark(kind=wrong, upto=1))
            with pytest.raises(StatementError, match="no word"):
                db.flush()
            db.rollback()
        row = db.scalars(select(tables.SearchMark).where(tables.SearchMark.kind == "heard")).one()
        row.kind = "No!"
        with pytest.raises(StatementError, match="no word"):
            db.flush()
        db.rollback()
        for anything in ("No!", "'; DROP", "x" * 500):
            assert db.scalars(select(tables.SearchMark).where(tables.SearchMark.kind == anything)).all() == []
            assert db.scalars(select(tables.SearchMark).where(tables.SearchMark.kind.in_([anything]))).all() == []
        assert db.scalars(select(tables.SearchMark).where(tables.SearchMark.kind.like("%ear_"))).all() == [row]
    engine.dispose()
