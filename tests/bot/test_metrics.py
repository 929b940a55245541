"""What Prometheus reads of a running service: the figures that somebody is woken by at night (P2)."""

import re
import time

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot import pushes
from bot.main import Service
from care.errors import Busy
from services.ports import Fate
from storage.spool import Kept
from tests.bot.signed import inner
from tests.service import service

__all__ = ["service"]
WORD = "a-word-for-prometheus"


async def figures(service: Service) -> dict[str, float]:
    """What a look reads."""
    service.metrics._token = WORD
    async with TestClient(TestServer(service.application())) as client:
        async with client.post("/wechat", data=b"<xml/>") as answer:
            assert answer.status == 403
        async with client.get("/metrics", headers={"Authorization": f"Bearer {WORD}"}) as answer:
            assert answer.headers["Content-Type"].startswith("text/plain")
            text = await answer.text()
    return {name: float(value) for name, value in re.findall(r"^(jiashu_\S+) (\S+)$", text, re.MULTILINE)}


async def test_p2_the_figures_follow_what_happens_and_fall_back_when_it_is_over(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    quiet = await figures(service)
    for name in ("database_away_seconds", "spool_files", "alarms_open", "restore_unconfirmed"):
        assert quiet[f"jiashu_{name}"] == 0, name
    assert quiet["jiashu_figures_read"] == 1
    assert quiet['jiashu_push_seconds_count{status="403"}'] == 1
    assert 0 <= quiet['jiashu_push_seconds_sum{status="403"}'] < 5, "how long it took, not when it was"
    assert 'jiashu_promises_open{mark="fresh"}' not in quiet or quiet['jiashu_promises_open{mark="fresh"}'] == 0

    now = service.clock()
    await service.inbound.take(pushes.read(inner(more="<Content>能帮忙代收包裹吗</Content>"), now), now)
    for fate in (Fate.SENT, Fate.SENT, Fate.GIVEN_UP):
        service.metrics.sent(fate)
    kept = Kept(inner(), now)
    monkeypatch.setattr(service.spool, "files", lambda: [kept, kept])
    service.board.closed = object()  # type: ignore[assignment]
    found = await figures(service)
    assert found['jiashu_promises_open{mark="fresh"}'] == 1
    assert (found['jiashu_sends_total{fate="sent"}'], found['jiashu_sends_total{fate="given_up"}']) == (2, 1)
    assert (found["jiashu_spool_files"], found["jiashu_restore_unconfirmed"]) == (2, 1)
    assert found['jiashu_push_seconds_count{status="403"}'] == 2
    assert found["jiashu_audit_unlinked_rows"] >= 1

    async def away(_: object) -> object:
        raise Busy

    monkeypatch.setattr(service.database, "read", away)
    monkeypatch.setattr(service.database, "away_since", time.monotonic() - 5)
    lost = await figures(service)
    assert lost["jiashu_figures_read"] == 0, "the others are of the look before"
    assert lost["jiashu_database_away_seconds"] >= 5
    assert lost['jiashu_promises_open{mark="fresh"}'] == 1


async def test_p2_what_became_of_second_readings_is_counted_and_whether_they_are_made(service: Service) -> None:
    quiet = await figures(service)
    assert (quiet["jiashu_second_reading_runs"], quiet["jiashu_messages_read_total"]) == (0, 0)
    counted = service.reader.figures
    counted.messages, counted.read, counted.late, counted.failed, counted.left = 40, 5, 2, 1, 3
    found = await figures(service)
    assert found["jiashu_messages_read_total"] == 40
    fates = ("read", "late", "failed", "left")
    assert [found[f'jiashu_second_readings_total{{fate="{fate}"}}'] for fate in fates] == [5, 2, 1, 3]
