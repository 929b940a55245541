"""The guest who chatted is the relative whom the house had registered: everything goes over, nothing is lost, and for a
day it can go back (engineering 18, F13, F49, A4).
"""

from datetime import timedelta
from typing import Any

import pytest

from care.errors import Decided, Invalid, NotFound
from care.states import Role
from conversations.events import Followed, Image, Scanned
from services.access import Viewer
from services.emergencies import ringing
from services.families import binding, joining, merging, relatives
from services.families.forms import AddRelative, ConfirmBinding, MergeRelative
from services.letters import letters
from services.outgoing import outbox, purposes, sending, settling
from services.ports import Fate, Outcome
from services.talks import answering
from storage import tables
from storage.queries import families_ties as queries
from tests import houses
from tests.conftest import HomeUnderTest
from tests.services.evenings import evening, resident, writes

SCENE = {
    "staff": [],
    "people": [
        {
            "openid": "brother",
            "name": "李明",
            "kind": "family",
            "kin": [{"of": "王桂兰", "relation": "儿子", "scopes": "daily"}],
        }
    ],
    "residents": [["306", "1", "王桂兰", "女", "1944-10-14"]],
}


@pytest.fixture
async def house(home: HomeUnderTest) -> HomeUnderTest:
    await home.database.write(lambda db: houses.furnish(db, home.ids, SCENE, home.clock()))
    return home


async def registered(home: HomeUnderTest, who: Viewer, **fields: Any) -> int:
    number = await resident(home)
    form = AddRelative(**{"name": "李静", "relation": "女儿", "phone": "13912346021", "scopes": ("daily",)} | fields)
    person: int = await home.database.write(lambda db: relatives.add(db, who, number, form, home.clock()).id)
    return person


async def asks(home: HomeUnderTest, who: Viewer, openid: str = "daughter", meant_for: int | None = None) -> int:
    number = await resident(home)
    code = (await home.database.write(lambda db: binding.invite(db, who, number, home.clock(), meant_for)))[0]
    for words in (f"绑定 {code}", "女儿", "李静"):
        await home.hears(words, openid)
    return int(await home.one("SELECT max(id) FROM application"))


async def confirms(home: HomeUnderTest, who: Viewer, asked: int, **fields: Any) -> binding.Bound:
    form = ConfirmBinding(**{"proof": "card"} | fields)
    found: binding.Bound = await home.database.write(
        lambda db: binding.confirm(db, home.house, who, asked, form, home.clock())
    )
    return found


async def owned(home: HomeUnderTest, person: int) -> dict[str, int]:
    """How many rows of each table are a person's."""
    names = [table.__tablename__ for table in joining.MOVES] + ["conversation"]
    found = {name: await home.one(f"SELECT count(*) FROM {name} WHERE person_id = ?", person) for name in names}
    return {name: count for name, count in found.items() if count}


def test_every_table_of_people_goes_over_or_stays_on_purpose() -> None:
    personal = {name for name, table in tables.Base.metadata.tables.items() if "person_id" in table.columns}
    assert personal == {table.__tablename__ for table in joining.MOVES} | joining.STAYS


async def test_a4_the_guest_who_chatted_becomes_the_registered_relative_with_all_that_was_said(
    house: HomeUnderTest,
) -> None:
    desk = await house.staff()
    target = await registered(house, desk)
    asked = await asks(house, desk)
    await house.hears("我妈的账单不对，我要投诉", "daughter")
    await house.hears(Image("m1", ""), "daughter")
    guest = await house.person("daughter")
    before = await owned(house, guest)
    assert {"complaint", "inbox", "media", "promise", "application", "follower"} <= set(before)
    house.clock.on(hours=50)  # the window is shut: what a colleague writes waits
    await house.database.write(
        lambda db: answering.answer(db, desk, guest, "您好，我来看看", "k1", house.clock(), None)
    )
    await house.send_all()
    assert await house.rows("SELECT state FROM outbox WHERE staff_id IS NOT NULL") == [("parked",)]
    before = await owned(house, guest)
    bound = await confirms(house, desk, asked, person=target, scopes=frozenset({"daily"}))
    assert bound.person_id == target
    after = await owned(house, target)
    assert after == before | {"outbox": before.get("outbox", 0) + 1}  # that it is done waits behind the rest
    assert await owned(house, guest) == {}
    assert await house.rows("SELECT kind FROM person WHERE id IN (?, ?) ORDER BY kind", guest, target) == [
        ("family",),
        ("guest",),
    ]
    assert await house.rows("SELECT binding FROM follower WHERE person_id = ?", target) == [("own",)]
    assert await house.database.read(lambda db: joining.became(db, guest)) == target
    number = await resident(house)
    found = await house.database.read(lambda db: queries.relatives(db, number))
    assert [(one.name, one.bound, one.tie.proof) for one in found] == [("李明", True, None), ("李静", True, "card")]
    await house.hears("谢谢", "daughter")
    left = await house.send_all()
    assert {openid for openid, _ in left} == {"daughter"}
    told = "\n".join(words for _, words in left)
    assert told.index("您好，我来看看") < told.index("绑定好了，李静")


