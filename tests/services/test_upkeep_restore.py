"""A backup while the house works, and what a restore may never do: say again what was said, or speak to who must be
left in peace.
"""

import asyncio
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import upkeep
from care.errors import BackupUnreadable, Conflict, Invalid, NotEmpty, NotFound
from care.states import Role
from services import install
from services.greetings import occasions
from services.outgoing import outbox, purposes
from services.ports import Fate, Outcome
from services.residents import residents
from services.residents.forms import Hush, SetStatus
from services.talks import answering
from services.talks.receive import receive_batch
from services.upkeep import audit_chain, audit_heads, epochs, stoplist
from services.upkeep.forms import ConfirmEpoch
from settings import Database
from storage import archive, migrate
from storage.open import open_database
from storage.store import Store
from tests import houses
from tests.conftest import HomeUnderTest

ELDERS = 20
SCENE: dict[str, Any] = {
    "staff": [],
    "people": [
        {
            "openid": f"elder{n}",
            "name": f"老人{n}",
            "kind": "elder",
            "room": f"3{n:02d}",
            "bed": "1",
            "sex": "女",
            "born": "1940-11-25",
        }
        for n in range(ELDERS)
    ]
    + [
        {
            "openid": f"kin{n}",
            "name": f"家属{n}",
            "kind": "family",
            "kin": [{"of": f"老人{n}", "relation": "女儿", "primary": True, "scopes": "daily"}],
        }
        for n in range(ELDERS)
    ],
}


async def _quiet(work: Callable[..., int], *values: Any) -> int:
    """A command beside the running service."""
    return await asyncio.to_thread(work, *values)


async def _opened(home: HomeUnderTest, url: str) -> HomeUnderTest:
    """The same house on another database, as a service that starts would see it."""
    database = open_database(url, home.database.sealer, lambda store, batch: receive_batch(store, home.house, batch))
    await database.start()
    ids = await database.write(lambda db: install.install(db, home.settings, home.clock()))
    return HomeUnderTest(
        database, home.house, home.clock, ids, replace(home.settings, database=Database(url)), count=home.count
    )


async def _day(home: HomeUnderTest) -> list[tuple[str, str]]:
    """What the clocks of a house do, and what leaves."""
    now = home.clock()
    wanted = await home.database.read(lambda db: occasions.missing(db, home.house, home.ids.home_id, now))
    await home.database.write(lambda db: occasions.plan(db, home.house, home.ids.home_id, wanted))
    for number in await home.database.read(lambda db: occasions.due(db, home.ids.home_id, now)):
        await home.database.write(lambda db, n=number: occasions.release(db, home.house, n, now))  # type: ignore[misc]
    return await home.send_all()


