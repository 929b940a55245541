"""The rota: put, replaced, removed, swapped, asked; each word is added and never changed, the spans follow (L6, F53).

Rules warn and ask for a reason, they never block: homes with shifts of 24 hours and carers who live in are homes too.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from care import duty
from care.errors import Decided, Forbidden, Invalid, JiashuError
from care.states import RotaKind
from services.access import Viewer, name_of
from services.roster import kinds, seats, spans
from services.roster.access import access_change, access_lead, access_rota
from services.roster.forms import AnswerAsk, CopyWeek, Place, PutShift, Remove, Swap
from services.roster.seats import Word
from storage import tables
from storage.tables.roster import DutyPost, DutyShift
from storage.unit import Unit


def put(db: Unit, viewer: Viewer, form: PutShift, now: datetime) -> None:
    """Somebody comes on a day to a shift, at a post or for the whole house; what is so already stays so. Raises
    Forbidden, Invalid with what is there instead; AgainstRule when a reason was asked for and is missing.
    """
    home = access_lead(db, viewer)
    spans.renew(db, home, now, only={_put(db, viewer, home, form, now)})


def put_all(db: Unit, viewer: Viewer, forms: Sequence[PutShift], now: datetime) -> list[str]:
    """Many of them at once, as from a sheet, and the spans once; for each the sentence that says why it was not put,
    or nothing. Raises Forbidden.
    """
    home, told, posts = access_lead(db, viewer), list[str](), set[int]()
    for form in forms:
        try:
            posts.add(_put(db, viewer, home, form, now))
            told.append("")
        except JiashuError as error:
            told.append(error.sentence)
    if posts:
        spans.renew(db, home, now, only=posts)
    return told


def _put(db: Unit, viewer: Viewer, home: tables.Home, form: PutShift, now: datetime) -> int:
    """Write it down; gives the post."""
    seat = seats.called(db, home, form.post, form.day, form.shift)
    if form.staff_id not in seats.seated(db, seat):
        seats.write(db, viewer, home, seat, Word(RotaKind.PUT, into=form.staff_id, reason=form.reason), now)
    return seat[0].id


def place(db: Unit, viewer: Viewer, form: Place, now: datetime) -> None:
    """Somebody comes to a seat of the page, in place of another as one act; or she is asked whether she does. Raises
    Forbidden, Invalid, Changed, AgainstRule.
    """
    if form.ask:
        _ask(db, viewer, form, now)
        return
    home = access_lead(db, viewer)
    seat = seats.sat(db, viewer, form)
    seats.is_as_drawn(db, seat, form.drawn)
    there = seats.seated(db, seat)
    if form.staff in there:
        raise Invalid(why="这一班已经有她了。")
    if form.out and form.out not in there:
        raise Decided(who="有同事", what="把这一班改了")
    kind = RotaKind.REPLACE if form.out else RotaKind.PUT
    seats.write(db, viewer, home, seat, Word(kind, form.out or None, form.staff, form.reason), now)
    spans.renew(db, home, now, only={seat[0].id})


def remove(db: Unit, viewer: Viewer, form: Remove, now: datetime) -> None:
    """Somebody no longer comes; what is then missing is a gap. Raises Forbidden, Invalid, Changed."""
    home = access_lead(db, viewer)
    seat = seats.sat(db, viewer, form)
    seats.is_as_drawn(db, seat, form.drawn)
    if form.out not in seats.seated(db, seat):
        raise Decided(who="有同事", what="把这一班改了")
    seats.write(db, viewer, home, seat, Word(RotaKind.REMOVE, form.out, None, form.reason), now)
    spans.renew(db, home, now, only={seat[0].id})


def swap(db: Unit, viewer: Viewer, form: Swap, now: datetime) -> None:
    """Two colleagues change seats, as one act. Raises Forbidden, Invalid, Changed, AgainstRule."""
    home = access_lead(db, viewer)
    here = seats.sat(db, viewer, form)
    seats.is_as_drawn(db, here, form.drawn)
    there, other = seats.other(db, viewer, form.there)
    if form.out not in seats.seated(db, here) or other not in seats.seated(db, there):
        raise Decided(who="有同事", what="把其中一班改了")
    if form.out == other or other in seats.seated(db, here) or form.out in seats.seated(db, there):
        raise Invalid(why="这两位本来就在同一班，不用换。")
    without = ((here, form.out), (there, other))
    for seat, out, into in ((here, form.out, other), (there, other, form.out)):
        seats.write(db, viewer, home, seat, Word(RotaKind.SWAP, out, into, form.reason, without), now)
    spans.renew(db, home, now)


def _ask(db: Unit, viewer: Viewer, form: Place, now: datetime) -> None:
    """A colleague is asked whether she comes; nothing is filled until she says so. Raises Forbidden, Invalid,
    AgainstRule.
    """
    home = access_lead(db, viewer)
    seat = seats.sat(db, viewer, form)
    if form.staff in seats.seated(db, seat):
        raise Invalid(why="这一班已经有她了。")
    if form.staff in seats.asked(db, seat):
        raise Invalid(why="已经问过了，等她答应。")
    seats.write(db, viewer, home, seat, Word(RotaKind.ASK, into=form.staff, reason=form.reason), now)
    db.store.hint("roster")


def answer(db: Unit, viewer: Viewer, change_id: int, said: str, _: AnswerAsk, now: datetime) -> None:
    """She says yes or no, and nobody else for her. Raises Decided when others filled the seat first, Forbidden,
    Invalid.
    """
    home = access_rota(db, viewer, lock=True)
    row = access_change(db, viewer, change_id)
    if row.in_id != viewer.id or row.kind != RotaKind.ASK:
        raise Forbidden
    if row.accepted_at or row.refused_at:
        raise Invalid(why="您已经回过了。")
    if said == "no":
        row.refused_at = now
    else:
        seat = db.get_one(DutyPost, row.post_id), row.day, db.get_one(DutyShift, row.shift_id)
        seats.is_to_come(home, seat, now)
        first = seats.filled_since(db, seat, row.at)
        if first is not None and not seats.has_gap(db, seat, now):
            raise Decided(who=name_of(db, first), what="顶上了这一班")
        row.accepted_at = now
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", f"rota_{said}", f"duty_post:{row.post_id}")
    spans.renew(db, home, now)
    db.store.hint("roster")


def copy_week(db: Unit, viewer: Viewer, form: CopyWeek, now: datetime) -> int:
    """Who was there in the seven days before is put on the same weekday; what is put already stays, who has left stays
    away. Gives how many turns were written. Raises Forbidden, Invalid.
    """
    home = access_lead(db, viewer)
    if form.first is None:
        raise Invalid(why="请选从哪一天起。")
    week = timedelta(days=7)
    if abs(form.first - now.astimezone(kinds.zone_of(home)).date()) > spans.FARTHEST + week:
        raise Invalid(why=f"{form.first:%Y-%m-%d} 太远了，像是选错了年份或月份。")
    known = duty.seated(spans.changes(db, home.id, form.first - week))
    shifts = {row.id: row for row in kinds.shifts(db, home.id)}
    posts = {row.id: row for row in kinds.posts(db, home.id)}
    left, done = spans.leavers(db, home.id), 0
    for (post, day, shift), there in sorted(known.items()):
        if day >= form.first or post not in posts or shift not in shifts or known.get((post, day + week, shift)):
            continue
        seat = posts[post], day + week, shifts[shift]
        if seats.is_over(home, seat, now):
            continue
        for staff in there.keys() - left.keys():
            seats.write(db, viewer, home, seat, Word(RotaKind.PUT, into=staff), now, told=False)
            done += 1
    if not done:
        raise Invalid(why="没有可以照抄的：前七天没排，或者这七天已经排上了。")
    what = f"{form.first:%Y-%m-%d} 起七天，{done} 班"
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "rota_copy", f"home:{home.id}", what)
    spans.renew(db, home, now)
    return done
