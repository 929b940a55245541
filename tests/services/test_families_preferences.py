"""What a relative does not want, and her own hours: kept, asked anew when something leaves, and never of what must be
told (N7).
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial

import msgspec
import pytest

from care import preferences as rules
from care.errors import Changed, Invalid, NotFound
from care.preferences import Declined
from care.states import Role
from care.ways import Last
from services.access import Viewer
from services.announcements import announcements, audience, subject
from services.announcements.forms import Announce
from services.families import merging, preferences, relatives, ties
from services.families.forms import AddRelative, EditRelative, MergeRelative, PreferRelative
from services.families.reach import why_not
from services.outgoing import masses, outbox, purposes, sending
from services.subject import Running
from storage.queries import families
from storage.store import Store
from tests import houses
from tests.conftest import HomeUnderTest
from tests.services.evenings import SCENE, evening, resident, writes
from tests.services.reads import says
from tests.services.replies import reply, states
from tests.services.texts import LI, furnished, hands

EVERYTHING = frozenset(one.value for one in Declined)


@pytest.fixture
async def house(home: HomeUnderTest) -> HomeUnderTest:
    await home.database.write(lambda db: houses.furnish(db, home.ids, SCENE, home.clock()))
    home.clock.now = home.clock().replace(hour=2)  # ten in the morning at home
    return home


async def chooses(home: HomeUnderTest, whom: str, form: PreferRelative) -> None:
    person = await home.person(whom)
    await home.database.write(lambda db: preferences.prefer_own(db, person, form, home.clock()) and None)


async def announces(home: HomeUnderTest, who: Viewer, **more: object) -> None:
    form = msgspec.convert({"words": "周六下午包饺子。"} | more, Announce)
    await home.database.write(lambda db: announcements.write(db, home.house, who, form, home.clock()) and None)
    await subject._release(Running(home.database, home.house, home.ids.home_id, home.settings), home.clock())


async def machine(
    home: HomeUnderTest,
    whom: str,
    purpose: purposes.Purpose,
    key: str = "m",
    fields: Mapping[str, str] | None = None,
) -> None:
    person, now = await home.person(whom), home.clock()

    def queue(store: Store) -> None:
        store.lock_persons(person)
        outbox.enqueue(
            store,
            home_id=home.ids.home_id,
            person_id=person,
            purpose=purpose,
            dedup_key=key,
            text="机器的话",
            now=now,
            expires_at=now + timedelta(hours=8),
            fields=fields,
        )

    await home.database.store(queue)


async def test_n7_who_wants_no_news_gets_none_and_what_is_urgent_all_the_same(house: HomeUnderTest) -> None:
    lead = await house.staff(Role.SUPERVISOR, "何志远", "he")
    for whom in ("daughter", "niece"):
        await house.hears("你好", whom)
    await house.send_all()
    await chooses(house, "niece", PreferRelative(declines=frozenset({"news"})))
    found = await house.database.read(lambda db: audience.audience(db, lead.home_id, Announce(words="包饺子")))
    said = {who.name: audience.not_said(who, Announce(words="包饺子")) for who in found}
    assert (said["孙玉"], said["李静"]) == (rules.NOT_WANTED, "")
    await announces(house, lead)
    assert [openid for openid, _ in await house.send_all()] == ["daughter"]
    await announces(house, lead, words="明天停水。", urgent=True)
    assert sorted(openid for openid, _ in await house.send_all()) == ["daughter", "niece"]


async def test_n7_said_after_it_was_planned_it_is_asked_again_when_it_leaves(house: HomeUnderTest) -> None:
    await house.hears("你好", "daughter")
    await machine(house, "daughter", announcements.NEWS)
    await chooses(house, "daughter", PreferRelative(declines=frozenset({"news"})))
    assert await house.send_all() == []
    assert await states(house) == [("cancelled", rules.NOT_WANTED)]
    assert await house.one("SELECT count(*) FROM by_hand") == 0


async def test_n7_nothing_that_she_asked_or_must_know_can_be_declined(house: HomeUnderTest) -> None:
    who = await house.staff()
    await chooses(house, "daughter", PreferRelative(declines=EVERYTHING, hour_from=12, hour_until=14))
    await house.hears("管子修好了吗", "daughter")
    await reply(house, who, "修好了", "a", "daughter")
    assert ("daughter", "修好了") in await house.send_all()
    kept = [one.name for one in purposes._declared.values() if one.topic is None and not one.machine]
    assert {"answer", "alarm", "result", "notice", "tie"} <= set(kept)


async def test_n7_her_own_hours_hold_a_machine_and_no_colleague(house: HomeUnderTest) -> None:
    await house.hears("你好", "daughter")
    await chooses(house, "daughter", PreferRelative(hour_from=12))
    await machine(house, "daughter", announcements.NEWS)
    assert await house.send_all() == []
    assert await house.one("SELECT state FROM outbox WHERE purpose = 'news'") == "planned"
    await reply(house, await house.staff(), "修好了", "a", "daughter")
    assert [words for _, words in await house.send_all()] == ["修好了"]
    house.clock.on(hours=2)
    assert [words for _, words in await house.send_all()] == ["机器的话"]


async def waits_for_a_mass_send(house: HomeUnderTest, *phones: str) -> None:
    """Everybody is greeted, and nobody has written for two days."""
    house.clock.on(hours=49)
    for whom in phones:
        await machine(house, whom, purposes.of("greeting"), f"g:{whom}", {masses.MASS: "过年好"})
    await house.send_all()
    assert {state for state, _ in await states(house)} == {"parked"}
    house.clock.on(minutes=2)


async def joins(house: HomeUnderTest) -> None:
    await house.database.store(lambda store: masses.join(store, house.clock()))


async def asks(house: HomeUnderTest) -> masses.Ask | None:
    return await house.database.store(lambda store: masses.claim(store, house.clock(), house.clock()))


async def test_n7_a_greeting_that_waits_for_a_mass_send_is_asked_again_when_it_is_joined(house: HomeUnderTest) -> None:
    await waits_for_a_mass_send(house, "daughter", "niece", "cousin")
    await chooses(house, "niece", PreferRelative(declines=frozenset({"greeting"})))
    await joins(house)
    assert await states(house) == [("sending", None), ("cancelled", rules.NOT_WANTED), ("sending", None)]
    ask = await asks(house)
    assert ask is not None
    assert ask.openids == ("daughter", "cousin")


@pytest.mark.parametrize(
    ("form", "why"),
    [
        (PreferRelative(declines=frozenset({"greeting"})), rules.NOT_WANTED),
        (PreferRelative(hour_from=12), masses.ASLEEP),
    ],
)
async def test_n7_and_once_more_when_it_leaves(house: HomeUnderTest, form: PreferRelative, why: str) -> None:
    await waits_for_a_mass_send(house, "daughter", "niece")
    await joins(house)
    await chooses(house, "niece", form)
    assert await asks(house) is None, "the platform takes no list of one"
    assert (await states(house))[1] == ("cancelled", why)


async def test_n7_who_wants_a_call_gets_neither_card_nor_sms(home: HomeUnderTest) -> None:
    texts = await furnished(home)
    who = await home.staff()
    await chooses(home, LI, PreferRelative(declines=frozenset({"cards"})))
    await home.hears("我要投诉，三楼水管漏了", LI)
    home.clock.on(hours=49)
    await reply(home, who, "管子换好了", "a", LI)
    await texts.leave()
    assert texts.sent == []
    ((why, outcome),) = await hands(home)
    assert rules.BY_TELEPHONE in why
    assert outcome is None
    assert await states(home) == [("parked", sending.WINDOW_CLOSED)], "and it leaves by WeChat should she write"


async def test_n7_an_sms_that_is_ordered_is_asked_again_before_it_goes(home: HomeUnderTest) -> None:
    texts = await furnished(home)
    who = await home.staff()
    await home.hears("我要投诉，三楼水管漏了", LI)
    home.clock.on(hours=49)
    home.clock.now = home.clock().replace(hour=16)  # midnight at home: it waits for the morning
    await reply(home, who, "管子换好了", "a", LI)
    await texts.leave()
    assert await home.rows("SELECT state FROM sms") == [("ordered",)]
    await chooses(home, LI, PreferRelative(declines=frozenset({"cards"})))
    home.clock.on(hours=9)
    await texts.leave()
    await texts.leave()
    assert texts.sent == []
    assert await home.rows("SELECT state FROM sms") == [("dropped",)]
    assert rules.BY_TELEPHONE in str(await hands(home))


async def test_n7_a_card_is_passed_over_alike(house: HomeUnderTest) -> None:
    answer = purposes.of("answer")
    assert answer.last is Last.PHONE
    await chooses(house, "daughter", PreferRelative(declines=frozenset({"cards"})))
    await house.hears("你好", "daughter")
    house.clock.on(hours=49)
    await reply(house, await house.staff(), "修好了", "a", "daughter")
    terms = replace(house.house.terms, page=True)
    await house.database.store(partial(sending.claim, now=house.clock(), machine_now=house.clock(), terms=terms))
    assert f"模板消息不行：{rules.BY_TELEPHONE}" in str(await hands(house))


async def test_n7_a_preview_says_why(house: HomeUnderTest) -> None:
    await chooses(house, "daughter", PreferRelative(declines=frozenset({"survey"})))
    number = await house.person("daughter")
    who = await house.database.read(lambda db: families.of_person(db, house.ids.home_id, number)[0])
    assert why_not(who, "survey", house.clock()) == rules.NOT_WANTED
    assert why_not(who, "birthday", house.clock()) != rules.NOT_WANTED


async def test_n7_a_colleague_writes_it_down_and_an_older_form_is_refused(house: HomeUnderTest) -> None:
    desk, number, person = await house.staff(), await resident(house), await house.person("daughter")

    async def prefer(form: PreferRelative) -> None:
        await house.database.write(lambda db: preferences.prefer(db, desk, number, person, form, house.clock()))

    drawn = await house.database.read(
        lambda db: preferences.revision_of(preferences.access_own(db, person))
    )  # fmt: skip
    await prefer(PreferRelative(drawn=drawn, declines=frozenset({"news", "survey"}), hour_from=9, hour_until=20))
    assert await house.rows("SELECT declines, hour_from, hour_until FROM person WHERE id = ?", person) == [
        ("news survey", 9, 20)
    ]
    with pytest.raises(Changed):
        await chooses(house, "daughter", PreferRelative(drawn=drawn))
    for wrong in (
        PreferRelative(declines=frozenset({"alarm"})),
        PreferRelative(hour_from=3),
        PreferRelative(hour_until=23),
    ):
        with pytest.raises(Invalid):
            await prefer(wrong)
    await prefer(PreferRelative())
    assert await house.one("SELECT declines FROM person WHERE id = ?", person) is None


async def test_n7_who_is_no_relative_chooses_nothing(house: HomeUnderTest) -> None:
    await house.hears("你好", "stranger")
    for whom in ("stranger", "grandma"):
        with pytest.raises(preferences.NotARelative):
            await chooses(house, whom, PreferRelative())
    carer = await house.staff(Role.CARER, "周敏", "zhou", "2")
    number, person = await resident(house), await house.person("daughter")
    with pytest.raises(NotFound):
        await house.database.write(
            lambda db: preferences.prefer(db, carer, number, person, PreferRelative(), house.clock())
        )


async def test_n7_two_who_are_one_keep_what_either_did_not_want(house: HomeUnderTest) -> None:
    desk, number = await house.staff(), await resident(house)
    added = await house.database.write(
        lambda db: relatives.add(db, desk, number, AddRelative(name="李小静", relation="女儿"), house.clock()).id
    )
    person = await house.person("daughter")
    await chooses(house, "daughter", PreferRelative(declines=frozenset({"survey"}), hour_from=9))
    await house.database.write(
        lambda db: preferences.prefer(
            db, desk, number, added, PreferRelative(declines=frozenset({"news"})), house.clock()
        )
    )
    await house.database.write(
        lambda db: merging.merge(db, desk, number, person, MergeRelative(into=added), house.clock())
    )
    assert await house.rows("SELECT declines, hour_from FROM person WHERE id = ?", added) == [("news survey", 9)]
    edit = EditRelative(name="李静", relation="女儿", timezone="Asia/Tokyo")
    await house.database.write(lambda db: ties.edit(db, desk, number, added, edit, house.clock()))
    assert await house.one("SELECT declines FROM person WHERE id = ?", added) == "news survey"


async def test_n7_who_says_stop_is_told_where_to_choose(house: HomeUnderTest) -> None:
    house.house.public_url = "https://home.example"
    assert "/p/preferences" in await says(house, "别再给我发了", "daughter", "stop")
    assert "/p/preferences" not in await says(house, "请别再发消息了", "daughter", "stop"), "told once"


async def test_n7_a_letter_is_told_of_when_her_hours_open(house: HomeUnderTest) -> None:
    """Letters come in the evening: who is not to be disturbed then hears of it the next morning, and not never."""
    await writes(house, await house.staff(Role.CARER, "周敏", "zhou", "3"))
    for whom in ("daughter", "niece"):
        await house.hears("你好", whom)
    await house.send_all()
    await chooses(house, "niece", PreferRelative(hour_from=10, hour_until=17))
    await evening(house)
    assert [whom for whom, _ in await house.send_all()] == ["daughter"]
    house.clock.on(hours=14)
    assert await house.send_all() == [], "half past seven in the morning"
    house.clock.on(hours=3)
    ((whom, words),) = await house.send_all()
    assert (whom, "王桂兰" in words, "今天" in words) == ("niece", True, False)