async def test_a4_a_message_in_the_hands_of_the_platform_is_settled_first(house: HomeUnderTest) -> None:
    desk = await house.staff()
    target = await registered(house, desk)
    asked = await asks(house, desk)
    guest = await house.person("daughter")
    await house.database.write(lambda db: answering.answer(db, desk, guest, "在的", "k1", house.clock(), None))
    now = house.clock()
    claims = await house.database.store(lambda store: sending.claim(store, now, now))
    with pytest.raises(joining.Sending):
        await confirms(house, desk, asked, person=target)
    assert await house.one("SELECT verdict FROM application") is None
    await house.database.store(lambda store: settling.settle(store, claims[0], Outcome(Fate.SENT, ""), now))
    await confirms(house, desk, asked, person=target)
    assert await owned(house, guest) == {}


async def test_f13_two_ready_rows_of_one_queue_stand_in_line_again(house: HomeUnderTest) -> None:
    desk = await house.staff()
    brother = await house.person("brother")
    await house.hears("在吗", "brother")
    asked = await asks(house, desk)
    guest = await house.person("daughter")

    def both(store: Any) -> None:
        store.lock_persons(brother, guest)
        for person, key in ((guest, "first"), (brother, "second"), (guest, "third")):
            outbox.enqueue(
                store,
                home_id=house.ids.home_id,
                person_id=person,
                purpose=purposes.of("answer"),
                dedup_key=key,
                text=key,
                now=house.clock(),
            )

    await house.database.store(both)
    await confirms(house, desk, asked, person=brother)
    ready = await house.rows("SELECT dedup_key FROM outbox WHERE state = 'ready' AND person_id = ?", brother)
    assert ready == [("first",)]
    assert [words for _, words in await house.send_all()][:3] == ["first", "second", "third"]


async def test_f13_a_relative_with_two_phones_keeps_the_newer_talk(house: HomeUnderTest) -> None:
    desk = await house.staff()
    brother = await house.person("brother")
    await house.hears("我要投诉", "brother")
    house.clock.on(minutes=5)
    asked = await asks(house, desk)
    guest = await house.person("daughter")
    newer = await house.one("SELECT id FROM conversation WHERE person_id = ?", guest)
    await confirms(house, desk, asked, person=brother)
    assert await house.one("SELECT id FROM conversation WHERE person_id = ?", brother) == newer
    assert await house.one("SELECT count(*) FROM conversation WHERE person_id = ?", guest) == 1
    assert await house.one("SELECT count(*) FROM follower WHERE person_id = ?", brother) == 2
    assert await house.hears("谢谢", "daughter")


async def test_f13_two_promises_of_a_reply_are_one_and_the_earlier_time_holds(house: HomeUnderTest) -> None:
    desk = await house.staff()
    brother = await house.person("brother")
    await house.hears("周末能来看吗", "brother")
    house.clock.on(minutes=10)
    asked = await asks(house, desk)
    await house.hears("几点开饭啊", "daughter")
    earlier = await house.one("SELECT min(due_at) FROM promise WHERE kind = 'reply'")
    assert await house.one("SELECT count(*) FROM promise WHERE kind = 'reply' AND kept_at IS NULL") == 2
    await confirms(house, desk, asked, person=brother)
    assert await house.rows("SELECT person_id, due_at FROM promise WHERE kind = 'reply' AND kept_at IS NULL") == [
        (brother, earlier)
    ]
    await house.database.write(lambda db: answering.answer(db, desk, brother, "能来", "k", house.clock(), None))
    await house.send_all()
    assert await house.one("SELECT count(*) FROM promise WHERE kind = 'reply' AND kept_at IS NULL") == 0


