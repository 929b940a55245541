"""The first rows of a database: the home and the account of `[wechat]`."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy import select

from care.errors import HomeForeign, KeysForeign
from services.setup.settings import effective
from services.upkeep import audit_chain
from settings import Settings
from storage import tables
from storage.types import new_id
from storage.unit import Unit

WAYS: Final = "配置或 database.url 写错了，就改过来；真的是机构改了名、换了公众号，请停掉服务，运行 jiashu migrate --adopt，再启动。"


@dataclass(frozen=True, slots=True)
class Installed:
    """The ids that the process works with."""

    home_id: int
    account_id: int
    settings: Settings = field(default_factory=Settings, compare=False)
    """With what is set in the console."""


def install(db: Unit, settings: Settings, now: datetime, *, adopt: bool = False) -> Installed:
    """Make the home and the account where they are missing. What is there belongs to one key file, one home and one
    account: `adopt` says that a home has a new name or a new account on purpose (I6, I8).

    Raises KeysForeign, HomeForeign.
    """
    home = db.scalars(select(tables.Home).order_by(tables.Home.id)).first()
    if home is not None:
        _ours(db, settings, home, now, adopt=adopt)
    else:
        home = tables.Home(
            id=new_id(), key="home", name=settings.home.name, timezone=settings.home.timezone, created_at=now
        )
        db.add(home)
    home.keys = db.sealer.fingerprint
    settings = effective(db, settings, home)
    home.name, home.timezone = settings.home.name, settings.home.timezone
    account = db.scalars(select(tables.WechatAccount).where(tables.WechatAccount.key == "")).first()
    if account is None:
        account = tables.WechatAccount(
            id=new_id(), home_id=home.id, key="", app_id=settings.wechat.app_id, created_at=now
        )
        db.add(account)
    account.app_id = settings.wechat.app_id
    return Installed(home.id, account.id, settings)


def _ours(db: Unit, settings: Settings, home: tables.Home, now: datetime, *, adopt: bool) -> None:
    ours = db.sealer.fingerprint
    if not (home.keys == ours if home.keys else audit_chain.signed_by(db.store)):
        raise KeysForeign(path=settings.key_file, known=home.keys or "另一个钥匙文件的内容", found=ours)
    app_id = db.scalar(select(tables.WechatAccount.app_id).where(tables.WechatAccount.key == ""))
    wanted = (
        home.name if "home.name" in settings.open else settings.home.name,
        app_id or "" if "wechat.app_id" in settings.open else settings.wechat.app_id,
    )
    if wanted == (home.name, app_id or wanted[1]):
        return
    if not adopt:
        raise HomeForeign(home=home.name, app_id=app_id, wanted_home=wanted[0], wanted_app_id=wanted[1], ways=WAYS)
    db.store.audit(home.id, now, "machine", "adopt", f"home:{home.id}", f"{home.name} {app_id} → {' '.join(wanted)}")
