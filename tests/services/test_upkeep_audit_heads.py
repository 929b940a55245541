"""The files outside the database that remember how far the audit was: whoever changes, removes, forges or cuts is found
(S8), and `jiashu audit verify` says what it does not know (I11).
"""

import asyncio
import json
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from bot import upkeep
from services.subject import Job, Running
from services.upkeep import audit_chain, audit_heads
from services.upkeep.audit_heads import Head
from services.upkeep.subject import SUBJECT, wind_up
from storage.seal import Sealer
from tests.conftest import HomeUnderTest

JOBS = {job.name: job for job in SUBJECT.jobs}


def running(home: HomeUnderTest) -> Running:
    return Running(home.database, home.house, home.ids.home_id, home.settings)


async def runs(home: HomeUnderTest, *names: str) -> None:
    for name in names:
        job: Job = JOBS[name]
        await job.run(running(home), home.clock())


@pytest.fixture
async def told(home: HomeUnderTest) -> HomeUnderTest:
    """A home of four hours: each with some messages, its links, and its line outside."""
    for hour in range(4):
        for words in ("你们好", f"探视几点，第 {hour} 次"):
            await home.hears(words)
        home.clock.on(minutes=1)
        await runs(home, "ledger", "head")
        home.clock.on(minutes=59)
    await runs(home, "ledger")
    assert await found(home) == []
    return home


async def found(home: HomeUnderTest) -> list[str]:
    outside = audit_heads.read(home.settings.audit_head, home.database.sealer)
    _, findings = await home.database.store(lambda store: audit_chain.verify(store, outside))
    return [finding.words for finding in findings]


def lines(home: HomeUnderTest) -> list[str]:
    return home.settings.audit_head.read_text(encoding="utf-8").splitlines(keepends=True)


def forged(line: str, **fields: object) -> str:
    return json.dumps(json.loads(line) | fields) + "\n"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda rows: [*rows[:1], forged(rows[1], position=3), *rows[2:]], "第 2 行被改过，或者它前面少了一行"),
        (lambda rows: [rows[0], *rows[2:]], "第 2 行被改过，或者它前面少了一行"),
        (lambda rows: rows[1:], "第 1 行被改过，或者它前面少了一行"),
        (lambda rows: rows[:-1], "外面的记录少了末尾几行"),
        (lambda rows: [rows[1], rows[0], *rows[2:]], "第 1 行被改过"),
        (lambda rows: [*rows, '{"at":"2026-11-22T20:00:00+00:00","position":99,"chain":"aa"}\n'], "第 5 行没有签名"),
        (lambda rows: [*rows, forged(rows[-1], position=99)], "第 5 行被改过"),
        (lambda rows: [*rows[:2], "nonsense\n", *rows[2:]], "第 3 行读不出来"),
        (lambda _: [], "审计里有它们"),
        (lambda _: ['{"at":"2026-11-22T20:00:00+00:00","position":1,"chain":"aa"}\n'], "审计里有它们"),
    ],
)
async def test_fault_s8_a_line_that_was_changed_removed_moved_or_forged_is_told(
    told: HomeUnderTest, change: Callable[[list[str]], list[str]], says: str
) -> None:
    told.settings.audit_head.write_text("".join(change(lines(told))), encoding="utf-8")
    assert any(says in words for words in await found(told)), await found(told)


async def test_fault_s8_a_tail_cut_since_the_line_of_the_hour_is_missed(told: HomeUnderTest) -> None:
    told.clock.on(minutes=10)
    for words in ("一", "二", "三"):
        await told.hears(words)
    told.clock.on(seconds=15)
    await runs(told, "ledger")
    last = await told.one("SELECT max(position) FROM audit")
    assert await found(told) == []
    await told.rows("DELETE FROM audit WHERE position > ? RETURNING id", last - 2)
    assert any(f"有 {last} 行，现在只有 {last - 2} 行" in words for words in await found(told))


async def test_fault_s8_the_newest_link_can_neither_be_taken_away_nor_be_another(told: HomeUnderTest) -> None:
    newest = audit_heads.newest_of(told.settings.audit_head)
    kept = newest.read_text(encoding="utf-8")
    newest.unlink()
    assert any("记最新一行的文件不见了" in words for words in await found(told))
    newest.write_text(forged(kept, position=2), encoding="utf-8")
    assert any("记最新一行的文件被改过" in words for words in await found(told))
    newest.write_text(kept, encoding="utf-8")
    assert await found(told) == []


