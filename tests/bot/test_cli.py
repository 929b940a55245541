"""The command `jiashu`: what each command means when only what must be said is said, and what wrong use is told."""

import json
import shlex
from pathlib import Path
from typing import Any

import pytest

from bot import accounts, cli, days, demo, questions, upgrade, upkeep, version
from care.states import Role
from storage import migrate

CONFIGURED = {
    "WECHAT__APP_ID": "wx0123456789abcdef",
    "WECHAT__APP_SECRET": "s",
    "WECHAT__TOKEN": "token",
    "WECHAT__ENCODING_AES_KEY": "a" * 43,
}
DEMO = {"port": 8080, "phone_port": 8090, "data": Path("var/demo"), "fortnight": True, "keep": False}
COMMANDS: list[tuple[str, dict[str, Any]]] = [
    ("serve", {"config": None, "role": "all", "migrate": False}),
    ("serve --role web --migrate --config c.toml", {"config": Path("c.toml"), "role": "web", "migrate": True}),
    ("serve --role worker", {"config": None, "role": "worker", "migrate": False}),
    ("migrate", {"config": None, "adopt": False}),
    ("migrate --adopt", {"config": None, "adopt": True}),
    ("upgrade --config c.toml", {"config": Path("c.toml")}),
    ("audit verify", {"act": "verify", "config": None}),
    ("backup", {"config": None, "to": None}),
    ("backup --to b.backup", {"config": None, "to": Path("b.backup")}),
    ("restore b.backup", {"config": None, "file": Path("b.backup")}),
    ("move", {"config": None, "to": None}),
    ("move --to -", {"config": None, "to": "-"}),
    ("doctor", {"config": None}),
    ("answer --config c.toml", {"config": Path("c.toml")}),
    ("triage", {}),
    ("calendar --from 2027-01-01 --to 2027-02-01", {"first": "2027-01-01", "last": "2027-02-01", "birthday": None}),
    ("calendar --from a --to b --birthday c", {"first": "a", "last": "b", "birthday": "c"}),
    ("simulate", {"config": None, "port": 8090, "scene": None}),
    ("simulate --port 8190 --scene s.toml", {"config": None, "port": 8190, "scene": Path("s.toml")}),
    ("demo", DEMO),
    ("demo --port 8180 --phone-port 8190 --data d", DEMO | {"port": 8180, "phone_port": 8190, "data": Path("d")}),
    ("demo --no-fortnight --keep", DEMO | {"fortnight": False, "keep": True}),
    ("staff list", {"act": "list", "config": None}),
    (
        "staff add chen 陈晓雯 desk",
        {
            "act": "add",
            "config": None,
            "login": "chen",
            "name": "陈晓雯",
            "role": "desk",
            "floors": "",
            "new": False,
            "settled": False,
        },
    ),
    (
        "staff add chen 陈晓雯 nurse --floors '2 3' --new --config c.toml",
        {
            "act": "add",
            "config": Path("c.toml"),
            "login": "chen",
            "name": "陈晓雯",
            "role": "nurse",
            "floors": "2 3",
            "new": True,
            "settled": False,
        },
    ),
    ("staff leave chen", {"act": "leave", "config": None, "login": "chen"}),
    ("staff password chen", {"act": "password", "config": None, "login": "chen", "new": False}),
    ("staff password chen --new", {"act": "password", "config": None, "login": "chen", "new": True}),
    ("staff role chen nurse", {"act": "role", "config": None, "login": "chen", "role": "nurse"}),
    ("staff floors chen 2 3", {"act": "floors", "config": None, "login": "chen", "floors": ["2", "3"]}),
    ("staff logout chen --config c.toml", {"act": "logout", "config": Path("c.toml"), "login": "chen"}),
]


def parsed(words: str) -> dict[str, Any]:
    return vars(cli.parser().parse_args(shlex.split(words)))


@pytest.mark.parametrize(("words", "meant"), COMMANDS, ids=[words for words, _ in COMMANDS])
def test_fault_i10_a_command_means_what_its_page_says(words: str, meant: dict[str, Any]) -> None:
    assert parsed(words) == {"command": words.split(maxsplit=1)[0], "version": None, **meant}


def test_fault_i13_every_role_can_be_given_at_the_command_line() -> None:
    assert {parsed(f"staff role chen {role.value}")["role"] for role in Role} == {role.value for role in Role}


