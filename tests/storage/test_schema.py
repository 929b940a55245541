"""A database that was upgraded has the schema of one that is new, CHECKs as well, on both engines; an upgrade looks at
the rows before it changes anything (P7; engineering 2).
"""

import dataclasses
import os
import signal
from pathlib import Path

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import create_engine

from bot import cli, doctor
from care.errors import StrangeWords
from scripts import schema
from settings import Database, Settings
from storage import migrate, tables, words
from tests.storage.sample import ENGINES, empty, run, sample

BEFORE = "0019"
"""The last schema without CHECKs."""
CONFIGURED = {
    "WECHAT__APP_ID": "wx0123456789abcdef",
    "WECHAT__APP_SECRET": "s",
    "WECHAT__TOKEN": "bartoken",
    "WECHAT__ENCODING_AES_KEY": "a" * 43,
    "INBOX__SPOOL": "spool",
    "SECURITY__KEY_FILE": "jiashu.keys",
}


LOOSENED = {("alarm", f"{column} bigint not null") for column in ("person_id", "inbox_id", "latest_id")}
"""Columns that may be empty since, since a colleague raises an alarm without a message."""


@ENGINES
def test_p7_a_new_database_and_an_old_one_that_was_upgraded_have_the_schema_of_the_code(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    wanted = schema.declared(empty(kind, "declared", tmp_path, request))
    checks = [line for _, line in wanted if "CHECK" in line]
    declared = [column for table in tables.Base.metadata.tables.values() for column in table.columns]
    of_several = {"ck_alarm_run_goes_on", "ck_alarm_call_for_one", "ck_alarm_whose"}
    assert len(checks) == sum("closed" in column.info for column in declared) + len(of_several) >= 28
    assert all(any(name in line for line in checks) for name in of_several)
    new, old = empty(kind, "new_schema", tmp_path, request), sample(kind, "old_schema", tmp_path, request)
    for url in (new, old):
        migrate.upgrade(url)
        assert list(schema.differences(schema.of(url), wanted)) == []
    migrate.downgrade(new, BEFORE)
    before = {one for one in schema.of(new) if (one[0], one[1].casefold()) not in LOOSENED}
    since = (
        "told_at ",
        "told_id ",
        "night_until ",
        "seen_at ",
        "seen_by ",
        "ref ",
        "proof ",
        "asked_at ",
        "mass_id ",
        "CREATE INDEX ix_outbox_ref",
        "CREATE INDEX ix_outbox_mass",
    )
    both = {one for one in wanted if one[0] in {"complaint", "outbox"} and not one[1].startswith(since)}
    assert {one for one in both if "CHECK" not in one[1]} <= before
    assert before <= {one for one in wanted if "CHECK" not in one[1] and not one[1].startswith("keys ")}
    migrate.upgrade(new)
    assert schema.of(new) == wanted


def test_p7_a_check_that_is_missing_or_other_than_declared_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "seen.db"
    migrate.upgrade(path, BEFORE)
    wanted = schema.declared(tmp_path / "declared.db")
    found = list(schema.differences(schema.of(path), wanted))
    assert sum("CHECK" in line for line in found) >= 28
    scores = " OR ".join(f"score = {one}" for one in range(1, 6))
    assert f"mark: CONSTRAINT ck_mark_score CHECK ({scores}) is not migrated" in found


def test_p7_a_later_migration_that_copies_a_table_keeps_its_checks(tmp_path: Path) -> None:
    """A batch of Alembic's on SQLite knows a table only by what it reads back."""
    path = tmp_path / "later.db"
    migrate.upgrade(path)
    before = schema.of(path)
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        later = Operations(MigrationContext.configure(connection))
        for table in sorted({name for name, line in before if "CHECK" in line}):
            with later.batch_alter_table(table, recreate="always"):
                pass
    engine.dispose()
    assert schema.of(path) == before


@ENGINES
def test_p7_a_word_that_nobody_knows_stops_the_upgrade_in_one_sentence_and_nothing_is_changed(
    kind: str,
    tmp_path: Path,
    request: pytest.FixtureRequest,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    url = sample(kind, "strange", tmp_path, request)
    run(url, "UPDATE letter SET state = 'lost' WHERE state = 'withdrawn'")
    run(url, "UPDATE alarm SET level = 7 WHERE id = (SELECT min(id) FROM alarm)")
    (count,) = run(url, "SELECT count(*) FROM letter WHERE state = 'lost'")[0]
    before = schema.of(url)
    with pytest.raises(StrangeWords) as stopped:
        migrate.upgrade(url)
    said = stopped.value.sentence
    assert "表 alarm 的 level 列有 1 行写着「7」" in said
    assert f"表 letter 的 state 列有 {count} 行写着「lost」" in said
    assert "\n" not in said
    assert migrate.current(url) == "0012"
    assert schema.of(url) == before

    for name, value in CONFIGURED.items():
        monkeypatch.setenv(f"JIASHU_{name}", value)
    monkeypatch.setenv("JIASHU_DATABASE__URL", url)
    assert cli.main(["migrate"]) == 1
    assert capsys.readouterr().err == f"{said}\n"

    finding = doctor._words(Settings(database=Database(url)))
    assert finding.mark is doctor.Mark.BAD
    assert "表 letter 的 state 列" in finding.words
    run(url, "UPDATE letter SET state = 'withdrawn' WHERE state = 'lost'")
    run(url, "UPDATE alarm SET level = 1 WHERE level = 7")
    migrate.upgrade(url)
    assert migrate.current(url) == migrate.head()
    assert doctor._words(Settings(database=Database(url))).mark is doctor.Mark.GOOD


@ENGINES
def test_p7_the_doctor_lists_open_words_without_the_shape_of_a_word(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = sample(kind, "shapes", tmp_path, request)
    assert words.strange(url) == [], "everything that 19125a6 wrote is a word"
    migrate.upgrade(url)
    assert words.strange(url) == []
    run(url, "UPDATE promise SET kind = 'Call back!' WHERE kind = 'call'")
    run(url, "UPDATE complaint SET category = 'food' WHERE category = '餐饮'")
    found = {dataclasses.replace(one, rows=1) for one in words.strange(url)}
    assert found == {
        words.Strange("promise", "kind", "Call back!", 1, closed=False),
        words.Strange("complaint", "category", "food", 1, closed=False),
    }
    finding = doctor._words(Settings(database=Database(url)))
    assert finding.mark is doctor.Mark.LOOK
    assert "写着「Call back!」" in finding.words


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_p7_the_migration_of_closed_words_that_is_killed_leaves_rows_and_schema_whole(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """On a database with rows, in the middle of its tables."""
    from benchmarks import migrations
    from storage import archive

    url = sample(kind, "killed_words", tmp_path, request)
    migrate.upgrade(url, BEFORE)
    before, rows = schema.of(url), archive.connected(url, archive.prints, write=False)
    for place in (15, 50, 85):
        assert migrations._child(url, "head", place) == -signal.SIGKILL, place
        assert (migrate.current(url), schema.of(url)) == (BEFORE, before), place
        assert archive.connected(url, archive.prints, write=False) == rows, place
    migrate.upgrade(url, "0020")
    assert archive.connected(url, archive.prints, write=False) == rows
    migrate.upgrade(url)
    assert migrate.current(url) == migrate.head()
    assert os.waitstatus_to_exitcode(0) == migrations._child(url, "head"), "nothing is left to do"
