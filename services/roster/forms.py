"""What is filled in on the rota; each form is the command of one service."""

from collections.abc import Mapping
from datetime import date

from services.form import Form


class PutShift(Form, frozen=True, kw_only=True):
    """Who comes on which day to which shift; `post` is the name of a post, empty = the whole house. `reason`: why it
    may go against a rule; None = nobody was asked, as for a line of a sheet.
    """

    staff_id: int
    day: date
    shift: str
    post: str = ""
    reason: str | None = None


class Seated(Form, frozen=True, kw_only=True):
    """A seat of the page: post, day, kind of shift, by their ids."""

    post: int
    day: date | None
    shift: int
    reason: str = ""


class Place(Seated, frozen=True, kw_only=True):
    """Somebody comes here: in place of `out`, or besides who is there when that is 0; with `ask` she is asked first."""

    staff: int
    out: int = 0
    ask: bool = False


class Remove(Seated, frozen=True, kw_only=True):
    """Somebody no longer comes, and nobody does instead."""

    out: int


class Swap(Seated, frozen=True, kw_only=True):
    """Two colleagues change seats: `out` sits here, the other where `there` says (post.day.shift.staff)."""

    out: int
    there: str


class AnswerAsk(Form, frozen=True, kw_only=True):
    """Nothing but the button; which one it was is in the address."""


class CopyWeek(Form, frozen=True, kw_only=True):
    """The seven days before these are done again."""

    first: date | None


class EditPost(Form, frozen=True, kw_only=True):
    """A post: new with 0. `shifts` (by name) and `weekdays` (1 = Monday) are ticked."""

    post: int
    name: str
    building: str = ""
    floors: str = ""
    least: int = 1
    shifts: frozenset[str] = frozenset()
    weekdays: frozenset[str] = frozenset()
    phone: str = ""
    """The telephone that whoever is on duty carries: an alarm rings it."""


class EndPost(Form, frozen=True, kw_only=True):
    """A post is given up."""

    post: int


class ByFloor(Form, frozen=True, kw_only=True):
    """A post for each floor on which somebody lives, filled by these kinds of shift."""

    shifts: frozenset[str] = frozenset()


class EditShift(Form, frozen=True, kw_only=True):
    """A kind of shift: new with 0; without `works` nobody is there."""

    shift: int
    name: str
    begins: str = ""
    ends: str = ""
    works: bool = False


class EndShift(Form, frozen=True, kw_only=True):
    """A kind of shift is no longer offered."""

    shift: int


class SetDay(Form, frozen=True, kw_only=True):
    """What a day is: workday, holiday, makeup, or plain = as the published list and its weekday say."""

    day: date | None
    kind: str
    name: str = ""
    reason: str = ""


class CheckYear(Form, frozen=True, kw_only=True):
    """A year was compared with the published notice."""

    year: int


class SetHours(Form, frozen=True, kw_only=True):
    """When the desk is there and when machines are silent. `hours` has what was filled in, by names like desk-1-a."""

    hours: Mapping[str, frozenset[str]] = {}
