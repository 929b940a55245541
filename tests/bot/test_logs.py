"""The log of the service: one line of JSON for each event, and of a failure its places, never the words of a person
(P2).
"""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from bot import logs


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What the service writes, though a library has set up a log of its own before."""
    root, ours, jobs = (logging.getLogger(name) for name in ("", "jiashu", "apscheduler.scheduler"))
    for logger in (root, ours, jobs):
        monkeypatch.setattr(logger, "level", logger.level)
    monkeypatch.setattr(root, "handlers", [logging.StreamHandler(foreign := io.StringIO())])
    monkeypatch.setattr("sys.stderr", told := io.StringIO())
    logs.start()
    yield told
    assert foreign.getvalue() == ""
    logging.Logger.manager._clear_cache()  # type: ignore[attr-defined]  # levels go back behind the loggers' backs


def lines(written: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in written.getvalue().splitlines()]


def test_fault_t_an_event_is_one_line_for_people_and_machines_and_a_library_is_heard_only_in_trouble(
    written: io.StringIO,
) -> None:
    logging.getLogger("jiashu.sender").info("第一行\n第二行", extra={"action": "send", "person": 7})
    for name in ("aiohttp.access", "apscheduler.scheduler"):
        logging.getLogger(name).info("nothing to tell")
    logging.getLogger("apscheduler.scheduler").warning("a job still waits for the database")
    logging.getLogger("aiohttp.server").warning("trouble")
    logging.getLogger("apscheduler.scheduler").error("a job failed")
    found = lines(written)
    assert [line["say"] for line in found] == ["第一行\n第二行", "trouble", "a job failed"]
    assert set(found[0]) == {"at", "level", "say", "action", "person"}
    assert (found[0]["level"], found[0]["action"], found[0]["person"]) == ("info", "send", 7)
    assert "第一行" in written.getvalue(), "an engineer reads it as it was said"


def deep(left: int) -> None:
    if left:
        deep(left - 1)
    raise ValueError("王桂兰说疼")


def test_p2_of_a_failure_the_log_tells_the_nearest_places_and_no_words(written: io.StringIO) -> None:
    try:
        deep(20)
    except ValueError:
        logging.getLogger("jiashu.inbound").exception("a push was not read", extra={"action": "receive"})
    (line,) = lines(written)
    assert line["error"] == "ValueError"
    assert len(line["where"]) == 8
    place = f"bot/test_logs.py:{deep.__code__.co_firstlineno + 3} deep"
    assert line["where"][-1] == place
    assert "王桂兰" not in written.getvalue()
