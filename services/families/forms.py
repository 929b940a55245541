"""What is filled in about who a relative is; each form is the command of one service."""

from collections.abc import Mapping
from datetime import date

from services.form import Form


class ConfirmBinding(Form, frozen=True, kw_only=True):
    """Whose phone it is, who it is among the registered relatives (0 = somebody new), how that was proved, what they
    may know, and how the resident agreed (F13, F49).
    """

    scopes: frozenset[str] = frozenset()
    way: str = "none"
    alone: bool = False
    phone_is: str = "family"
    person: int = 0
    proof: str = ""
    rang: bool = False
    other: int = 0
    """The second resident of a phone of two."""


class ChangePhone(Form, frozen=True, kw_only=True):
    """Whose a phone is after all; the second resident, where it is one of two (F3)."""

    phone_is: str
    other: int = 0


class RefuseBinding(Form, frozen=True, kw_only=True):
    """Why it could not be made sure; the relative reads it."""

    why: str


class AddRelative(Form, frozen=True, kw_only=True):
    """A relative of a resident, with a WeChat or without one (A4). `order` is the place in the row, 0 = the end."""

    name: str
    relation: str
    phone: str = ""
    scopes: tuple[str, ...] = ()
    way: str = "none"
    primary: bool = False
    order: int = 0


class EditRelative(Form, frozen=True, kw_only=True):
    """Who a relative is and how letters come; an empty number leaves the one that stands."""

    name: str
    relation: str
    phone: str = ""
    timezone: str = ""
    language: str = ""
    frequency: str = "daily"
    hour: int | None = None
    paper: bool = False


class PreferRelative(Form, frozen=True, kw_only=True):
    """What a relative does not want, and between which hours of her own machines may write to her (N7)."""

    declines: frozenset[str] = frozenset()
    hour_from: int | None = None
    hour_until: int | None = None


class PlaceRelative(Form, frozen=True, kw_only=True):
    """At which place a relative is called, from 1."""

    position: int


class MakePrimary(Form, frozen=True, kw_only=True):
    """Who invites and proposes."""


class MergeRelative(Form, frozen=True, kw_only=True):
    """Two who are registered with an elder are one person: `into` stays."""

    into: int = 0


class ProveRelative(Form, frozen=True, kw_only=True):
    """How the kinship was proved, and whether the number rang in the relative's hand (F49)."""

    proof: str
    rang: bool = False
    texts: bool = False
    """Who said that they want no SMS wants them again."""


class RecordConsent(Form, frozen=True, kw_only=True):
    """The elder agreed that a relative may know more, and how (F14). `alone`: health was asked by its own sentence."""

    scopes: frozenset[str]
    way: str
    alone: bool = False
    ends_on: date | None = None


class AllowPictures(Form, frozen=True, kw_only=True):
    """The elder agreed to be seen in pictures of other families, and how (F32); a proof comes with the form."""

    way: str
    ends_on: date | None = None


class ForbidPictures(Form, frozen=True, kw_only=True):
    """It was taken back, and who wanted that."""

    asked_by: str


class AttachProof(Form, frozen=True, kw_only=True):
    """The photographed paper of a consent that has none yet; the file comes with the form."""


class NarrowScope(Form, frozen=True, kw_only=True):
    """A relative may know less: who wanted it and why stay inside (F13, F50)."""

    scope: str
    asked_by: str
    why: str


class WithdrawConsent(Form, frozen=True, kw_only=True):
    """A consent is taken back, as easily as it was given (L5)."""

    asked_by: str
    why: str


class RemoveRelative(Form, frozen=True, kw_only=True):
    """A relative belongs here no more."""

    asked_by: str
    why: str


class AddWish(Form, frozen=True, kw_only=True):
    """What the elder asked of us, in their words; about one relative, or about all (0)."""

    words: str
    about: int = 0


class EndWish(Form, frozen=True, kw_only=True):
    """The elder took it back."""


class StartDispute(Form, frozen=True, kw_only=True):
    """Why nothing is widened from now on; colleagues read it."""

    why: str


class EndDispute(Form, frozen=True, kw_only=True):
    """It is settled."""


class ConfirmMany(Form, frozen=True, kw_only=True):
    """Those who were proved and stand here, at once; of each, under its number: who it is, the proof, whether the phone
    rang, whose it is (F49).
    """

    applications: frozenset[int]
    of_each: Mapping[str, frozenset[str]]


class UndoBinding(Form, frozen=True, kw_only=True):
    """It was somebody else."""


class PrintSheets(Form, frozen=True, kw_only=True):
    """Sheets for all registered relatives of a floor who have no WeChat bound."""

    floor: str


class StillHolds(Form, frozen=True, kw_only=True):
    """看过，仍然有效: one consent was looked through."""


class StillHoldAll(Form, frozen=True, kw_only=True):
    """What is due on a floor was looked through."""

    floor: str


class NameContact(Form, frozen=True, kw_only=True):
    """The colleague whom the family may ask; 0 = nobody."""

    colleague: int = 0


class HandContacts(Form, frozen=True, kw_only=True):
    """All families of one colleague go to another."""

    of: int
    to: int