async def test_fault_s8_both_files_taken_away_are_missed_by_the_audit_itself(told: HomeUnderTest) -> None:
    told.settings.audit_head.unlink()
    audit_heads.newest_of(told.settings.audit_head).unlink()
    assert any("外面的记录少了 4 行" in words for words in await found(told))


async def test_fault_s8_lines_of_an_older_release_count_before_the_first_signed_one(home: HomeUnderTest) -> None:
    file = home.settings.audit_head
    await home.hears("你们好")
    home.clock.on(minutes=1)
    await home.database.store(lambda store: audit_chain.link(store, home.clock()))
    head = await home.database.store(lambda store: audit_chain.head(store, home.clock()))
    assert head
    old = json.dumps({"at": head.at, "position": head.position, "chain": head.chain}) + "\n"
    file.write_text(old, encoding="utf-8")
    assert await found(home) == []
    await runs(home, "head")
    assert await found(home) == []
    file.write_text(lines(home)[1] + old, encoding="utf-8")
    assert any("没有签名" in words for words in await found(home))


async def test_fault_s8_a_line_that_power_cut_in_half_is_told_and_the_next_one_stands_on_its_own(
    told: HomeUnderTest,
) -> None:
    whole = lines(told)
    told.settings.audit_head.write_text("".join(whole) + '{"at":"20', encoding="utf-8")
    await runs(told, "head")
    assert await found(told) == ["外面的记录第 5 行读不出来"]
    assert len(lines(told)) == 6


def test_fault_s8_who_has_other_keys_cannot_write_a_line(tmp_path: Path) -> None:
    ours, other = (Sealer({"a": bytes(32)}, "a", key * 32) for key in (b"1", b"2"))
    file = tmp_path / "heads"
    audit_heads.write(file, ours, Head("2026-11-22T08:00:00+00:00", 3, "aa"))
    assert audit_heads.read(file, ours).wrong == ()
    audit_heads.write(file, other, Head("2026-11-22T09:00:00+00:00", 2, "bb"))
    outside = audit_heads.read(file, ours)
    assert [head.position for head in outside.heads] == [3]
    assert len(outside.wrong) == 2
    last = audit_heads.last(file)
    assert last is not None
    assert last.position == 2


async def test_fault_i11_verify_says_how_many_rows_wait_and_not_that_nothing_was_changed(
    home: HomeUnderTest, capsys: pytest.CaptureFixture[str]
) -> None:
    await home.hears("你们好")
    count = await home.one("SELECT count(*) FROM audit")
    await home.database.close()
    assert await asyncio.to_thread(upkeep.verify, home.settings) == 0
    said = capsys.readouterr().err
    assert f"核对了 0 行，另有 {count} 行还没连上" in said
    assert "没有发现改动" not in said
    assert "还不能说有没有改动" in said


async def test_fault_i11_a_service_that_stops_leaves_no_row_unlinked(
    home: HomeUnderTest, capsys: pytest.CaptureFixture[str]
) -> None:
    await home.hears("你们好")
    await wind_up(running(home), home.clock())
    left = await home.one("SELECT count(*) FROM audit WHERE position IS NULL")
    await home.database.close()
    assert await asyncio.to_thread(upkeep.verify, home.settings) == 0
    said = capsys.readouterr().err
    assert ("没有发现改动" in said) == (not home.database.shared) == (left == 0)


async def test_p5_a_chain_that_was_changed_is_told_and_the_command_fails(
    home: HomeUnderTest, capsys: pytest.CaptureFixture[str]
) -> None:
    await home.hears("你们好")
    await home.staff()
    now = home.clock.on(minutes=5)
    await home.database.store(lambda store: audit_chain.link(store, now))
    await home.rows("UPDATE audit SET action = 'nothing' WHERE position = 1")
    await home.database.close()
    assert await asyncio.to_thread(upkeep.verify, home.settings) == 1
    assert "处不对" in capsys.readouterr().err


def test_fault_t_the_file_of_heads_is_read_by_the_service_alone(home: HomeUnderTest, tmp_path: Path) -> None:
    file = tmp_path / "head"
    audit_heads.write(file, home.database.sealer, Head("2026-11-22T16:00:00+08:00", 1, "00"))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
