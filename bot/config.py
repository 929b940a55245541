"""Settings from a TOML file and the environment; mistakes are reported all at once, each with its key and what to
write.
"""

import os
import re
import tomllib
from collections.abc import Mapping
from errno import EDQUOT, ENOSPC
from pathlib import Path
from typing import Any, Final

from care.errors import ConfigError, FolderUnwritable, reason
from settings import (
    ClockFile,
    Database,
    Home,
    Http,
    Media,
    Mode,
    Reading,
    Robot,
    Security,
    Settings,
    Sms,
    Telephone,
    Wechat,
)
from settings.keys import ACCOUNT, CONSOLE, KEYS, checked

PREFIX: Final = "JIASHU_"


def load(file: Path | None, environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings: defaults, then the file, then `JIASHU_<SECTION>__<KEY>`. Raises ConfigError with every mistake."""
    problems: list[str] = []
    given = _read_file(file)
    for name, value in environment.items():
        section, separator, key = name.removeprefix(PREFIX).lower().partition("__")
        if name.startswith(PREFIX) and separator:
            given[section, key] = (value, name)
    for place in CONSOLE:  # an empty line of the example file holds nothing fast
        if place in given and given[place][0] == "":
            del given[place]
    values = _checked(given, problems)
    _account(given, values["wechat"], problems)
    _telephone(values["telephone"], problems)
    _sms(values["sms"], problems)
    if values["robot"].get("kind") and not values["robot"].get("url"):
        problems.append("robot.url：没有写，请写群机器人的 Webhook 地址")
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
        reading=_reading(values["reading"]),
        telephone=Telephone(**values["telephone"]),
        sms=Sms(**values["sms"]),
        robot=Robot(**values["robot"]),
        redis_url=values["redis"].get("url", ""),
        inbox_spool=values["inbox"].get("spool", ""),
        open=_open(given),
    )


Given = dict[tuple[str, str], tuple[str | None, str]]
"""What was written, by section and key: the words, None for what is no single value; and where."""


def _checked(given: Given, problems: list[str]) -> dict[str, dict[str, Any]]:
    values: dict[str, dict[str, Any]] = {section: {} for section in KEYS}
    for (section, key), (text, source) in given.items():
        try:
            values[section][key] = checked(section, key, text)
        except ValueError as error:
            problems.append(f"{source}：{error}")
    return values


def _open(given: Given) -> frozenset[str]:
    """What the console may set. An account is one thing: written here, or there."""
    ours = any(("wechat", key) in given for key in ACCOUNT)
    return frozenset(
        f"{section}.{key}"
        for section, key in CONSOLE
        if (section, key) not in given and not (section == "wechat" and ours)
    )


def _account(given: Given, wechat: Mapping[str, Any], problems: list[str]) -> None:
    """All of an account or nothing of it: an account of which nothing is written is connected in the console."""
    if not any(("wechat", key) in given for key in ACCOUNT):
        return
    for key, advice in (("app_id", "AppID"), ("app_secret", "AppSecret"), ("token", "Token")):
        if key not in wechat and ("wechat", key) not in given:
            problems.append(f"wechat.{key}：没有写，请从公众平台抄来 {advice}")
    wrong = ("wechat", "encoding_aes_key") in given and "encoding_aes_key" not in wechat
    if not wrong and wechat.get("mode", Mode.SECURE) is not Mode.PLAIN and not wechat.get("encoding_aes_key"):
        problems.append("wechat.encoding_aes_key：安全模式和兼容模式都要写 43 位 EncodingAESKey")


TELEPHONE: Final = {
    "key_id": "AccessKey ID",
    "key_secret": "AccessKey Secret",
    "caller": "买来的主叫号码",
    "alarm_text": "报警话术的模板编号",
    "check_text": "接班试铃话术的模板编号",
    "receipts": "回执地址末尾的口令",
}


SMS: Final = {
    "key_id": "AccessKey ID",
    "key_secret": "AccessKey Secret",
    "sign": "短信签名",
    "words_text": "短信模板的编号",
    "call_text": "请回电短信的模板编号",
    "receipts": "回执地址末尾的口令",
}


def _telephone(telephone: Mapping[str, Any], problems: list[str]) -> None:
    """All of a telephone company or nothing of it."""
    if telephone.get("provider"):
        problems.extend(
            f"telephone.{key}：没有写，请写{what}" for key, what in TELEPHONE.items() if not telephone.get(key)
        )


def _sms(sms: Mapping[str, Any], problems: list[str]) -> None:
    """All of a company for SMS or nothing of it."""
    if sms.get("provider"):
        problems.extend(f"sms.{key}：没有写，请写{what}" for key, what in SMS.items() if not sms.get(key))


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


def _reading(values: Mapping[str, Any]) -> Reading:
    """What is not written is as usual."""
    return Reading(**{key: value for key, value in values.items() if value is not None})


def folders(settings: Settings) -> Mapping[str, Path]:
    """Where the service writes beside the database, by key."""
    return {
        "inbox.spool": settings.spool,
        "media.path": settings.media.path,
        "security.stop_list": settings.stop_list.parent,
        "security.audit_head": settings.audit_head.parent,
    }


def make_folders(settings: Settings) -> None:
    """So that a place that cannot be written is told at the start, not in the first bad night. A disk that is full is
    another matter: the service runs and says so. Raises FolderUnwritable.
    """
    for key, folder in folders(settings).items():
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            if error.errno not in {ENOSPC, EDQUOT}:
                raise FolderUnwritable(key=key, path=folder, why=reason(error)) from error
        else:
            if not os.access(folder, os.W_OK | os.X_OK):
                raise FolderUnwritable(key=key, path=folder, why="没有权限")


def _read_file(file: Path | None) -> Given:
    """What a file says, each with its key; None for what is no single value. Raises ConfigError for a file that cannot
    be read: what it would have said is not missing.
    """
    if file is None:
        return {}
    try:
        raw = file.read_bytes()
        content = tomllib.loads(raw.decode("utf-8-sig"))
    except FileNotFoundError as error:
        raise _unread(f"{file.name}：没有这个文件，请从 config.example.toml 复制一份") from error
    except OSError as error:
        raise _unread(
            f"{file.name}：读不出来（{reason(error)}），请看 --config 写得对不对、运行家书的用户能不能读它"
        ) from error
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise _unread(
            f"{file.name} 第 {line} 行：不是 UTF-8 的字，请用编辑器另存为 UTF-8（不要用 GBK、ANSI 或 UTF-16）"
        ) from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        at = re.search(r"at line (\d+)", str(error))
        where = f" 第 {at[1]} 行" if at else ""
        raise _unread(
            f'{file.name}{where}：不是正确的 TOML；每行写成 名字 = "值"，引号要成对，同一个名字只写一次'
        ) from error
    found: Given = {}
    for section, keys in content.items():
        if not isinstance(keys, dict):
            found["", section] = (None if isinstance(keys, list) else str(keys), f"{section}（不在任何 [段] 里）")
            continue
        for key, value in keys.items():
            single = isinstance(value, str | int | float)
            found[section, key] = (str(value) if single else None, f"{section}.{key}")
    return found


def _unread(words: str) -> ConfigError:
    return ConfigError(problems=f"\n  · {words}")
