"""Who wants no SMS, by their number."""

from sqlalchemy import select

from storage.seal import Sealer
from storage.tables.outgoing_sms import SmsRefusal
from storage.unit import Unit


def hashed(sealer: Sealer, value: str) -> str:
    """What stands for a number or for the end of an address where it is compared."""
    return sealer.sign("sms", value).hex()


def refusal(db: Unit, home_id: int, number: str) -> SmsRefusal | None:
    """That the owner of a number wants none; None where they have not said so, or said that they do again."""
    table = SmsRefusal
    asked = select(table).where(
        table.home_id == home_id, table.number == hashed(db.sealer, number), table.lifted_at.is_(None)
    )
    return db.scalars(asked).first() if number else None
