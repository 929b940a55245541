"""`jiashu changeopenid OLD`: the home has another account; the platform tells who its followers are there (F17)."""

import sys
from typing import Final

import aiohttp

from bot import upkeep
from bot.desk import Desk
from bot.tokens import Tokens
from care.errors import JiashuError
from services import install
from services.families import openids
from settings import Settings
from settings.clock import Clock, wall
from storage import seal
from storage.database import Database

NAMED: Final = 20
"""Names of those who are still missing that are printed."""


class SameAccount(JiashuError):
    """写的是现在这个公众号的 AppID（{app_id}）。请写原来那个公众号的 AppID。"""


async def change(settings: Settings, old_app_id: str, clock: Clock = wall) -> int:
    """Ask for everybody, a hundred at a time; who is not found may be asked for again later, so that the command may be
    run as often as one likes. 1 when somebody is still missing. Raises SameAccount, PlatformRefused, DatabaseInUse.
    """
    if old_app_id == settings.wechat.app_id:
        raise SameAccount(app_id=old_app_id)
    sealer = seal.load(settings.key_file, may_create=False)
    async with aiohttp.ClientSession() as http:
        desk = Desk()
        desk.use(settings.wechat, Tokens(settings.wechat, http))
        await desk.token()
        told: int = await upkeep.on(
            settings.database.url, sealer, lambda database: _each(database, desk, settings, old_app_id, clock)
        )
        return told


async def _each(database: Database, desk: Desk, settings: Settings, old_app_id: str, clock: Clock) -> int:
    installed = await database.write(lambda db: install.install(db, settings, clock()))
    account, after, asked, changed, met = installed.account_id, 0, 0, 0, 0
    missing: list[int] = []
    while some := await database.read(lambda db, at=after: openids.followers(db, account, at)):  # type: ignore[misc]
        after, asked = some[-1][0], asked + len(some)
        found = await desk.moved(old_app_id, [openid for _, openid in some])
        if found:
            new, twice = await database.write(
                lambda db, f=found: openids.change(db, account, f, clock())  # type: ignore[misc]
            )
            changed, met = changed + new, met + twice
        missing += [number for number, openid in some if openid not in found]
    names = await database.read(lambda db: openids.left(db, account, missing))
    _say(f"一共 {asked} 个微信：换好 {changed} 个。")
    if met:
        _say(f"{met} 个已经在新号里说过话，成了两位；请在控制台「老人 → 家属」里并成一位。")
    if names:
        more = f" 等 {len(names)} 位" if len(names) > NAMED else ""
        _say(f"没有换的（还没关注新号，或早就换过）：{'、'.join(names[:NAMED])}{more}。他们关注以后，再运行一次。")
    return 1 if names else 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
