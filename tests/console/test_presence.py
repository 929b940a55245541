"""Who is at a talk or a case: heard as hints of ids, faded by itself, told to whoever may open it (D12, I14)."""

import asyncio
from dataclasses import dataclass

import pytest

from care.states import Role
from console import live, presence
from console.presence import HERE_FOR, LEFT, READS, STOPS, WRITES, WRITES_FOR, Here, Presence, hint
from tests.console.browsers import Desk


@dataclass
class Seconds:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


def test_fault_d12_who_writes_and_who_left_is_known_and_silence_fades() -> None:
    clock = Seconds()
    here = Presence(clock)
    assert here.hear(hint("person:1", 7, READS)) == ("person:1", 7)
    here.hear(hint("case:2", 7, WRITES))
    here.hear(hint("person:1", 8, WRITES))
    assert here.at("person:1") == [Here(7, writes=False), Here(8, writes=True)]
    assert here.at("case:2") == [Here(7, writes=True)]
    assert here.at("person:3") == []
    assert here.changed("person:1")
    assert not here.changed("person:1")
    here.hear(hint("person:1", 8, READS))
    assert Here(8, writes=True) in here.at("person:1"), "that she still looks does not mean that she stopped"
    here.hear(hint("person:1", 8, STOPS))
    assert Here(8, writes=False) in here.at("person:1")
    here.hear(hint("person:1", 8, WRITES))
    clock.now = WRITES_FOR + 0.1
    assert here.at("person:1") == [Here(7, writes=False), Here(8, writes=False)]
    here.hear(hint("person:1", 7, LEFT))
    assert here.at("person:1") == [Here(8, writes=False)]
    clock.now = HERE_FOR + 1
    assert here.at("person:1") == [], "a process that ended says nothing more"
    assert here.changed("person:1")
    assert not here.changed("person:3")


async def test_fault_d12_presence_is_told_by_events_and_only_to_who_may_open_it(at_desk: Desk) -> None:
    home, client = at_desk.home, at_desk.client
    await home.hears("你好")
    person = await home.person()
    stream = await client.get(f"/console/live?topics=person:{person}")
    await stream.content.readuntil(b"\r\n\r\n")
    nurse = await home.staff(Role.NURSE, "唐雨", "tang")
    home.database.heard(frozenset({presence.hint(f"person:{person}", nurse.id, WRITES)}))
    seen = b""
    async with asyncio.timeout(5):
        while f"event: here-person-{person}".encode() not in seen:
            seen += await stream.content.readuntil(b"\r\n\r\n")
    assert "唐雨 正在写" in await (await client.get(f"/console/here?topic=person:{person}")).text()
    assert (await client.get("/console/here?topic=person:1")).status == 404
    assert (await client.get("/console/here?topic=secret")).status == 404
    assert (await client.get("/console/here?topic=")).status == 404
    stream.close()


async def test_fault_i14_a_quiet_stream_says_that_the_service_lives_and_a_restart_is_announced(
    at_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "BEAT", 0.2)
    stream = await at_desk.client.get("/console/live?topics=inbox")
    seen = b""
    async with asyncio.timeout(15):
        while b"event: beat" not in seen:
            seen += await stream.content.readuntil(b"\r\n\r\n")
    await at_desk.client.server.close()
    seen += await stream.content.read()
    assert b"event: restart" in seen
