"""The accounts of colleagues as the operator keeps them from a shell: who is there, who comes and leaves, passwords,
roles, floors, and the end of all log-ins (I13).
"""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Final

import msgspec
from sqlalchemy import select

from care.errors import Invalid
from care.states import Role
from services.staff import codes, colleagues, sessions, staff
from services.staff.access import lock_directors
from services.staff.names import login_of, name_of
from services.subject import Command, Running
from storage import tables
from storage.unit import Unit


class ListStaff(msgspec.Struct, frozen=True):
    """Everybody, who left at the end."""


class AddStaff(msgspec.Struct, frozen=True):
    """A new colleague; `floors` by blanks, empty for the whole house. `settled`: she typed the password herself and has
    pledged on paper, so that neither is asked for at the first log-in.
    """

    login: str
    name: str
    role: Role
    password: str
    floors: str = ""
    settled: bool = False


class StaffLeaves(msgspec.Struct, frozen=True):
    """No log-in any more; what she wrote stays under her name."""

    login: str


class NewPassword(msgspec.Struct, frozen=True):
    """Another password; all log-ins end, locks are opened."""

    login: str
    password: str


class NewRole(msgspec.Struct, frozen=True):
    """Another role, from the next click on."""

    login: str
    role: Role


class NewFloors(msgspec.Struct, frozen=True):
    """Other floors, by blanks; empty for the whole house."""

    login: str
    floors: str


class EndSessions(msgspec.Struct, frozen=True):
    """All log-ins of a colleague end, for a phone that was lost."""

    login: str


class ResetCodes(msgspec.Struct, frozen=True):
    """The codes of a colleague are taken away, for the only director whose phone and recovery codes are lost."""

    login: str


async def listed(running: Running, _: ListStaff, __: datetime) -> tuple[str, ...]:
    """A line for each, with the log-in name first."""

    def ask(db: Unit) -> tuple[str, ...]:
        table = tables.Staff
        rows = db.scalars(
            select(table).where(table.home_id == running.home_id).order_by(table.left_at.is_not(None), table.login)
        )
        return tuple(
            f"{row.login}\t{row.name}\t{Role(row.role).words}\t{row.floors or '全院'}"
            + (f"\t{row.left_at.astimezone(running.house.home.zone):%Y-%m-%d} 离开" if row.left_at else "")
            for row in rows
        )

    return await running.database.read(ask) or ("还没有人，请用 jiashu staff add 添加。",)


async def add(running: Running, form: AddStaff, now: datetime) -> tuple[str, ...]:
    """Raises Invalid for a short password or a name that is taken."""
    known = staff.Standing(own_password=True, pledged=True, codes_by=now + sessions.PUT_OFF)
    standing, floors = (known if form.settled else staff.FIRST), colleagues.floors_of(form.floors)

    login, name = login_of(form.login), name_of(form.name)

    def work(db: Unit) -> None:
        staff.add(db, running.home_id, login, name, form.role, form.password, now, floors, standing)
        db.store.hint("staff", "colleagues")

    await running.database.write(work)
    return (f"已添加 {name}，登录名 {login}。",)


async def leave(running: Running, form: StaffLeaves, now: datetime) -> tuple[str, ...]:
    """Raises Invalid for who is not there, and for the last director."""

    def work(db: Unit, row: tables.Staff) -> str:
        colleagues.leave(db, row, now)
        return f"{row.name} 不能再登录了；她写过的都还在，手上的事请主管在「同事」页转给别人。"

    return await _change(running, form.login, work)


async def password(running: Running, form: NewPassword, now: datetime) -> tuple[str, ...]:
    """Raises Invalid for who is not there and for a short password."""
    hashed = await asyncio.to_thread(staff.hashed, form.password)

    def work(db: Unit, row: tables.Staff) -> str:
        colleagues.another_password(db, row, hashed, now)
        return f"{row.name} 的密码换好了，登录时要她自己再换一个；她已登录的都退出了。"

    return await _change(running, form.login, work)


async def role(running: Running, form: NewRole, now: datetime) -> tuple[str, ...]:
    """Raises Invalid for who is not there, and for the last director."""

    def work(db: Unit, row: tables.Staff) -> str:
        colleagues.change_role(db, row, form.role, now)
        return f"{row.name} 现在是{form.role.words}。"

    return await _change(running, form.login, work)


async def floors(running: Running, form: NewFloors, now: datetime) -> tuple[str, ...]:
    """Raises Invalid for who is not there, and for what are no floors."""
    wanted = colleagues.floors_of(form.floors)

    def work(db: Unit, row: tables.Staff) -> str:
        colleagues.change_floors(db, row, wanted, now)
        return f"{row.name} 现在负责{row.floors + ' 层' if row.floors else '全院'}。"

    return await _change(running, form.login, work)


async def log_out(running: Running, form: EndSessions, now: datetime) -> tuple[str, ...]:
    """Raises Invalid for who is not there."""

    def work(db: Unit, row: tables.Staff) -> str:
        ended = sessions.end_all(db, row, now, "ended")
        db.store.audit(row.home_id, now, "machine", "end_sessions", f"staff:{row.id}", f"{ended} 处")
        return f"{row.name} 的 {ended} 处登录都退出了。"

    return await _change(running, form.login, work)


async def reset_codes(running: Running, form: ResetCodes, now: datetime) -> tuple[str, ...]:
    """Raises Invalid for who is not there."""

    def work(db: Unit, row: tables.Staff) -> str:
        codes.taken_away(db, row, now)
        return f"{row.name} 的验证码重置了；已登录的都退出了，下次登录时重新设。"

    return await _change(running, form.login, work)


async def _change(running: Running, login: str, work: Callable[[Unit, tables.Staff], str]) -> tuple[str, ...]:
    """One colleague, held and changed."""

    def change(db: Unit) -> tuple[str, ...]:
        table = tables.Staff
        lock_directors(db, running.home_id)
        row = db.lock_row(
            select(table).where(table.home_id == running.home_id, table.login == login, table.left_at.is_(None))
        )
        if row is None:
            raise Invalid(why=f"没有登录名是 {login} 的在职同事。jiashu staff list 列出所有人。")
        said = work(db, row)
        db.store.hint("staff", "colleagues")
        return (said,)

    return await running.database.write(change)


COMMANDS: Final = (
    Command(ListStaff, listed),
    Command(AddStaff, add),
    Command(StaffLeaves, leave),
    Command(NewPassword, password),
    Command(NewRole, role),
    Command(NewFloors, floors),
    Command(EndSessions, log_out),
    Command(ResetCodes, reset_codes),
)
