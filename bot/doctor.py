"""`jiashu doctor`: what a home needs to run, looked at one by one, each with what to do about it.

Nothing is changed, nothing is sent.
"""

import asyncio
import os
import shutil
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from pathlib import Path
from typing import Final

import aiohttp

from bot import config, reading_process, version
from bot.tokens import TokenRefused, Tokens
from care.errors import JiashuError
from services import ports
from services.upkeep import audit_heads
from settings import Reading, Settings, is_everywhere
from settings.clock import wall
from storage import migrate, seal, words
from understanding import second

DRIFT: Final = timedelta(seconds=60)
BACKUP_AGE: Final = timedelta(days=2)
HEAD_AGE: Final = timedelta(hours=3)
ROOM: Final = 2 * 2**30
SHOWN, NAMED = 3, 20
"""Strange words in one line, and signs of each."""
PATIENCE: Final = aiohttp.ClientTimeout(total=6, connect=4)
TOKEN_WORDS: Final = {
    40013: "AppID 不对，请对照公众平台改 wechat.app_id",
    40125: "AppSecret 不对（在公众平台重置过就要重抄），请改 wechat.app_secret",
    40164: "这台服务器的 IP 不在公众平台的白名单里，请加上",
    61004: "这台服务器的 IP 不在公众平台的白名单里，请加上",
    40243: "AppSecret 被冻结了，请到公众平台解冻",
    50002: "账号被限制，请到公众平台看站内信",
}


FATES: Final = {"read": "读了", "late": "晚到", "failed": "没读成", "left": "没去读"}
"""What becomes of a second reading, as `/metrics` calls it, and in words."""


