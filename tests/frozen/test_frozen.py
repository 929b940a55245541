"""What was stored stays readable: each commit opens the frozen sample of 19125a6, goes on with its talks, brings its
backup back (P2, P5, P7).

The folder 19125a6 was made once, by that commit (make_19125a6), and is never made anew. `expected.json` says what is
in it and what 19125a6 did with it: only what is named there is compared, so a later migration may add tables, columns,
rows and words. Stored names of tables, columns, flows, states and purposes stand here as they were stored. When a later
commit changes something on purpose, the three tables of exceptions in `sample.py` say so, each line with the decision
that it follows; nothing else here changes.
"""

import asyncio
import hashlib
import shutil
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from bot import upkeep
from care.states import Role
from services.access import Viewer
from services.media import media
from services.promises import clocks
from services.search import search
from services.talks import silence
from services.upkeep import stoplist
from settings import Database, Media, Security, Settings
from storage.spool import Spool
from tests.conftest import HomeUnderTest, MakeHome
from tests.frozen.sample import (
    ENDED,
    REPLACED,
    SAMPLE,
    asked,
    at,
    counts,
    expected,
    leaves,
    opens,
    place,
    talk_with,
    timeless,
    today,
    yearless,
)


async def test_frozen_19125a6_every_sealed_value_opens_p2(frozen: HomeUnderTest) -> None:
    columns = expected()["sealed"]
    assert len(columns) == 33
    assert await opens(frozen) == sum(map(len, columns.values()))


async def test_frozen_19125a6_no_row_and_no_stored_word_is_lost_p7(frozen: HomeUnderTest) -> None:
    assert await counts(frozen) == expected()["counts"]
    columns = expected()["words"]
    found = await asked(
        frozen,
        {
            column: "SELECT {1}, count(*) FROM {0} WHERE {1} IS NOT NULL GROUP BY {1}".format(*place(column))
            for column in columns
        },
    )
    for column, words in columns.items():
        wanted = Counter[str]()
        for word, times in words.items():
            wanted[REPLACED.get((column, word), word)] += times
        assert {str(word): times for word, times in found[column]} == dict(wanted), column


async def test_frozen_19125a6_every_complaint_keeps_its_number_and_stage_c1(frozen: HomeUnderTest) -> None:
    table, number = place("complaint.number")
    rows = await frozen.rows(
        f"SELECT id, {number}, stage, level, hide_name, cautious, rounds, closed_at IS NOT NULL FROM {table} ORDER BY "
        f"id"
    )
    assert [[row[0], row[1], *map(int, row[2:])] for row in rows] == [
        list(complaint.values()) for complaint in expected()["cases"]
    ]


async def test_frozen_19125a6_every_row_of_the_outbox_stays_in_its_state_f9(frozen: HomeUnderTest) -> None:
    rows = await frozen.rows(
        "SELECT o.id, o.purpose, o.queue, o.state, o.dedup_key, b.body FROM outbox o JOIN outbox_body b ON b.id = "
        "o.id ORDER BY o.id"
    )
    found = [
        (*row[:5], frozen.database.sealer.open("outbox_body", "body", row[0], bytes(row[5])).decode()) for row in rows
    ]
    words = [
        {"id": row["id"]}
        | {name: REPLACED.get((f"outbox.{name}", row[name]), row[name]) for name in row if name != "id"}
        for row in expected()["outbox"]
    ]
    assert found == [tuple(row.values()) for row in words]


