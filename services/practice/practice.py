"""Practice is a fact of the database: a row that goes on. While it does, every process works with an account that was
made here and whose platform is the simulator on this machine.

It begins only in a home that has received nothing real, and it ends by discarding what was said in it
(`going_over`); then it may begin anew, as long as that is still so. So nothing of practice and nothing real is ever
in one database at the same time.
"""

import secrets
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlalchemy import func, select

from care.errors import Conflict, Invalid, NotFound
from services.access import Viewer, access_page, name_of
from services.house import Practising
from services.practice.access import GOES_OVER, PRACTICE
from services.practice.forms import GoOver
from services.setup import settings
from services.setup.access import SETUP
from services.setup.steps import SIGNS
from settings import Settings, Wechat, is_everywhere, is_loopback
from storage import rehearsal, tables
from storage.tables.practice import Practice
from storage.types import new_id
from storage.unit import Unit

KEY: Final = "practice"
"""The last part of the path of its account, which no webhook has: pushes come by `/wechat`, as they will later."""
OPENID: Final = f"{rehearsal.OPENID}practice_"
"""How an openid of a phone of practice begins (bot/sample/practice.toml); a real account never takes one."""
AUTHORIZE: Final = "/console/practice/phones/connect/oauth2/authorize"
"""Where the simulator says whose phone it is: behind the console's log-in, whatever name the browser uses for us."""
REAL: Final = "这里已经收到过真的微信消息，不能再回到练习：练习里说过的话转正式时都要清掉，真的不能清。"
FIXED: Final = (
    "公众号由服务器上的配置文件定着，练习要先请管机器的人把 [wechat] 里的 app_id、app_secret、token、"
    "encoding_aes_key 和 api_base_url 拿掉，重启服务。"
)
NOT_HERE: Final = (
    "练习要服务在本机听得到自己：http.host 写 127.0.0.1 或 0.0.0.0，现在写的是 {host}。请管机器的人改好再来。"
)


@dataclass(frozen=True, slots=True)
class Last:
    """A time of practice that is over."""

    began_at: datetime
    ended_at: datetime
    by: str
    backup: str


def going_on(db: Unit, home_id: int) -> Practice | None:
    """The time of practice that goes on."""
    return db.fresh(select(Practice).where(Practice.home_id == home_id, Practice.ended_at.is_(None))).first()


def last(db: Unit, viewer: Viewer) -> Last | None:
    """The one that ended last."""
    over = select(Practice).where(Practice.home_id == viewer.home_id, Practice.ended_at.is_not(None))
    row = db.scalars(over.order_by(Practice.ended_at.desc())).first()
    if row is None or row.ended_at is None:
        return None
    return Last(row.began_at, row.ended_at, name_of(db, row.closing_by), row.backup or "")


def why_not(db: Unit, base: Settings, home_id: int) -> str:
    """Why practice cannot begin, in a sentence; empty when it can."""
    if "wechat.app_id" not in base.open:
        return FIXED
    if not (is_loopback(f"http://{base.http.host}") or is_everywhere(base.http.host)):
        return NOT_HERE.format(host=base.http.host)
    homes = db.scalar(select(func.count()).select_from(tables.Home))
    received = any(
        db.scalars(select(table.id).limit(1)).first() is not None
        for table in (tables.Inbox, tables.Follower, tables.Unreadable)
    )
    return REAL if homes != 1 or (received and going_on(db, home_id) is None) else ""


