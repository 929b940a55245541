"""Two consents for photos: who may be seen by other families, and what leaves of a letter (F32)."""

from datetime import date, timedelta
from typing import Any

import pytest

from care import pictures
from care.errors import Changed, Decided, Invalid, NotFound
from care.states import Role
from services.access import Viewer
from services.families import consents, disputes, photos, subject
from services.families.forms import AllowPictures, ForbidPictures, StartDispute
from services.letters import letters
from services.letters import photos as letter_photos
from services.letters.forms import SayWho
from services.letters.photos import Photo
from services.subject import Running
from storage.queries import families_photos, letters_photos
from storage.types import new_id
from tests.conftest import HomeUnderTest
from tests.services.evenings import evening, house, resident, writes

__all__ = ["house"]
PAPER = AllowPictures(way="paper")


async def read_by(home: HomeUnderTest, whom: str, letter: int) -> list[int]:
    page = await home.database.write(lambda db: letters.opened(db, letters.who_reads(db, whom), letter, home.clock()))
    return page.photos


async def says(
    home: HomeUnderTest, who: Viewer, letter: int, photo: int, company: str, *people: int, **more: Any
) -> None:
    form = SayWho(company=company, people=frozenset(people), **more)
    await home.database.write(lambda db: letter_photos.say_who(db, who, letter, photo, form, home.clock()))


async def allows(home: HomeUnderTest, who: Viewer, number: int, form: AllowPictures = PAPER, *proof: Any) -> None:
    await home.database.write(lambda db: photos.allow(db, who, number, form, home.clock(), *proof))


async def test_f32_a_picture_is_sent_only_when_everybody_in_it_agreed(house: HomeUnderTest) -> None:
    carer, desk = await house.staff(Role.CARER, "周敏", "zhou", "3"), await house.staff()
    shot = Photo(new_id(), "image/png", 9)
    letter = await writes(house, carer, photos=[shot], alone=False)
    await evening(house)
    assert await read_by(house, "daughter", letter) == [], "nobody has said yet who is in it"
    await says(house, carer, letter, shot.id, "alone")
    assert await read_by(house, "daughter", letter) == [shot.id]
    first, second = await resident(house, "301"), await resident(house, "302")
    await says(house, carer, letter, shot.id, "residents", first, second)
    assert await read_by(house, "daughter", letter) == []
    await allows(house, desk, first)
    assert await read_by(house, "daughter", letter) == [], "one refusal is enough"
    (seen,) = await house.database.read(lambda db: letters_photos.pictures(db, letter))
    assert seen.stays == "老人2没有同意出现在别人家的照片里，不发"
    await allows(house, desk, second)
    assert await read_by(house, "daughter", letter) == [shot.id]
    form = ForbidPictures(asked_by="elder")
    await house.database.write(lambda db: photos.forbid(db, desk, first, form, house.clock()))
    assert await read_by(house, "daughter", letter) == [], "gone at once, also from a letter that was read"
    with pytest.raises(Decided):
        await house.database.write(lambda db: photos.forbid(db, desk, first, form, house.clock()))


async def test_f32_children_and_visitors_refuse_unless_the_picture_is_of_the_family(house: HomeUnderTest) -> None:
    carer = await house.staff(Role.CARER, "周敏", "zhou", "3")
    shot = Photo(new_id(), "image/png", 9)
    letter = await writes(house, carer, photos=[shot], alone=False)
    await evening(house)
    await says(house, carer, letter, shot.id, "others")
    assert await read_by(house, "daughter", letter) == []
    await says(house, carer, letter, shot.id, "family")
    assert await read_by(house, "daughter", letter) == [shot.id]
    assert await read_by(house, "niece", letter) == [], "收照片 is a scope of each relative"


async def test_f32_who_is_in_a_picture_is_said_by_name_and_once(house: HomeUnderTest) -> None:
    carer = await house.staff(Role.CARER, "周敏", "zhou", "3")
    shot = Photo(new_id(), "image/png", 9)
    letter = await writes(house, carer, photos=[shot], alone=False)
    me = await resident(house)
    for company, people, why in (("", (), "请点这张"), ("residents", (), "一位一位点名"), ("residents", (me,), "点名")):
        with pytest.raises(Invalid, match=why):
            await says(house, carer, letter, shot.id, company, *people)
    other = await resident(house, "301")
    with pytest.raises(NotFound):
        await says(house, carer, letter, shot.id, "residents", 77)
    with pytest.raises(NotFound):
        await says(house, carer, letter, 77, "alone")
    await says(house, carer, letter, shot.id, "residents", other)
    with pytest.raises(Changed):
        await says(house, carer, letter, shot.id, "alone", drawn="older")
    elsewhere = await house.staff(Role.CARER, "吴芳", "wu", "2")
    with pytest.raises(NotFound):
        await says(house, elsewhere, letter, shot.id, "alone")
    await house.database.write(lambda db: letter_photos.drop_photo(db, carer, letter, shot.id, house.clock()))
    assert await house.one("SELECT count(*) FROM letter_photo_person") == 0


async def test_f32_f47_the_consent_has_its_proof_and_ends_when_somebody_set_it(house: HomeUnderTest) -> None:
    desk, number = await house.staff(), await resident(house)
    today = house.clock().astimezone(house.settings.home.zone).date()
    for form, why in (
        (AllowPictures(way="none"), "怎么同意"),
        (AllowPictures(way="paper", ends_on=today - timedelta(days=1)), "明天以后"),
        (AllowPictures(way="paper", ends_on=today), "明天以后"),
    ):
        with pytest.raises(Invalid, match=why):
            await allows(house, desk, number, form)
    proof = consents.take(b"\xff\xd8\xff" + b"a signed paper" * 20)
    ends: date = today + timedelta(days=3)
    await allows(house, desk, number, AllowPictures(way="paper", ends_on=ends), proof)
    kept = await house.database.read(lambda db: families_photos.consent(db, number))
    assert kept is not None
    assert (kept.way, kept.by, kept.ends_on, kept.proof and kept.proof.id) == ("paper", desk.name, ends, proof.id)
    with pytest.raises(Decided):
        await allows(house, desk, number)
    running = Running(house.database, house.house, house.ids.home_id, house.settings)
    await subject.end_all(running, house.clock())
    assert await house.database.read(lambda db: families_photos.agreed(db, [number])) == {number}
    house.clock.on(days=5)
    await subject.end_all(running, house.clock())
    assert await house.database.read(lambda db: families_photos.agreed(db, [number])) == set()
    lead = await house.staff(Role.SUPERVISOR, "韩雪", "han")
    await house.database.write(lambda db: disputes.start(db, lead, number, StartDispute(why="分家"), house.clock()))
    with pytest.raises(Invalid, match="争议"):
        await allows(house, desk, number)


def test_f32_what_was_seen_before_anybody_was_asked_stays_as_it_was() -> None:
    assert pictures.stays(None, []) == ""
    assert pictures.stays("alone", []) == pictures.stays("residents", []) == pictures.stays("nobody", []) == ""
    assert "还没点" in pictures.stays(pictures.UNASKED, [])