async def test_frozen_19125a6_the_chain_of_the_audit_is_whole_p5(
    settings: Settings, make_home: MakeHome, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await asyncio.to_thread(upkeep.verify, settings) == 0, capsys.readouterr().err
    audit = expected()["audit"]
    assert f"{audit['linked']} 行" in capsys.readouterr().err
    home: HomeUnderTest = await make_home()
    assert bytes(await home.one("SELECT chain FROM audit WHERE position = ?", audit["linked"])).hex() == audit["chain"]
    assert await home.one("SELECT count(*) FROM audit") == audit["rows"]


async def test_frozen_19125a6_the_files_beside_the_database_are_read_p2(frozen: HomeUnderTest, tmp_path: Path) -> None:
    shutil.copy(SAMPLE / "waiting.spool", tmp_path / "waiting.spool")
    spool = Spool(tmp_path, frozen.database.sealer)
    (push,) = spool.read(spool.files()[0])
    spool.close()
    assert (push.raw.decode(), push.arrived_at.isoformat()) == tuple(expected()["spool"].values())
    assert (
        len(stoplist.read(tmp_path / "jiashu.stop-list", frozen.database.sealer))
        == expected()["restored"]["counts"]["stop"]
    )


async def test_frozen_19125a6_the_index_of_search_still_finds_p2(frozen: HomeUnderTest) -> None:
    ((director, name),) = await frozen.rows("SELECT id, name FROM staff WHERE login = 'shen'")
    viewer = Viewer(director, frozen.ids.home_id, name, Role.DIRECTOR)
    for words, wanted in expected()["search"].items():
        hit = await frozen.database.read(lambda db, w=words: search.look(db, viewer, w))  # type: ignore[misc]
        found = sorted(
            [one.who.name for one in hit.people]
            + [one.number for one in hit.cases]
            + [one.snippet for one in hit.messages]
        )
        assert found == wanted, words


async def test_frozen_19125a6_every_talk_goes_on_in_the_same_words_p7(frozen: HomeUnderTest) -> None:
    for talk in expected()["talks"]:
        openid, stored = talk["openid"], {name: talk[name] for name in ("flow", "version", "state", "trail", "slots")}
        assert await talk_with(frozen, openid) == stored, openid
        for number, step in enumerate(talk["next"]):
            answer = await frozen.hears(step["say"], openid, key=f"frozen:{openid}:{number}")
            found = await talk_with(frozen, openid)
            if (openid, step["say"]) in ENDED:
                assert (found["flow"], ENDED[openid, step["say"]] in answer) == (None, True)
                break
            assert (found["flow"], found["state"], found["trail"]) == (step["flow"], step["state"], step["trail"]), (
                openid,
                step["say"],
            )
            if found["version"] == step["version"]:  # a later version of a flow may keep other slots
                kept, slots = found["slots"], step["slots"]  # beside them there may be newer ones
                assert (kept and {name: kept.get(name) for name in slots or kept}) == slots, (openid, step["say"])
            assert yearless(answer) == today(step["answer"]), (openid, step["say"])


async def test_frozen_19125a6_a_message_that_comes_again_gets_its_old_answer_f4(frozen: HomeUnderTest) -> None:
    before = await frozen.one("SELECT count(*) FROM inbox")
    for one in expected()["again"]:
        assert await frozen.hears("别的话", one["openid"], key=one["key"]) == one["answer"], one["key"]
    assert await frozen.one("SELECT count(*) FROM inbox") == before


async def test_frozen_19125a6_what_waits_leaves_or_ends_by_its_purpose_f9(frozen: HomeUnderTest) -> None:
    states = {row["id"]: row["state"] for row in expected()["outbox"]}
    for moment in leaves():
        frozen.clock.now = at(timedelta(seconds=moment["after_s"]))
        assert sorted(await frozen.send_all()) == moment["left"]
        states |= {int(row): state for row, state in moment["changed"].items()}
        found = dict(await frozen.rows("SELECT id, state FROM outbox WHERE purpose <> 'late'"))
        assert found == {row: state for row, state in states.items() if row in found}


async def test_frozen_19125a6_silence_and_clocks_go_on_c4(frozen: HomeUnderTest) -> None:
    for moment in expected()["later"]:
        now = frozen.clock.now = at(timedelta(seconds=moment["after_s"]))
        before = await frozen.one("SELECT max(id) FROM outbox")
        while await frozen.database.store(
            lambda store, at=now: silence.act_on_silence(store, frozen.house, at)  # type: ignore[misc]
        ):
            pass
        await frozen.database.store(
            lambda store, at=now: clocks.look_at_promises(store, frozen.house, at, 1000)  # type: ignore[misc]
        )
        rows = await frozen.rows(
            """SELECT f.openid, o.purpose, o.state, o.id, b.body FROM outbox o JOIN outbox_body b ON b.id = o.id
               JOIN follower f ON f.person_id = o.person_id WHERE o.id > ?""",
            before,
        )
        open_, sealed = frozen.database.sealer.open, ("outbox_body", "body")
        said = [
            (openid, purpose, state, timeless(open_(*sealed, row, bytes(body)).decode()))
            for openid, purpose, state, row, body in rows
        ]
        assert sorted(said) == sorted(
            (openid, purpose, state, timeless(today(words))) for openid, purpose, state, words in moment["said"]
        )
        running = await frozen.rows(
            "SELECT f.openid, c.flow, c.state FROM conversation c JOIN follower f ON f.person_id = c.person_id WHERE "
            "c.flow IS NOT NULL"
        )
        assert sorted(running) == [tuple(talk) for talk in moment["running"]]
        marks = dict(await frozen.rows("SELECT mark, count(*) FROM promise WHERE kept_at IS NULL GROUP BY mark"))
        assert all(marks[mark] >= many for mark, many in moment["marks"].items() if mark != "fresh"), (
            "what was missed has a new time, with a clock of its own (A15)"
        )


async def test_frozen_19125a6_the_backup_comes_back_whole_p7(
    fresh: Callable[[str], str], make_home: MakeHome, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(
        database=Database(fresh("other.db")),
        security=Security(key_file=str(tmp_path / "other.keys")),
        media=Media(tmp_path / "restored"),
    )
    assert (
        await asyncio.to_thread(upkeep.restore, settings, SAMPLE / "home.backup", lambda: at(timedelta(minutes=1))) == 0
    )
    assert await asyncio.to_thread(upkeep.verify, settings) == 0, capsys.readouterr().err
    home: HomeUnderTest = await make_home(name="other.db")
    talks = frozenset({"conversation.slots"})  # a restore ends what was running
    assert await opens(home, talks) == sum(
        len(values) for column, values in expected()["sealed"].items() if column not in talks
    )
    assert await counts(home) == expected()["restored"]["counts"]
    states = {row["id"]: row["state"] for row in expected()["outbox"]}
    states |= {int(row): state for row, state in expected()["restored"]["changed"].items()}
    assert dict(await home.rows("SELECT id, state FROM outbox")) == states
    assert await home.one("SELECT count(*) FROM conversation WHERE flow IS NOT NULL") == 0
    home.clock.now = at(timedelta(days=1))
    assert await home.send_all() == [], "nothing leaves before the director has confirmed"
    for number, digest in expected()["files"].items():
        data = media.read_file(settings.media.path, home.database.sealer, int(number))
        assert hashlib.sha256(data).hexdigest() == digest
