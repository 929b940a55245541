"""Opening a new home: a one-time code that stands only in the terminal, and the first director, in one transaction.

"No director ever" is a fact of the database (`home.directed_at`): a director who leaves, a role that changes, a file
that is lost do not open it again (engineering 5).
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select

from care.errors import JiashuError, NotFound
from care.identity import plain
from care.states import Role
from conversations.flows.families import CODE_SIGNS
from services.setup.forms import Claim
from services.staff import own, staff
from services.staff.names import login_of, name_of
from storage import tables
from storage.types import new_id
from storage.unit import Unit

SIGNS: Final = 8
LASTS: Final = timedelta(hours=1)
TRIES: Final = 5
CODES_WITHIN: Final = timedelta(days=7)
"""So long the first director may put off the codes of a second device."""


class WrongCode(JiashuError):
    """启动码不对，还可以试 {left} 次。它在启动窗口里，能登录服务器的人才看得到。"""


class CodeDead(JiashuError):
    """启动码已经用不了了（过了一小时，或错了五次）。请在服务器上运行 jiashu code，会得到一个新的。"""

    status = 429


@dataclass(frozen=True, slots=True)
class Opened:
    """The first director."""

    staff_id: int
    home_id: int


def new_code(db: Unit, home_id: int, now: datetime) -> str | None:
    """A code for the terminal; None when the home has, or had, a director. Each start has its own: several processes
    may begin at once.
    """
    home = db.lock_row(select(tables.Home).where(tables.Home.id == home_id))
    if home is None or home.directed_at is not None:
        return None
    code = "".join(secrets.choice(CODE_SIGNS) for _ in range(SIGNS))
    db.add(
        tables.StartCode(
            id=new_id(), home_id=home_id, digest=_digest(db, code), made_at=now, expires_at=now + LASTS, tries=0
        )
    )
    return code


def claim(db: Unit, home_id: int, form: Claim, now: datetime) -> Opened | JiashuError:
    """The first director, for who knows the code. A wrong try is counted against every code that is still good, so it
    is given back as the error to raise after the commit.

    Raises NotFound when the home has a director, Invalid for a bad name or password.
    """
    home = db.lock_row(select(tables.Home).where(tables.Home.id == home_id))
    if home is None or home.directed_at is not None:
        raise NotFound
    row = tables.StartCode
    good = list(
        db.scalars(select(row).where(row.home_id == home_id, row.expires_at > now, row.tries < TRIES).with_for_update())
    )
    if not good:
        return CodeDead()
    wanted = _digest(db, form.code)
    matches = [secrets.compare_digest(one.digest, wanted) for one in good]
    if not any(matches):
        for one in good:
            one.tries += 1
        left = TRIES - min(one.tries for one in good)
        return WrongCode(left=left) if left else CodeDead()
    standing = staff.Standing(own_password=True, codes_by=now + CODES_WITHIN)
    login, name = login_of(form.login), name_of(form.name)
    password = own.fits(form.password, form.password, login, name)
    director = staff.add(db, home_id, login, name, Role.DIRECTOR, password, now, standing=standing)
    for one in good:
        one.expires_at = now
    db.store.audit(home_id, now, f"staff:{director.id}", "open_home", f"home:{home_id}")
    return Opened(director.id, home_id)


def _digest(db: Unit, code: str) -> str:
    """Written small or wide, with blanks or a line in the middle, it is the same code."""
    signs = "".join(sign for sign in plain(code).upper() if sign in CODE_SIGNS)
    return db.sealer.sign("start code", signs).hex()
