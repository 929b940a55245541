"""Settings from a TOML file and the environment; mistakes are reported all at once, each with its key and what to
write.
"""

import os
import re
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from care.errors import ConfigError
from settings import ClockFile, Database, Home, Http, Media, Mode, Security, Settings, Wechat, networks

PREFIX: Final = "JIASHU_"
Check = Callable[[str], Any]


def _integer(low: int, high: int) -> Check:
    def check(text: str) -> int:
        if not re.fullmatch(r"-?\d+", text.strip(), re.ASCII) or not low <= int(text) <= high:
            message = f"请写 {low} 到 {high} 之间的整数"
            raise ValueError(message)
        return int(text)

    return check


def _matching(pattern: str, advice: str, *, empty: bool = False) -> Check:
    def check(text: str) -> str:
        if (not text and empty) or re.fullmatch(pattern, text):
            return text
        raise ValueError(advice)

    return check


def _text(text: str) -> str:
    return text


def _mode(text: str) -> Mode:
    try:
        return Mode(text)
    except ValueError as error:
        message = "请写 secure、compatible 或 plain"
        raise ValueError(message) from error


def _zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError) as error:
        message = "请写时区名，例如 Asia/Shanghai"
        raise ValueError(message) from error
    return text


def _database(text: str) -> str:
    if re.fullmatch(r"sqlite(\+aiosqlite)?:///.+|postgres(ql)?(\+asyncpg)?://[^/]*/[^/?]+(\?.*)?", text):
        return text
    message = "请写 sqlite:///文件路径，例如 sqlite:///data/jiashu.db，或 postgresql://用户:密码@主机/库名"
    raise ValueError(message)


def _proxies(text: str) -> str:
    try:
        networks(text)
    except ValueError as error:
        message = "请写前面那台代理的地址或网段，用空格隔开，例如 127.0.0.1 ::1 或 172.18.0.0/16；不能写成所有地址"
        raise ValueError(message) from error
    return text


def _truth(text: str) -> bool | None:
    if text.lower() in {"true", "1", "yes"}:
        return True
    if text.lower() in {"false", "0", "no"}:
        return False
    if not text:
        return None
    message = "请写 true 或 false"
    raise ValueError(message)


_KEY = _matching(r"[A-Za-z0-9]{43}", "请写公众平台上的 43 位 EncodingAESKey", empty=True)
_URL = _matching(r"https?://[^\s/]+(/[^\s]*)?", "请写 http:// 或 https:// 开头的地址")
KEYS: Final[Mapping[str, Mapping[str, Check]]] = {
    "http": {
        "host": _matching(r"[0-9A-Za-z.:\-\[\]]+", "请写要监听的地址，例如 127.0.0.1"),
        "port": _integer(1, 65535),
        "public_url": _matching(
            r"https?://[^\s/]+(/[^\s]*)?", "请写家属能打开的网址，例如 https://jiashu.example.cn", empty=True
        ),
        "trusted_proxies": _proxies,
        "verify_files": _text,
    },
    "wechat": {
        "app_id": _matching(r"wx[0-9a-z]{16}", "请写公众平台上的 AppID：wx 开头，共 18 位"),
        "app_secret": _matching(r"\S+", "请写公众平台上的 AppSecret"),
        "token": _matching(r"[A-Za-z0-9]{3,32}", "请写服务器配置里的 Token：3 到 32 位字母或数字"),
        "encoding_aes_key": _KEY,
        "previous_encoding_aes_key": _KEY,
        "mode": _mode,
        "api_base_url": _URL,
        "authorize_url": _URL,
        "max_age_seconds": _integer(0, 10_000_000_000),
    },
    "database": {"url": _database},
    "redis": {"url": _matching(r"(rediss?|unix)://.+", "请写 redis://主机:6379，或者留空", empty=True)},
    "inbox": {"spool": _text},
    "media": {"path": _matching(r".+", "请写存照片和语音的目录")},
    "clock": {"offset_file": _text},
    "home": {
        "name": _matching(r".{1,32}", "请写机构名称，最多 32 个字"),
        "phone": _matching(r"[0-9+\-() ]{3,20}", "请写值班电话，例如 0571-88000101", empty=True),
        "timezone": _zone,
        "first_feedback_minutes": _integer(1, 1440),
        "serious_feedback_minutes": _integer(1, 1440),
        "result_hours": _integer(1, 720),
        "approval_hours": _integer(1, 48),
        "reply_minutes": _integer(1, 1440),
        "letter_time": _matching(r"([01]\d|2[0-3]):[0-5]\d", "请写家书几点发，例如 17:30"),
    },
    "speech": {},
    "security": {
        "key_file": _text,
        "session_hours": _integer(1, 72),
        "secure_cookies": _truth,
        "audit_head": _text,
        "stop_list": _text,
        "backups": _text,
        "metrics_token": _matching(r"\S{16,}", "请写至少 16 位的口令", empty=True),
    },
}


