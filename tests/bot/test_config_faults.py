"""No configuration and no place that it names leads to a traceback: each is a sentence with the file, the line or the
key, and what to do (I10).
"""

import itertools
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import config
from bot.cli import main
from care.errors import ConfigError, JiashuError
from scripts.stage import free_port
from settings.keys import KEYS
from tests.choice import Choice

GOOD = {
    ("wechat", "app_id"): "wx0123456789abcdef",
    ("wechat", "app_secret"): "s",
    ("wechat", "token"): "bartoken",
    ("wechat", "encoding_aes_key"): "a" * 43,
}
FILES = {
    "bom": (b"\xef\xbb\xbf" + '[home]\nname = "青禾"\n'.encode(), None),
    "gbk": ('[http]\nport = 8080\n[home]\nname = "青禾"\n'.encode("gbk"), "c.toml 第 4 行：不是 UTF-8 的字"),
    "utf-16": ('[home]\nname = "青禾"\n'.encode("utf-16"), "c.toml 第 1 行：不是 UTF-8 的字"),
    "quote": ('[home]\nname = "青禾\n'.encode(), "c.toml 第 2 行：不是正确的 TOML"),
    "twice": (b"[http]\nport = 1\nport = 2\n", "c.toml 第 3 行：不是正确的 TOML"),
    "nul": (b"[http]\nport = \x00\n", "c.toml 第 2 行：不是正确的 TOML"),
    "deep": (b"[http]\nhost = " + b"[" * 5000, "c.toml：不是正确的 TOML"),
    "cut": (b"[http", "c.toml：不是正确的 TOML"),
    "loose": (b"port = 1\n[home]\n", "port（不在任何 [段] 里）：请写在某个 [段] 里"),
    "array": (b"[[http]]\nport = 1\n", "http（不在任何 [段] 里）：请写在某个 [段] 里"),
    "list": (b"[http]\nhost = ['127.0.0.1']\n", "http.host：请写一个值"),
    "day": (b"[home]\nletter_time = 17:30:00\n", "home.letter_time：请写一个值"),
    "table": (b"[home.name]\nfirst = 'x'\n", "home.name：请写一个值"),
    "unknown": (b"[home]\ncolour = 'red'\n", "home.colour：没有这个配置项"),
    "America": (b"[home]\ntimezone = 'America'\n", "home.timezone：请写时区名，例如 Asia/Shanghai"),
    "port": (b"[http]\nport = true\n", "http.port：请写 1 到 65535 之间的整数"),
    "scheme": (b"[database]\nurl = 'mysql://x/y'\n", "database.url：请写 sqlite:///文件路径"),
    "memory": (b"[database]\nurl = 'sqlite:///:memory:'\n", "database.url：请写 sqlite:///文件路径"),
    "redis": (b"[redis]\nurl = 'redis://x:y'\n", "redis.url：请写 redis://主机:6379"),
    "control": (b'[home]\nname = "a\\u0000b"\n', "home.name：里面有看不见的控制字符"),
}
NASTY = (
    "", " ", "-1", "0", "1e3", "99999999999999999999", "true", "America", "Asia/", "../../etc", "/", "/dev/null",
    "/proc/1/mem", "/no/such/place/x", "青" * 500, "x" * 5000, "http://", "https://:x/", "http://[::1", "sqlite:///",
    "sqlite:////", "sqlite:///a?b", "postgresql://u:p@h:port/x", "postgresql://[/x", "redis://h:port", "\u200b",
    "a\nb", "a\x00b", "\udcff", "127.0.0.1/0", "[]", "{}", "'", "٣", "²", "1.5", "None", "wx0123456789abcdeF", "25:00",
)  # fmt: skip


def _environment(**more: str) -> dict[str, str]:
    return {f"JIASHU_{section}__{key}".upper(): value for (section, key), value in GOOD.items()} | more


@pytest.mark.parametrize("name", FILES)
def test_fault_i10_a_file_that_is_wrong_is_told_with_its_line_or_key_and_nothing_else(
    name: str, tmp_path: Path
) -> None:
    raw, words = FILES[name]
    file = tmp_path / "c.toml"
    file.write_bytes(raw)
    if words is None:
        assert config.load(file, _environment()).home.name == "青禾"
        return
    with pytest.raises(ConfigError) as told:
        config.load(file, _environment())
    lines = str(told.value).splitlines()
    assert len(lines) == 2, "one mistake, one line: what an unread file would have said is not missing"
    assert words in lines[1]


@pytest.mark.parametrize("name", ["gbk", "cut"])
def test_fault_i10_a_file_that_cannot_be_read_brings_no_false_lines(name: str, tmp_path: Path) -> None:
    file = tmp_path / "c.toml"
    file.write_bytes(FILES[name][0])
    with pytest.raises(ConfigError) as told:
        config.load(file, {})
    assert "app_id" not in str(told.value)
    with pytest.raises(ConfigError, match="是一个目录"):
        config.load(tmp_path, {})


def test_fault_i10_every_key_takes_every_value_or_says_what_to_write() -> None:
    loaded, told = 0, list[tuple[str, str, str]]()
    for section, keys in KEYS.items():
        for key in keys:
            for value in NASTY:
                try:
                    config.load(None, _environment() | {f"JIASHU_{section}__{key}".upper(): value})
                    loaded += 1
                except ConfigError as error:
                    told.append((f"{section}.{key}", value, str(error)))
    assert loaded > 200
    assert len(told) > 800
    for name, value, said in told:
        assert name in said or f"JIASHU_{name.replace('.', '__')}".upper() in said, (name, value)
        assert len(value) < 16 or value not in said, "a value may be a secret"


