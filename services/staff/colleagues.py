"""Colleagues as the house keeps them: taken on with a first password that is shown once, changed, put out at once and
with nothing filled in (F30), taken back within a day. The page and the commands of the operator do the same.
"""

import re
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, func, select

from care.errors import Changed, Forbidden, Invalid
from care.states import ROLES, Role
from services.access import Viewer
from services.staff import sessions, staff, wechat
from services.staff.access import COLLEAGUES, access_colleague, lock_directors, may_change
from services.staff.forms import AddColleague, EditColleague
from services.staff.names import login_of, name_of
from storage import revision, tables
from storage.unit import Unit

BACK: Final = timedelta(days=1)
"""So long an accidental 停用 is taken back by a tap."""
ROLE_WORDS: Final = {word: role for role, word in ROLES.items()}
PHONE: Final = re.compile(r"\+?[0-9][0-9 -]{3,18}[0-9]")
__all__ = ["AddColleague", "EditColleague"]


def add(db: Unit, viewer: Viewer, form: AddColleague, now: datetime) -> tuple[tables.Staff, str]:
    """A new colleague and her first password: it is shown once and must be changed at the first log-in.

    Raises Invalid with the sentence, Forbidden for who may not.
    """
    if not (viewer.sees(COLLEAGUES) and may_change(viewer)):
        raise Forbidden
    name, login = name_of(form.name), login_of(form.login)
    role, floors, phone = role_of(form.role), floors_of(form.floors), _phone(form.phone)
    _may_give(viewer, role)
    _free(db, viewer.home_id, name, login)
    password, kept = staff.made_up()
    row = staff.added(db, viewer.home_id, (login, name, role, floors), kept, now, staff.FIRST, viewer.id)
    db.seal(row, "phone", phone or None)
    db.store.hint("staff", "colleagues")
    return row, password


def revision_of(row: tables.Staff) -> str:
    """What the form of a colleague is drawn from."""
    return revision.of(row.name, row.role, row.floors, row.phone)


def edit(db: Unit, viewer: Viewer, staff_id: int, form: EditColleague, now: datetime) -> tables.Staff:
    """Another name, role, floors, phone, from the next click on; open pages are drawn anew with the new rights.

    Raises Invalid, Changed, Forbidden, NotFound.
    """
    row = access_colleague(db, viewer, staff_id, lock=True)
    if row.left_at is not None:
        raise Invalid(why=f"{row.name} 已经停用了，没有改。")
    name, role, floors, phone = name_of(form.name), role_of(form.role), floors_of(form.floors), _phone(form.phone)
    if form.drawn not in {None, revision_of(row)}:
        raise Changed(who="有同事", what=f"改过 {row.name} 的登记", revision=revision_of(row))
    if role.value != row.role:
        _may_turn(viewer, row, role)
        change_role(db, row, role, now, viewer)
    if floors != row.floors:
        if row.id == viewer.id:
            raise Invalid(why="自己管哪层，请另一位院长或管理员来改。")
        _same_rank(viewer, row, "改楼层")
        change_floors(db, row, floors, now, viewer)
    if name != row.name:
        _same_rank(viewer, row, "改姓名")
        _free(db, viewer.home_id, name, "", row.id)
        _audit(db, row, now, viewer, "set_name", f"{row.name} → {name}")
        row.name = name
    if form.no_phone or (phone and phone != db.open(row, "phone")):
        db.seal(row, "phone", None if form.no_phone else phone)
        _audit(db, row, now, viewer, "set_phone")
    db.store.hint("staff", "colleagues")
    return row


def change_role(db: Unit, row: tables.Staff, role: Role, now: datetime, by: Viewer | None = None) -> None:
    """The row is locked. Raises Invalid for the last director."""
    if role is not Role.DIRECTOR:
        not_the_last(db, row)
    _audit(db, row, now, by, "set_role", f"{Role(row.role).words} → {role.words}")
    row.role = role.value
    if role is Role.DIRECTOR:
        staff.directed(db, row.home_id, now)
    _drawn_anew(db, row, now)


