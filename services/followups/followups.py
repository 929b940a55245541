"""A talk is written down; whoever was talked to is not due again before the next month or quarter (V1, F46)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select

from care import accusations as accusation
from care.accusations import Accusation
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
    role, owner = _lead_for(db, house, viewer, found)
    filed.write(
        db.store,
        home_id=viewer.home_id,
        words="回访里说到同事，请看「回访」里这一条，先去看老人",
        source="followup",  # TO_A_LEAD of the queries
        now=now,
        due_at=now + SOON,
        role=role,
        owner_id=owner,
        resident_id=resident.id,
    )


def _lead_for(db: Unit, house: House, viewer: Viewer, found: Accusation) -> tuple[str, int | None]:
    """Whose task it is: a role of which nobody is meant, else one colleague who is not; leads first, then who answers
    complaints.
    """
    here = db.scalars(
        select(tables.Staff).where(tables.Staff.home_id == viewer.home_id, tables.Staff.left_at.is_(None))
    ).all()
    known = house.names.colleagues
    meant = {row.id for row in here if row.id in known and accusations.means(found, known[row.id])}
    for role in (Role.SUPERVISOR, Role.DIRECTOR, Role.DESK):
        of_role = [row.id for row in here if row.role == role]
        if of_role and not meant & set(of_role):
            return role.value, None
        if left := [one for one in of_role if one not in meant]:
            return "", left[0]
    return Role.NURSE.value, None


def shown(house: House, viewer: Viewer, talks: Sequence[Talk]) -> list[Talk]:
    """The talks with what this colleague may read: of what accuses somebody, that there is something."""
    return [_as_read(house, viewer, talk) for talk in talks]


def _as_read(house: House, viewer: Viewer, talk: Talk) -> Talk:
    def kept(words: str) -> bool:
        return accusations.kept_from(house.names, viewer, words, talk.row.by_id)

    words = {"life": talk.life, "body": talk.body, "wish": talk.wish}
    if not kept("；".join(words.values())):
        return talk
    alone = {name for name, text in words.items() if kept(text)} or set(words)
    life, body, wish = ("" if name in alone else text for name, text in words.items())
    return replace(talk, life=life, body=body, wish="；".join(filter(None, (wish, KEPT))))
