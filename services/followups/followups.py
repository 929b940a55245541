"""A talk is written down; whoever was talked to is not due again before the next month or quarter (V1, F46)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select

from care import accusations as accusation
from care.errors import Invalid
from care.followups import Content, Manner, Outcome
from care.states import Role
from services.access import Viewer
from services.accusations import accusations
from services.followups.forms import WriteTalk
from services.house import House
from services.residents.access import access_resident
from services.tasks import filed
from storage import tables
from storage.queries.followups import Talk
from storage.tables.followups import FollowUpTalk
from storage.types import new_id
from storage.unit import Unit

LONGEST: Final = 300
SOON: Final = timedelta(minutes=30)
KEPT: Final = "说到同事的事，主管和院长看得到"
ASKED: Final = {"life": "生活", "body": "身体", "wish": "意见"}


def write(db: Unit, house: House, viewer: Viewer, form: WriteTalk, now: datetime) -> FollowUpTalk:
    """Keep what was said. A talk says at least how they live, how the body is, and whether they are content (V2).

    Raises Invalid with what is missing, NotFound.
    """
    resident = access_resident(db, viewer, form.resident)
    if form.person:
        tie = select(tables.Kinship.id).where(
            tables.Kinship.resident_id == resident.id, tables.Kinship.person_id == form.person
        )
        if db.scalars(tie).first() is None:
            raise Invalid(why="这位不是老人登记的家属，请重选。")
    if form.manner not in set(Manner) or form.outcome not in set(Outcome):
        raise Invalid(why="请选怎么谈的、谈得怎么样。")
    words = {name: " ".join(getattr(form, name).split()) for name in ASKED}
    for name, text in words.items():
        if len(text) > LONGEST:
            raise Invalid(why=f"{ASKED[name]}写得太长了，最多 {LONGEST} 个字。")
    talked = form.outcome == Outcome.TALKED.value
    if talked and not (words["life"] and words["body"] and form.content in set(Content)):
        raise Invalid(why="谈了就写三样：生活怎么样、身体怎么样、满不满意。哪样没问到，写「没问」。")
    if form.person:
        db.lock_persons(form.person)
    row = FollowUpTalk(
        id=new_id(),
        home_id=viewer.home_id,
        resident_id=resident.id,
        person_id=form.person or None,
        day=now.astimezone(house.home.zone).date(),
        at=now,
        by_id=viewer.id,
        manner=form.manner,
        outcome=form.outcome,
        content=form.content if talked else None,
    )
    for name, text in words.items():
        db.seal(row, name, text or None)
    db.add(row)
    db.flush()
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "write_follow_up", f"resident:{resident.id}")
    db.store.hint("followups")
    _tell_lead(db, house, viewer, resident, "；".join(filter(None, words.values())), now)
    return row


def _tell_lead(db: Unit, house: House, viewer: Viewer, resident: tables.Resident, words: str, now: datetime) -> None:
    """What accuses a colleague is read by leads alone: one of them, whom it does not mean, has to look (C14, F5)."""
    found = accusation.read(words, house.names)
    if found is None:
        return
    meant = [one for one in house.names.colleagues.values() if accusations.means(found, one)]
    lead = Role.DIRECTOR if any(one.role == Role.SUPERVISOR for one in meant) else Role.SUPERVISOR
    filed.write(
        db.store,
        home_id=viewer.home_id,
        words="回访里说到同事，请看「回访」里这一条，先去看老人",
        source="followup",
        now=now,
        due_at=now + SOON,
        role=lead.value,
        resident_id=resident.id,
    )


def shown(house: House, viewer: Viewer, talks: Sequence[Talk]) -> list[Talk]:
    """The talks with what this colleague may read: of what accuses somebody, that there is something."""
    return [
        replace(talk, life="", body="", wish=KEPT)
        if accusations.kept_from(house.names, viewer, f"{talk.life}；{talk.body}；{talk.wish}", talk.row.by_id)
        else talk
        for talk in talks
    ]
