"""The steps of the first start: what is done, what is still to do, and the acts of each (N3).

Each is kept by itself: who is called away goes on later, on another machine, with nothing lost.
"""

import hashlib
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select

from care.errors import Invalid
from care.states import Role
from care.words import clear
from services.access import Viewer, access_page
from services.residents import beds
from services.setup import settings
from services.setup.access import SETUP
from services.setup.forms import SetAccount, SetDomain, SetHome
from settings import Settings
from storage import revision, tables
from storage.unit import Unit

SIGNS: Final = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
PROOF: Final = re.compile(r"MP_verify_([A-Za-z0-9]{1,64})\.txt")
PAGES: Final = re.compile(r"(?<=[^/:])/(console|wechat|p)(/.*)?$")
"""What stands behind the domain where somebody copied the address of a page."""
FIXED: Final = "这一项由服务器上的配置文件定着，这里只能看。"


@dataclass(frozen=True, slots=True)
class Step:
    """A step, what it says of itself, and whether it is done."""

    word: str
    title: str
    note: str
    done: bool


@dataclass(frozen=True, slots=True)
class State:
    """Where the first start stands: the steps, what is set, and what the forms were drawn from."""

    steps: Sequence[Step]
    now: Settings
    director: str
    greeted: bool
    proof: str
    pushed: bool
    before: str
    beds: int
    drawn: dict[str, str]

    def next_of(self, word: str) -> Step | None:
        """The step behind one."""
        words = [step.word for step in self.steps]
        place = words.index(word) + 1
        return self.steps[place] if place < len(words) else None


def state(db: Unit, viewer: Viewer, base: Settings) -> State:
    """Everything that the pages of the first start show. Raises NotFound."""
    access_page(viewer, SETUP)
    now, kept = settings.now(db, base, viewer.home_id), settings.stored(db, viewer.home_id)
    directors = select(tables.Staff.name).where(
        tables.Staff.home_id == viewer.home_id, tables.Staff.role == Role.DIRECTOR.value, tables.Staff.left_at.is_(None)
    )
    director = db.scalars(directors.order_by(tables.Staff.created_at)).first() or ""
    greeted = bool(now.wechat.app_id) and kept.get("setup.greeted") == seen_by(now)
    pushed = kept.get("setup.menu") == now.wechat.app_id != ""
    named = "home.name" not in base.open or kept.get("home.name") is not None
    steps = (
        Step("home", "我们家", now.home.name if named else "院名、电话", named),
        Step("account", "接公众号", _of_account(now, greeted=greeted), greeted),
        Step("domain", "网址", now.http.public_url or "家属看信的地址", bool(now.http.public_url)),
        Step("menu", "菜单", "我们的菜单已推上去" if pushed else "先读原来的，再换", pushed),
        Step("check", "从头查一遍", "哪里红，怎么办；印两份草稿", kept.get("setup.checked") is not None),
    )
    proof = kept.get("setup.proof") or ""
    drawn = {
        "home": revision.of(now.home.name, now.home.phone, now.home.timezone),
        "account": revision.of(now.wechat.app_id),
        "domain": revision.of(now.http.public_url),
    }
    many = len(beds.every(db, viewer.home_id))
    return State(steps, now, director, greeted, proof, pushed, kept.get("setup.menu_before") or "", many, drawn)


def _of_account(now: Settings, *, greeted: bool) -> str:
    if greeted:
        return "收信地址通了"
    return "等平台来敲门" if now.wechat.app_id else "编号、密钥、收信地址"


def seen_by(now: Settings) -> str:
    """A word for these keys of the account: the platform has made sure of the address with them."""
    return hashlib.sha256(f"{now.wechat.app_id} {now.wechat.token}".encode()).hexdigest()[:16]


def set_home(db: Unit, viewer: Viewer, base: Settings, form: SetHome, now: datetime) -> None:
    """What families see of the home. Raises Invalid, NotFound."""
    access_page(viewer, SETUP)
    name, phone = clear(form.name).strip(), clear(form.phone).strip()
    if not name or not phone:
        raise Invalid(why="请写院名，和有急事时昼夜有人接的电话。")
    _put(db, viewer, base, {"home.name": name, "home.phone": phone, "home.timezone": form.timezone}, now)


def set_account(db: Unit, viewer: Viewer, base: Settings, form: SetAccount, now: datetime) -> None:
    """The keys of the account. Another app id begins anew: what the one before had proved holds no more.

    Raises Invalid, NotFound.
    """
    access_page(viewer, SETUP)
    known = settings.stored(db, viewer.home_id)
    same = known.get("wechat.app_id") == form.app_id.strip()
    secret = form.app_secret.strip() or (known.get("wechat.app_secret") if same else None)
    if not secret:
        raise Invalid(why="请贴上开发者密码（AppSecret）：在平台上按「重置」，管理员扫码后会显示一次。")
    token = form.token.strip() or (known.get("wechat.token") if same else None) or _made(16)
    key = form.encoding_aes_key.strip() or (known.get("wechat.encoding_aes_key") if same else None) or _made(43)
    values = {
        "wechat.app_id": form.app_id.strip(),
        "wechat.app_secret": secret,
        "wechat.token": token,
        "wechat.encoding_aes_key": key,
    }
    _put(db, viewer, base, values, now)


def set_domain(db: Unit, viewer: Viewer, base: Settings, form: SetDomain, now: datetime) -> None:
    """Where families open pages. Raises Invalid, NotFound."""
    access_page(viewer, SETUP)
    url = PAGES.sub("", clear(form.public_url).strip()).rstrip("/")
    if url and "://" not in url:
        url = f"https://{url}"
    if not url.startswith("https://") and not base.on_loopback:
        raise Invalid(why="网址要以 https:// 开头：微信里只打得开加密的网页。")
    _put(db, viewer, base, {"http.public_url": url}, now)


def keep_proof(db: Unit, viewer: Viewer, name: str, data: bytes, now: datetime) -> None:
    """The file by which the platform sees whose domain it is. Raises Invalid, NotFound."""
    access_page(viewer, SETUP)
    words = data.decode("ascii", "replace").strip()
    if PROOF.fullmatch(name) is None or not words.isalnum() or len(words) > 64:
        raise Invalid(why="这不是公众平台的验证文件。请下载 MP_verify_ 开头的那个 .txt，不要改名，也不要改里面的字。")
    settings.put(db, viewer, {"setup.proof": f"{name} {words}"}, now)


def saw_greeting(db: Unit, home_id: int, base: Settings, now: datetime) -> None:
    """The platform made sure of our address."""
    machine = Viewer(0, home_id, "", Role.ADMIN)
    settings.put(db, machine, {"setup.greeted": seen_by(settings.now(db, base, home_id))}, now)


def checked(db: Unit, viewer: Viewer, now: datetime) -> None:
    """Somebody has looked through the list of what works."""
    access_page(viewer, SETUP)
    settings.put(db, viewer, {"setup.checked": now.isoformat(timespec="minutes")}, now)


def _put(db: Unit, viewer: Viewer, base: Settings, values: dict[str, str], now: datetime) -> None:
    """Only what the operator has left open; the rest stays as the file has it."""
    free = {key: value for key, value in values.items() if key in base.open}
    if not free:
        raise Invalid(why=FIXED)
    settings.put(db, viewer, free, now)


def _made(length: int) -> str:
    return "".join(secrets.choice(SIGNS) for _ in range(length))
