"""`jiashu demo` and `jiashu simulate`: the stand-in platform as a child process beside the service, on loopback."""

import asyncio
import os
import secrets
import shutil
import socket
import sys
import tomllib
from pathlib import Path
from typing import Final

import msgspec

from bot.practising import listens
from bot.sample.demo import MARKER, Sample
from bot.serving import running, until_told
from care.errors import Invalid
from care.states import Role
from settings import (
    ClockFile,
    Database,
    Home,
    Http,
    Media,
    Robot,
    Security,
    Settings,
    Sms,
    Telephone,
    Wechat,
    is_loopback,
)
from settings.keys import KEYS
from storage import migrate, rehearsal

SCENE: Final = Path(__file__).parent / "sample" / "home.toml"
ALPHABET: Final = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


def secrets_of_play() -> dict[str, str]:
    """Made anew at each start, but where the data of the last one is kept."""
    return {
        "app_id": rehearsal.APP_ID + secrets.token_hex(7)[1:],
        "app_secret": secrets.token_hex(16),
        "token": secrets.token_hex(8),
        "encoding_aes_key": "".join(secrets.choice(ALPHABET) for _ in range(43)),
    }


def telephone_of_play(phone_port: int, kept: dict[str, str]) -> Telephone:
    """The telephone company of the simulator; its secrets are those of the account."""
    return Telephone(
        provider="aliyun",
        url=f"http://127.0.0.1:{phone_port}/telephone",
        key_id=kept["app_id"],
        key_secret=kept["app_secret"],
        caller="057188000101",
        alarm_text="TTS_1001",
        check_text="TTS_1002",
        complaint_text="TTS_1003",
        receipts=kept["encoding_aes_key"],
    )


def sms_of_play(phone_port: int, kept: dict[str, str], home: str) -> Sms:
    """The company for SMS of the simulator, which signs by the name of the home."""
    return Sms(
        provider="aliyun",
        url=f"http://127.0.0.1:{phone_port}/sms",
        key_id=kept["app_id"],
        key_secret=kept["app_secret"],
        sign=home,
        words_text="SMS_1001",
        call_text="SMS_1002",
        receipts=kept["encoding_aes_key"],
    )


def robot_of_play(phone_port: int, kept: dict[str, str]) -> Robot:
    """The robot of the colleagues' group in the simulator."""
    return Robot("wecom", f"http://127.0.0.1:{phone_port}/robot/wecom?key={kept['app_id']}")


def sample_settings(
    port: int, phone_port: int, data: Path, home: dict[str, str], kept: dict[str, str] | None = None
) -> Settings:
    """The settings of the sample home."""
    kept = kept or secrets_of_play()
    return Settings(
        security=Security(idle_minutes=24 * 60),  # its clock is moved by hours
        http=Http("127.0.0.1", port, f"http://127.0.0.1:{port}"),
        wechat=Wechat(
            app_id=kept["app_id"],
            app_secret=kept["app_secret"],
            token=kept["token"],
            encoding_aes_key=kept["encoding_aes_key"],
            api_base_url=f"http://127.0.0.1:{phone_port}",
            authorize_url=f"http://127.0.0.1:{phone_port}/connect/oauth2/authorize",
        ),
        database=Database(f"sqlite:///{data}/jiashu.db"),
        media=Media(data / "media"),
        clock=ClockFile(str(data / "clock-offset")),
        telephone=telephone_of_play(phone_port, kept),
        sms=sms_of_play(phone_port, kept, home["name"]),
        robot=robot_of_play(phone_port, kept),
        home=Home(name=home["name"], phone=home["phone"]),
        open=frozenset(f"home.{key}" for key in KEYS["home"]) - {"home.name", "home.phone", "home.timezone"},
    )


async def run(port: int, phone_port: int, data: Path, *, fortnight: bool = True, keep: bool = False) -> int:
    """Start everything, print the addresses, run until told to stop. On a fresh database, unless the data of the last
    start is kept; the fortnight is played behind the open pages, and once.
    """
    for wanted in (port, phone_port):
        _require_free(wanted)
    kept = _kept(data) if keep else None
    if kept is None:
        _clear(data)
    scene = tomllib.loads(SCENE.read_text(encoding="utf-8"))
    settings = sample_settings(port, phone_port, data, scene["home"], kept)
    await asyncio.to_thread(migrate.upgrade, settings.database.path)
    sample = Sample(scene, data, settings, fortnight=fortnight and kept is None)
    async with running(settings, sample.furnish, plays_past=sample.fortnight) as service:
        child = await _start(settings, phone_port, SCENE, data)
        try:
            await listens(child, phone_port)
            sys.stdout.write(_welcome(settings, phone_port, scene["staff"]))
            sys.stdout.flush()
            playing = asyncio.create_task(sample.play(service, f"http://127.0.0.1:{phone_port}"))
            await _until_told(child)
            playing.cancel()
            await asyncio.gather(playing, return_exceptions=True)
        finally:
            await _end(child)
    return 0


async def simulate(settings: Settings, port: int, scene: Path | None) -> int:
    """Start the simulator alone, for a service that already runs with these settings.

    Raises Invalid unless all of it is play (fault S5): what the simulator signs, the service believes.
    """
    await asyncio.to_thread(_require_play, settings, port)
    child = await _start(settings, port, scene or SCENE, None)
    try:
        sys.stdout.write(f"手机    http://127.0.0.1:{port}/\n")
        sys.stdout.flush()
        await _until_told(child)
    finally:
        await _end(child)
    return 0