def begin(db: Unit, viewer: Viewer, base: Settings, now: datetime) -> None:
    """Practise from now on. Who comes second finds it begun. Raises Invalid, NotFound."""
    access_page(viewer, SETUP)
    home = settings.lock_home(db, viewer)
    if going_on(db, viewer.home_id) is not None:
        return
    wrong = why_not(db, base, viewer.home_id)
    if wrong:
        raise Invalid(why=wrong)
    account = tables.WechatAccount(
        id=new_id(),
        home_id=home.id,
        key=KEY,
        app_id=rehearsal.APP_ID + secrets.token_hex(7)[1:],
        created_at=now,
    )
    db.add(account)
    row = Practice(
        id=new_id(),
        home_id=home.id,
        account_id=account.id,
        app_id=account.app_id,
        port=0,
        began_at=now,
        began_by=viewer.id,
    )
    made = {"app_secret": secrets.token_hex(16), "token": secrets.token_hex(8), "door": secrets.token_hex(24)}
    for name, value in (made | {"aes_key": "".join(secrets.choice(SIGNS) for _ in range(43))}).items():
        db.seal(row, name, value)
    db.add(row)
    _changed(db, home)
    db.store.audit(home.id, now, f"staff:{viewer.id}", "begin_practice", f"home:{home.id}")


def moved(db: Unit, home_id: int, port: int) -> None:
    """The simulator listens at this port of the machine from now on."""
    home = db.lock_row(select(tables.Home).where(tables.Home.id == home_id))
    row = going_on(db, home_id)
    if home is None or row is None or row.port == port:
        return
    row.port = port
    _changed(db, home)


def now(db: Unit, base: Settings, home_id: int) -> tuple[Settings, Practising | None]:
    """What a process works with: what is set, and while practice goes on its account in the place of the real one.

    Once the director has gone over there is none until everything of practice is gone: nothing comes in or leaves.
    """
    found, row = settings.now(db, base, home_id), going_on(db, home_id)
    if row is None:
        return found, None
    here = f"http://127.0.0.1:{base.http.port}"
    stands = Practising(row.account_id, row.port, db.words(row, "door"), row.began_at, row.closing_at is not None)
    wechat = Wechat()
    if row.port and row.closing_at is None:
        wechat = Wechat(
            app_id=row.app_id,
            app_secret=db.words(row, "app_secret"),
            token=db.words(row, "token"),
            encoding_aes_key=db.words(row, "aes_key"),
            api_base_url=f"http://127.0.0.1:{row.port}",
            authorize_url=AUTHORIZE,
        )
    return replace(found, wechat=wechat, http=replace(found.http, public_url=here)), stands


def keys(db: Unit, home_id: int) -> Wechat | None:
    """The account of practice, for the simulator, whether it listens already or not; None once it is over."""
    row = going_on(db, home_id)
    if row is None or row.closing_at is not None:
        return None
    return Wechat(row.app_id, db.words(row, "app_secret"), db.words(row, "token"), db.words(row, "aes_key"))


def may_go_over(db: Unit, viewer: Viewer, name: str, form: GoOver) -> None:
    """Whether this director goes over with these words; asked before a backup is made. Raises Invalid, NotFound."""
    access_page(viewer, PRACTICE)
    if viewer.role not in GOES_OVER:
        raise NotFound
    row = going_on(db, viewer.home_id)
    if row is None or row.closing_at is not None:
        raise Conflict
    if "".join(form.words.split()) != "".join(name.split()):
        raise Invalid(why=f"请在框里写院名「{name}」，免得点错。什么都还没有动。")


def go_over(db: Unit, viewer: Viewer, name: str, form: GoOver, backup: str, now: datetime) -> None:
    """Practice is over: nothing comes in or leaves any more, and a job discards what was said. It cannot be stopped.

    Raises Invalid, Conflict, NotFound.
    """
    home = settings.lock_home(db, viewer)
    may_go_over(db, viewer, name, form)
    row = going_on(db, viewer.home_id)
    if row is None:
        raise Conflict
    row.closing_at, row.closing_by, row.backup = now, viewer.id, backup
    row.staying = " ".join(sorted(one for one in form.stays if one.isdecimal()))[:4000]
    _changed(db, home)
    db.store.audit(home.id, now, f"staff:{viewer.id}", "close_practice", f"home:{home.id}", backup)


def _changed(db: Unit, home: tables.Home) -> None:
    """Every process looks again within a second."""
    home.edition += 1
    db.store.hint("house")
