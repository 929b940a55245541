"""Which settings there are, and what each may be; files, the environment and the console's pages are held to the same
checks.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from settings import Mode, is_at_home, is_loopback, networks

_CONTROL: Final = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
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
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:  # a region without a city is a folder
        message = "请写时区名，例如 Asia/Shanghai"
        raise ValueError(message) from error
    return text


def _database(text: str) -> str:
    if re.fullmatch(r"sqlite(\+aiosqlite)?:///[^?#%]+", text) and not text.endswith(("/", ":memory:")):
        return text
    if re.fullmatch(r"postgres(ql)?(\+asyncpg)?://[^/]*/[^/?]+(\?.*)?", text) and _has_port(text):
        return text
    message = "请写 sqlite:///文件路径，例如 sqlite:///data/jiashu.db，或 postgresql://用户:密码@主机/库名（密码里的特殊符号要写成 %XX）"
    raise ValueError(message)


def _redis(text: str) -> str:
    if not text or (re.fullmatch(r"(rediss?|unix)://.+", text) and _has_port(text)):
        return text
    message = "请写 redis://主机:6379，或者留空"
    raise ValueError(message)


def _has_port(url: str) -> bool:
    """Whether the port of an address, if it has one, is a number."""
    try:
        _ = urlsplit(url).port
    except ValueError:
        return False
    return True


def _proxies(text: str) -> str:
    try:
        networks(text)
    except ValueError as error:
        message = "请写前面那台代理的地址或网段，用空格隔开，例如 127.0.0.1 ::1 或 172.18.0.0/16；不能写成所有地址"
        raise ValueError(message) from error
    return text


def _stronger(text: str) -> str:
    try:
        good = re.fullmatch(r"https?://[^\s/@?#]+(/[\w.~%\-/]*)?", text) and _has_port(text) and is_at_home(text)
    except ValueError:
        good = False
    if not text or good:
        return text
    message = "请写本机或院内网络里的地址，用数字，例如 http://127.0.0.1:8080/v1 或 http://192.168.1.20:8080/v1；公网地址和域名不行，来信不出院"
    raise ValueError(message)


def _robot(text: str) -> str:
    try:
        good = (re.fullmatch(r"https://[^\s/@\[\]]+/\S*", text) or is_loopback(text)) and _has_port(text)
    except ValueError:
        good = False
    if not text or good:
        return text
    message = "请写群机器人的 Webhook 地址，https:// 开头，从群设置里抄来"
    raise ValueError(message)


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
ACCOUNT: Final = ("app_id", "app_secret", "token", "encoding_aes_key")
"""What makes an account of the platform."""
KEYS: Final[Mapping[str, Mapping[str, Check]]] = {
    "http": {
        "host": _matching(r"[0-9A-Za-z.:\-\[\]]+", "请写要监听的地址，例如 127.0.0.1"),
        "port": _integer(1, 65535),
        "public_url": _matching(
            r"https?://([\w\-]+(\.[\w\-]+)*\.?|\[[0-9A-Fa-f:.]+\])(:\d{1,5})?(/[\w.~%\-/]*)?",
            "请写家属能打开的网址，只写到域名，例如 https://jiashu.example.cn",
            empty=True,
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
    "redis": {"url": _redis},
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
    "reading": {
        "second": _truth,
        "stronger_url": _stronger,
        "stronger_model": _matching(r"[\w.:/@\-]{1,100}", "请写模型的名字，照那台服务里写的", empty=True),
        "stronger_seconds": _integer(1, 10),
    },
    "telephone": {
        "provider": _matching(r"aliyun", "请写 aliyun，或者留空", empty=True),
        "url": _URL,
        "key_id": _matching(r"\S{1,64}", "请写 AccessKey ID", empty=True),
        "key_secret": _matching(r"\S{1,64}", "请写 AccessKey Secret", empty=True),
        "caller": _matching(r"[0-9]{5,16}", "请写买来的主叫号码，只写数字", empty=True),
        "alarm_text": _matching(r"\S{1,64}", "请写报警话术的模板编号，例如 TTS_1234", empty=True),
        "complaint_text": _matching(r"\S{1,64}", "请写投诉话术的模板编号，例如 TTS_1236", empty=True),
        "check_text": _matching(r"\S{1,64}", "请写接班试铃话术的模板编号，例如 TTS_1235", empty=True),
        "receipts": _matching(r"[A-Za-z0-9_\-]{24,64}", "请写 24 到 64 位的口令，只用字母和数字", empty=True),
    },
    "sms": {
        "provider": _matching(r"aliyun", "请写 aliyun，或者留空", empty=True),
        "url": _URL,
        "key_id": _matching(r"\S{1,64}", "请写 AccessKey ID", empty=True),
        "key_secret": _matching(r"\S{1,64}", "请写 AccessKey Secret", empty=True),
        "sign": _matching(r"[^【】\s]{2,20}", "请写审核通过的短信签名，不带括号", empty=True),
        "words_text": _matching(r"\S{1,64}", "请写短信模板的编号，例如 SMS_1234", empty=True),
        "call_text": _matching(r"\S{1,64}", "请写请回电短信的模板编号，例如 SMS_1235", empty=True),
        "receipts": _matching(r"[A-Za-z0-9_\-]{24,64}", "请写 24 到 64 位的口令，只用字母和数字", empty=True),
    },
    "robot": {
        "kind": _matching(
            r"wecom|dingtalk|feishu", "请写 wecom（企业微信）、dingtalk（钉钉）或 feishu（飞书），或者留空", empty=True
        ),
        "url": _robot,
        "secret": _matching(r"\S{1,100}", "请写机器人「加签」的密钥", empty=True),
    },
    "speech": {},
    "security": {
        "key_file": _text,
        "session_hours": _integer(1, 72),
        "idle_minutes": _integer(5, 1440),
        "secure_cookies": _truth,
        "audit_head": _text,
        "stop_list": _text,
        "backups": _text,
        "metrics_token": _matching(r"\S{16,}", "请写至少 16 位的口令", empty=True),
    },
}

CONSOLE: Final = (
    *(("home", key) for key in KEYS["home"]),
    ("http", "public_url"),
    *(("wechat", key) for key in (*ACCOUNT, "previous_encoding_aes_key", "mode")),
)
"""What may be set in the console where the operator has written nothing."""


def checked(section: str, key: str, text: str | None) -> object:
    """The value that a text stands for; None is what is no single value. Raises ValueError with what to write."""
    check = KEYS.get(section, {}).get(key)
    if not section:
        message = "请写在某个 [段] 里"
    elif check is None:
        message = "没有这个配置项，请对照 config.example.toml"
    elif text is None:
        message = "请写一个值，放在引号里，不要写列表、日期或表格"
    elif _CONTROL.search(text):
        message = "里面有看不见的控制字符，或不是 UTF-8 的字，请重新写一遍"
    else:
        return check(text)
    raise ValueError(message)
