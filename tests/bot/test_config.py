"""Configuration: the file, then the environment; all mistakes at once, each with its key and what to write."""

import json
import re
import tomllib
from pathlib import Path

import pytest

from bot import config
from bot.cli import main, parser
from care.errors import ConfigError
from settings import Mode
from settings.keys import KEYS

GOOD = {
    "JIASHU_WECHAT__APP_ID": "wx0123456789abcdef",
    "JIASHU_WECHAT__APP_SECRET": "s",
    "JIASHU_WECHAT__TOKEN": "bartoken",
    "JIASHU_WECHAT__ENCODING_AES_KEY": "a" * 43,
}


def test_the_environment_is_enough() -> None:
    settings = config.load(
        None, GOOD | {"JIASHU_WECHAT__MODE": "compatible", "JIASHU_DATABASE__URL": "sqlite+aiosqlite:////tmp/x/j.db"}
    )
    assert settings.wechat.mode is Mode.COMPATIBLE
    assert settings.database.path == Path("/tmp/x/j.db")  # noqa: S108
    assert settings.key_file == Path("/tmp/x/jiashu.keys")  # noqa: S108
    assert not settings.on_loopback


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "c.toml"
    file.write_text(
        '[http]\nport = 9000\n[home]\nname = "青禾"\n[wechat]\napi_base_url = "http://127.0.0.1:8090"\n',
        encoding="utf-8",
    )
    settings = config.load(file, GOOD | {"JIASHU_HTTP__PORT": "9001"})
    assert (settings.http.port, settings.home.name, settings.on_loopback) == (9001, "青禾", True)


WRITTEN: dict[str, dict[str, str | int | bool]] = {
    "http": {
        "host": "10.0.0.7",
        "port": 9000,
        "public_url": "https://jiashu.example.cn",
        "trusted_proxies": "172.18.0.0/16",
        "verify_files": "/srv/verify",
    },
    "wechat": {
        "app_id": "wxabcdef0123456789",
        "app_secret": "other",
        "token": "another",
        "encoding_aes_key": "b" * 43,
        "previous_encoding_aes_key": "c" * 43,
        "mode": "compatible",
        "api_base_url": "https://api.example.cn",
        "authorize_url": "https://open.example.cn/authorize",
        "max_age_seconds": 0,
    },
    "clock": {"offset_file": "/srv/offset"},
    "home": {
        "name": "银杏苑",
        "phone": "0571-88000101",
        "timezone": "Asia/Urumqi",
        "first_feedback_minutes": 45,
        "serious_feedback_minutes": 10,
        "result_hours": 48,
        "approval_hours": 6,
        "reply_minutes": 90,
        "letter_time": "18:45",
    },
    "reading": {
        "second": False,
        "stronger_url": "http://192.168.1.20:8080/v1",
        "stronger_model": "qwen3:8b",
        "stronger_seconds": 3,
    },
    "security": {
        "key_file": "/srv/keys",
        "session_hours": 8,
        "idle_minutes": 45,
        "secure_cookies": True,
        "audit_head": "/srv/heads",
        "stop_list": "/srv/stops",
        "backups": "/srv/backups",
        "metrics_token": "t" * 16,
    },
    "robot": {"kind": "", "url": "https://robots.example.cn/send?key=k", "secret": "s3cret"},
    "sms": {
        "provider": "",
        "url": "https://sms.example.cn",
        "key_id": "LTAI5tExample",
        "key_secret": "s3cret",
        "sign": "青禾颐养院",
        "words_text": "SMS_1",
        "call_text": "SMS_2",
        "receipts": "r" * 24,
    },
    "telephone": {
        "provider": "",
        "url": "https://vms.example.cn",
        "key_id": "LTAI5tExample",
        "key_secret": "s3cret",
        "caller": "05718800",
        "alarm_text": "TTS_1",
        "check_text": "TTS_2",
        "complaint_text": "TTS_3",
        "receipts": "r" * 24,
    },
}


