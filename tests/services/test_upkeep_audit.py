"""The chain of the audit finds whoever changed, removed, inserted, re-ordered or cut (P5), on both engines."""

from pathlib import Path

import pytest

from services.upkeep import audit_chain, audit_heads
from storage.store import Store
from tests.conftest import HomeUnderTest, put


@pytest.fixture
async def told(home: HomeUnderTest) -> HomeUnderTest:
    """A home in which some things happened, all of them linked."""
    for words in ("你们好", "探视几点", "昨晚按铃没人来，我要投诉", "好了"):
        await home.hears(words)
    home.clock.on(minutes=1)
    assert await home.database.store(lambda store: audit_chain.link(store, home.clock())) > 4
    assert await home.database.store(lambda store: audit_chain.link(store, home.clock())) == 0
    return home


async def found(home: HomeUnderTest, file: Path | None = None) -> list[str]:
    outside = audit_heads.read(file, home.database.sealer) if file else audit_heads.Outside()
    _, findings = await home.database.store(lambda store: audit_chain.verify(store, outside))
    return [finding.words for finding in findings]


async def test_p5_what_nobody_touched_is_whole_and_new_rows_go_on_with_the_chain(told: HomeUnderTest) -> None:
    assert await found(told) == []
    before = await told.one("SELECT max(position) FROM audit")
    await told.hears("还有一句")
    assert await found(told) == [], "a row that waits for its link is no fault"
    told.clock.on(minutes=1)
    await told.database.store(lambda store: audit_chain.link(store, told.clock()))
    assert await told.one("SELECT max(position) FROM audit") > before
    assert await told.one("SELECT count(*) FROM audit WHERE position IS NULL") == 0
    assert await found(told) == []


@pytest.mark.parametrize(
    ("what", "says"),
    [
        ("UPDATE audit SET action = 'nothing' WHERE position = 2 RETURNING id", "第 2 行被改过"),
        ("UPDATE audit SET at = at + 1 WHERE position = 3 RETURNING id", "第 3 行被改过"),
        ("DELETE FROM audit WHERE position = 2 RETURNING id", "第 2 到 2 行不见了"),
    ],
)
async def test_p5_a_changed_and_a_removed_row_are_named(told: HomeUnderTest, what: str, says: str) -> None:
    await told.rows(what)
    assert says in await found(told)


async def test_p5_an_inserted_row_is_found_linked_or_not(told: HomeUnderTest) -> None:
    copy = "SELECT {id}, home_id, at, actor, action, subject, detail, mac, {place}, chain FROM audit WHERE position = 2"
    columns = "INSERT INTO audit (id, home_id, at, actor, action, subject, detail, mac, position, chain) "
    last = await told.one("SELECT max(position) FROM audit")
    await told.rows(columns + copy.format(id=7, place=last + 1) + " RETURNING id")
    assert f"第 {last + 1} 行被改过" in await found(told)
    await told.rows("UPDATE audit SET position = NULL, chain = NULL WHERE id = 7 RETURNING id")
    assert "还没连上的一行不是系统写的，或被改过" in await found(told)


async def test_p5_re_ordered_rows_are_found(told: HomeUnderTest) -> None:
    for old, new in ((2, -1), (3, 2), (-1, 3)):
        await told.rows("UPDATE audit SET position = ? WHERE position = ? RETURNING id", new, old)
    words = await found(told)
    assert "第 2 行不是原来排在这里的那一行" in words
    assert "第 3 行不是原来排在这里的那一行" in words


async def test_p5_a_tail_that_was_cut_off_is_missed_by_the_file_outside(told: HomeUnderTest, tmp_path: Path) -> None:
    file = tmp_path / "outside" / "heads.jsonl"
    head = await told.database.store(lambda store: audit_chain.head(store, told.clock()))
    assert head
    audit_heads.write(file, told.database.sealer, head)
    assert await found(told, file) == []
    await told.rows("DELETE FROM audit WHERE position >= ? RETURNING id", head.position - 1)
    assert await found(told) == [], "without the file nobody could know"
    assert f"尾巴被截断：{head.at} 时有 {head.position} 行，现在只有 {head.position - 2} 行" in await found(told, file)
    for words in ("一", "二", "三", "四"):
        await told.hears(words)
    told.clock.on(minutes=1)
    await told.database.store(lambda store: audit_chain.link(store, told.clock()))
    assert any("记在外面的不一样" in words for words in await found(told, file)), (
        "a tail that grew again is another one"
    )


async def test_p5_who_has_the_database_but_not_the_keys_cannot_write_a_row_that_holds(told: HomeUnderTest) -> None:
    def forged(store: Store) -> object:
        return put(
            store,
            "UPDATE audit SET mac = ?, actor = 'staff:1' WHERE position = 1 RETURNING id",
            b"\x01" * 32,
        )

    await told.database.store(forged)
    assert "第 1 行被改过" in await found(told)
