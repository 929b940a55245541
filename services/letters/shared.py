"""What there was for everybody on the day of a letter: lines of the notice board, each taken over by a tap (A8, U2)."""

from datetime import date

from care import letters
from care.errors import Invalid
from services.letters.forms import WriteLetter
from services.week import said
from storage import tables
from storage.queries import letters as queries
from storage.unit import Unit


def ticked(
    db: Unit, resident: tables.Resident, day: date, form: WriteLetter, row: tables.Letter | None
) -> dict[str, tuple[str, ...]]:
    """The lines that were ticked, in the order of the day, as a fact of the letter; what the letter has already stays,
    whatever the notice board says by now. Raises Invalid for a line that is no longer true.
    """
    wanted = form.ticked.get(letters.HOUSE, frozenset())
    if not wanted:
        return {}
    kept = queries.facts_of(db, row).get(letters.HOUSE, ()) if row else ()
    there = said.lines(db, resident.home_id, day, resident.floor)
    gone = wanted.difference(there, kept)
    if gone:
        raise Invalid(why=f"「{min(gone)}」刚刚改过或取消了，请刷新看一眼，再点。")
    return {letters.HOUSE: tuple(line for line in dict.fromkeys((*there, *kept)) if line in wanted)}


def offered(db: Unit, resident: tables.Resident, day: date, row: tables.Letter | None) -> tuple[str, ...]:
    """The lines to offer: what the notice board says for the floor, and what the letter has already."""
    kept = queries.facts_of(db, row).get(letters.HOUSE, ()) if row else ()
    return tuple(dict.fromkeys((*said.lines(db, resident.home_id, day, resident.floor), *kept)))