@pytest.mark.parametrize(("section", "key"), [(section, key) for section, keys in WRITTEN.items() for key in keys])
def test_what_is_written_is_what_the_service_uses(section: str, key: str, tmp_path: Path) -> None:
    value = WRITTEN[section][key]
    file = tmp_path / "c.toml"
    file.write_text(f"[{section}]\n{key} = {json.dumps(value, ensure_ascii=False)}\n", encoding="utf-8")
    others = {name: said for name, said in GOOD.items() if name != f"JIASHU_{section}__{key}".upper()}
    assert getattr(getattr(config.load(file, others), section), key) == value


def test_every_key_that_may_be_written_is_written_here() -> None:
    elsewhere = {"database", "redis", "inbox", "media", "speech"}
    assert {section: set(keys) for section, keys in KEYS.items() if section not in elsewhere} == {
        section: set(keys) for section, keys in WRITTEN.items()
    }


def test_v3_a_company_for_sms_is_written_whole_or_not_at_all() -> None:
    whole = {f"JIASHU_SMS__{key.upper()}": str(value) for key, value in WRITTEN["sms"].items()}
    assert config.load(None, GOOD | whole | {"JIASHU_SMS__PROVIDER": "aliyun"}).sms.sign == "青禾颐养院"
    with pytest.raises(ConfigError) as refused:
        config.load(None, GOOD | {"JIASHU_SMS__PROVIDER": "aliyun", "JIASHU_SMS__SIGN": "青禾颐养院"})
    for key in ("key_id", "key_secret", "words_text", "call_text", "receipts"):
        assert f"sms.{key}：没有写" in str(refused.value.sentence)
    assert "sms.sign" not in str(refused.value.sentence)


def test_f1_a_telephone_company_is_written_whole_or_not_at_all() -> None:
    whole = {f"JIASHU_TELEPHONE__{key.upper()}": str(value) for key, value in WRITTEN["telephone"].items()}
    found = config.load(None, GOOD | whole | {"JIASHU_TELEPHONE__PROVIDER": "aliyun"})
    assert found.telephone.provider == "aliyun"
    with pytest.raises(ConfigError) as refused:
        config.load(None, GOOD | {"JIASHU_TELEPHONE__PROVIDER": "aliyun", "JIASHU_TELEPHONE__CALLER": "05718800"})
    for key in ("key_id", "key_secret", "alarm_text", "check_text", "receipts"):
        assert f"telephone.{key}：没有写" in str(refused.value.sentence)
    assert "telephone.caller" not in str(refused.value.sentence)


def test_where_things_are_kept_is_written_as_well(tmp_path: Path) -> None:
    file = tmp_path / "c.toml"
    file.write_text(
        '[media]\npath = "/srv/media"\n[inbox]\nspool = "/srv/spool"\n[redis]\nurl = "redis://10.0.0.8:6379"\n'
        '[database]\nurl = "postgresql://jiashu@10.0.0.8/jiashu"\n[security]\nkey_file = "/srv/keys"\n',
        encoding="utf-8",
    )
    settings = config.load(file, GOOD)
    assert (settings.media.path, settings.spool) == (Path("/srv/media"), Path("/srv/spool"))
    assert settings.redis_url == "redis://10.0.0.8:6379"
    assert settings.database.url == "postgresql://jiashu@10.0.0.8/jiashu"


def test_all_mistakes_are_told_at_once_each_with_what_to_write(tmp_path: Path) -> None:
    file = tmp_path / "c.toml"
    file.write_text(
        '[http]\nport = 99999\n[home]\ntimezone = "Mars"\nphone = "x"\n[wrong]\nkey = 1\nx = 2\n', encoding="utf-8"
    )
    with pytest.raises(ConfigError) as caught:
        config.load(
            file, {"JIASHU_WECHAT__APP_ID": "short", "JIASHU_WECHAT__MODE": "open", "JIASHU_DATABASE__URL": "mysql://x"}
        )
    told = str(caught.value)
    for part in (
        "http.port：请写 1 到 65535",
        "home.timezone：请写时区名",
        "home.phone：",
        "wrong.key：没有这个配置项",
        "JIASHU_WECHAT__APP_ID：请写",
        "JIASHU_WECHAT__MODE：请写 secure",
        "JIASHU_DATABASE__URL：请写 sqlite",
        "wechat.token：没有写",
        "wechat.app_secret：没有写",
        "wechat.encoding_aes_key：安全模式",
    ):
        assert part in told
    assert "short" not in told, "a value may be a secret"


