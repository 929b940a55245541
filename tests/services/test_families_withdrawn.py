"""A scope that was taken back is gone from everything that somebody may look at, in the same second (L5, F13, F50)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

import pytest

from care import families
from care.states import Role
from services.access import Viewer
from services.families import consents, narrowing, reach, ties
from services.families.forms import NarrowScope, RecordConsent, RemoveRelative
from services.imports import exports
from services.imports.fields import Kind
from services.letters.photos import Photo
from services.search import search
from services.talks import canned
from services.talks.forms import WriteCanned
from settings.clock import wall
from storage.queries import families as reached
from storage.queries import families_ties, letters_pages, residents_record
from storage.queries import letters as letters_queries
from storage.types import new_id
from tests.conftest import HomeUnderTest
from tests.services.evenings import evening, house, resident, writes
from tests.services.hints import Hints

__all__ = ["house"]
LESS: Final = {"asked_by": "elder", "why": "她不想让她知道"}
Seen = dict[str, Any]


async def everything(home: HomeUnderTest, desk: Viewer, letter: int) -> Seen:
    """All that tells of her elder to the daughter, or of the daughter to colleagues who look for whom to tell."""
    number, person, lead = await resident(home), await home.person("daughter"), desk
    seen: Seen = {"asks": "王桂兰，" in await home.hears("今天的家书", "daughter")}
    await home.database.read(lambda db: seen.update(_looks(db, home, lead, letter, number, person)))
    return seen


def _looks(db: Any, home: HomeUnderTest, desk: Viewer, letter: int, number: int, person: int) -> Seen:
    page = letters_pages.page(db, person, letter)
    readers = {one.person_id: one for one in letters_queries.who_reads(db, number, letter)}
    who = next(iter(reached.listed(db, home.ids.home_id, [number], person)), None)
    found = search.look(db, desk, "李静").people
    return {
        "letter": page is not None,
        "body": page is not None and [name for name, _ in page.facts] == ["吃饭", "身体", "体温"],
        "words": page is not None and "头晕" in page.sentence,
        "pictures": page is not None and len(page.photos) == 1,
        "shelf": any(one[0] == letter for one in letters_pages.shelf(db, person)[0]),
        "told": person in {tie.person_id for tie in letters_queries.told(db, number)},
        "greeted": who is not None and not reach.why_not(who, "birthday", home.clock()),
        "room": "306" in canned.for_talk(db, desk, person)[0].words,
        "reads": readers[person].reads if person in readers else False,
        "card": "李静" in [one.name for one in residents_record.contacts(db, number)],
        "sheet": any(line[3] == "李静" for line in exports.LINES[Kind.RELATIVES](db, desk)),
        "found": [hit.resident_id for hit in found if hit.who.id == person] == [number],
        "tie": sorted(next((one.scopes for one in families_ties.relatives(db, number) if one.person_id == person), ())),
    }


GONE: Final[dict[str, set[str]]] = {
    "daily": {"asks", "letter", "body", "words", "pictures", "shelf", "told", "greeted", "room", "reads"},
    "health": {"body", "words"},
    "billing": set(),
    "photos": {"pictures"},
    "emergency": {"card"},
    "": {
        *("asks", "letter", "body", "words", "pictures", "shelf", "told", "greeted", "room", "reads"),
        *("card", "sheet", "found"),
    },
}
"""What goes with each; with "" she is removed."""


@pytest.mark.parametrize("scope", GONE)
async def test_l5_f13_what_is_taken_back_is_gone_from_every_look_and_nothing_else_is(
    house: HomeUnderTest, scope: str
) -> None:
    carer, desk = await house.staff(Role.CARER, "周敏", "zhou", "3"), await house.staff()
    number, person = await resident(house), await house.person("daughter")
    form = RecordConsent(scopes=frozenset(families.SCOPES), way="paper", alone=True)
    proof = consents.take(b"\xff\xd8\xff" + b"a signed paper" * 20)
    await house.database.write(lambda db: ties.agree(db, desk, number, person, form, house.clock(), proof))
    words = WriteCanned(words="{老人}住在 {房间}。", whose="house")
    await house.database.write(lambda db: canned.write(db, desk, words, house.clock()))
    photos = [Photo(new_id(), "image/png", 9)]
    letter = await writes(house, carer, temperature="36.5", photos=photos, sentence="上午有点头晕，躺了一会儿。")
    await house.hears("在吗", "daughter")
    await evening(house)
    later = wall() + timedelta(minutes=3)
    while portion := await house.database.read(lambda db: search.next_portion(db, later)):
        await house.database.store(lambda store, p=portion: search.put(store, p))  # type: ignore[misc]
    before = await everything(house, desk, letter)
    assert before.pop("tie") == sorted(families.SCOPES)
    assert [look for look, there in before.items() if not there] == []

    hints = Hints(house)
    act: Callable[[Any], Any] = (
        (
            lambda db: narrowing.narrow(
                db, house.house, desk, number, person, NarrowScope(scope=scope, **LESS), house.clock()
            )
        )
        if scope
        else (lambda db: narrowing.remove(db, house.house, desk, number, person, RemoveRelative(**LESS), house.clock()))
    )
    await house.database.write(act)
    assert {"families", "residents", "letters", f"person:{person}"} <= await hints.told(), "every open page looks again"
    after = await everything(house, desk, letter)
    assert after.pop("tie") == ([] if not scope else sorted(set(families.SCOPES) - {scope}))
    assert {look for look, there in after.items() if not there} == GONE[scope]
    left = [words for openid, words in await house.send_all() if openid == "daughter"]
    assert any("家书到了" in words for words in left) == (scope not in {"daily", ""})