class Mark(StrEnum):
    """How it stands."""

    GOOD = "好"
    LOOK = "注意"
    BAD = "不行"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the answer."""

    mark: Mark
    what: str
    words: str


async def seen(settings: Settings) -> list[ports.Finding]:
    """All looks, for the page that shows them."""
    async with aiohttp.ClientSession(timeout=PATIENCE) as http:
        return [ports.Finding(one.mark.name.lower(), one.what, one.words) async for one in _all(settings, http)]


def run(settings: Settings) -> int:
    """Print a line for each look; 1 when something does not work."""

    async def look() -> list[Finding]:
        found: list[Finding] = []
        async with aiohttp.ClientSession(timeout=PATIENCE) as http:
            async for finding in _all(settings, http):
                sys.stdout.write(f"[{finding.mark.value}] {finding.what}：{finding.words}\n")
                sys.stdout.flush()
                found.append(finding)
        return found

    found = asyncio.run(look())
    bad, notes = sum(one.mark is Mark.BAD for one in found), sum(one.mark is Mark.LOOK for one in found)
    sys.stdout.write(
        f"看了 {len(found)} 项：{bad} 项不行，{notes} 项要注意。\n"
        if bad or notes
        else f"看了 {len(found)} 项，都好。\n"
    )
    return 1 if bad else 0


async def _all(settings: Settings, http: aiohttp.ClientSession) -> AsyncIterator[Finding]:
    yield Finding(Mark.GOOD, "版本", version.words())
    for check in (_database, _words, _keys, _folders, _disk, _backups, _heads):
        yield await asyncio.to_thread(_safely, check, settings)
    if settings.redis_url:
        yield await _redis(settings.redis_url)
    yield await _service(settings, http)
    yield await _reading(settings, http)
    if settings.reading.stronger_url:
        yield await _stronger(settings.reading, http)
    async for finding in _platform(settings, http):
        yield finding
    yield await _outside(settings, http)


def after_upgrade(settings: Settings) -> list[Finding]:
    """What `jiashu upgrade` looks at when it has migrated."""
    return [_safely(check, settings) for check in (_database, _words, _keys)]


def _safely(check: Callable[[Settings], Finding], settings: Settings) -> Finding:
    try:
        return check(settings)
    except (JiashuError, OSError, ValueError) as error:
        return Finding(Mark.BAD, WHAT[check], str(error))


def _database(settings: Settings) -> Finding:
    url, what = settings.database.url, "数据库"
    revision = migrate.fit(url)
    return Finding(
        Mark.GOOD, what, f"{'SQLite，一个进程' if settings.database.is_file else 'PostgreSQL'}，结构 {revision}"
    )


def _words(settings: Settings) -> Finding:
    what, url = "用词", settings.database.url
    found = words.strange(url) if migrate.current(url) is not None else []
    if not found:
        return Finding(Mark.GOOD, what, "库里的状态和种类都认得")
    named = "；".join(
        f"表 {one.table} 的 {one.column} 列有 {one.rows} 行写着「{one.word[:NAMED]}」" for one in found[:SHOWN]
    )
    said = named if len(found) <= SHOWN else f"{named}；一共 {len(found)} 处"
    if found[0].closed:
        return Finding(Mark.BAD, what, f"{said}，这个版本不认识，更新数据库结构时会停下；请把这句话交给工程师")
    return Finding(Mark.LOOK, what, f"{said}，不像这里该有的词；不影响运行，请把这句话交给工程师")


def _keys(settings: Settings) -> Finding:
    what, file = "钥匙", settings.key_file
    if not file.exists():
        fresh = not migrate.has_rows(settings.database.url)
        return Finding(
            Mark.LOOK if fresh else Mark.BAD,
            what,
            "还没有，第一次启动时会建" if fresh else "找不到钥匙文件，数据打不开；请从别处存的那份拷回来",
        )
    seal.load(file, may_create=False)
    if file.stat().st_mode & 0o077:
        return Finding(Mark.BAD, what, f"别的用户也能读钥匙文件，请 chmod 600 {file.name}")
    return Finding(Mark.GOOD, what, "在，只有本用户能读；请确认别处还存着一份，丢了数据就再也打不开")


def _folders(settings: Settings) -> Finding:
    wrong = [name for name, folder in config.folders(settings).items() if not os.access(_nearest(folder), os.W_OK)]
    if wrong:
        return Finding(Mark.BAD, "目录", f"不能写：{'、'.join(wrong)}")
    bad = len(list(settings.spool.glob("*.bad"))) if settings.spool.exists() else 0
    if bad:
        return Finding(Mark.LOOK, "目录", f"暂存目录里有 {bad} 个读不出的文件（.bad），请交给工程师，不要删")
    return Finding(Mark.GOOD, "目录", "暂存、媒体、停发名单都能写")


def _disk(settings: Settings) -> Finding:
    free = min(
        shutil.disk_usage(_nearest(folder)).free
        for folder in (settings.spool, settings.media.path, settings.key_file.parent)
    )
    words = f"还剩 {free / 2**30:.1f} GiB"
    return Finding(Mark.GOOD if free > ROOM else Mark.BAD, "磁盘", words if free > ROOM else f"{words}，请清理或扩容")


def _backups(settings: Settings) -> Finding:
    files = list(settings.backups.glob("jiashu-*.backup")) if settings.backups.exists() else []
    if not files:
        return Finding(Mark.LOOK, "备份", "还没有备份，请定时运行 jiashu backup（deploy/systemd 里有现成的定时器）")
    age = timedelta(seconds=wall().timestamp() - max(file.stat().st_mtime for file in files))
    words = f"共 {len(files)} 份，最近一份在 {age.total_seconds() / 3600:.0f} 小时前"
    return (
        Finding(Mark.GOOD, "备份", words)
        if age < BACKUP_AGE
        else Finding(Mark.LOOK, "备份", f"{words}，请看定时器有没有在跑")
    )


def _heads(settings: Settings) -> Finding:
    found = audit_heads.last(settings.audit_head)
    if found is None:
        return Finding(Mark.LOOK, "审计", "数据库外面还没有记过审计链的末尾；服务跑满一小时就会有")
    age = wall() - datetime.fromisoformat(found.at)
    words = f"第 {found.position} 行，记在 {max(0.0, age.total_seconds()) / 3600:.0f} 小时前"
    return Finding(
        Mark.GOOD if age < HEAD_AGE else Mark.LOOK,
        "审计",
        words if age < HEAD_AGE else f"{words}；应该每小时记一次，请看服务有没有在跑",
    )


WHAT: Final[dict[Callable[[Settings], Finding], str]] = {
    _database: "数据库",
    _words: "用词",
    _keys: "钥匙",
    _folders: "目录",
    _disk: "磁盘",
    _backups: "备份",
    _heads: "审计",
}


async def _redis(url: str) -> Finding:
    from redis.asyncio import Redis
    from redis.exceptions import RedisError

    try:
        async with Redis.from_url(url, socket_timeout=3, socket_connect_timeout=3) as client:
            await client.ping()
    except (RedisError, OSError, ValueError) as error:
        return Finding(Mark.LOOK, "Redis", f"连不上（{type(error).__name__}）；没有它也能跑，页面慢一秒")
    return Finding(Mark.GOOD, "Redis", "通")


async def _service(settings: Settings, http: aiohttp.ClientSession) -> Finding:
    try:
        async with http.get(f"{_near(settings)}/readyz") as answer:
            if answer.status == 200:
                return Finding(Mark.GOOD, "服务", f"在 {settings.http.port} 端口运行，5 秒内提交过")
            return Finding(Mark.BAD, "服务", "在运行，但最近提交不了数据库，请看日志")
    except (aiohttp.ClientError, TimeoutError, OSError):
        return Finding(Mark.LOOK, "服务", f"{settings.http.port} 端口没有应答；没启动就用 jiashu serve 启动")


async def _reading(settings: Settings, http: aiohttp.ClientSession) -> Finding:
    """Whether doubtful messages are read a second time; what is inline needs nothing of it."""
    what = "第二遍读"
    if not settings.reading.second:
        return Finding(Mark.GOOD, what, "没有开（reading.second），来信只当场读一遍，紧急照样响")
    if not reading_process.installed():
        return Finding(
            Mark.LOOK, what, "没有装可选的 reader 部分，来信只当场读一遍，紧急照样响；请带上 reader 重新安装"
        )
    if not await asyncio.to_thread(second.is_whole):
        return Finding(Mark.BAD, what, "编码器和训练时的不是同一个，没有用它；请照 requirements.lock 重新安装")
    told = await _figures(settings, http)
    if not settings.security.metrics_token:
        return Finding(Mark.GOOD, what, "装好了；写了 security.metrics_token，这里才看得到读了多少")
    if told is None:
        return Finding(Mark.GOOD, what, "装好了；服务没有应答，看不到读了多少")
    counts = [int(told.get(f'jiashu_second_readings_total{{fate="{fate}"}}', 0)) for fate in FATES]
    messages = int(told.get("jiashu_messages_read_total", 0))
    share = f"{sum(counts) / messages:.0%}" if messages else "0%"
    words = f"来信 {messages} 条，拿不准的占 {share}：" + "，".join(
        f"{name} {count}" for name, count in zip(FATES.values(), counts, strict=True)
    )
    if not told.get("jiashu_second_reading_runs"):
        return Finding(Mark.LOOK, what, f"没有在跑，紧急照样响；请看日志里的 reader_failed。{words}")
    return Finding(Mark.GOOD, what, f"在跑。{words}")


async def _stronger(used: Reading, http: aiohttp.ClientSession) -> Finding:
    """Whether the operator's own model is there and has the name that is written; no word of anybody is sent."""
    what, status, said = "更强的模型", 0, ""
    try:
        async with http.get(f"{used.stronger_url.rstrip('/')}/models", allow_redirects=False) as answer:
            status, said = answer.status, await answer.text()
    except (aiohttp.ClientError, TimeoutError, OSError, UnicodeDecodeError):
        return Finding(Mark.LOOK, what, "连不上（reading.stronger_url）；没有它照样读，紧急照样响")
    if status != 200:
        return Finding(
            Mark.LOOK, what, f"它回答 {status}，请看 reading.stronger_url 写得对不对；没有它照样读，紧急照样响"
        )
    if f'"{used.stronger_model}"' not in said:
        return Finding(Mark.LOOK, what, "在，可是没有 reading.stronger_model 写的那个模型")
    return Finding(Mark.GOOD, what, "在；只补响、请同事看一眼，不能把该响的压下去")


