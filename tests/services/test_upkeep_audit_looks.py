"""Every look leaves a trace: doors note it, a job writes it, together, once in ten minutes (P5, S4)."""

import asyncio
import time
from datetime import timedelta

import pytest

from care.errors import Busy, NotFound
from care.states import Role
from conversations import events
from services.access import Viewer, access_person
from services.letters import letters
from services.letters.access import access_letter
from services.letters.forms import WriteLetter
from services.media.access import access_media
from services.residents.access import access_resident
from services.search import search
from services.upkeep import audit_looks
from settings.clock import wall
from storage.looked import MOST, Look
from tests import houses
from tests.conftest import HomeUnderTest
from tests.console.browsers import SCENE


async def written(home: HomeUnderTest) -> list[tuple[str, str]]:
    """What the job has written by now: who, and what they saw."""
    await audit_looks.write_down(home.database, home.clock())
    return [
        (who, what)
        for who, what in await home.rows("SELECT actor, subject FROM audit WHERE action = 'view' ORDER BY id")
    ]


async def looks_at(home: HomeUnderTest, who: Viewer, person: int) -> None:
    await home.database.read(lambda db: access_person(db, who, person))


async def test_fault_s4_a_talk_is_read_again_and_again_and_told_once_in_ten_minutes(home: HomeUnderTest) -> None:
    desk, nurse = await home.staff(), await home.staff(Role.NURSE, "唐雨", "tang")
    await home.hears("几点能来看我妈")
    person = await home.person()
    began = home.clock()
    for _ in range(300):  # a page that is open asks again at each message
        await looks_at(home, desk, person)
    assert await home.one("SELECT count(*) FROM audit WHERE action = 'view'") == 0, "a page never waits for its row"
    await looks_at(home, nurse, person)
    hers, other = (f"staff:{desk.id}", f"person:{person}"), (f"staff:{nurse.id}", f"person:{person}")
    assert await written(home) == [hers, other]
    home.clock.on(minutes=9)
    await looks_at(home, desk, person)
    assert await written(home) == [hers, other]
    home.clock.on(minutes=2)
    await looks_at(home, desk, person)
    assert await written(home) == [hers, other, hers]
    at = await home.one("SELECT min(at) FROM audit WHERE action = 'view'")
    assert 0 <= began.timestamp() - at / 10**6 < 60, "its moment is that of the look"


async def test_fault_s4_media_and_letters_are_looks_and_what_is_refused_or_done_is_none(home: HomeUnderTest) -> None:
    desk = await home.staff()
    await home.database.write(lambda db: houses.furnish(db, home.ids, SCENE, home.clock()))
    await home.hears(events.Image("m1", "http://x"), "kin3")
    person, resident = await home.person("kin3"), await home.one("SELECT id FROM resident WHERE room = '306'")
    media = await home.one("SELECT id FROM media")
    form, day = WriteLetter(sentence="今天晒了太阳"), home.clock().date()
    await home.database.write(lambda db: letters.write(db, desk, resident, day, form, home.clock()))
    letter = await home.one("SELECT id FROM letter")
    await home.database.read(lambda db: access_media(db, desk, media))
    await home.database.read(lambda db: access_letter(db, desk, letter))
    with pytest.raises(NotFound):
        await home.database.read(lambda db: (access_resident(db, desk, resident), access_person(db, desk, 7)))
    await home.database.write(lambda db: access_person(db, desk, person))
    assert {what for _, what in await written(home)} == {
        f"person:{person}",
        f"media:{media}",
        f"resident:{resident}",
        f"letter:{letter}",
    }


async def test_fault_s4_a_search_tells_how_much_it_showed(home: HomeUnderTest) -> None:
    desk = await home.staff()
    await home.hears("几点能来看我妈")

    soon = wall() + timedelta(hours=1)
    while (found := await home.database.read(lambda db: search.next_portion(db, soon))) is not None:
        await home.database.store(lambda store, one=found: search.put(store, one))  # type: ignore[misc]
    assert (await home.database.read(lambda db: search.look(db, desk, "看我妈"))).messages
    assert not (await home.database.read(lambda db: search.look(db, desk, "没有的话"))).messages
    assert await written(home) == [(f"staff:{desk.id}", "search:0.0.1")]


async def test_fault_s4_what_cannot_be_written_waits_with_its_moment_and_is_bounded(
    home: HomeUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = await home.staff()
    await home.hears("你好")
    person = await home.person()
    await looks_at(home, desk, person)
    whole, looked_at = home.database.store, home.clock()

    async def away(_: object) -> None:
        raise Busy

    monkeypatch.setattr(home.database, "store", away)
    with pytest.raises(Busy):
        await written(home)
    monkeypatch.setattr(home.database, "store", whole)
    home.clock.on(hours=2)
    monkeypatch.setattr("storage.looked.time.monotonic", lambda now=time.monotonic: now() + 7200)
    assert await written(home) == [(f"staff:{desk.id}", f"person:{person}")]
    at = await home.one("SELECT min(at) FROM audit WHERE action = 'view'")
    assert abs(looked_at.timestamp() - at / 10**6) < 60
    home.database.note(Look(1, "staff:1", f"person:{number}") for number in range(MOST + 5))
    assert len(home.database.looked.take(home.clock())) == MOST


async def test_fault_s4_looks_of_many_at_once_are_all_there(home: HomeUnderTest) -> None:
    colleagues = [await home.staff(Role.DESK, f"同事{one}", f"c{one}") for one in range(4)]
    await home.hears("你好")
    person = await home.person()
    await asyncio.gather(*(looks_at(home, who, person) for who in colleagues for _ in range(20)))
    assert sorted(await written(home)) == sorted((f"staff:{who.id}", f"person:{person}") for who in colleagues)
