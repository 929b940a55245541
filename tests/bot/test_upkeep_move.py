"""`jiashu move` takes its address so that nobody on the host can read a password (S10)."""

import io

import pytest

from bot import cli, upkeep
from care.errors import WrongTarget

URL = "postgresql://jiashu:geheim@db.example/jiashu"


@pytest.mark.parametrize("seen", [URL, "postgresql://jiashu@db.example/jiashu?password=geheim"])
def test_fault_s10_a_password_in_the_command_is_refused_and_not_said_again(seen: str) -> None:
    with pytest.raises(WrongTarget, match="进程列表") as told:
        upkeep._target(seen)
    assert "geheim" not in str(told.value)
    assert "JIASHU_MOVE_TO" in str(told.value)


def test_fault_s10_the_address_comes_from_the_environment_or_from_standard_input(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert upkeep._target("postgresql://jiashu@db.example/jiashu") == "postgresql://jiashu@db.example/jiashu"
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{URL}\n"))
    assert upkeep._target("-") == URL
    with pytest.raises(WrongTarget, match="没有写搬到哪里"):
        upkeep._target(None)
    monkeypatch.setenv("JIASHU_MOVE_TO", URL)
    assert upkeep._target(None) == URL


def test_fault_s10_no_command_takes_a_secret_among_its_words() -> None:
    waiting, options = [cli.parser()], set[str]()
    while waiting:
        for action in waiting.pop()._actions:
            options |= {*action.option_strings, action.dest}
            if isinstance(action.choices, dict):
                waiting += action.choices.values()
    assert {"--to", "--config", "--floors"} <= options
    assert {word for word in options if any(part in word for part in ("password", "secret", "token", "key"))} == set()


class Terminal(io.StringIO):
    """Where somebody sits and looks."""

    def isatty(self) -> bool:
        return True


def test_p7_progress_is_one_line_that_follows_the_work_for_who_looks_and_nothing_in_a_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = [5.0]
    monkeypatch.setattr("bot.upkeep.time.monotonic", lambda: now[0])
    monkeypatch.setattr("sys.stderr", written := io.StringIO())
    upkeep.progress("写")("person", 1)
    upkeep._done()
    assert written.getvalue() == ""
    monkeypatch.setattr("sys.stderr", written := Terminal())
    step = upkeep.progress("写")
    for rows, later in ((1, 0.0), (2, 0.05), (3, 0.1)):
        now[0] += later
        step("person", rows)
    upkeep._done()
    assert written.getvalue().replace("\x1b[K", "").split("\r") == ["", "写 person：1 行", "写 person：3 行", ""]