def _require_play(settings: Settings, port: int) -> None:
    http, wechat, here = settings.http, settings.wechat, f"http://127.0.0.1:{port}"
    wrong = {
        f"http.host 要写 127.0.0.1，现在是 {http.host}": not is_loopback(f"http://{http.host}"),
        f"http.public_url 要留空，或写 http://127.0.0.1:{http.port}": bool(http.public_url)
        and not is_loopback(http.public_url),
        f"wechat.api_base_url 要写 {here}": not settings.on_loopback,
        f"wechat.authorize_url 要写 {here}/connect/oauth2/authorize": not is_loopback(wechat.authorize_url),
        f"wechat.app_id 要写 {rehearsal.APP_ID} 开头的 18 位，例如 {rehearsal.APP_ID}0000000000001；真账号没有这样的 AppID": (
            not wechat.app_id.startswith(rehearsal.APP_ID)
        ),
    }
    problems = [words for words, is_so in wrong.items() if is_so]
    real = rehearsal.real(settings.database.url)
    if real.accounts:
        problems.append(f"数据库属于真的公众号（{'、'.join(real.accounts)}），请换一个新的数据库")
    elif real.followers:
        problems.append(f"数据库里有 {real.followers} 位真的微信用户，请换一个新的数据库")
    if problems:
        listed = "".join(f"\n  · {problem}" for problem in problems)
        raise Invalid(why=f"模拟器没有启动。它发的消息服务都会当真，所以只连本机上没有真人的服务：{listed}")


async def _start(settings: Settings, port: int, scene: Path, data: Path | None) -> asyncio.subprocess.Process:
    """The secrets go by the child's environment, which nobody else can read; a list of processes shows no secret."""
    wechat, here = settings.wechat, f"http://127.0.0.1:{settings.http.port}"
    options = ["--port", str(port), "--target", f"{here}/wechat", "--app-id", wechat.app_id]
    options += ["--mode", wechat.mode.value, "--scene", str(scene), "--console", f"{here}/console/"]
    if data is not None:
        options += ["--journal", str(data / "journal.jsonl"), "--offset-file", settings.clock.offset_file]
    secret = {
        "SIMULATOR_SECRET": wechat.app_secret,
        "SIMULATOR_TOKEN": wechat.token,
        "SIMULATOR_AES_KEY": wechat.encoding_aes_key,
    }
    telephone = settings.telephone
    if telephone.provider and is_loopback(telephone.url):
        secret |= {
            "SIMULATOR_TELEPHONE_KEY": telephone.key_id,
            "SIMULATOR_TELEPHONE_SECRET": telephone.key_secret,
            "SIMULATOR_TELEPHONE_RECEIPTS": f"{here}/telephone/{telephone.receipts}",
            "SIMULATOR_SMS_RECEIPTS": f"{here}/sms/{settings.sms.receipts}" if settings.sms.receipts else "",
            "SIMULATOR_SMS_HOME": settings.http.public_url,
        }
    return await asyncio.create_subprocess_exec(sys.executable, "-m", "simulator", *options, env=os.environ | secret)


async def _until_told(child: asyncio.subprocess.Process) -> None:
    told, ended = asyncio.create_task(until_told()), asyncio.create_task(child.wait())
    await asyncio.wait({told, ended}, return_when=asyncio.FIRST_COMPLETED)
    for task in (told, ended):
        task.cancel()


async def _end(child: asyncio.subprocess.Process) -> None:
    if child.returncode is None:
        child.terminate()
        await child.wait()


def _require_free(port: int) -> None:
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            raise Invalid(
                why=f"端口 {port} 已有别的程序在用。请先停掉它，或换一个：jiashu demo --port 8180 --phone-port 8190"
            )


def _clear(data: Path) -> None:
    """Only ever a folder that a demo made, or an empty one."""
    if data.exists() and any(data.iterdir()):
        if not (data / MARKER).exists():
            raise Invalid(why=f"目录 {data} 里有别的东西，样板机构不会清空它。请换一个 --data。")
        shutil.rmtree(data)
    data.mkdir(parents=True, exist_ok=True)
    (data / MARKER).touch()


def _kept(data: Path) -> dict[str, str] | None:
    """The secrets of play of a start that came to its end; None where there is nothing to go on with."""
    try:
        found: dict[str, str] = msgspec.json.decode((data / MARKER).read_bytes(), type=dict[str, str])
    except (OSError, msgspec.DecodeError):
        return None
    return found


def _welcome(settings: Settings, phone_port: int, staff: list[dict[str, str]]) -> str:
    logins = "".join(
        f"          {who['name']}（{Role(who['role']).words}）  {who['login']} / {who['password']}\n" for who in staff
    )
    return (
        f"\n{settings.home.name} · 样板机构，人和事都是虚构的\n\n"
        f"  手机    http://127.0.0.1:{phone_port}/\n  控制台  {settings.http.public_url}/console/\n{logins}"
        f"  家属页  {settings.http.public_url}/p/letters（像在微信里那样，从手机的菜单点进去）\n\n"
        "在手机上写「你们把我妈摔了，我要投诉」，再到控制台回复；或者用周敏登录，写一封家书，再把时间快进到 17:30。按 Ctrl-C 结束。\n\n"
    )