@pytest.mark.parametrize(
    "words",
    [
        "",
        "fly",
        "audit",
        "staff",
        "restore",
        "serve --role both",
        "calendar --to 2027-02-01",
        "calendar --from 2027-02-01",
        "staff leave",
        "staff add chen 陈晓雯",
        "staff role chen king",
        "staff role chen",
        "staff floors chen",
        "staff list --floors 2",
        "triage --config c.toml",
        "demo --port x",
        "simulate --port x",
        "demo --phone-port x",
    ],
)
def test_fault_i10_wrong_use_is_told_and_ends_with_two(words: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parsed(words)
    assert ended.value.code == 2
    assert "usage: jiashu" in capsys.readouterr().err


@pytest.fixture
def configured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, value in CONFIGURED.items():
        monkeypatch.setenv(f"JIASHU_{name}", value)
    monkeypatch.setenv("JIASHU_DATABASE__URL", f"sqlite:///{tmp_path}/none.db")


@pytest.mark.usefixtures("configured")
def test_fault_i10_each_command_reaches_what_does_it_and_ends_as_that_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[tuple[Any, ...]] = []

    def does(name: str) -> Any:
        def run(*given: Any, **more: Any) -> int:
            done.append((name, *given, *more.items()))
            return 7

        return run

    for module in (accounts, upgrade, upkeep, days, questions):
        monkeypatch.setattr(module, "run", does(module.__name__))
    for name in ("run", "simulate"):
        monkeypatch.setattr(demo, name, does(f"demo.{name}"))
    monkeypatch.setattr(cli, "_loop", lambda ended: ended)
    expected = {
        "demo --port 1 --phone-port 2 --data d": ("demo.run", 1, 2, Path("d"), ("fortnight", True), ("keep", False)),
        "simulate --port 3 --scene s": ("demo.simulate", 3, Path("s")),
        "calendar --from a --to b --birthday c": ("bot.days", "a", "b", "c"),
        "triage": ("bot.questions", "triage", None),
        "answer --config c.toml": ("bot.questions", "answer", Path("c.toml")),
        "migrate": ("bot.upgrade",),
        "upgrade": ("bot.upgrade",),
        "audit verify": ("bot.upkeep",),
        "backup": ("bot.upkeep",),
        "doctor": ("bot.upkeep",),
        "restore f": ("bot.upkeep",),
        "move": ("bot.upkeep",),
        "staff list": ("bot.accounts",),
    }
    for words, reached in expected.items():
        assert cli.main(words.split()) == 7, words
        given = done.pop()
        assert tuple(one for one in given if one in reached) == reached, words
        assert not done


@pytest.mark.usefixtures("configured")
def test_fault_i10_serve_runs_one_process_on_sqlite_and_migrates_when_told_or_where_there_is_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The first line of its log says which release it is, and which part of it."""
    served: list[str] = []
    monkeypatch.setattr(migrate, "current", lambda _: migrate.head())

    def loop(work: Any) -> int:
        work.close()
        served.append("served")
        return 0

    monkeypatch.setattr(cli, "_loop", loop)
    monkeypatch.setattr(upgrade, "bring_up", served.append)
    for role in ("web", "worker"):
        assert cli.main(["serve", "--role", role]) == 2
        assert "SQLite 只能由一个进程使用，请去掉" in capsys.readouterr().err
    assert served == []
    assert cli.main(["serve"]) == 0
    assert served == ["served"]
    (line,) = capsys.readouterr().err.splitlines()
    assert (json.loads(line)["action"], json.loads(line)["role"]) == ("start", "all")
    assert json.loads(line)["say"] == version.words()
    assert cli.main(["serve", "--migrate"]) == 0
    assert served[1].startswith("sqlite:///")
    assert served[2:] == ["served"]
    monkeypatch.setenv("JIASHU_DATABASE__URL", "postgresql://jiashu@127.0.0.1/none")
    monkeypatch.setenv("JIASHU_SECURITY__KEY_FILE", "keys")
    monkeypatch.setenv("JIASHU_INBOX__SPOOL", "spool")
    assert cli.main(["serve", "--role", "web"]) == 0
    assert served[3:] == ["served"]
    monkeypatch.setattr(migrate, "current", lambda _: None)
    assert cli.main(["serve", "--role", "web"]) == 0
    assert served[4].startswith("postgresql://"), "a database in which nothing is has no schema to be careful with (N3)"


@pytest.mark.usefixtures("configured")
def test_fault_i10_what_a_disk_refuses_is_a_sentence_and_whoever_interrupts_has_not_failed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def raises(error: BaseException) -> Any:
        def run(*_: Any) -> int:
            raise error

        return run

    monkeypatch.setattr(upkeep, "run", raises(PermissionError(13, "no", "/media/b.backup")))
    assert cli.main(["backup"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("/media/b.backup")
    assert len(said.splitlines()) == 1
    monkeypatch.setattr(upkeep, "run", raises(OSError(28, "no")))
    assert cli.main(["backup"]) == 1
    assert not capsys.readouterr().err.startswith("：")
    monkeypatch.setattr(upkeep, "run", raises(KeyboardInterrupt()))
    assert cli.main(["backup"]) == 0