def change_floors(db: Unit, row: tables.Staff, floors: str, now: datetime, by: Viewer | None = None) -> None:
    """The row is locked."""
    _audit(db, row, now, by, "set_floors", f"{row.floors or '全院'} → {floors or '全院'}")
    row.floors = floors
    _drawn_anew(db, row, now)


def reset_password(db: Unit, viewer: Viewer, staff_id: int, now: datetime) -> tuple[tables.Staff, str]:
    """Another first password, shown once: log-ins, known browsers and the PIN end, locks are opened.

    Raises Invalid, Forbidden, NotFound.
    """
    row = access_colleague(db, viewer, staff_id, lock=True)
    if row.left_at is not None:
        raise Invalid(why=f"{row.name} 已经停用了，没有换密码。")
    if row.id == viewer.id:
        raise Invalid(why="自己的密码请在「我的账号」里换。")
    _same_rank(viewer, row, "换密码")
    password, kept = staff.made_up()
    another_password(db, row, kept, now, viewer)
    return row, password


def another_password(db: Unit, row: tables.Staff, kept: str, now: datetime, by: Viewer | None = None) -> None:
    """Somebody else knows it: she must change it. The row is locked."""
    row.password, row.first_password, row.pin = kept, True, None
    sessions.end_all(db, row, now, "password")
    throttle = tables.LoginThrottle
    db.execute(delete(throttle).where(throttle.staff_id == row.id).execution_options(synchronize_session=False))
    _audit(db, row, now, by, "set_password")
    db.store.hint("alarms", "locks", "staff", "colleagues")


def log_out_everywhere(db: Unit, viewer: Viewer, staff_id: int, now: datetime) -> int:
    """All log-ins of a colleague end, for a phone that was lost; how many there were."""
    row = access_colleague(db, viewer, staff_id, lock=True)
    ended = sessions.end_all(db, row, now, "ended")
    _audit(db, row, now, viewer, "end_sessions", f"{ended} 处")
    return ended


def put_out(db: Unit, viewer: Viewer, staff_id: int, now: datetime) -> tables.Staff:
    """停用 (F30): sessions, open pages, known browsers and the PIN end with the commit; nothing is asked for.

    Raises Invalid for oneself and the last director, Forbidden, NotFound.
    """
    row = access_colleague(db, viewer, staff_id, lock=True)
    if row.id == viewer.id:
        raise Invalid(why="不能停用自己。请另一位院长或管理员来停用。")
    if row.left_at is not None:
        return row
    _same_rank(viewer, row, "停用")
    leave(db, row, now, viewer)
    return row


def leave(db: Unit, row: tables.Staff, now: datetime, by: Viewer | None = None) -> int:
    """The row is locked; how many log-ins ended. Raises Invalid for the last director."""
    not_the_last(db, row)
    row.left_at, row.left_by = now, by.id if by else None
    ended = sessions.end_all(db, row, now, "put_out")
    wechat.put_out(db, row, now, by.id if by else None)
    _audit(db, row, now, by, "leave_staff", f"{row.name} 不能再登录了")
    db.store.hint("staff", "colleagues", "alarms", "locks")
    return ended


def take_back(db: Unit, viewer: Viewer, staff_id: int, now: datetime) -> tables.Staff:
    """停用 was a mistake: within a day the account is open again, as it was; her browsers log in anew.

    Raises Invalid, Forbidden, NotFound.
    """
    row = access_colleague(db, viewer, staff_id, lock=True)
    if row.left_at is None:
        return row
    if now - row.left_at > BACK:
        raise Invalid(why=f"{row.name} 停用超过一天了。要再来上班，请换一个登录名重新加一位。")
    _same_rank(viewer, row, "恢复")
    row.left_at, row.left_by = None, None
    _audit(db, row, now, viewer, "take_back_staff")
    db.store.hint("staff", "colleagues")
    return row


def not_the_last(db: Unit, row: tables.Staff) -> None:
    """A house without a director cannot confirm a restore, nor decide a complaint about somebody who leads."""
    if row.role != Role.DIRECTOR.value:
        return
    lock_directors(db, row.home_id)
    table = tables.Staff
    here = (table.home_id == row.home_id, table.role == Role.DIRECTOR.value, table.left_at.is_(None))
    if not db.scalar(select(func.count()).select_from(table).where(*here, table.id != row.id)):
        raise Invalid(why=f"{row.name} 是唯一的院长，没有改。请先添加一位院长。")


