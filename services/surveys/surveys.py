"""问卷: started by a lead once a month, answered on a page or in the chat, told per item with n (M1, M2, M4, practice
7).
"""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import select

from care import quiet_hours, surveys
from care.errors import Conflict, Decided, Invalid, NotFound
from care.preferences import Declined
from care.states import Launch
from conversations.effects import KeepSurvey, StartSurvey, say
from conversations.events import Done, Refused
from services.access import LEADS, Viewer, access_page
from services.context import Context
from services.families.reach import why_not
from services.house import House
from services.outgoing import outbox
from services.outgoing.purposes import Purpose
from services.surveys.access import SURVEYS
from storage import tables
from storage.queries import families, launch
from storage.queries import surveys as queries
from storage.types import new_id
from storage.unit import Unit

SURVEY: Final = Purpose("survey", words="问卷", machine=True, by_day=True, parks=False, topic=Declined.SURVEY)
LONGEST: Final = 300
LATER: Final = 3
AFTERWARDS: Final = timedelta(days=1)
"""How long after the end of a complaint a questionnaire may come."""


def begin(db: Unit, house: House, viewer: Viewer, now: datetime) -> int:
    """Start the questionnaire of the month; who may be asked and has an open window is told. Gives how many.

    Raises Conflict, NotFound.
    """
    access_page(viewer, SURVEYS)
    if viewer.role not in LEADS:
        raise NotFound
    local = now.astimezone(house.home.zone)
    period = f"{local:%Y-%m}"
    if queries.of_period(db, viewer.home_id, period) is not None:
        raise Conflict
    row = tables.Campaign(
        id=new_id(),
        home_id=viewer.home_id,
        period=period,
        items=" ".join(surveys.of_month(local.month)),
        opened_by=viewer.id,
        opened_at=now,
    )
    db.add(row)
    db.flush()
    told: set[int] = set()
    db.lock_persons(*(who.person_id for who in families.people(db, viewer.home_id)))
    db.expire_all()
    on = launch.launched(db, viewer.home_id)
    for who in families.people(db, viewer.home_id):
        if who.person_id not in db.store.locked or not on.holds(Launch.SURVEYS, who.floor):
            continue
        if who.is_elder or who.person_id in told or why_not(who, "survey", now):
            continue
        told.add(who.person_id)
        tell(db, house, row, who.person_id, now)
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "begin_survey", f"campaign:{row.id}")
    db.store.hint("surveys")
    return len(told)


def tell(db: Unit, house: House, row: tables.Campaign, person_id: int, now: datetime, n: int = 1) -> None:
    """Tell somebody once that there is a questionnaire."""
    month = str(int(row.period[-2:]))
    outbox.enqueue(
        db.store,
        home_id=row.home_id,
        person_id=person_id,
        purpose=SURVEY,
        dedup_key=key_of(row, person_id, n),
        text=house.words([say("survey.here", month=month, link=link(house.public_url))], now),
        now=now,
        queue="notice",
        not_before=quiet_hours.next_allowed(now, house.home.zone, "family", house.quiet),
    )


def key_of(row: tables.Campaign, person_id: int, n: int = 1) -> str:
    """The cause of a message about a questionnaire: the first tells of it, the second reminds, LATER tells of it who
    could not be told at first.
    """
    if n == LATER:
        return f"campaign:{row.id}:{person_id}:later"
    return f"campaign:{row.id}:{person_id}:1" if n == 1 else f"campaign:{row.id}:{person_id}:again"


def left_out(db: Unit, home_id: int, now: datetime) -> list[int]:
    """Who was in a grave complaint when the questionnaire began, which has been closed for a day, and has neither
    answered nor been told (C-6).
    """
    row = queries.running(db, home_id)
    if row is None:
        return []
    keys = {key_of(row, one): one for one in queries.reconciled(db, row, now - AFTERWARDS)}
    told = db.scalars(select(tables.Outbox.dedup_key).where(tables.Outbox.dedup_key.in_(keys)))
    return sorted(set(keys.values()) - {keys[key] for key in told})


def invite(db: Unit, house: House, person_id: int, now: datetime) -> bool:
    """Tell one of them, if they may be told now; asked again under the lock of the person."""
    db.lock_persons(person_id)
    home_id = db.get_one(tables.Person, person_id).home_id
    row = queries.running(db, home_id)
    if row is None or person_id not in left_out(db, home_id, now):
        return False
    ties = [who for who in families.people(db, home_id) if who.person_id == person_id and not who.is_elder]
    on = launch.launched(db, home_id)
    if all(why_not(who, "survey", now) or not on.holds(Launch.SURVEYS, who.floor) for who in ties):
        return False
    tell(db, house, row, person_id, now)
    return True