# -- places that the configuration names -----------------------------------------------------------------------------


@pytest.fixture
def taken_port() -> Iterator[int]:
    """A port on which somebody listens: a service that comes that far ends there."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def places(tmp_path: Path, migrated: Path) -> dict[str, str]:
    (tmp_path / "jiashu.db").write_bytes(migrated.read_bytes())
    (tmp_path / "garbage.db").write_bytes(b"no database at all" * 500)
    (tmp_path / "file").write_text("a file")
    (tmp_path / "folder").mkdir()
    inside = str(tmp_path)
    return {
        "a file": f"{inside}/file",
        "inside a file": f"{inside}/file/x",
        "a folder": f"{inside}/folder",
        "nowhere": "/proc/nowhere/x",
        "new": f"{inside}/new/deep/x",
        "garbage": f"{inside}/garbage.db",
        "long": f"{inside}/{'x' * 300}",
    }


PLACED = ("database.url", "inbox.spool", "media.path", "security.key_file", "security.stop_list", "security.audit_head")
KINDS = ("a file", "inside a file", "a folder", "nowhere", "new", "garbage", "long")
COMMANDS = (["serve"], ["serve", "--migrate"], ["migrate"], ["backup"], ["audit", "verify"])


@pytest.mark.slow
@pytest.mark.parametrize("key", PLACED)
def test_fault_i10_a_place_that_does_not_serve_is_a_sentence_whatever_the_command(
    key: str,
    places: dict[str, str],
    taken_port: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    chosen: Choice,
) -> None:
    for name, value in _environment(
        JIASHU_DATABASE__URL=f"sqlite:///{tmp_path / 'jiashu.db'}",
        JIASHU_MEDIA__PATH=str(tmp_path / "media"),
        JIASHU_HTTP__PORT=str(taken_port),
    ).items():
        monkeypatch.setenv(name, value)
    name = f"JIASHU_{key.replace('.', '__')}".upper()
    for kind, command in chosen.of(itertools.product(KINDS, COMMANDS), 3, shift=PLACED.index(key)):
        monkeypatch.setenv(name, f"sqlite:///{places[kind]}" if key == "database.url" else places[kind])
        code = main(command)
        out, said = capfd.readouterr()
        assert "Traceback" not in said + out, (kind, command, said)
        if code:
            assert code == 1
            assert "。" in said or "：" in said, (kind, command, said)
        else:
            assert command[0] != "serve", "the port is taken"


def test_fault_i10_a_port_that_cannot_be_had_says_why(
    taken_port: int, tmp_path: Path, migrated: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "jiashu.db").write_bytes(migrated.read_bytes())
    for name, value in _environment(
        JIASHU_DATABASE__URL=f"sqlite:///{tmp_path / 'jiashu.db'}",
        JIASHU_MEDIA__PATH=str(tmp_path / "media"),
        JIASHU_HTTP__PORT=str(taken_port),
    ).items():
        monkeypatch.setenv(name, value)
    assert main(["serve"]) == 1
    assert f"不能监听 127.0.0.1:{taken_port}（已有别的程序在用）" in capsys.readouterr().err
    monkeypatch.setenv("JIASHU_HTTP__HOST", "203.0.113.7")
    assert main(["serve"]) == 1
    assert "这台机器没有这个地址" in capsys.readouterr().err


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("refused", "没有数据库在听"),
        ("name", "没有这个名字的数据库"),
        ("host", "连不上数据库"),
        ("user", "连不上数据库"),
    ],
)
def test_fault_i10_a_postgresql_that_lets_nobody_in_says_why(
    change: str,
    words: str,
    fresh_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    urls = {
        "refused": f"postgresql://jiashu:secret-word@127.0.0.1:{free_port()}/jiashu",
        "name": fresh_url.replace("/migrated", "/nosuchname"),
        "host": "postgresql://jiashu:secret-word@no-such-host.invalid/jiashu",
        "user": fresh_url.replace("jiashu@", "nobody-here@"),
    }
    for name, value in _environment(
        JIASHU_DATABASE__URL=urls[change],
        JIASHU_INBOX__SPOOL=str(tmp_path),
        JIASHU_SECURITY__KEY_FILE=str(tmp_path / "k"),
    ).items():
        monkeypatch.setenv(name, value)
    for command in (["serve"], ["migrate"], ["upgrade"], ["backup"], ["staff", "add", "chen", "陈晓雯", "desk"]):
        monkeypatch.setattr("getpass.getpass", lambda _: "long-enough")
        monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
        assert main(command) == 1
        said = capsys.readouterr().err
        assert words in said, said
        assert "secret-word" not in said


@pytest.fixture
def fresh_url(postgres_server: object) -> str:
    return str(postgres_server.url("migrated"))  # type: ignore[attr-defined]


def test_fault_i10_the_words_of_the_system_are_told_in_ours(tmp_path: Path) -> None:
    from care.errors import reason

    with pytest.raises(FileNotFoundError) as nothing:
        os.open(tmp_path / "nothing", os.O_RDONLY)
    assert reason(nothing.value) == "没有这个文件或目录"
    assert reason(OSError()) == "OSError"
    assert isinstance(ConfigError(problems=""), JiashuError)
