"""Nobody opens what belongs to another home or role."""

import pytest

from care.errors import NotFound
from care.states import Role
from conversations import events
from services.access import Viewer, access_page
from services.complaints.access import COMPLAINTS
from services.media.access import access_media
from services.talks import answering
from storage.queries import talks_list
from tests.conftest import HomeUnderTest
from tests.services.replies import every_open, reply


async def test_p2_nobody_opens_what_belongs_to_another_home(home: HomeUnderTest) -> None:
    who = await home.staff()
    await home.hears("我要投诉")
    await home.hears(events.Image("m"))
    stranger = Viewer(who.id, who.home_id + 1, "别家", Role.DIRECTOR)
    person, complaint, media = (
        await home.person(),
        await home.one("SELECT id FROM complaint"),
        await home.one("SELECT id FROM media"),
    )
    row = await reply(home, who, "一", "a")
    assert row is not None
    for work in (
        lambda db: answering.answer(db, stranger, person, "x", "k", home.clock()),
        lambda db: answering.log_call(db, stranger, person, "x", home.clock()),
        lambda db: answering.hand_back(db, stranger, person, home.clock()),
        lambda db: answering.take_back(db, stranger, row, home.clock()),
        lambda db: answering.note_complaint(db, stranger, complaint, "x", home.clock()),
        lambda db: access_media(db, stranger, media),
    ):
        with pytest.raises(NotFound):
            await home.database.write(work)
    assert await home.database.read(lambda db: talks_list.lines(db, stranger.sight).lines) == []
    assert await home.database.read(lambda db: every_open(db, stranger.sight)) == []
    now = home.clock()
    seen = await home.database.read(lambda db: talks_list.counts(db, stranger.sight, now, now))
    assert (seen.waiting, seen.cases) == (0, 0)


async def test_p2_a_nurse_has_no_complaint_pages(home: HomeUnderTest) -> None:
    nurse = await home.staff(Role.NURSE)
    with pytest.raises(NotFound):
        access_page(nurse, COMPLAINTS)
    assert nurse.role.words == "护士"