async def test_l5_for_a_day_and_where_nothing_was_said_it_goes_back(house: HomeUnderTest) -> None:
    desk = await house.staff()
    target = await registered(house, desk)
    asked = await asks(house, desk)
    guest = await house.person("daughter")
    before = await owned(house, guest)
    await confirms(
        house, desk, asked, person=target, scopes=frozenset({"daily", "health"}), way="paper", alone=True, rang=True
    )
    await house.send_all()
    await house.hears("还有一件事", "daughter")
    house.clock.on(hours=23)
    await house.database.write(lambda db: binding.undo(db, desk, asked, house.clock()))
    back = await owned(house, guest)
    assert back["inbox"] == before["inbox"] + 1
    assert (back["follower"], back["conversation"], back["application"]) == (1, 1, 1)
    assert await owned(house, target) == {}
    assert await house.rows("SELECT scopes, proof, rang_at FROM kinship WHERE person_id = ?", target) == [
        ("daily", None, None)
    ]
    assert await house.one("SELECT verdict FROM application") is None
    assert await house.one("SELECT count(*) FROM consent WHERE withdrawn_at IS NULL AND scopes = 'health'") == 0
    assert await house.rows("SELECT binding FROM follower WHERE person_id = ?", guest) == [("guest",)]
    with pytest.raises(Invalid):
        await house.database.write(lambda db: binding.undo(db, desk, asked, house.clock()))
    await confirms(house, desk, asked, person=target)
    with pytest.raises(Decided):
        await confirms(house, desk, asked, person=target)


@pytest.mark.parametrize("what", ["late", "said", "phone"])
async def test_l5_what_was_said_since_cannot_be_taken_back(house: HomeUnderTest, what: str) -> None:
    desk = await house.staff()
    target = await house.person("brother") if what == "phone" else await registered(house, desk)
    asked = await asks(house, desk)
    await confirms(house, desk, asked, person=target)
    await house.send_all()
    if what == "said":
        await house.database.write(lambda db: answering.answer(db, desk, target, "好的", "k", house.clock(), None))
        await house.send_all()
    house.clock.on(hours=25 if what == "late" else 1)
    why = {"late": "超过一天", "said": "收不回来", "phone": "另一部手机"}[what]
    with pytest.raises(Invalid, match=why):
        await house.database.write(lambda db: binding.undo(db, desk, asked, house.clock()))


async def test_f13_an_elders_own_phone_is_the_elder_and_a_room_device_is_a_place(house: HomeUnderTest) -> None:
    desk, number = await house.staff(), await resident(house)
    elder = int(await house.one("SELECT person_id FROM resident WHERE id = ?", number))
    asked = await asks(house, desk, "grandma")
    bound = await confirms(house, desk, asked, phone_is="elder", proof="")
    assert (bound.person_id, bound.elder, bound.openids) == (elder, True, ("grandma",))
    assert await house.one("SELECT count(*) FROM kinship WHERE person_id = ?", elder) == 0
    tablet = await asks(house, desk, "tablet")
    await confirms(house, desk, tablet, phone_is="room", proof="")
    device = await house.person("tablet")
    assert await house.rows("SELECT binding FROM follower WHERE person_id = ?", device) == [("house",)]
    assert await house.rows("SELECT kind FROM person WHERE id = ?", device) == [("guest",)]
    found = await house.database.read(lambda db: ringing.places(db, house.ids.home_id))
    assert (found["tablet"].name, found["tablet"].bound) == ("306 房的设备", True)  # who cries there rings, unmutable
    left = await house.send_all()
    assert [words.split("\n")[0] for _, words in left] == [
        "好了，王桂兰。想说什么，直接发给我们，打字、说话都行。",
        "这台设备登记好了：306 房。微信不是呼叫铃，急就按床头铃。",
    ]
    assert "王桂兰" not in await house.hears("今天的家书", "tablet")


async def test_f13_somebody_who_is_a_relative_already_is_joined_with_nobody(house: HomeUnderTest) -> None:
    desk = await house.staff()
    target = await registered(house, desk)
    first = await asks(house, desk)
    second = await asks(house, desk)
    await confirms(house, desk, first, scopes=frozenset({"daily"}))
    with pytest.raises(Invalid, match="已经是登记过的家属"):
        await confirms(house, desk, second, person=target)
    with pytest.raises(Invalid, match="没有这位"):
        await confirms(house, desk, second, person=1)
    with pytest.raises(Invalid, match="怎么证实"):
        await confirms(house, desk, second, scopes=frozenset({"daily"}), proof="")


