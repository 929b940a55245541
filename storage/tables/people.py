"""Whom the home talks with or cares for, and the accounts that they follow."""

from datetime import datetime

from sqlalchemy import Boolean, SmallInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped

from care.states import Binding, PersonKind
from storage.tables.base import After, Base
from storage.types import Moment, Word, Words, closed, column, link, sealed, searchable


class Person(Base):
    """Somebody the house talks with or cares for: a relative, a resident, or a guest nobody knows yet."""

    __tablename__ = "person"
    after_practice = After.THEIRS

    home_id: Mapped[int] = link("home.id", "homes see only their own people")
    kind: Mapped[str] = closed(PersonKind, String(12), "a guest is nobody we know yet")
    name: Mapped[bytes | None] = sealed("a person's name (P1)", nullable=True)
    phone: Mapped[bytes | None] = sealed("a phone number (P1)", nullable=True)
    timezone: Mapped[str | None] = column(String(40), "IANA name where it differs from the home's", nullable=True)
    language: Mapped[str | None] = column(
        Word(8), "what colleagues speak with them, where it is not 普通话", nullable=True
    )
    declines: Mapped[str | None] = column(
        Words(64), "what this relative does not want (care.preferences); null = nothing", nullable=True
    )
    hour_from: Mapped[int | None] = column(
        SmallInteger, "from which hour of their own zone machines may write, where they chose one", nullable=True
    )
    hour_until: Mapped[int | None] = column(SmallInteger, "until which hour", nullable=True)
    created_at: Mapped[datetime] = column(Moment, "when the person became known")


class Follower(Base):
    """One openid at one account: who uses it, and what may still be sent to it (openid ≠ person ≠ place, F3)."""

    __tablename__ = "follower"
    after_practice = After.GONE
    __table_args__ = (UniqueConstraint("account_id", "openid"),)

    account_id: Mapped[int] = link("wechat_account.id", "an openid means nothing without its account")
    openid: Mapped[str] = searchable(64, "the platform's pseudonym")
    person_id: Mapped[int] = link("person.id", "who it is bound to", index=True)
    binding: Mapped[str] = closed(Binding, String(12), "whose phone it is (F3); guest until bound")
    following: Mapped[bool] = column(Boolean, "nothing reaches who left")
    session_left: Mapped[int] = column(SmallInteger, "customer-service messages left of 5", default=0)
    session_until: Mapped[datetime | None] = column(Moment, "the 48 h window's end", nullable=True)
    scene_left: Mapped[int] = column(SmallInteger, "messages left of 3 after menu, follow or scan", default=0)
    scene_until: Mapped[datetime | None] = column(Moment, "the 1 min window's end", nullable=True)
    heard_at: Mapped[datetime | None] = column(Moment, "last message of the person", nullable=True)
    created_at: Mapped[datetime] = column(Moment, "first seen")
    muted_until: Mapped[datetime | None] = column(
        Moment, "a stranger's cries do not ring until then (S6)", nullable=True
    )
