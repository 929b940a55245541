"""接班 proves that somebody hears: the sound of a screen, its pulse, the telephone of the post (F1, F43)."""

from datetime import timedelta

import pytest

from care.errors import Invalid, NotFound
from care.states import CallOutcome, Role
from services.emergencies import receivers
from services.emergencies.forms import TakeOver
from services.emergencies.receivers import Hears
from services.roster import posts
from services.roster.forms import EditPost
from storage.tables.roster import DutyPost
from tests.services.chains import Tower, tower

__all__ = ["tower"]


async def test_f43_the_house_is_heard_by_a_tested_telephone_by_a_screen_or_by_nobody(tower: Tower) -> None:
    assert (await tower.receivers()).hears is Hears.NOBODY
    session = await tower.takes_over("zhou")
    (one,) = (await tower.receivers()).all
    assert (one.name, one.post, one.hears, one.call, one.number) == (
        "周敏",
        "3 楼",
        Hears.SCREEN,
        "rings",
        "139****0003",
    )
    await tower.look()
    await tower.reports("zhou", None, ringing=True)
    await tower.reports("zhou", CallOutcome.GO)
    found = await tower.receivers()
    assert found.hears is Hears.PHONE
    assert found.proof is not None
    assert found.proof.phone_good_at == tower.home.clock()
    zhou = tower.who["zhou"]
    await tower.write(lambda db, now: receivers.hand_over(db, zhou, session, now))
    assert (await tower.receivers()).hears is Hears.NOBODY


async def test_f1_the_sound_must_be_heard_before_a_screen_counts(tower: Tower) -> None:
    zhou, house = tower.who["zhou"], tower.home.house
    await tower.write(lambda db, now: receivers.take_over(db, house, zhou, 7, TakeOver(), now))
    found = await tower.receivers()
    assert (found.hears, found.all[0].heard, found.all[0].post) == (Hears.NOBODY, False, "全院")
    await tower.write(lambda db, _: receivers.pulse(db, 7, tower.wall))
    assert (await tower.receivers()).hears is Hears.NOBODY, "a page that sounds to nobody"
    await tower.write(lambda db, now: receivers.heard(db, zhou, 7, now, tower.wall))
    assert (await tower.receivers()).hears is Hears.SCREEN


async def test_f1_a_screen_without_a_pulse_hears_nothing_after_a_minute_and_again_with_the_next_one(
    tower: Tower,
) -> None:
    session = await tower.takes_over("zhou")
    tower.wall += timedelta(seconds=59)
    assert (await tower.receivers()).hears is Hears.SCREEN
    tower.wall += timedelta(seconds=1)
    assert (await tower.receivers()).hears is Hears.NOBODY, "the page is closed, or its sound is gone"
    await tower.write(lambda db, _: receivers.pulse(db, session, tower.wall))
    assert (await tower.receivers()).hears is Hears.SCREEN
    await tower.write(lambda db, _: receivers.pulse(db, session, tower.wall + timedelta(seconds=14)))
    at = await tower.home.one("SELECT seen_at FROM takeover")
    assert at == int(tower.wall.timestamp() * 1_000_000), "written at most every 15 s"
    await tower.write(lambda db, _: receivers.pulse(db, 999, tower.wall))


async def test_f1_who_takes_over_the_same_post_ends_what_was_there_and_another_post_stays(tower: Tower) -> None:
    await tower.takes_over("zhou")
    await tower.takes_over("tang", "护士")
    await tower.takes_over("wang", "3 楼", session=5)
    assert [(one.name, one.post) for one in (await tower.receivers()).all] == [("唐雨", "护士"), ("王慧", "3 楼")]
    await tower.takes_over("wang", "2 楼", session=5)
    assert [(one.name, one.post) for one in (await tower.receivers()).all] == [("唐雨", "护士"), ("王慧", "2 楼")]
    ended = await tower.home.rows("SELECT ended_how FROM takeover WHERE ended_at IS NOT NULL ORDER BY id")
    assert ended == [("taken",), ("over",)]


async def test_f1_a_telephone_that_was_rung_a_moment_ago_is_not_rung_again_and_says_so(tower: Tower) -> None:
    session = await tower.takes_over("zhou")
    await tower.look()
    zhou, house = tower.who["zhou"], tower.home.house
    await tower.reports("zhou", CallOutcome.NO_ANSWER)
    assert (await tower.receivers()).all[0].call == "no_answer"
    with pytest.raises(Invalid, match="一分钟内打过了"):
        await tower.write(lambda db, now: receivers.ring_again(db, house, zhou, session, now))
    tower.home.clock.on(seconds=61)
    await tower.write(lambda db, now: receivers.ring_again(db, house, zhou, session, now))
    await tower.look()
    assert tower.rung == ["zhou", "zhou"]
    assert tower.said == {"home": "青禾颐养院"}