async def test_f49_a_refused_code_is_listed_with_what_it_was(house: HomeUnderTest) -> None:
    desk, number = await house.staff(), await resident(house)
    code = (await house.database.write(lambda db: binding.invite(db, desk, number, house.clock())))[0]
    old = (await house.database.write(lambda db: binding.invite(db, desk, number, house.clock())))[0]
    for words in (code, "女儿", "李静"):
        await house.hears(words, "daughter")
    await house.hears(code, "second")
    await house.hears("7KQ2-M4HX", "third")
    house.clock.on(days=31)
    await house.hears(old, "fourth")
    assert await house.rows("SELECT why FROM refused_scan ORDER BY id") == [("used",), ("wrong",), ("expired",)]
    assert timedelta(days=31) > binding.LASTS


async def test_f49_a_scan_in_the_middle_of_a_complaint_binds_and_the_complaint_stays(house: HomeUnderTest) -> None:
    desk, number = await house.staff(), await resident(house)
    code = (await house.database.write(lambda db: binding.invite(db, desk, number, house.clock())))[0]
    assert "编号" in await house.hears("你们把我妈摔了，我要投诉", "daughter")
    assert "码对上了" in await house.hears(Scanned(f"bind:{code}"), "daughter")
    for words in ("女儿", "李静"):
        await house.hears(words, "daughter")
    assert await house.one("SELECT count(*) FROM application") == 1
    assert await house.one("SELECT count(*) FROM complaint WHERE closed_at IS NULL") == 1
    assert "您好，这里是" in await house.hears(Followed("bind:22222222"), "stranger")
    assert await house.hears(Scanned("bind:"), "other")


async def test_a4_a_bound_relative_and_the_one_of_a_list_become_one(house: HomeUnderTest) -> None:
    desk = await house.staff()
    asked = await asks(house, desk)
    await confirms(house, desk, asked, scopes=frozenset({"daily", "photos"}), way="paper")
    listed = await registered(house, desk, name="李静静")
    await house.hears("我妈的账单不对，我要投诉", "daughter")
    bound, number = await house.person("daughter"), await resident(house)
    assert bound != listed
    await house.rows("UPDATE person SET timezone = 'Asia/Tokyo', language = 'ja' WHERE id = ? RETURNING id", bound)
    await house.rows("UPDATE person SET language = 'en' WHERE id = ? RETURNING id", listed)

    async def merges(who: int, into: int) -> None:
        form = MergeRelative(into=into)
        await house.database.write(lambda db: merging.merge(db, desk, number, who, form, house.clock()))

    for wrong in (0, bound):
        with pytest.raises(Invalid, match="同一个人"):
            await merges(bound, wrong)
    await merges(bound, listed)
    assert await house.person("daughter") == listed
    assert set(await owned(house, bound)) == set()
    kin = await house.database.read(lambda db: queries.relatives(db, number))
    assert [(one.name, one.relation, one.phone, set(one.scopes), one.bound) for one in kin] == [
        ("李明", "儿子", "", {"daily"}, True),
        ("李静静", "女儿", "139****6021", {"daily", "photos"}, True),
    ]
    assert await house.rows("SELECT timezone, language FROM person WHERE id = ?", listed) == [("Asia/Tokyo", "en")], (
        "what nobody knew of the one that stays is taken of the other"
    )
    assert await house.database.read(lambda db: joining.became(db, bound)) == listed
    consents = await house.rows("SELECT DISTINCT person_id FROM consent WHERE resident_id = ?", number)
    assert (listed,) in consents
    assert (bound,) not in consents
    with pytest.raises(NotFound):
        await merges(bound, listed)


async def test_l5_two_who_have_read_the_same_letter_become_one(house: HomeUnderTest) -> None:
    """What each has once, a letter read, a greeting of this year, stays with each: the other way nothing could join."""
    desk, carer = await house.staff(), await house.staff(Role.CARER, "周敏", "zhou", "3")
    listed = await registered(house, desk)
    for phone, into in (("old phone", listed), ("new phone", None)):
        asked = await asks(house, desk, phone, into)
        await confirms(house, desk, asked, person=into or 0, scopes=frozenset({"daily"}))
    letter, number = await writes(house, carer), await resident(house)
    await evening(house)
    for phone in ("old phone", "new phone"):
        who = await house.person(phone)
        await house.database.write(lambda db, w=who: letters.opened(db, w, letter, house.clock()))  # type: ignore[misc]
    second = await house.person("new phone")
    assert second != listed
    form = MergeRelative(into=listed)
    await house.database.write(lambda db: merging.merge(db, desk, number, second, form, house.clock()))
    assert await house.person("new phone") == await house.person("old phone") == listed
    readers = await house.rows("SELECT person_id FROM letter_reading WHERE letter_id = ?", letter)
    assert sorted(readers) == sorted([(listed,), (second,)])
    assert set(await owned(house, second)) == {"conversation", "letter_reading"}
