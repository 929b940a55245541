"""「先别告诉我闺女」: what an elder asked of us, shown before a call or a letter. It never stops what must be told (F34)."""

from datetime import datetime
from typing import Final

from sqlalchemy import select

from care.errors import Decided, Invalid, NotFound
from services.access import Viewer, name_of
from services.families.forms import AddWish, EndWish
from services.residents.access import access_resident
from storage.queries import families_ties as queries
from storage.tables.families_ties import ElderWish
from storage.types import new_id
from storage.unit import Unit

ALL_THE_SAME: Final = "病危、受伤、走失、去世，照样要马上告诉家里。"
"""What no wish holds back; it stands beside each of them."""
LONGEST: Final = 120


def add(db: Unit, viewer: Viewer, resident_id: int, form: AddWish, now: datetime) -> None:
    """Whoever was told writes it down. Raises Invalid, NotFound."""
    resident = access_resident(db, viewer, resident_id, lock=True)
    words = " ".join(form.words.split())
    if not words or len(words) > LONGEST:
        raise Invalid(why=f"请照老人的话写一句，{LONGEST} 个字以内。")
    if form.about and form.about not in {tie.person_id for tie in queries.ties(db, resident.id)}:
        raise Invalid(why="请选这句话说的是哪位家属；说的是大家就选「所有家属」。")
    standing = ElderWish.resident_id == resident.id, ElderWish.ended_at.is_(None)
    if any(
        (one.about or 0, db.open(one, "words")) == (form.about, words)
        for one in db.fresh(select(ElderWish).where(*standing))
    ):
        return  # pressed once more, or written down by two
    row = ElderWish(
        id=new_id(),
        home_id=viewer.home_id,
        resident_id=resident.id,
        about=form.about or None,
        noted_at=now,
        noted_by=viewer.id,
    )
    db.seal(row, "words", words)
    db.add(row)
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "add_wish", f"resident:{resident.id}")
    db.store.hint("families", "residents")


def end(db: Unit, viewer: Viewer, resident_id: int, wish_id: int, _: EndWish, now: datetime) -> None:
    """The elder thinks otherwise now. Raises Decided, NotFound."""
    resident = access_resident(db, viewer, resident_id, lock=True)
    row = db.get(ElderWish, wish_id, populate_existing=True)
    if row is None or row.resident_id != resident.id:
        raise NotFound
    if row.ended_at is not None:
        raise Decided(who=name_of(db, row.ended_by), what="去掉了这条心愿")
    row.ended_at, row.ended_by = now, viewer.id
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "end_wish", f"resident:{resident.id}")
    db.store.hint("families", "residents")
