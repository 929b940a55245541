"""Consents are looked through once a year, what ends warns before; a family has a contact by name (F47, F30)."""

from datetime import timedelta
from functools import partial

import pytest

from care.errors import Changed, Decided, Invalid, NotFound
from care.states import Role
from services.families import contacts, narrowing, photos, relatives, ties, yearly
from services.families.forms import (
    AddRelative,
    AllowPictures,
    HandContacts,
    NameContact,
    RecordConsent,
    StillHoldAll,
    StillHolds,
    WithdrawConsent,
)
from services.letters import letters
from services.staff import colleagues
from storage.queries import families_contact
from tests.conftest import HomeUnderTest
from tests.services.evenings import evening, house, resident, writes

__all__ = ["house"]


async def test_f47_after_a_year_consents_are_looked_through_one_by_one_or_a_floor_at_once(house: HomeUnderTest) -> None:
    desk, number = await house.staff(), await resident(house)
    niece = await house.person("niece")
    form = RecordConsent(scopes=frozenset({"photos", "health"}), way="paper", alone=True)
    await house.database.write(lambda db: ties.agree(db, desk, number, niece, form, house.clock()))
    await house.database.write(lambda db: photos.allow(db, desk, number, AllowPictures(way="own"), house.clock()))
    free = AddRelative(name="李明", relation="儿子", scopes=("daily",))
    await house.database.write(lambda db: relatives.add(db, desk, number, free, house.clock()))

    async def listed() -> list[tuple[str, str, bool]]:
        rows = await house.database.read(lambda db: yearly.listed(db, desk, house.clock(), "3"))
        return [(one.kind, one.who, one.due) for one in rows if one.kind == "picture" or "孙玉" in one.who]

    assert await listed() == [("picture", "别人家", False), *[("scope", "孙玉（侄女）", False)] * 2], (
        "what needs no consent is not among them"
    )
    assert await house.database.read(lambda db: yearly.lines(db, desk, house.clock())) == []
    house.clock.on(days=366)
    before = await house.database.read(lambda db: yearly.listed(db, desk, house.clock(), "3"))
    (line,) = await house.database.read(lambda db: yearly.lines(db, desk, house.clock()))
    assert line.title == f"{sum(one.due for one in before)} 份同意满一年没过目"
    picture, first, second = [one for one in before if one.kind == "picture" or "孙玉" in one.who]
    await house.database.write(lambda db: yearly.still(db, desk, "picture", picture.id, StillHolds(), house.clock()))
    assert [due for _, _, due in await listed()] == [False, True, True]
    stale = StillHoldAll(floor="3", drawn=yearly.revision_of(before))
    with pytest.raises(Changed):
        await house.database.write(lambda db: yearly.still_all(db, desk, stale, house.clock()))
    gone = WithdrawConsent(asked_by="elder", why="不想了")
    await house.database.write(
        lambda db: narrowing.withdraw(db, house.house, desk, number, first.id, gone, house.clock())
    )
    with pytest.raises(Decided):
        await house.database.write(lambda db: yearly.still(db, desk, "scope", first.id, StillHolds(), house.clock()))
    now = await house.database.read(lambda db: yearly.listed(db, desk, house.clock(), "3"))
    form_now = StillHoldAll(floor="3", drawn=yearly.revision_of(now))
    assert await house.database.write(lambda db: yearly.still_all(db, desk, form_now, house.clock())) >= 1
    assert second.id not in {
        one.id for one in await house.database.read(lambda db: yearly.listed(db, desk, house.clock())) if one.due
    }
    with pytest.raises(Invalid, match="没有要过目"):
        await house.database.write(lambda db: yearly.still_all(db, desk, StillHoldAll(floor="3"), house.clock()))


async def test_f47_an_end_that_somebody_set_stands_on_today_thirty_days_before(house: HomeUnderTest) -> None:
    desk, number, niece = await house.staff(), await resident(house), await house.person("niece")
    form = RecordConsent(scopes=frozenset({"photos"}), way="paper", ends_on=house.clock().date() + timedelta(days=60))
    await house.database.write(lambda db: ties.agree(db, desk, number, niece, form, house.clock()))
    assert await house.database.read(lambda db: yearly.lines(db, desk, house.clock())) == []
    house.clock.on(days=31)
    (line,) = await house.database.read(lambda db: yearly.lines(db, desk, house.clock()))
    assert (line.look, line.title) == ("warn", "1 份同意三十天内到期")
    carer = await house.staff(Role.CARER, "周敏", "zhou", "3")
    assert await house.database.read(lambda db: yearly.lines(db, carer, house.clock())) == []
    for kind in ("scope", "other"):
        looked = partial(yearly.still, viewer=desk, kind=kind, consent_id=7, _=StillHolds(), now=house.clock())
        with pytest.raises(NotFound):
            await house.database.write(looked)
    with pytest.raises(NotFound):
        await house.database.read(lambda db: yearly.listed(db, carer, house.clock()))


async def test_f30_a_family_reads_whom_to_ask_and_is_listed_when_she_is_put_out(house: HomeUnderTest) -> None:
    carer = await house.staff(Role.CARER, "周敏", "zhou", "3")
    desk, director = await house.staff(), await house.staff(Role.DIRECTOR, "沈国平", "shen")
    number = await resident(house)

    async def names(colleague: int, drawn: str | None = None) -> None:
        form = NameContact(colleague=colleague, drawn=drawn)
        await house.database.write(lambda db: contacts.name(db, desk, number, form, house.clock()))

    async def read() -> str:
        page = await house.database.write(
            lambda db: letters.opened(db, letters.who_reads(db, "daughter"), letter, house.clock())
        )
        return page.contact

    letter = await writes(house, carer)
    await evening(house)
    assert await read() == ""
    with pytest.raises(Invalid, match="还在上班"):
        await names(77)
    await names(carer.id)
    assert await read() == "周敏"
    with pytest.raises(Changed):
        await names(desk.id, drawn=contacts.revision_of(None))
    assert await house.database.read(lambda db: contacts.lines(db, desk)) == []
    await house.database.write(lambda db: colleagues.put_out(db, director, carer.id, house.clock()))
    assert await read() == "", "nobody is sent to somebody who left"
    (line,) = await house.database.read(lambda db: contacts.lines(db, desk))
    assert (line.look, line.title) == ("bad", "1 家没有联系人了")
    (row,) = await house.database.read(lambda db: families_contact.contacts(db, desk.sight))
    assert (row.name, row.left, row.elder) == ("周敏", True, "王桂兰")
    for wrong in (HandContacts(of=carer.id, to=0), HandContacts(of=carer.id, to=carer.id)):
        with pytest.raises(Invalid):
            await house.database.write(
                lambda db, f=wrong: contacts.hand_over(db, desk, f, house.clock())  # type: ignore[misc]
            )
    form = HandContacts(of=carer.id, to=desk.id)
    assert await house.database.write(lambda db: contacts.hand_over(db, desk, form, house.clock())) == 1
    assert await read() == desk.name
    with pytest.raises(Invalid, match="名下没有"):
        await house.database.write(lambda db: contacts.hand_over(db, desk, form, house.clock()))
    await names(0)
    assert await read() == ""
    assert await house.one("SELECT count(*) FROM family_contact WHERE ended_at IS NULL") == 0