async def _figures(settings: Settings, http: aiohttp.ClientSession) -> dict[str, float] | None:
    """What `/metrics` of the running service says; None when it does not answer, or not to this token."""
    head = {"Authorization": f"Bearer {settings.security.metrics_token}"}
    try:
        async with http.get(f"{_near(settings)}/metrics", headers=head) as answer:
            lines = (await answer.text()).splitlines() if answer.status == 200 else None
    except (aiohttp.ClientError, TimeoutError, OSError):
        return None
    if lines is None:
        return None
    pairs = (line.rpartition(" ") for line in lines if line.startswith("jiashu_"))
    return {name: float(value) for name, _, value in pairs}


def _near(settings: Settings) -> str:
    """Where the service listens on this machine."""
    host = "127.0.0.1" if is_everywhere(settings.http.host) else settings.http.host
    return f"http://{host}:{settings.http.port}"


async def _platform(settings: Settings, http: aiohttp.ClientSession) -> AsyncIterator[Finding]:
    base = settings.wechat.api_base_url
    try:
        async with http.get(f"{base}/cgi-bin/get_api_domain_ip") as answer:
            at = answer.headers.get("Date", "")
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        yield Finding(Mark.BAD, "微信接口", f"连不上（{type(error).__name__}），请看服务器能不能上外网")
        return
    with suppress(TypeError, ValueError):
        drift = abs(wall() - parsedate_to_datetime(at))
        good = drift < DRIFT
        yield Finding(
            Mark.GOOD if good else Mark.BAD,
            "时钟",
            f"和微信差 {drift.total_seconds():.0f} 秒" + ("" if good else "，请打开服务器的自动对时"),
        )
    try:
        await Tokens(settings.wechat, http).get()
    except TokenRefused as error:
        yield Finding(Mark.BAD, "微信账号", TOKEN_WORDS.get(error.code, f"拿不到令牌，微信返回 {error.code}"))
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        yield Finding(Mark.BAD, "微信账号", f"拿令牌时断了（{type(error).__name__}）")
    else:
        yield Finding(Mark.GOOD, "微信账号", "AppID、AppSecret、白名单都对，拿到了令牌")


async def _outside(settings: Settings, http: aiohttp.ClientSession) -> Finding:
    url, what = settings.http.public_url.rstrip("/"), "外网地址"
    if not url:
        return Finding(Mark.LOOK, what, "没有写 http.public_url，家属打不开家书网页")
    if not url.startswith("https://") and not settings.on_loopback:
        return Finding(Mark.BAD, what, "http.public_url 要用 https")
    try:
        async with http.get(f"{url}/wechat") as answer:
            status = answer.status
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        return Finding(
            Mark.LOOK, what, f"从这台机器打不开（{type(error).__name__}）；有的机房本来就不能绕回来，请用手机再试"
        )
    if status == 403:
        return Finding(Mark.GOOD, what, "回调地址通，没有签名的请求被拒绝")
    return Finding(Mark.BAD, what, f"回调地址返回 {status}，应该是 403；请看 nginx 有没有把 /wechat 转过来")


def _nearest(path: Path) -> Path:
    """The path, or its next folder that exists."""
    while not path.exists() and path != path.parent:
        path = path.parent
    return path