async def test_f43_without_a_telephone_company_a_screen_is_all_that_there_is(tower: Tower) -> None:
    tower.home.house.telephone = False
    session = await tower.takes_over("zhou")
    found = await tower.receivers()
    assert (found.hears, found.telephone, found.all[0].call) == (Hears.SCREEN, False, "")
    zhou, house = tower.who["zhou"], tower.home.house
    with pytest.raises(Invalid, match="没有接电话线路"):
        await tower.write(lambda db, now: receivers.ring_again(db, house, zhou, session, now))


async def test_f1_what_ended_by_itself_is_no_takeover_any_more(tower: Tower) -> None:
    home = tower.home
    await tower.takes_over("zhou", session=1)
    assert await tower.write(lambda db, now: receivers.tidy(db, home.ids.home_id, now)) == 1, "there is no such log-in"
    assert await home.one("SELECT ended_how FROM takeover") == "left"
    assert await tower.write(lambda db, now: receivers.tidy(db, home.ids.home_id, now)) == 0


async def test_f1_a_post_that_is_gone_or_of_another_home_cannot_be_taken_over(tower: Tower) -> None:
    zhou, house = tower.who["zhou"], tower.home.house
    with pytest.raises(Invalid, match="刚刚撤了"):
        await tower.write(lambda db, now: receivers.take_over(db, house, zhou, 1, TakeOver(post=99), now))
    auditor = await tower.home.staff(Role.AUDITOR, "马文静", "ma")
    with pytest.raises(NotFound):
        await tower.write(lambda db, now: receivers.take_over(db, house, auditor, 1, TakeOver(), now))
    with pytest.raises(NotFound):
        await tower.write(lambda db, now: receivers.hand_over(db, zhou, 1, now))


async def test_f1_her_own_post_stands_first(tower: Tower) -> None:
    for login, first in (("zhou", "3 楼"), ("wang", "2 楼"), ("he", "3 楼")):
        who = tower.who[login]
        now = tower.home.clock()
        found = await tower.home.database.read(
            lambda db, w=who, n=now: receivers.posts_of(db, w, n)  # type: ignore[misc]
        )
        assert found[0][1] == first
        assert len(found) == 3


async def test_f1_an_elder_is_sent_to_the_bell_while_nobody_hears(tower: Tower) -> None:
    tower.home.house.listened = False
    assert await tower.cries("救命") == "已经在叫人。请按床头铃。"
    assert await tower.cries("我摔倒了", "second") == "已经在叫人。您别动，别自己起来。"
    tower.home.house.listened = True
    assert (await tower.cries("快来人啊", "second")).startswith("已经")


async def test_f1_of_the_last_nights_those_count_in_which_a_telephone_was_proven(tower: Tower) -> None:
    home, zone = tower.home.ids.home_id, tower.home.house.home.zone

    async def nights() -> tuple[int, int]:
        now = tower.home.clock()
        return await tower.home.database.read(lambda db: receivers.proven_nights(db, home, zone, now))

    assert await nights() == (0, 0), "nobody ever took over"
    session = await tower.takes_over("zhou")  # four in the afternoon
    tower.home.clock.on(days=1)
    assert await nights() == (0, 1), "a night with a screen alone"
    await tower.takes_over("zhou", session=session)
    await tower.look()
    await tower.reports("zhou", CallOutcome.GO)
    assert await nights() == (0, 1), "the night has not come yet"
    tower.home.clock.on(days=1)
    zhou = tower.who["zhou"]
    assert await nights() == (1, 2)
    tower.home.clock.on(hours=5, minutes=5)  # five past nine in the evening
    await tower.write(lambda db, now: receivers.hand_over(db, zhou, session, now))
    tower.home.clock.on(hours=19)
    assert await nights() == (1, 3), "who hands over at nine proves no whole night"
    tower.home.clock.on(days=40)
    assert await nights() == (0, 31)


@pytest.mark.parametrize(
    ("phone", "why"), [("0571-88001234转12", "不能带分机号"), ("1234", "不像电话号码"), ("0571-88001234", "")]
)
async def test_f1_the_telephone_of_a_post_is_one_that_a_machine_can_ring(tower: Tower, phone: str, why: str) -> None:
    form, director = EditPost(post=0, name="门口", phone=phone), tower.who["shen"]
    if why:
        with pytest.raises(Invalid, match=why):
            await tower.write(lambda db, now: posts.edit_post(db, director, form, now))
        return
    await tower.write(lambda db, now: posts.edit_post(db, director, form, now))
    row = await tower.home.database.read(lambda db: db.query(DutyPost).filter(DutyPost.name == "门口").one())
    assert await tower.home.database.read(lambda db: db.words(row, "phone")) == phone