def load(file: Path | None, environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings: defaults, then the file, then `JIASHU_<SECTION>__<KEY>`. Raises ConfigError with every mistake."""
    problems: list[str] = []
    given = _read_file(file, problems)
    for name, value in environment.items():
        section, separator, key = name.removeprefix(PREFIX).lower().partition("__")
        if name.startswith(PREFIX) and separator:
            given[section, key] = (value, name)
    values: dict[str, dict[str, Any]] = {section: {} for section in KEYS}
    for (section, key), (text, source) in given.items():
        check = KEYS.get(section, {}).get(key)
        if check is None:
            problems.append(f"{source}：没有这个配置项，请对照 config.example.toml")
            continue
        try:
            values[section][key] = check(text)
        except ValueError as error:
            problems.append(f"{source}：{error}")
    wechat = values["wechat"]
    for key, advice in (("app_id", "AppID"), ("app_secret", "AppSecret"), ("token", "Token")):
        if key not in wechat and not any(
            p.startswith((f"wechat.{key}", f"{PREFIX}WECHAT__{key.upper()}")) for p in problems
        ):
            problems.append(f"wechat.{key}：没有写，请从公众平台抄来 {advice}")
    if wechat.get("mode", Mode.SECURE) is not Mode.PLAIN and not wechat.get("encoding_aes_key"):
        problems.append("wechat.encoding_aes_key：安全模式和兼容模式都要写 43 位 EncodingAESKey")
    _shared(values, problems)
    if problems:
        raise ConfigError(problems="".join(f"\n  · {problem}" for problem in sorted(problems)))
    return Settings(
        http=Http(**values["http"]),
        wechat=Wechat(**values["wechat"]),
        database=_sqlite(values["database"]),
        media=Media(Path(values["media"]["path"])) if values["media"] else Media(),
        clock=ClockFile(**values["clock"]),
        home=Home(**values["home"]),
        security=Security(**values["security"]),
        redis_url=values["redis"].get("url", ""),
        inbox_spool=values["inbox"].get("spool", ""),
    )


def _shared(values: Mapping[str, Mapping[str, Any]], problems: list[str]) -> None:
    """What belongs to PostgreSQL: a key file that all processes read; Redis makes sense only with it."""
    postgres = str(values["database"].get("url", "sqlite")).startswith("postgres")
    if postgres and not values["security"].get("key_file"):
        problems.append("security.key_file：用 PostgreSQL 时要写，所有进程读同一个钥匙文件")
    if postgres and not values["inbox"].get("spool"):
        problems.append("inbox.spool：用 PostgreSQL 时要写，每个 web 进程一个自己的目录")
    if not postgres and values["redis"].get("url"):
        problems.append("redis.url：用 SQLite 时只有一个进程，请留空")


def _sqlite(values: Mapping[str, Any]) -> Database:
    return Database(values["url"].replace("+aiosqlite", "")) if values else Database()


def _read_file(file: Path | None, problems: list[str]) -> dict[tuple[str, str], tuple[str, str]]:
    if file is None:
        return {}
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        problems.append(f"{file.name}：没有这个文件，请从 config.example.toml 复制一份")
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        problems.append(f"{file.name}：不是正确的 TOML（{error}）")
        return {}
    found: dict[tuple[str, str], tuple[str, str]] = {}
    for section, keys in content.items():
        if not isinstance(keys, dict):
            problems.append(f"{section}：请写在某个 [段] 里")
            continue
        for key, value in keys.items():
            found[section, key] = (str(value), f"{section}.{key}")
    return found
