"""练习: the weeks before the account is approved, and going over: what was said goes, what was entered stays (F54)."""

from dataclasses import replace
from ipaddress import IPv4Address
from typing import Any

import msgspec
import pytest

from care.errors import Conflict, Invalid, NotFound
from care.states import Role
from conversations.events import Image, Text
from services.access import Viewer
from services.families import relatives
from services.families.forms import AddRelative
from services.practice import exercises, going_over, practice
from services.practice.forms import GoOver
from services.practice.practice import OPENID
from services.setup import settings as setup
from services.staff import wechat
from settings import Http, Settings, Wechat, is_loopback
from storage import tables
from storage.tables.base import After
from storage.types import new_id
from tests import houses
from tests.conftest import HomeUnderTest, put
from tests.services.evenings import evening, resident, writes
from tests.services.test_families_joined import asks, confirms
from tests.services.test_setup import BASE
from understanding.cascade import triage

SCENE = {
    "staff": [],
    "people": [],
    "residents": [["306", "1", "王桂兰", "女", "1944-10-14"], ["307", "1", "周玉珍", "女", "1941-01-02"]],
}
NAME = "青禾颐养院"
FAMILY, OTHER, ELDER, ROOM, COLLEAGUE = (f"{OPENID}{one}" for one in ("a", "b", "c", "d", "e"))
BOTH = f"{OPENID}f"
OWN = frozenset({"audit", "practice", "home", "wechat_account", "launch", "gram", "search_mark"})
"""Tables that practice itself writes; what was launched before it is another home's matter."""


@pytest.fixture
async def house(home: HomeUnderTest) -> HomeUnderTest:
    await home.database.write(lambda db: houses.furnish(db, home.ids, SCENE, home.clock()))
    await home.rows("DELETE FROM launch")
    return home


async def director(home: HomeUnderTest) -> Viewer:
    return await home.staff(Role.DIRECTOR, "沈国平", "shen")


async def begins(home: HomeUnderTest, who: Viewer, base: Settings = BASE) -> None:
    """Practise: who writes now is a phone of practice."""
    await home.database.write(lambda db: practice.begin(db, who, base, home.clock()))
    _, stands = await home.database.read(lambda db: practice.now(db, BASE, home.ids.home_id))
    assert stands is not None
    home.ids = replace(home.ids, account_id=stands.account_id)


async def goes_over(home: HomeUnderTest, who: Viewer, stays: frozenset[str] = frozenset()) -> None:
    form, number = GoOver(words=NAME, stays=stays), home.ids.home_id
    await home.database.write(lambda db: practice.go_over(db, who, NAME, form, "jiashu-1.backup", home.clock()))
    assert not await home.database.read(lambda db: going_over.due(db, number, home.clock())), "others still work"
    home.clock.on(seconds=5)
    assert await home.database.read(lambda db: going_over.due(db, number, home.clock()))
    for _ in range(2):  # the first try dies after its first rows
        await home.database.write(lambda db: going_over.unbind(db, number))
        assert await home.database.write(lambda db: going_over.discard(db, number))
    while await home.database.write(lambda db: going_over.discard(db, number)):
        pass
    await home.database.write(lambda db: going_over.end(db, number, home.clock()))


