"""What is filled in on the notice board; each form is the command of one service."""

from collections.abc import Mapping
from datetime import date

from services.form import Form


class SaveMenu(Form, frozen=True, kw_only=True):
    """A week of one diet; `cells` by names like 2026-11-30-lunch. An empty cell is no meal."""

    first: date | None
    diet: str = ""
    cells: Mapping[str, frozenset[str]] = {}


class CopySheet(Form, frozen=True, kw_only=True):
    """The week before `first`, once more."""

    first: date | None


class UndoSheet(Form, frozen=True, kw_only=True):
    """The last change of a sheet is taken back."""

    sheet: str


class PutActivity(Form, frozen=True, kw_only=True):
    """An activity: new with 0. Without `floors` it is for all."""

    activity: int = 0
    day: date | None
    begins: str
    ends: str = ""
    title: str
    place: str = ""
    floors: str = ""


class CancelActivity(Form, frozen=True, kw_only=True):
    """It does not take place, or does after all."""

    activity: int
    cancelled: bool = False
    why: str = ""


class DropActivity(Form, frozen=True, kw_only=True):
    """It was written down by mistake."""

    activity: int


class PutPrice(Form, frozen=True, kw_only=True):
    """A price: new with 0."""

    price: int = 0
    item: str
    amount: str
    unit: str
    note: str = ""
    valid_from: date | None = None
    valid_until: date | None = None


class DropPrice(Form, frozen=True, kw_only=True):
    """It was written down by mistake."""

    price: int


class CheckBeds(Form, frozen=True, kw_only=True):
    """The free beds were compared with the house; they may be told for so many days."""

    days: int


class SetRooms(Form, frozen=True, kw_only=True):
    """What kind of room some are: 301-306, 401. Empty = what the number of their beds says."""

    rooms: str
    kind: str = ""


class PasteSheet(Form, frozen=True, kw_only=True):
    """A table from a sheet; first shown, and written when `sure`."""

    first: date | None = None
    text: str
    diet: str = ""
    until: date | None = None
    sure: bool = False
