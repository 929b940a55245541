"""What a row would change of somebody who lives here already, field by field: pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from care import phones
from services.imports.fields import BY_WORD, Kind
from services.imports.known import Lives

RENAMED: Final[Mapping[str, str]] = {"habits": "likes"}
"""Fields of a sheet that the record has under another word."""
ALLERGY: Final[Mapping[str, str]] = {"unasked": "没问过", "none": "没有"}
COMPARED: Final = (
    *("sex", "born", "identity", "phone", "admitted_on", "care_level", "called", "occupation", "address"),
    *("history", "medicines", "diet", "blood", "hospital", "speech", "habits", "routine", "needs"),
)
STAYS: Final = frozenset({"place", "room", "bed", "status"})
"""What a sheet does not change: somebody moves, and leaves, on their page."""


@dataclass(frozen=True, slots=True)
class Change:
    """One field: what stands there, and what the sheet says."""

    word: str
    name: str
    before: str
    after: str


def changes(draft: Mapping[str, Any], lives: Lives) -> list[Change]:
    """What a row would change of somebody; numbers are masked."""
    found = []
    for word in COMPARED:
        said, stands = str(draft.get(word) or ""), lives.facts.get(word, "")
        if said and said != stands and not (stands and (word in draft.get("derived", ()) or _same_day(said, stands))):
            name = BY_WORD[Kind.RESIDENTS][word].name
            found.append(Change(word, name, _shown(word, stands), _shown(word, said)))
    state, words = draft.get("allergy", "unasked"), str(draft.get("allergies", ""))
    before = (lives.facts.get("allergy", "unasked"), lives.facts.get("allergies", ""))
    if state != "unasked" and (state, words) != before:
        shown = [ALLERGY.get(one, text) for one, text in (before, (state, words))]
        found.append(Change("allergies", "过敏", *shown))
    return found


def _same_day(said: str, stands: str) -> bool:
    """A sheet that does not say 农历 of a lunar birthday does not make it a solar one."""
    return "lunar" in stands and said == stands[:10]


def _shown(word: str, value: str) -> str:
    if not value:
        return ""
    if word == "identity":
        return f"{value[:4]}{'*' * 10}{value[-4:]}"
    if word == "phone":
        return phones.masked(value)
    if word == "born" and "lunar" in value:
        return f"农历 {value[:10]}{'（闰月）' if value.endswith('leap') else ''}"
    return value