async def everything(home: HomeUnderTest) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables."""
    names = sorted(tables.Base.metadata.tables)
    return {name: await home.rows(f"SELECT * FROM {name} ORDER BY id") for name in names if name not in OWN}


async def practised(home: HomeUnderTest, boss: Viewer, desk: Viewer) -> tuple[int, int]:
    """A fortnight of it: four bindings, a colleague, a cry, a complaint, a photo, a letter, an answer; gives who was
    registered before and who was not.
    """
    form = AddRelative(name="李静", relation="女儿", phone="13912346021", scopes=("daily",))
    number = await resident(home)
    known = await home.database.write(lambda db: relatives.add(db, desk, number, form, home.clock()).id)
    home.clock.on(hours=1)
    asked = await asks(home, desk, FAMILY)
    wider: dict[str, Any] = {"scopes": frozenset({"daily", "photos"}), "rang": True, "way": "own"}
    await confirms(home, desk, asked, person=known, **wider)
    home.clock.on(hours=1)
    await confirms(home, desk, await asks(home, desk, OTHER), scopes=frozenset({"daily"}))
    await confirms(home, desk, await asks(home, desk, ELDER), phone_is="elder")
    await confirms(home, desk, await asks(home, desk, ROOM), phone_is="room")
    other = await home.one("SELECT id FROM resident WHERE room = '307'")
    await confirms(home, desk, await asks(home, desk, BOTH), phone_is="shared", other=other)
    await home.hears("周玉珍", BOTH)
    hers = await home.database.write(lambda db: wechat.code_for(db, boss, desk.id, home.clock()))
    await home.hears(hers[0], COLLEAGUE)
    assert await home.rows("SELECT kind FROM person WHERE id = ?", await home.person(COLLEAGUE)) == [("staff",)]
    home.clock.on(hours=1)
    cry = "我摔倒了，快来人"
    await home.database.receive(msgspec.structs.replace(home.envelope(Text(cry), ELDER), heard=triage(cry)))
    await home.hears("我要投诉", FAMILY)
    await home.hears("走廊的灯坏了三天没人修", FAMILY)
    await home.hears(Image("m1", ""), OTHER)
    await home.hears("还有床位吗", f"{OPENID}stranger")
    await writes(home, desk)
    await evening(home)
    await home.send_all()
    return known, await home.person(OTHER)


def test_f54_every_table_says_what_becomes_of_it_and_nothing_that_stays_needs_what_goes() -> None:
    classes = going_over.mapped()
    assert [name for name, one in classes.items() if getattr(one, "after_practice", None) not in set(After)] == []
    going = {name for name, one in classes.items() if one.after_practice is After.GONE}
    for name, one in classes.items():
        for column in () if name in going else one.__table__.columns:
            points = {key.column.table.name for key in column.foreign_keys}
            assert not points & going or column.nullable, f"{name}.{column.name} needs a row that goes"
            theirs = "person" in points and one.after_practice is After.KEPT
            assert not theirs or name.startswith(("resident", "bed_stay")), f"{name} stays, though its person may go"
    assert {table.__tablename__ for table in going_over.FILES} <= going
    assert set(going_over.SHOWN) <= going
    assert not set(going_over.KEEPS) & going


async def test_f54_going_over_leaves_what_colleagues_entered_and_nothing_that_was_said(house: HomeUnderTest) -> None:
    boss, desk = await director(house), await house.staff()
    form = AddRelative(name="孙玉", relation="侄女", phone="13912340000", scopes=("daily",))
    number = await resident(house)
    await house.database.write(lambda db: relatives.add(db, desk, number, form, house.clock()))
    await begins(house, boss)
    empty = await everything(house)
    registered, played = await practised(house, boss, desk)
    said = await everything(house)
    for name in [
        "inbox",
        "outbox",
        "follower",
        "application",
        "alias",
        "letter",
        "alarm",
        "complaint",
        "media",
        "promise",
    ]:
        assert said[name], f"nothing of {name} was practised"
    before = await house.database.read(lambda db: going_over.account(db, boss))
    assert [(one.name, one.of) for one in before.played] == [("李静", "王桂兰")]
    assert before.played[0].person_id == played
    assert dict(before.gone)["绑定和关注的模拟手机"] == 7
    assert dict(before.stays)["老人"] == 2
    await goes_over(house, boss)
    left = await everything(house)
    known = [name for name in left if left[name] != empty[name]]
    assert known == ["consent", "kinship", "person"], "only the relative whom the desk registered is new"
    assert {row[0] for row in left["person"]} - {row[0] for row in empty["person"]} == {registered}
    tie = "SELECT scopes, proof, proved_at, rang_at FROM kinship WHERE person_id = ?"
    assert await house.rows(tie, registered) == [("daily", None, None, None)]
    assert await house.rows("SELECT scopes FROM consent WHERE person_id = ?", registered) == [("daily",)]
    assert await house.one("SELECT count(*) FROM wechat_account WHERE key = 'practice'") == 0
    assert await house.one("SELECT discarded FROM practice WHERE ended_at IS NOT NULL")
    acts = [row[0] for row in await house.rows("SELECT action FROM audit WHERE action LIKE '%practice' ORDER BY id")]
    assert acts == ["begin_practice", "close_practice", "unbind_practice", "unbind_practice", "end_practice"]


async def test_f54_the_first_real_message_meets_nobody_of_practice_and_a_late_push_of_practice_is_not_taken(
    house: HomeUnderTest,
) -> None:
    boss, desk = await director(house), await house.staff()
    real = house.ids.account_id
    await begins(house, boss)
    await practised(house, boss, desk)
    await goes_over(house, boss)
    with pytest.raises(Exception, match=r"(?i)foreign key"):
        await house.hears("我摔倒了", FAMILY)
    assert await house.one("SELECT count(*) FROM inbox") == 0
    house.ids = replace(house.ids, account_id=real)
    assert "机器人" in await house.hears("你好", "o-real-1")
    assert await house.rows("SELECT kind FROM person WHERE id = ?", await house.person("o-real-1")) == [("guest",)]
    assert await house.one("SELECT count(*) FROM inbox") == 1
    with pytest.raises(Invalid, match="已经收到过真的微信消息"):
        await begins(house, boss)


async def test_f54_who_is_known_by_a_simulated_phone_alone_stays_when_the_director_says_so(
    house: HomeUnderTest,
) -> None:
    boss, desk = await director(house), await house.staff()
    await begins(house, boss)
    _, played = await practised(house, boss, desk)
    await goes_over(house, boss, frozenset({str(played), "nobody"}))
    assert await house.rows("SELECT kind FROM person WHERE id = ?", played) == [("family",)]
    assert await house.rows("SELECT scopes, proof FROM kinship WHERE person_id = ?", played) == [("daily", "card")]
    assert await house.one("SELECT count(*) FROM follower") == 0
    await begins(house, boss)
    assert "机器人" in await house.hears("你好", OTHER), "it may begin anew, from nothing"


async def test_f54_a_process_works_with_the_account_of_practice_and_with_none_while_it_is_emptied(
    house: HomeUnderTest,
) -> None:
    boss, number = await director(house), house.ids.home_id
    real = await house.database.read(lambda db: setup.now(db, BASE, number))
    await begins(house, boss)
    found, stands = await house.database.read(lambda db: practice.now(db, BASE, number))
    assert (found.wechat, stands is not None and stands.port) == (Wechat(), 0), "nobody listens yet"
    await house.database.write(lambda db: practice.moved(db, number, 8123))
    found, stands = await house.database.read(lambda db: practice.now(db, BASE, number))
    assert found.wechat.app_id.startswith("wxsim")
    assert is_loopback(found.wechat.api_base_url)
    assert is_loopback(found.http.public_url)
    assert found.wechat.authorize_url.startswith("/console/")
    keys = await house.database.read(lambda db: practice.keys(db, number))
    assert keys is not None
    assert keys.token == found.wechat.token
    assert await house.database.read(lambda db: setup.now(db, BASE, number)) == real, "what is set stays what it was"
    form = GoOver(words=NAME)
    await house.database.write(lambda db: practice.go_over(db, boss, NAME, form, "", house.clock()))
    found, stands = await house.database.read(lambda db: practice.now(db, BASE, number))
    assert (found.wechat, stands is not None and stands.closing) == (Wechat(), True)
    assert await house.database.read(lambda db: practice.keys(db, number)) is None
    with pytest.raises(Conflict):
        await house.database.write(lambda db: practice.go_over(db, boss, NAME, form, "", house.clock()))


async def test_f54_practice_begins_once_and_only_where_nothing_real_is(house: HomeUnderTest) -> None:
    boss, desk = await director(house), await house.staff()
    with pytest.raises(NotFound):
        await begins(house, desk)
    with pytest.raises(Invalid, match="配置文件定着"):
        await begins(house, boss, Settings())
    with pytest.raises(Invalid, match=r"10\.0\.0\.5"):
        await begins(house, boss, replace(BASE, http=Http("10.0.0.5")))
    await begins(house, boss, replace(BASE, http=Http(str(IPv4Address(0)))))  # all addresses, as in a container
    await begins(house, boss)
    assert await house.one("SELECT count(*) FROM practice") == 1
    for words in ("", "别的院"):
        with pytest.raises(Invalid, match=NAME):
            await house.database.read(
                lambda db, words=words: practice.may_go_over(db, boss, NAME, GoOver(words=words))  # type: ignore[misc]
            )
    with pytest.raises(NotFound):
        await house.database.read(lambda db: practice.may_go_over(db, desk, NAME, GoOver(words=NAME)))


async def test_f54_what_was_tried_is_ticked_by_what_happened_and_each_phone_is_somebody(house: HomeUnderTest) -> None:
    boss, desk = await director(house), await house.staff()
    await begins(house, boss)
    assert await house.database.read(lambda db: exercises.done(db, boss)) == frozenset()
    phone = f"{OPENID}family_000001"
    await confirms(house, desk, await asks(house, desk, phone), scopes=frozenset({"daily"}))
    await house.hears("多少钱一个月", f"{OPENID}guest_0000004")
    await house.database.store(lambda store: put(store, "UPDATE inbox SET kind = 'text' WHERE kind <> 'x'") and None)
    done = await house.database.read(lambda db: exercises.done(db, boss))
    assert done == {"bind", "stranger"}
    who = {one.name: one.who for one in await house.database.read(lambda db: exercises.phones(db, boss))}
    assert who["家属甲"] == "李静（王桂兰的女儿）"
    assert who["打听的人"] == "访客，还没绑定"
    assert who["家属乙"] == "还没说过话"


async def test_f54_letting_go_forgets_in_what_stays_what_it_pointed_to(house: HomeUnderTest) -> None:
    """Large tables go in steps; nothing is done twice."""
    boss, number = await director(house), house.ids.home_id
    await begins(house, boss)
    home_id = house.ids.home_id
    await house.database.store(
        lambda store: (
            [store.insert(tables.Gram, id=new_id(), digest=one, subject=one) for one in range(going_over.STEP + 5)]
            and None
        )
    )
    form = GoOver(words=NAME)
    await house.database.write(lambda db: practice.go_over(db, boss, NAME, form, "", house.clock()))
    house.clock.on(seconds=5)
    await house.database.write(lambda db: going_over.unbind(db, home_id))
    steps = 0
    while await house.database.write(lambda db: going_over.discard(db, number)):
        steps += 1
    assert steps >= 2
    assert await house.one("SELECT count(*) FROM gram") == 0
    await house.database.write(lambda db: going_over.end(db, number, house.clock()))
    assert await house.one("SELECT count(*) FROM practice WHERE ended_at IS NULL") == 0
