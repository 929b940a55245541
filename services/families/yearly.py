"""同意一览: consents run with the agreement; once a year somebody looks them through, one by one or a floor at once, and
what ends by itself warns before (F47).
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from sqlalchemy import select

from care.errors import Changed, Decided, Invalid, NotFound
from services.access import HANDLERS, Viewer
from services.families.forms import StillHoldAll, StillHolds
from services.residents.access import access_resident, family_of
from services.residents.admission import today_of
from services.subject import TodayLine
from storage import revision, tables
from storage.queries import families_consents as queries
from storage.queries.families_consents import Running
from storage.tables.families_photos import PhotoConsent
from storage.unit import Unit

PAGE: Final = "/console/consents"


def listed(db: Unit, viewer: Viewer, now: datetime, floor: str = "") -> list[Running]:
    """What runs on the viewer's floors. A question. Raises NotFound."""
    if viewer.role not in HANDLERS:
        raise NotFound
    return queries.running(db, viewer.sight, now, today_of(db, viewer.home_id, now), floor)


def revision_of(rows: Sequence[Running]) -> str:
    """What the button of a floor is drawn from: who presses it has these before her eyes."""
    return revision.of([(one.kind, one.id, one.scopes, one.ends_on, one.looked_at) for one in rows if one.due])


def still(db: Unit, viewer: Viewer, kind: str, consent_id: int, _: StillHolds, now: datetime) -> None:
    """看过，仍然有效. Raises Decided when it was taken back meanwhile, NotFound."""
    if viewer.role not in HANDLERS:
        raise NotFound
    row = _row(db, kind, consent_id)
    access_resident(db, viewer, row.resident_id)
    db.lock_whose(family_of(row.resident_id))
    _looked(db, viewer, kind, consent_id, now)
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "look_consent", f"resident:{row.resident_id}")
    db.store.hint("families")


def still_all(db: Unit, viewer: Viewer, form: StillHoldAll, now: datetime) -> int:
    """What is due on a floor was looked through; how many. Raises Invalid, Changed, NotFound."""
    before = [one for one in listed(db, viewer, now, form.floor) if one.due]
    if not form.floor or not before:
        raise Invalid(why="这一层现在没有要过目的。")
    elders = {one.resident_id for one in before}
    mine = select(tables.Resident.person_id).where(tables.Resident.id.in_(elders))
    kin = select(tables.Kinship.person_id).where(tables.Kinship.resident_id.in_(elders))
    db.lock_whose(mine.union(kin))
    rows = [one for one in listed(db, viewer, now, form.floor) if one.due]
    if form.drawn not in {None, revision_of(rows)}:
        raise Changed(who="有同事", what="改过这一层的同意", revision=revision_of(rows))
    for one in rows:
        _looked(db, viewer, one.kind, one.id, now)
    for elder in sorted({one.resident_id for one in rows}):
        db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "look_consent", f"resident:{elder}")
    db.store.hint("families")
    return len(rows)


def lines(db: Unit, viewer: Viewer, now: datetime) -> list[TodayLine]:
    """What 今日 tells: what ends within a month, and what nobody has looked through for a year."""
    if viewer.role not in HANDLERS:
        return []
    today: date = today_of(db, viewer.home_id, now)
    due, soon = queries.counts(db, viewer.sight, now, today)
    found = []
    if soon:
        text = "到了那天，只停写明的那几项；要接着，再问一次老人"
        found.append(TodayLine("warn", "同意快到期", f"{soon} 份同意三十天内到期", text, f"{PAGE}?show=soon", "去看"))
    if due:
        text = "一份一份看，或一层看完一次按；不按也照样有效"
        found.append(TodayLine("line", "同意", f"{due} 份同意满一年没过目", text, f"{PAGE}?show=due", "去过目"))
    return found


def _row(db: Unit, kind: str, consent_id: int) -> tables.Consent | PhotoConsent:
    found: tables.Consent | PhotoConsent | None = None
    if kind == "scope":
        found = db.get(tables.Consent, consent_id, populate_existing=True)
    elif kind == "picture":
        found = db.get(PhotoConsent, consent_id, populate_existing=True)
    if found is None:
        raise NotFound
    return found


def _looked(db: Unit, viewer: Viewer, kind: str, consent_id: int, now: datetime) -> None:
    row = _row(db, kind, consent_id)
    if row.withdrawn_at is not None:
        raise Decided(who="有同事", what="撤回了这份同意，或它到期了")
    row.looked_at, row.looked_by = now, viewer.id
