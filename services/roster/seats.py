"""A seat of the rota: who has it, which rules a turn would go against, and the word that is written down about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, exists, select

from care import duty
from care.errors import Changed, Invalid, JiashuError, NotFound
from care.states import RotaKind
from care.words import whole
from conversations.phrases import date_of
from services.access import Viewer, name_of
from services.roster import kinds, spans
from services.roster.access import access_post
from services.roster.forms import Seated
from storage import revision, tables
from storage.tables.roster import DutyPost, DutyShift, DutySpan, RotaChange
from storage.types import new_id
from storage.unit import Unit

RULES: Final = {"two": "同一时间排了两个岗位", "long": "连着超过 24 小时", "rest": "两班之间不到 8 小时"}
REASON: Final = 200
"""Signs of a reason."""
NEAR: Final = 3
"""So many days around one may weigh on it."""

Seat = tuple[DutyPost, date, DutyShift]


class AgainstRule(JiashuError):
    """{who}{rules}。能排，请先写一句原因。"""

    status = 422


@dataclass(frozen=True, slots=True)
class Word:
    """What is decided about a seat. `reason` None: nobody was asked for one. `without`: seats that are given up at the
    same time.
    """

    kind: RotaKind
    out: int | None = None
    into: int | None = None
    reason: str | None = None
    without: tuple[tuple[Seat, int], ...] = ()


ACTIONS: Final = {
    RotaKind.PUT: "rota_put",
    RotaKind.REPLACE: "rota_replace",
    RotaKind.REMOVE: "rota_remove",
    RotaKind.SWAP: "rota_swap",
    RotaKind.ASK: "rota_ask",
}


def key(seat: Seat) -> duty.Seat:
    """A seat by its numbers."""
    return seat[0].id, seat[1], seat[2].id


# -- which seat ------------------------------------------------------------------------------------------------------


def called(db: Unit, home: tables.Home, post: str, day: date, shift: str) -> Seat:
    """A seat by the words of a sheet: 夜班 is 夜, no post is the whole house. Raises Invalid with what there is."""
    offered = {row.name: row for row in kinds.begin(db, home.id)}
    name = shift.strip()
    found = offered.get(name) or offered.get(name.removesuffix("班")) or offered.get({"休息": "休"}.get(name, ""))
    if found is None:
        raise Invalid(why=f"没有「{name}」这种班。现有：{'、'.join(offered)}。")
    there = {row.name: row for row in kinds.posts(db, home.id)}
    wanted = post.strip() or kinds.WHOLE
    place = there.get(wanted) or next((row for name, row in there.items() if _same(name, wanted)), None)
    if place is None and wanted == kinds.WHOLE:
        place = DutyPost(
            id=new_id(),
            home_id=home.id,
            name=wanted,
            building="",
            floors="",
            min_people=1,
            shifts="",
            weekdays="1234567",
            place=1000,
        )
        db.add(place)
        db.flush()
    if place is None:
        listed = "、".join(there) or "还没有岗位，请先在「排班」里建"
        raise Invalid(why=f"没有「{wanted}」这个岗位。现有：{listed}。")
    return place, day, found


def _same(one: str, other: str) -> bool:
    """2楼, 2 层 and 2 楼 are one post."""
    return _bare(one) == _bare(other)


def _bare(name: str) -> str:
    return "".join(name.split()).replace("层", "楼").upper()


def sat(db: Unit, viewer: Viewer, form: Seated) -> Seat:
    """The seat of a form. Raises NotFound, Invalid."""
    if form.day is None:
        raise Invalid(why="请选哪一天。")
    return of(db, viewer, form.post, form.day, form.shift)


def of(db: Unit, viewer: Viewer, post: int, day: date, shift: int) -> Seat:
    """A seat by its numbers. Raises NotFound."""
    found = db.fresh(select(DutyShift).where(DutyShift.id == shift, DutyShift.home_id == viewer.home_id)).first()
    if found is None:
        raise NotFound
    return access_post(db, viewer, post), day, found


def other(db: Unit, viewer: Viewer, there: str) -> tuple[Seat, int]:
    """The other seat of a swap, as the page writes it: post.day.shift.colleague. Raises NotFound, Invalid."""
    parts = there.split(".")
    try:
        post, shift, staff = (whole(parts[at]) or 0 for at in (0, 2, 3))
        day = date.fromisoformat(parts[1])
    except (ValueError, IndexError) as error:
        raise Invalid(why="请选和谁换。") from error
    return of(db, viewer, post, day, shift), staff


# -- what is so ------------------------------------------------------------------------------------------------------


def seated(db: Unit, seat: Seat) -> dict[int, int]:
    """Who has a seat, and by which word."""
    rows = db.scalars(
        select(RotaChange)
        .where(*_at(seat), RotaChange.accepted_at.is_not(None))
        .order_by(RotaChange.accepted_at, RotaChange.id)
    )
    found = duty.seated(duty.Change(row.id, key(seat), row.out_id, row.in_id) for row in rows)
    return found.get(key(seat), {})


def asked(db: Unit, seat: Seat) -> dict[int, RotaChange]:
    """Who was asked about a seat and has not said anything yet, by colleague."""
    rows = db.scalars(
        select(RotaChange).where(
            *_at(seat),
            RotaChange.kind == RotaKind.ASK.value,
            RotaChange.accepted_at.is_(None),
            RotaChange.refused_at.is_(None),
        )
    )
    return {row.in_id: row for row in rows if row.in_id is not None}


def filled_since(db: Unit, seat: Seat, since: datetime) -> int | None:
    """Who came to a seat after a moment, the last of them."""
    rows = select(RotaChange.in_id).where(*_at(seat), RotaChange.accepted_at >= since, RotaChange.in_id.is_not(None))
    return db.scalars(rows.order_by(RotaChange.accepted_at.desc(), RotaChange.id.desc())).first()


def has_gap(db: Unit, seat: Seat, now: datetime) -> bool:
    """Whether somebody is still missing."""
    row = DutySpan
    gap = (row.post_id == seat[0].id, row.day == seat[1], row.shift_id == seat[2].id, row.staff_id.is_(None))
    return bool(db.scalar(select(exists().where(*gap, row.ends_at > now))))


def revision_of(db: Unit, seat: Seat) -> str:
    """What the forms of a seat are drawn from: what was decided about it."""
    rows = db.execute(
        select(RotaChange.id).where(*_at(seat), RotaChange.accepted_at.is_not(None)).order_by(RotaChange.id)
    )
    return revision.of(*(number for (number,) in rows))


def is_as_drawn(db: Unit, seat: Seat, drawn: str | None) -> None:
    """Raises Changed when somebody else decided about the seat meanwhile."""
    revision_now = revision_of(db, seat)
    if drawn not in {None, revision_now}:
        last = db.scalars(
            select(RotaChange)
            .where(*_at(seat), RotaChange.accepted_at.is_not(None))
            .order_by(RotaChange.accepted_at.desc(), RotaChange.id.desc())
        ).first()
        who = name_of(db, last.by_id) if last else "有同事"
        names = "、".join(name_of(db, one) for one in seated(db, seat)) or "没有人"
        raise Changed(who=who, what=f"把这一班改成了{names}", revision=revision_now)


def _at(seat: Seat) -> tuple[ColumnElement[bool], ...]:
    return RotaChange.post_id == seat[0].id, RotaChange.day == seat[1], RotaChange.shift_id == seat[2].id


def is_over(home: tables.Home, seat: Seat, now: datetime) -> bool:
    """Whether a shift has ended."""
    return kinds.kind_of(seat[2]).hours(seat[1], kinds.zone_of(home))[1] <= now


def is_to_come(home: tables.Home, seat: Seat, now: datetime) -> None:
    """What is over stays as it was, and nobody plans further than three months. Raises Invalid."""
    today = now.astimezone(kinds.zone_of(home)).date()
    if is_over(home, seat, now):
        raise Invalid(why=f"{date_of(seat[1], today)}的{seat[2].name}班已经过了，过去的排班不能改。")
    if seat[1] > today + spans.FARTHEST:
        raise Invalid(why=f"最多排到三个月以后，{date_of(seat[1], today)}太远了，像是选错了年份或月份。")


# -- rules that warn -------------------------------------------------------------------------------------------------


def turns(db: Unit, home: tables.Home, day: date, staff_id: int | None = None) -> dict[int, dict[duty.Seat, duty.Work]]:
    """What everybody, or one colleague, does in the days around one, by colleague and seat; 休 is no turn."""
    zone, shifts = kinds.zone_of(home), kinds.kinds_of(kinds.shifts(db, home.id, gone=True))
    around = day - timedelta(days=NEAR), day + timedelta(days=NEAR)
    found: dict[int, dict[duty.Seat, duty.Work]] = {}
    for seat, there in duty.seated(spans.changes(db, home.id, *around, staff_id)).items():
        kind = shifts.get(seat[2])
        if kind and kind.works:
            for staff in there:
                found.setdefault(staff, {})[seat] = duty.Work(seat[0], *kind.hours(seat[1], zone))
    return found


def against(
    home: tables.Home,
    seat: Seat,
    staff_id: int,
    near: Mapping[int, Mapping[duty.Seat, duty.Work]],
    without: Sequence[tuple[Seat, int]] = (),
) -> list[str]:
    """Which rules it would go against to put a colleague there, beside what she does around that day."""
    kind = kinds.kind_of(seat[2])
    if not kind.works:
        return []
    gone = {key(one) for one, staff in without if staff == staff_id} | {key(seat)}
    others = [work for one, work in near.get(staff_id, {}).items() if one not in gone]
    return duty.against(duty.Work(seat[0].id, *kind.hours(seat[1], kinds.zone_of(home))), others)


def words_of(rules: Sequence[str]) -> str:
    """Rules as words."""
    return "，".join(RULES[rule] for rule in rules)


# -- the word that is written down -----------------------------------------------------------------------------------


def write(
    db: Unit, viewer: Viewer, home: tables.Home, seat: Seat, word: Word, now: datetime, *, told: bool = True
) -> None:
    """Write down what was decided about a seat; the rota is held. `told`: the audit hears of it. Raises Invalid,
    AgainstRule.
    """
    is_to_come(home, seat, now)
    rules: list[str] = []
    if word.into is not None:
        name = _colleague(db, home, word.into)
        rules = against(home, seat, word.into, turns(db, home, seat[1], word.into), word.without)
        if rules and word.reason is not None and not word.reason.strip():
            raise AgainstRule(who=name, rules=words_of(rules))
    row = RotaChange(
        id=new_id(),
        home_id=home.id,
        post_id=seat[0].id,
        shift_id=seat[2].id,
        day=seat[1],
        kind=word.kind.value,
        out_id=word.out,
        in_id=word.into,
        rules=" ".join(rules),
        by_id=viewer.id,
        at=now,
        accepted_at=None if word.kind is RotaKind.ASK else now,
    )
    db.seal(row, "reason", (word.reason or "").strip()[:REASON] or None)
    db.add(row)
    db.flush()
    if told:
        what = f"{seat[0].name} {seat[1]:%Y-%m-%d} {seat[2].name}"
        db.store.audit(home.id, now, f"staff:{viewer.id}", ACTIONS[word.kind], f"duty_post:{seat[0].id}", what)


def _colleague(db: Unit, home: tables.Home, staff_id: int) -> str:
    """The name of who still works here. Raises Invalid."""
    found = db.get(tables.Staff, staff_id, populate_existing=True)
    if found is None or found.home_id != home.id:
        raise Invalid(why="请选一位同事。")
    if found.left_at is not None:
        raise Invalid(why=f"{found.name}已经停用，不能再排班。")
    return found.name
