"""The root of all tables: names of constraints, and an id that the application makes."""

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


class Base(DeclarativeBase):
    """The root of all tables."""

    metadata = MetaData(naming_convention=NAMING)

    id: Mapped[int] = column(
        BigInteger().with_variant(Integer(), "sqlite"),
        "made by the application, so that a seal can be bound to it",
        primary_key=True,
        autoincrement=False,
        default=new_id,
    )
