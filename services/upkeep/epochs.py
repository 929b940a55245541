"""The time since a restore: what was not final is held, old log-ins and codes are dead, and nothing leaves until the
director confirms.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import func, select, update

from care.errors import Conflict, Invalid
from care.sla import Mark
from services.access import Viewer, access_page
from services.outgoing import outbox, purposes
from services.upkeep import stoplist
from services.upkeep.access import RESTORE
from services.upkeep.forms import ConfirmEpoch
from storage import tables
from storage.tables.announcements import Announcement
from storage.tables.appointments import Appointment
from storage.tables.letters_weekly import WeeklyLetter
from storage.tables.staff_wechat import StaffWechat
from storage.unit import Unit

HELD: Final = "从备份恢复时还没发，等院长确认"
MAYBE: Final = "恢复的备份比这条旧：可能已经发过，没有重发"
UNSURE: Final = "从备份恢复，不确定发过没有；没有重发，请看一下对方是否收到"
MISSED: Final = "恢复备份前可能已经发过"
CHECK_FIRST: Final = "恢复了备份，请先核对有没有发过"
CONFIRM: Final = "开始发送"
"""What the director writes to confirm."""


@dataclass(frozen=True, slots=True)
class Closed:
    """An epoch that nobody has confirmed yet."""

    id: int
    backup_at: datetime
    began_at: datetime


@dataclass(frozen=True, slots=True)
class Account:
    """What the director decides upon: messages by what becomes of them, greetings held, letters held, and who is on the
    stop list.
    """

    later: int
    unsure: int
    dropped: int
    greetings: int
    letters: int
    stopped: int


def begin(db: Unit, now: datetime, stops: Iterable[stoplist.Entry]) -> int:
    """A restored database whose way out `archive.shut` has closed: what was alive in it is dead; gives how many entries
    of the stop list were new.
    """
    store = db.store
    people = [row[0] for row in store.rows("SELECT id FROM person")]
    store.lock_persons(*people)
    session, invitation, promise = tables.StaffSession, tables.Invitation, tables.Promise
    db.execute(update(session).where(session.ended_at.is_(None)).values(ended_at=now))
    for statement in (
        update(invitation).where(invitation.used_at.is_(None), invitation.expires_at > now).values(expires_at=now),
        update(StaffWechat)
        .where(StaffWechat.who_id.is_(None), StaffWechat.ended_at.is_(None))
        .values(ended_at=now, ended_how="restored"),
        update(tables.Conversation)
        .where(tables.Conversation.flow.is_not(None))
        .values(flow=None, slots=None, idle_at=None),
        update(tables.Plan)
        .where(tables.Plan.state == "planned", tables.Plan.due_at <= now)
        .values(state="held", why=MISSED),
        update(Announcement)
        .where(Announcement.state.in_(("planned", "leaving")), Announcement.due_at <= now)
        .values(state="held"),
        update(tables.Letter).where(tables.Letter.state == "ready").values(state="held", held_why=CHECK_FIRST),
        update(WeeklyLetter).where(WeeklyLetter.state == "ready").values(state="held", held_why=CHECK_FIRST),
        update(Appointment).where(Appointment.remind_at <= now).values(remind_at=None, why=MISSED),
        update(promise)
        .where(promise.kept_at.is_(None), promise.due_at <= now)
        .values(mark=Mark.BREACHED.value, look_at=None),
    ) * bool(people):
        db.execute(statement.execution_options(synchronize_session=False))
    for epoch in db.scalars(select(tables.Epoch).where(tables.Epoch.confirmed_at.is_(None))):
        store.audit(epoch.home_id, now, "machine", "begin_epoch", f"epoch:{epoch.id}")
    db.flush()
    return stoplist.replay(db, stops)


def closed(db: Unit, home_id: int) -> Closed | None:
    """The epoch that waits for the director, if one does."""
    row = db.scalars(
        select(tables.Epoch)
        .where(tables.Epoch.home_id == home_id, tables.Epoch.confirmed_at.is_(None))
        .order_by(tables.Epoch.began_at.desc())
    ).first()
    return None if row is None else Closed(row.id, row.backup_at, row.began_at)


def gaps(db: Unit, home_id: int) -> list[tuple[datetime, datetime]]:
    """The times between a backup and its restore: what was said in them is not known here."""
    return [
        (row.backup_at, row.began_at) for row in db.scalars(select(tables.Epoch).where(tables.Epoch.home_id == home_id))
    ]


def account(db: Unit, viewer: Viewer, epoch: Closed) -> Account:
    """What confirming would do. Raises NotFound for who may not decide it."""
    access_page(viewer, RESTORE)
    fates = [_fate(row, epoch.began_at) for row in _held(db, viewer.home_id)]
    return Account(
        later=fates.count("planned"),
        unsure=fates.count("unknown"),
        dropped=fates.count("cancelled"),
        greetings=_count(db, tables.Plan, viewer.home_id, tables.Plan.why == MISSED, tables.Plan.state == "held"),
        letters=_count(
            db, tables.Letter, viewer.home_id, tables.Letter.held_why == CHECK_FIRST, tables.Letter.state == "held"
        )
        + _count(db, WeeklyLetter, viewer.home_id, WeeklyLetter.held_why == CHECK_FIRST, WeeklyLetter.state == "held"),
        stopped=_count(db, tables.Stop, viewer.home_id, tables.Stop.lifted_at.is_(None)),
    )


def confirm(db: Unit, viewer: Viewer, epoch_id: int, form: ConfirmEpoch, now: datetime) -> None:
    """Open the way out: what was planned for later leaves in its time, what may have left already never again.

    Raises Invalid, Conflict, NotFound.
    """
    access_page(viewer, RESTORE)
    if form.words.strip() != CONFIRM:
        raise Invalid(why=f"请在框里写「{CONFIRM}」四个字，免得点错。")
    epoch = tables.Epoch
    shut = update(epoch).where(epoch.id == epoch_id, epoch.home_id == viewer.home_id, epoch.confirmed_at.is_(None))
    began_at = db.scalar(shut.values(confirmed_at=now, confirmed_by=viewer.id).returning(epoch.began_at))
    if began_at is None:
        raise Conflict
    outdated = select(tables.Outbox).where(
        tables.Outbox.home_id == viewer.home_id,
        tables.Outbox.purpose == "alarm",
        tables.Outbox.state.in_(("waiting", "ready")),
    )
    db.lock_persons(*{row.person_id for row in (*_held(db, viewer.home_id), *db.scalars(outdated))})
    db.expire_all()  # what stood in them before the locks may have changed
    for row in _held(db, viewer.home_id):
        row.state = _fate(row, began_at)
        row.why = {"planned": None, "unknown": UNSURE}.get(row.state, MAYBE)
        row.settled_at = None if row.state == "planned" else now
    db.flush()
    for row in list(db.scalars(outdated)):  # 「我这就来」 of hours ago
        outbox.cancel(db.store, row.id, now)
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "confirm_epoch", f"epoch:{epoch_id}")
    db.store.hint("epochs", "outbox", "inbox")


def _held(db: Unit, home_id: int) -> list[tables.Outbox]:
    return list(
        db.scalars(select(tables.Outbox).where(tables.Outbox.home_id == home_id, tables.Outbox.state == "held"))
    )


def _fate(row: tables.Outbox, began_at: datetime) -> str:
    """For later: as planned. Of a person, or an answer to one: a colleague looks. A machine's own words: not again."""
    if row.not_before > began_at:
        return "planned"
    return "cancelled" if row.purpose in {*purposes.of_machines(), outbox.SPOKEN} else "unknown"


def _count(
    db: Unit,
    table: type[tables.Plan] | type[tables.Letter] | type[WeeklyLetter] | type[tables.Stop],
    home_id: int,
    *conditions: object,
) -> int:
    count = select(func.count()).select_from(table)
    return int(db.scalar(count.where(table.home_id == home_id, *conditions)) or 0)  # type: ignore[arg-type]