def role_of(word: str) -> Role:
    """A role by its stored word or as people say it. Raises Invalid."""
    text = word.strip()
    if text in ROLE_WORDS:
        return ROLE_WORDS[text]
    try:
        return Role(text)
    except ValueError as error:
        raise Invalid(why=f"请选岗位：{'、'.join(ROLES.values())}。") from error


def floors_of(text: str) -> str:
    """Floors as they are kept, by blanks: `2-4、6楼` becomes `2 3 4 6`; 全院 and nothing are the whole house.

    Raises Invalid.
    """
    found: list[str] = []
    for word in re.split(r"[\s,，、;；]+", text.strip()):
        floor = re.sub(r"[楼层]$|[fF]$", "", word)
        spans = re.fullmatch(r"(\d{1,2})\s*[-–—~到至]\s*(\d{1,2})", floor)
        if spans and int(spans[1]) <= int(spans[2]):
            found += [str(number) for number in range(int(spans[1]), int(spans[2]) + 1)]
        elif len(floor) > 8 or spans:
            raise Invalid(why=f"楼层「{word}」看不懂。请写成 2 3 或 2-4，管全院就空着。")
        elif floor and floor not in {"全院", "全部", "所有"}:
            found.append(floor)
    kept = " ".join(dict.fromkeys(found))
    if len(kept) > 64:
        raise Invalid(why="楼层太多了。管全院就空着。")
    return kept


def _phone(text: str) -> str:
    phone = text.strip()
    if phone and not PHONE.fullmatch(phone):
        raise Invalid(why="电话像是少了或多了数字，请看一下；不想留就空着。")
    return phone


def _free(db: Unit, home_id: int, name: str, login: str, but: int = 0) -> None:
    """A name at the log-in means one person: neither a log-in name that is taken, nor another's full name.

    Raises Invalid.
    """
    table = tables.Staff
    others = list(db.scalars(select(table).where(table.home_id == home_id, table.id != but)))
    taken = next((row for row in others if login and row.login == login), None)
    if taken is not None:
        raise Invalid(why=f"登录名 {login} 已经有人用了（{taken.name}）。请换一个，比如加上姓。")
    crossed = next((row for row in others if row.left_at is None and (row.name == login or row.login == name)), None)
    if crossed is not None:
        raise Invalid(why=f"这个名字和 {crossed.name}（登录名 {crossed.login}）会混，登录时分不清。请换一个登录名。")


def _may_give(viewer: Viewer, role: Role) -> None:
    if role is Role.DIRECTOR and viewer.role is not Role.DIRECTOR:
        raise Invalid(why="院长只能由院长来加。")


def _may_turn(viewer: Viewer, row: tables.Staff, role: Role) -> None:
    """Nobody changes the own role; a director is made and unmade by a director."""
    if row.id == viewer.id:
        raise Invalid(why="自己的岗位不能自己改，请另一位院长来改。")
    _may_give(viewer, role)
    _same_rank(viewer, row, "改岗位")


def _same_rank(viewer: Viewer, row: tables.Staff, what: str) -> None:
    if row.role == Role.DIRECTOR.value and viewer.role is not Role.DIRECTOR:
        raise Invalid(why=f"{row.name} 是院长，{what}要另一位院长来做。没有别的院长时，在服务器上用 jiashu staff。")


def _drawn_anew(db: Unit, row: tables.Staff, now: datetime) -> None:
    """Open pages of hers close their streams and come again with the rights of now."""
    table = tables.StaffSession
    mine = select(table.id).where(table.staff_id == row.id, table.ended_at.is_(None), table.expires_at > now)
    db.store.hint(*(f"session:{one}" for one in db.scalars(mine)))


def _audit(db: Unit, row: tables.Staff, now: datetime, by: Viewer | None, action: str, what: str = "") -> None:
    actor = f"staff:{by.id}" if by else "machine"
    db.store.audit(row.home_id, now, actor, action, f"staff:{row.id}", what)