def end(db: Unit, viewer: Viewer, campaign_id: int, now: datetime) -> None:
    """Nobody can answer any more. Raises Conflict, NotFound."""
    access_page(viewer, SURVEYS)
    row = db.lock_row(select(tables.Campaign).where(tables.Campaign.id == campaign_id))
    if row is None or row.home_id != viewer.home_id or viewer.role not in LEADS:
        raise NotFound
    if row.closed_at is not None:
        raise Decided(who="有同事", what="收卷了")
    row.closed_at = now
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "end_survey", f"campaign:{row.id}")
    db.store.hint("surveys")


def link(public_url: str) -> str:
    """What a tap opens; without an address the chat asks."""
    return (
        f'<a href="{public_url.rstrip("/")}/p/survey">点这里填</a>，或者回「问卷」在这里答'
        if public_url
        else "回「问卷」在这里答"
    )


def open_for(db: Unit, person_id: int) -> tables.Campaign:
    """The questionnaire that this relative may still answer. Raises NotFound, Conflict for who has answered."""
    person = db.get(tables.Person, person_id)
    tied = db.scalars(select(tables.Kinship.id).where(tables.Kinship.person_id == person_id).limit(1)).first()
    row = queries.running(db, person.home_id) if person is not None and person.kind == "family" and tied else None
    if row is None:
        raise NotFound
    if queries.answered(db, row.id, person_id):
        raise Answered
    return row


class Answered(Conflict):
    """您这个月已经答过了，谢谢您。"""


def keep(db: Unit, person_id: int, marks: Mapping[str, int], wish: str) -> None:
    """Keep a sheet: that somebody answered on one side, what was answered on the other.

    Raises Invalid, NotFound, Answered.
    """
    db.lock_persons(person_id)
    row = open_for(db, person_id)
    given = {item: mark for item, mark in marks.items() if item in row.items.split() and mark in surveys.MARKS}
    words = wish.strip()
    if not given and not words:
        raise Invalid(why="一项都没选。选一两项也行，不清楚的可以空着。")
    if len(words) > LONGEST:
        raise Invalid(why=f"请写在 {LONGEST} 个字以内，现在 {len(words)} 个字。")
    db.add(tables.Participation(id=new_id(), home_id=row.home_id, campaign_id=row.id, person_id=person_id, way="page"))
    sheet = secrets.randbits(62)
    for item, mark in given.items():
        db.add(tables.Mark(id=secrets.randbits(62), campaign_id=row.id, sheet=sheet, item=item, score=mark))
    if words:
        said = tables.Wish(id=secrets.randbits(62), campaign_id=row.id, sheet=sheet)
        db.seal(said, "words", words)
        db.add(said)
    db.store.hint("surveys")


# -- in the talk ---------------------------------------------------------------------------------------------------


class _Round(NamedTuple):
    id: int
    items: str


def start(context: Context, _: StartSurvey) -> Done | Refused:
    """The questions that this person has not answered yet: Done.ref the campaign, known their ids; Refused `none` or
    `done`.
    """
    row = context.store.one_of(
        _Round,
        "SELECT id, items FROM campaign WHERE home_id = ? AND closed_at IS NULL ORDER BY id DESC LIMIT 1",
        context.home_id,
    )
    if row is None or context.kind != "family" or not _tied(context):
        return Refused("none")
    if context.store.row(
        "SELECT 1 FROM participation WHERE campaign_id = ? AND person_id = ?", row.id, context.person_id
    ):
        return Refused("done")
    return Done(ref=str(row.id), known=tuple(row.items.split()))


def _tied(context: Context) -> bool:
    """Whether the person is anybody's relative now (F13)."""
    tie = "SELECT 1 FROM kinship WHERE person_id = ? LIMIT 1"
    return context.store.row(tie, context.person_id) is not None


def keep_from_talk(context: Context, effect: KeepSurvey) -> Done | Refused:
    """The answers of a talk that is through; a page may have been quicker."""
    store, campaign = context.store, int(effect.campaign)
    if store.row("SELECT 1 FROM participation WHERE campaign_id = ? AND person_id = ?", campaign, context.person_id):
        return Refused("done")
    if not _tied(context):
        return Refused("none")
    store.insert(
        tables.Participation, home_id=context.home_id, campaign_id=campaign, person_id=context.person_id, way="chat"
    )
    sheet = secrets.randbits(62)
    for item, mark in effect.marks:
        store.insert(tables.Mark, id=secrets.randbits(62), campaign_id=campaign, sheet=sheet, item=item, score=mark)
    if effect.wish:
        row_id = secrets.randbits(62)
        store.insert(
            tables.Wish,
            id=row_id,
            campaign_id=campaign,
            sheet=sheet,
            words=store.seal(tables.Wish, "words", row_id, effect.wish),
        )
    store.hint("surveys")
    return Done()
