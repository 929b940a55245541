"""同意: who agreed that a relative may know what, and how; it runs with the agreement unless somebody set an end (F14,
F47, P4).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import select

from care import families
from care.errors import Decided
from services.access import Viewer
from services.families.access import access_consent
from services.house import House
from services.media.files import File, taken
from services.outgoing import by_hand, outbox
from services.residents.access import family_of
from storage import tables
from storage.queries import families_ties as queries
from storage.tables.families_photos import PhotoConsent
from storage.tables.families_ties import ConsentProof
from storage.types import new_id
from storage.unit import Unit


@dataclass(frozen=True, slots=True)
class How:
    """In which way it was given, until when where somebody set an end, and the photographed proof."""

    way: str
    ends_on: date | None = None
    proof_id: int | None = None


def given(db: Unit, viewer: Viewer, tie: tables.Kinship, scopes: Collection[str], how: How, now: datetime) -> None:
    """Write down a consent for a tie whose family is locked; health stands in a row of its own, since it is asked by a
    sentence of its own.
    """
    parts = [families.in_order(set(scopes) - {"health"}), families.in_order(set(scopes) & {"health"})]
    for part in filter(None, parts):
        db.add(
            tables.Consent(
                id=new_id(),
                home_id=tie.home_id,
                resident_id=tie.resident_id,
                person_id=tie.person_id,
                scopes=part,
                way=how.way,
                recorded_by=viewer.id,
                recorded_at=now,
                ends_on=how.ends_on,
                proof_id=how.proof_id,
            )
        )


KINDS: Final = {
    "image/jpeg": "照片",
    "image/png": "照片",
    "application/pdf": "文件",
    "audio/mpeg": "录音",
    "audio/wav": "录音",
    "video/mp4": "录音",
}
KEPT: Final = (
    *("home_id", "resident_id", "person_id", "way", "recorded_by", "recorded_at", "ends_on", "proof_id"),
    *("looked_at", "looked_by"),
)


def take(data: bytes) -> File:
    """A proof as it may be kept. Raises Invalid for another kind, or one that is too big."""
    return taken(data, KINDS, "凭据只收 JPG、PNG 照片，PDF 文件，和 MP3、WAV、M4A 录音。")


def attach(db: Unit, viewer: Viewer, resident_id: int, consent_id: int, proof: File, now: datetime) -> None:
    """The paper was photographed later. Raises Decided when a consent has its proof or was taken back, NotFound."""
    row = access_consent(db, viewer, resident_id, consent_id, lock=True)
    if row.withdrawn_at is not None or row.proof_id is not None:
        raise Decided(who="有同事", what="补过这份凭据，或撤回了这次同意")
    keep_proof(db, viewer, row, proof, now)
    row.proof_id = proof.id
    db.store.audit(row.home_id, now, f"staff:{viewer.id}", "attach_proof", f"resident:{row.resident_id}")
    db.store.hint("families")


def keep_proof(
    db: Unit, viewer: Viewer, of: tables.Kinship | tables.Consent | PhotoConsent, proof: File, now: datetime
) -> None:
    """Write down what the sealed file is. The family is locked."""
    db.add(
        ConsentProof(
            id=proof.id,
            home_id=of.home_id,
            resident_id=of.resident_id,
            mime=proof.mime,
            size=proof.size,
            sha256=proof.sha256,
            added_by=viewer.id,
            added_at=now,
        )
    )
    db.flush()


def standing(db: Unit, resident_id: int, person_id: int) -> list[tables.Consent]:
    """The consents that hold for a relative."""
    found = select(tables.Consent).where(
        tables.Consent.resident_id == resident_id,
        tables.Consent.person_id == person_id,
        tables.Consent.withdrawn_at.is_(None),
    )
    return list(db.fresh(found.order_by(tables.Consent.id)))


def take_back(db: Unit, viewer: Viewer, row: tables.Consent, scopes: Collection[str], now: datetime) -> None:
    """A consent holds for these scopes no more; what else it gave is written anew, as it was given. The family is
    locked.
    """
    rest = set(row.scopes.split()) - set(scopes)
    row.withdrawn_at, row.withdrawn_by = now, viewer.id
    if rest:
        kept = {name: getattr(row, name) for name in KEPT}
        db.add(tables.Consent(id=new_id(), scopes=families.in_order(rest), **kept))


def stop_letters(db: Unit, tie: tables.Kinship, now: datetime) -> None:
    """What told of a letter and has not left does not leave; the last tie gone, nothing of a machine does."""
    db.flush()
    others = select(tables.Kinship.id).where(tables.Kinship.person_id == tie.person_id)
    if db.scalars(others).first() is None:
        outbox.stop_machine(db.store, [tie.person_id], now)
        return
    for key in queries.letter_keys(db, tie.resident_id, tie.person_id):
        outbox.take_back(db.store, key, now)
        by_hand.take_back(db.store, tie.person_id, key, now)


def stop_told(db: Unit, tie: tables.Kinship, lost: Collection[str], now: datetime) -> None:
    """What somebody may not know any more is not told of: letters, and what a doctor sees and says. The family is
    locked.
    """
    if "daily" in lost:
        stop_letters(db, tie, now)
    if "health" in lost:
        db.flush()
        for one in queries.appointments_of(db, tie.resident_id, tie.person_id):
            outbox.take_back_all(db.store, tie.person_id, f"appointment:{one}:", now)


def ended(db: Unit, house: House, consent_id: int, now: datetime) -> None:
    """The end that somebody set has come: what this consent gave, and no other one gives, is seen no more (F47)."""
    row = db.get(tables.Consent, consent_id)
    if row is None:
        return
    db.lock_whose(family_of(row.resident_id))
    row = db.get_one(tables.Consent, consent_id, populate_existing=True)
    if row.withdrawn_at is not None or row.ends_on is None or row.ends_on >= now.astimezone(house.home.zone).date():
        return
    row.withdrawn_at = now
    db.flush()
    tie = db.fresh(
        select(tables.Kinship).where(
            tables.Kinship.resident_id == row.resident_id, tables.Kinship.person_id == row.person_id
        )
    ).first()
    if tie is not None:
        others = {scope for one in standing(db, row.resident_id, row.person_id) for scope in one.scopes.split()}
        lost = set(row.scopes.split()) - others
        tie.scopes = families.in_order(set(tie.scopes.split()) - lost)
        stop_told(db, tie, lost, now)
    db.store.audit(row.home_id, now, "machine", "consent_ended", f"resident:{row.resident_id}")
    db.store.hint("families", "residents", "letters", f"person:{row.person_id}")