@pytest.mark.parametrize(
    ("content", "told"), [(None, "没有这个文件"), ("[http", "不是正确的 TOML"), ("port = 1", "请写在某个")]
)
def test_a_file_that_cannot_be_read_is_told(tmp_path: Path, content: str | None, told: str) -> None:
    file = tmp_path / "c.toml"
    if content is not None:
        file.write_text(content)
    with pytest.raises(ConfigError, match=re.escape(told)):
        config.load(file, GOOD)


def test_postgresql_wants_one_key_file_for_all_and_a_spool_for_each(tmp_path: Path) -> None:
    url = {"JIASHU_DATABASE__URL": "postgresql://jiashu:secret@db.example.cn/jiashu"}
    with pytest.raises(ConfigError) as caught:
        config.load(None, GOOD | url)
    assert "security.key_file：用 PostgreSQL 时要写" in str(caught.value)
    assert "inbox.spool：用 PostgreSQL 时要写" in str(caught.value)
    assert "secret" not in str(caught.value)
    whole = url | {
        "JIASHU_SECURITY__KEY_FILE": str(tmp_path / "k"),
        "JIASHU_INBOX__SPOOL": "s",
        "JIASHU_REDIS__URL": "redis://127.0.0.1:6379",
    }
    settings = config.load(None, GOOD | whole)
    assert (settings.database.is_file, settings.redis_url) == (False, "redis://127.0.0.1:6379")
    with pytest.raises(ConfigError, match=r"redis\.url：用 SQLite 时"):
        config.load(None, GOOD | {"JIASHU_REDIS__URL": "redis://127.0.0.1:6379"})


def test_the_example_names_every_key_and_only_those() -> None:
    text = (Path(__file__).parents[2] / "config.example.toml").read_text(encoding="utf-8")
    assert tomllib.loads(text)["home"] == {}, "who copies it leaves the home to the console"
    example = tomllib.loads(re.sub(r"^# (?=\w+ = )", "", text, flags=re.MULTILINE))
    assert {(section, key) for section, keys in example.items() for key in keys} == {
        (s, k) for s, keys in KEYS.items() for k in keys
    }
    assert set(example) == set(KEYS)


def test_n3_what_the_example_leaves_empty_is_set_in_the_console() -> None:
    example = Path(__file__).parents[2] / "config.example.toml"
    found = config.load(example, {}).open
    assert {"wechat.app_id", "wechat.app_secret", "wechat.token", "wechat.encoding_aes_key"} <= found
    assert {"http.public_url", "home.phone"} <= found
    with pytest.raises(ConfigError, match=r"wechat\.token：没有写"):
        config.load(example, {"JIASHU_WECHAT__APP_ID": GOOD["JIASHU_WECHAT__APP_ID"]})


def test_exit_codes_are_the_contract(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("JIASHU_WECHAT__APP_ID", GOOD["JIASHU_WECHAT__APP_ID"])
    assert main(["serve"]) == 1
    assert "wechat.token" in capsys.readouterr().err
    with pytest.raises(SystemExit) as wrong:
        main(["dance"])
    assert wrong.value.code == 2
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)
    assert main(["serve", "--role", "web"]) == 2
    assert main(["staff", "list"]) == 1
    assert "jiashu migrate" in capsys.readouterr().err
    with pytest.raises(SystemExit) as helped:
        parser().parse_args(["--help"])
    assert helped.value.code == 0
