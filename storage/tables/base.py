"""The root of all tables: names of constraints, an id that the application makes, and what becomes of practice."""

from enum import StrEnum
from typing import ClassVar

from sqlalchemy import BigInteger, Integer, MetaData
from sqlalchemy.orm import DeclarativeBase, Mapped

from storage.types import column, new_id

NAMING = {
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class After(StrEnum):
    """What happens to the rows of a table when a home goes over from practice to its real account (F54)."""

    KEPT = "kept"
    """What colleagues have entered, and what the service knows of itself."""
    GONE = "gone"
    """What was said on simulated phones, or followed from it."""
    THEIRS = "theirs"
    """It goes with the people who were only ever on a simulated phone, and stays with everybody else."""


class Base(DeclarativeBase):
    """The root of all tables."""

    metadata = MetaData(naming_convention=NAMING)
    after_practice: ClassVar[After]
    """Each table says it; a test fails for one that does not."""

    id: Mapped[int] = column(
        BigInteger().with_variant(Integer(), "sqlite"),
        "made by the application, so that a seal can be bound to it",
        primary_key=True,
        autoincrement=False,
        default=new_id,
    )