@pytest.mark.slow
# the whole way
async def test_p7_a_restored_house_says_nothing_twice_and_nothing_to_who_was_stopped_since(  # noqa: C901, PLR0915
    home: HomeUnderTest, fresh: Callable[[str], str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home.clock.now = home.clock.now.replace(hour=6)  # 14:00
    await home.database.write(lambda db: houses.furnish(db, home.ids, SCENE, home.clock()))
    nurse, director = await home.staff(Role.NURSE, "唐雨", "tang"), await home.staff(Role.DIRECTOR, "沈国平", "shen")
    people = [f"{who}{n}" for n in range(ELDERS) for who in ("elder", "kin")]
    for openid in people:
        await home.hears("今天天气不错", openid)
    waiting = await home.person("kin0")  # a colleague's words that wait for their turn when the backup is made
    await home.database.write(
        lambda db: answering.answer(db, nurse, waiting, "您放心，晚饭吃了。", "before", home.clock())
    )
    await home.database.store(
        lambda store: (
            store.lock_persons(waiting),
            outbox.enqueue(
                store,
                home_id=home.ids.home_id,
                person_id=waiting,
                purpose=purposes.of("follow_up"),
                dedup_key="later",
                text="三天后再问您",
                now=home.clock(),
                not_before=home.clock() + timedelta(days=3),
            ),
        )
    )
    file = tmp_path / "home.backup"
    assert await _quiet(upkeep.backup, home.settings, file, home.clock) == 0
    assert "已从头到尾读回一遍" in capsys.readouterr().err
    assert "老人" not in file.read_bytes().decode("latin-1")

    # what the backup does not know: a hundred sends, three of them an hour, and ten people who are to be left in peace
    said: list[tuple[str, str]] = await _day(home)
    for n in range(100):
        person = await home.person(f"kin{n % ELDERS}")
        if n % ELDERS == 0:
            for openid in people:
                await home.hears("好的", openid)
        await home.database.write(
            lambda db, p=person, n=n: answering.answer(  # type: ignore[misc]
                db, nurse, p, f"第{n}句", f"k{n}", home.clock()
            )
        )
        said += await _day(home)
    assert len([words for _, words in said if words.startswith("第")]) == 100
    home.clock.on(days=2, hours=19)  # the birthday of all of them, 09:00
    for openid in people:
        await home.hears("早", openid)
    greeted = await _day(home)
    assert len([words for _, words in greeted if "生日好" in words]) == ELDERS
    numbers = dict(
        await home.rows("SELECT f.openid, r.id FROM resident r JOIN follower f ON f.person_id = r.person_id")
    )
    for n in range(10):
        if n < 5:
            await home.database.write(
                lambda db, n=n: residents.set_status(
                    db, director, numbers[f"elder{n}"], SetStatus(status="去世", name=f"老人{n}"), home.clock()
                )  # type: ignore[misc]
            )
        else:
            await home.database.write(
                lambda db, n=n: residents.hush(  # type: ignore[misc]
                    db, nurse, numbers[f"elder{n}"], Hush(on=True), home.clock()
                )
            )
    stops = home.settings.stop_list
    assert stoplist.keep(stops, home.database.sealer, await home.database.store(stoplist.entries)) == 10
    assert stoplist.keep(stops, home.database.sealer, await home.database.store(stoplist.entries)) == 0
    await home.database.store(lambda store: audit_chain.link(store, home.clock()))

    # restored
    home.clock.on(minutes=20)
    url = fresh("restored.db")
    assert await _quiet(upkeep.restore, replace(home.settings, database=Database(url)), file, home.clock) == 0
    assert "停发名单补上 10 条" in capsys.readouterr().err
    back = await _opened(home, url)
    try:
        assert await back.one("SELECT count(*) FROM staff_session WHERE ended_at IS NULL") == 0
        assert await back.one("SELECT count(*) FROM resident WHERE status = '去世'") == 5
        # nothing leaves, whoever asks for it
        for openid in people:
            assert await back.hears("早上好", openid)  # who writes is answered, as ever
        assert await _day(back) == []
        await back.database.write(
            lambda db: answering.answer(db, nurse, waiting, "系统恢复了，我在。", "after", back.clock())
        )
        assert await _day(back) == []
        closed = await back.database.read(lambda db: epochs.closed(db, back.ids.home_id))
        assert closed is not None
        with pytest.raises(NotFound):
            await back.database.read(lambda db: epochs.account(db, nurse, closed))
        account = await back.database.read(lambda db: epochs.account(db, director, closed))
        assert (account.later, account.unsure, account.stopped, account.greetings) == (
            0,
            1,
            10,
            ELDERS - 5,
        )  # of the dead nothing is planned, nor asked
        with pytest.raises(Invalid):
            await back.database.write(
                lambda db: epochs.confirm(db, director, closed.id, ConfirmEpoch(words="好"), back.clock())
            )
        await back.database.write(
            lambda db: epochs.confirm(db, director, closed.id, ConfirmEpoch(words=epochs.CONFIRM), back.clock())
        )
        traces = await back.rows("SELECT actor, action FROM audit WHERE subject = ?", f"epoch:{closed.id}")
        assert traces == [("machine", "begin_epoch"), (f"staff:{director.id}", "confirm_epoch")]
        with pytest.raises(Conflict):
            await back.database.write(
                lambda db: epochs.confirm(db, director, closed.id, ConfirmEpoch(words=epochs.CONFIRM), back.clock())
            )

        # after the confirmation: what is new leaves, nothing of the hundred again, nobody is greeted twice, the ten
        # hear no machine
        left = await _day(back)
        assert ("kin0", "系统恢复了，我在。") in left
        for _ in range(8):
            back.clock.on(hours=23, minutes=50)
            for openid in people:
                await back.hears("早上好", openid)
            left += await _day(back)
        words = [text for _, text in left]
        assert not [text for text in words if text.startswith("第") or "生日好" in text or "您放心" in text]
        assert await back.one("SELECT state FROM outbox WHERE why = ?", epochs.UNSURE) == "unknown"
        stopped = {f"{who}{n}" for n in range(10) for who in ("elder", "kin")}
        machine = await back.rows(
            "SELECT f.openid FROM outbox o JOIN follower f ON f.person_id = o.person_id WHERE o.state = 'sent' AND "
            "o.staff_id IS NULL AND o.settled_at > ?",
            closed.began_at,
        )
        assert not {row[0] for row in machine} & stopped
        assert await ledger_is_whole(back)
    finally:
        await back.database.close()


async def ledger_is_whole(home: HomeUnderTest) -> bool:
    heads = audit_heads.read(home.settings.audit_head, home.database.sealer)
    return not (await home.database.store(lambda store: audit_chain.verify(store, heads)))[1]


async def test_p7_a_backup_that_is_cut_or_changed_brings_nothing_back_and_a_full_database_is_not_overwritten(
    home: HomeUnderTest, fresh: Callable[[str], str], tmp_path: Path
) -> None:
    await home.hears("你好")
    file = tmp_path / "home.backup"
    await _quiet(upkeep.backup, home.settings, file, home.clock)
    with pytest.raises(NotEmpty):
        await _quiet(upkeep.restore, home.settings, file, home.clock)
    data, empty = file.read_bytes(), replace(home.settings, database=Database(fresh("other.db")))
    for harm in (data[:-40], data[:200] + bytes([data[200] ^ 1]) + data[201:], data + data[-60:], b"PK" + data):
        (tmp_path / "harmed").write_bytes(harm)
        with pytest.raises(BackupUnreadable):
            await _quiet(upkeep.restore, empty, tmp_path / "harmed", home.clock)
    assert not await asyncio.to_thread(migrate.has_rows, empty.database.url)


async def test_p7_a_restore_that_is_cut_leaves_nothing_and_works_at_the_next_try(
    home: HomeUnderTest, fresh: Callable[[str], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await home.hears("你好")
    file, empty = tmp_path / "home.backup", replace(home.settings, database=Database(fresh("other.db")))
    await _quiet(upkeep.backup, home.settings, file, home.clock)

    def cut(*_: Any) -> int:
        message = "the power went"
        raise RuntimeError(message)

    with monkeypatch.context() as patched:
        patched.setattr(epochs, "begin", cut)
        with pytest.raises(RuntimeError, match="power"):
            await _quiet(upkeep.restore, empty, file, home.clock)
    assert not await asyncio.to_thread(migrate.has_rows, empty.database.url)
    target = migrate.file_of(empty.database.url)
    if target is not None:
        for name in (".coming", ".coming-wal", ".coming.lock", "-wal", "-shm"):
            target.with_name(f"{target.name}{name}").write_bytes(b"half written when the power went")
    assert await _quiet(upkeep.restore, empty, file, home.clock) == 0
    if target is not None:
        left = {one.name.removeprefix(target.name) for one in target.parent.glob(f"{target.name}*")}
        assert left <= {"", ".lock"}, "nothing of before lies beside it"
    back = await _opened(home, empty.database.url)
    try:
        assert await back.one("SELECT count(*) FROM epoch") == 1
        assert await back.one("SELECT count(*) FROM inbox") == 1
    finally:
        await back.database.close()


async def test_p7_words_that_waited_for_the_confirmation_leave_but_those_of_an_old_alarm_do_not(
    home: HomeUnderTest, fresh: Callable[[str], str], tmp_path: Path
) -> None:
    await home.hears("你好")
    nurse, director = await home.staff(Role.NURSE, "唐雨", "tang"), await home.staff(Role.DIRECTOR, "沈国平", "shen")
    person = await home.person()
    await home.database.write(lambda db: answering.answer(db, nurse, person, "等一下发", "k1", home.clock()))
    file, empty = tmp_path / "home.backup", replace(home.settings, database=Database(fresh("other.db")))
    await _quiet(upkeep.backup, home.settings, file, home.clock)
    await _quiet(upkeep.restore, empty, file, home.clock)
    back = await _opened(home, empty.database.url)
    try:
        held = int(await back.one("SELECT id FROM outbox WHERE state = 'held'"))
        assert await back.database.store(
            lambda store: outbox.cancel(store, held, back.clock())
        )  # a colleague may take it back
        await back.hears("在吗")

        def later(store: Store) -> None:
            store.lock_persons(person)
            for purpose, queue in (("alarm", "alarm"), ("answer", "conversation")):
                outbox.enqueue(
                    store,
                    home_id=back.ids.home_id,
                    person_id=person,
                    purpose=purposes.of(purpose),
                    dedup_key=purpose,
                    text=purpose,
                    now=back.clock(),
                    queue=queue,
                )

        await back.database.store(later)
        back.clock.on(hours=5)
        epoch = await back.database.read(lambda db: epochs.closed(db, back.ids.home_id))
        assert epoch is not None
        await back.database.write(
            lambda db: epochs.confirm(db, director, epoch.id, ConfirmEpoch(words=epochs.CONFIRM), back.clock())
        )
        busy = Outcome(Fate.RETRY, "微信系统忙，正在重试")
        assert await back.send_all(lambda _openid, _words: busy) == []  # the first try after five hours is not the last
        back.clock.on(minutes=1)
        assert await back.send_all() == [("daughter", "answer")]
    finally:
        await back.database.close()


async def test_p7_files_come_back_and_old_backups_go(
    home: HomeUnderTest, fresh: Callable[[str], str], tmp_path: Path
) -> None:
    settings = replace(home.settings, media=replace(home.settings.media, path=tmp_path / "media"))
    (tmp_path / "media" / "ab").mkdir(parents=True)
    (tmp_path / "media" / "ab" / "1").write_bytes(b"sealed photo")
    assert await _quiet(upkeep.backup, settings, None, home.clock) == 0
    first = next(settings.backups.iterdir())
    other = replace(
        settings, database=Database(fresh("other.db")), media=replace(settings.media, path=tmp_path / "media2")
    )
    assert await _quiet(upkeep.restore, other, first, home.clock) == 0
    assert (tmp_path / "media2" / "ab" / "1").read_bytes() == b"sealed photo"
    long_ago = home.clock().timestamp() - 20 * 86400
    os.utime(first, (long_ago, long_ago))
    home.clock.on(days=1)
    await _quiet(upkeep.backup, settings, None, home.clock)
    assert [file for file in settings.backups.iterdir() if file == first] == []


async def test_p7_a_home_moves_to_another_database_row_by_row(
    home: HomeUnderTest, postgres_server: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await home.database.write(lambda db: houses.furnish(db, home.ids, SCENE, home.clock()))
    await home.hears("昨天晚饭是凉的，我要投诉", "kin1")
    if migrate.file_of(home.settings.database.url) is None:
        assert await _quiet(upkeep.move, home.settings, "sqlite:///other.db") == 2
        assert "不是 SQLite" in capsys.readouterr().err
        return
    await home.database.close()
    url = postgres_server.create(f"moved{tmp_path.name[-6:].strip('_').lower()}".replace("-", ""))
    assert await _quiet(upkeep.move, home.settings, url) == 0
    assert "逐行核对都一样" in capsys.readouterr().err
    before = await asyncio.to_thread(lambda: archive.connected(home.settings.database.url, archive.prints, write=False))
    after = await asyncio.to_thread(lambda: archive.connected(url, archive.prints, write=False))
    assert before == after
    assert before["person"].rows == 2 * ELDERS
    moved = await _opened(home, url)
    try:
        assert await moved.hears("还有，碗也没洗干净", "kin1")
        assert await moved.one("SELECT count(*) FROM complaint") == 1
        assert await ledger_is_whole(moved)
    finally:
        await moved.database.close()
    with pytest.raises(NotEmpty):
        await _quiet(upkeep.move, home.settings, url)
