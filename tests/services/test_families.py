"""From a printed one-time code to a relative who may know what was agreed; and what stops machines from speaking (F11,
F13, F14, P4).
"""

from datetime import timedelta

import pytest

from care.errors import Conflict, Invalid, NotFound
from care.states import Role
from conversations.flows.families import invitation_code
from conversations.routing import Intent, of_words
from services.access import Viewer
from services.context import Context
from services.families import binding
from services.families.forms import ConfirmBinding, RefuseBinding
from services.outgoing import outbox, purposes
from services.promises import clocks
from services.residents import residents
from services.residents.forms import Hush, SetStatus
from storage import tables
from storage.queries import residents as queries
from tests import houses
from tests.conftest import HomeUnderTest
from tests.services.evenings import resident

SCENE = {
    "staff": [],
    "people": [{"openid": "grandma", "name": "王桂兰", "kind": "elder", "room": "306", "bed": "1", "sex": "女"}],
    "residents": [["201", "2", "何秀英", "女", "1938-11-25"]],
}


@pytest.fixture
async def house(home: HomeUnderTest) -> HomeUnderTest:
    await home.database.write(lambda db: houses.furnish(db, home.ids, SCENE, home.clock()))
    return home


async def code(home: HomeUnderTest, who: Viewer, room: str = "306") -> str:
    number = await resident(home, room)
    made: tuple[str, object] = await home.database.write(lambda db: binding.invite(db, who, number, home.clock()))
    return made[0]


async def asks(home: HomeUnderTest, who: Viewer, openid: str = "daughter") -> int:
    await home.hears(f"绑定 {await code(home, who)}", openid)
    await home.hears("女儿", openid)
    await home.hears("李静", openid)
    return int(await home.one("SELECT max(id) FROM application"))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("绑定 7KQ2-M4HX", "7KQ2M4HX"),
        ("7kq2m4hx", "7KQ2M4HX"),
        ("绑定码：７ＫＱ２ Ｍ４ＨＸ。", "7KQ2M4HX"),
        ("88236677", None),
        ("ABCDEFGH", None),
        ("绑定", None),
        ("7KQ2M4H", None),
        ("我妈住306", None),
        ("7KQ2M4HX 王桂兰", None),
    ],
)
def test_f13_a_code_is_read_as_people_write_it_and_a_phone_number_is_none(words: str, expected: str | None) -> None:
    assert invitation_code(words) == expected
    assert of_words("绑定") is Intent.BIND
    assert of_words("怎么绑定？") is Intent.ASK


async def test_f13_a_relative_sends_the_code_and_a_colleague_confirms(house: HomeUnderTest) -> None:
    desk = await house.staff()
    given = await code(house, desk)
    assert given not in str(await house.rows("SELECT * FROM invitation"))
    first = await house.hears(f"绑定 {given}")
    assert first.startswith("码对上了。请问您是老人的什么人")
    assert "请用文字" in await house.hears("0571-8800")
    assert "怎么称呼" in await house.hears("女儿")
    assert "请用文字" in await house.hears("0101")
    answer = await house.hears("李静")
    assert "核实" in answer
    assert "王桂兰" not in answer
    waiting = await house.database.read(lambda db: queries.asking(db, desk.sight))
    assert [(one.name, one.relation, one.elder, one.place) for one in waiting] == [("李静", "女儿", "王桂兰", "306-1")]
    assert await house.rows("SELECT kind, kept_at FROM promise") == [("binding", None)]
    await house.database.write(
        lambda db: binding.confirm(
            db,
            house.house,
            desk,
            waiting[0].id,
            ConfirmBinding(scopes=frozenset({"daily", "health"}), way="paper", proof="card", alone=True),
            house.clock(),
        )
    )
    ((_, words),) = await house.send_all()
    assert words.startswith("绑定好了，李静。从今天起您能看到王桂兰的家书")
    assert "日常、健康" in words
    number = await resident(house)
    (kin,) = await house.database.read(lambda db: queries.relatives(db, number))
    assert (kin.name, kin.relation, kin.scopes, kin.way, kin.primary) == (
        "李静",
        "女儿",
        ("daily", "health"),
        "paper",
        True,
    )
    assert await house.rows("SELECT kind FROM person WHERE id = ?", await house.person()) == [("family",)]
    assert await house.one("SELECT kept_how FROM promise") == "confirmed"
    with pytest.raises(Conflict):
        await house.database.write(
            lambda db: binding.refuse(db, house.house, desk, waiting[0].id, RefuseBinding(why="晚了"), house.clock())
        )
    assert "已经绑定过" in await house.hears(f"绑定 {await code(house, desk)}")


async def test_f13_a_code_works_once_and_for_thirty_days_and_a_wrong_one_says_the_same(house: HomeUnderTest) -> None:
    desk = await house.staff()
    given = await code(house, desk)
    for words in (given, "女儿", "李静"):
        await house.hears(words)
    used = await house.hears(given, "stranger")
    old = await code(house, desk)
    house.clock.on(days=30, seconds=1)
    expired = await house.hears(f"绑定 {old}", "late")
    wrong = await house.hears("绑定 7KQ2-M4HX", "guesser")
    assert used == expired == wrong
    assert "用不了" in wrong
    await house.hears("绑定 7KQ2-M4HY", "guesser")
    third = await house.hears("绑定 7KQ2-M4HZ", "guesser")
    assert "请同事来回您" in third
    assert await house.one("SELECT count(*) FROM application") == 1


async def test_f13_two_relatives_with_one_code_at_once_only_one_asks(house: HomeUnderTest) -> None:
    desk = await house.staff()
    given = await code(house, desk)
    for openid in ("daughter", "son"):
        await house.hears(given, openid)
        await house.hears("孩子", openid)
    await house.hears("李静", "daughter")
    assert "用不了" in await house.hears("李强", "son")
    assert await house.one("SELECT count(*) FROM application") == 1


async def test_f49_a_sheet_that_is_made_worthless_while_its_last_answer_comes_opens_nothing(
    house: HomeUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, seen = await house.staff(), list[object]()
    for words in (await code(house, desk), "女儿"):
        await house.hears(words)
    looked = binding._open_invitation

    def before_it_was_revoked(context: Context, words: str) -> object:
        sheet = looked(context, words)
        if not seen:
            context.store.change(tables.Invitation, "UPDATE invitation SET revoked_at = 1 RETURNING id", persons=())
        seen.append(sheet)
        return sheet

    monkeypatch.setattr(binding, "_open_invitation", before_it_was_revoked)
    assert "用不了" in await house.hears("李静")
    assert seen[1] == "revoked"
    assert await house.one("SELECT count(*) FROM application") == 0
    assert await house.rows("SELECT why FROM refused_scan") == [("revoked",)]


async def test_p9_f14_health_needs_a_consent_and_a_refusal_a_reason(house: HomeUnderTest) -> None:
    desk = await house.staff()
    asked = await asks(house, desk)
    for scopes, way, why in (
        ({"health"}, "none", "健康情况要"),
        (set(), "paper", "能看什么"),
        ({"daily"}, "", "怎么同意"),
        ({"all"}, "own", "能看什么"),
    ):
        with pytest.raises(Invalid, match=why):
            await house.database.write(
                lambda db, s=scopes, w=way: binding.confirm(
                    db,
                    house.house,
                    desk,
                    asked,
                    ConfirmBinding(scopes=s, way=w, proof="card", alone=True),
                    house.clock(),
                )  # type: ignore[misc]
            )
    with pytest.raises(Invalid, match="为什么"):
        await house.database.write(
            lambda db: binding.refuse(db, house.house, desk, asked, RefuseBinding(why="  "), house.clock())
        )
    await house.database.write(
        lambda db: binding.refuse(db, house.house, desk, asked, RefuseBinding(why="登记的电话没打通"), house.clock())
    )
    assert [words for _, words in await house.send_all()] == [
        "您的绑定这次没能核实：登记的电话没打通。请到前台，或打 0571-8800-0101，我们帮您办。"
    ]
    traces = await house.rows("SELECT action FROM audit WHERE subject LIKE 'resident:%' ORDER BY id")
    assert [action for (action,) in traces] == ["invite", "ask_to_bind", "refuse_binding"]
    assert await house.one("SELECT count(*) FROM kinship") == 0


async def test_p4_a_nurse_of_another_floor_and_a_carer_make_no_bindings(house: HomeUnderTest) -> None:
    desk = await house.staff()
    asked = await asks(house, desk)
    carer = await house.staff(Role.CARER, "周敏", "zhou", "3")
    below = await house.staff(Role.NURSE, "唐雨", "tang", "2")
    number = await resident(house)
    for who in (carer, below):
        with pytest.raises(NotFound):
            await house.database.write(
                lambda db, w=who: binding.invite(db, w, number, house.clock())  # type: ignore[misc]
            )
        with pytest.raises(NotFound):
            await house.database.write(
                lambda db, w=who: binding.confirm(
                    db,
                    house.house,
                    w,
                    asked,
                    ConfirmBinding(scopes=frozenset({"daily"}), way="none", proof="card"),
                    house.clock(),
                )  # type: ignore[misc]
            )
    assert [line.name for line in await house.database.read(lambda db: queries.lines(db, below.sight))] == ["何秀英"]


async def test_c1_a_complaint_in_the_middle_of_a_binding_is_a_complaint(house: HomeUnderTest) -> None:
    desk = await house.staff()
    await house.hears(await code(house, desk))
    assert "编号" in await house.hears("你们把我妈摔了，我要投诉")


async def test_l2_hush_and_death_take_back_what_machines_queued_and_nothing_else(house: HomeUnderTest) -> None:
    nurse = await house.staff(Role.NURSE, "唐雨", "tang")
    director = await house.staff(Role.DIRECTOR, "沈国平", "shen")
    person, number = await house.person("grandma"), await resident(house)

    async def queued(purpose: str, key: str) -> None:
        later = house.clock() + timedelta(hours=1)

        def work(store: object) -> None:
            store.lock_persons(person)  # type: ignore[attr-defined]
            outbox.enqueue(
                store,  # type: ignore[arg-type]
                home_id=house.ids.home_id,
                person_id=person,
                purpose=purposes.of(purpose),
                dedup_key=key,
                text="话",
                now=house.clock(),
                queue="notice",
                not_before=later,
            )

        await house.database.store(work)

    await queued("greeting", "a")
    await queued("answer", "b")
    await house.database.write(lambda db: residents.hush(db, nurse, number, Hush(on=True), house.clock()))
    assert await house.rows("SELECT purpose, state FROM outbox ORDER BY id") == [
        ("greeting", "cancelled"),
        ("answer", "planned"),
    ]
    assert await house.database.read(lambda db: residents.hushed_since(db, person)) == house.clock()
    await house.database.write(lambda db: residents.hush(db, nurse, number, Hush(on=False), house.clock()))
    assert await house.database.read(lambda db: residents.hushed_since(db, person)) is None
    with pytest.raises(Invalid, match="院长"):
        await house.database.write(
            lambda db: residents.set_status(db, nurse, number, SetStatus(status="去世", name="王桂兰"), house.clock())
        )
    with pytest.raises(Invalid, match="再写一遍"):
        await house.database.write(
            lambda db: residents.set_status(
                db, director, number, SetStatus(status="去世", name="王秀英"), house.clock()
            )
        )
    await queued("greeting", "c")
    await house.database.write(
        lambda db: residents.set_status(db, director, number, SetStatus(status="去世", name="王桂兰"), house.clock())
    )
    assert await house.rows("SELECT state FROM outbox WHERE dedup_key = 'c'") == [("cancelled",)]
    assert await house.rows("SELECT kind, lifted_at IS NULL FROM stop ORDER BY id") == [("hush", 0), ("death", 1)]
    for who, name in ((nurse, "王桂兰"), (director, "")):
        with pytest.raises(Invalid):
            await house.database.write(
                lambda db, w=who, n=name: residents.set_status(  # type: ignore[misc]
                    db, w, number, SetStatus(status="在住", name=n), house.clock()
                )
            )
    await house.database.write(
        lambda db: residents.set_status(db, director, number, SetStatus(status="在住", name="王桂兰"), house.clock())
    )
    assert await house.one("SELECT count(*) FROM stop WHERE lifted_at IS NULL") == 0


async def test_l2_what_machines_queue_after_a_hush_is_stopped_too(house: HomeUnderTest) -> None:
    desk = await house.staff()
    asked = await asks(house, desk)
    await house.database.write(
        lambda db: binding.confirm(
            db,
            house.house,
            desk,
            asked,
            ConfirmBinding(scopes=frozenset({"daily"}), way="none", proof="card"),
            house.clock(),
        )
    )
    await house.send_all()
    number = await resident(house)
    await house.database.write(lambda db: residents.hush(db, desk, number, Hush(on=True), house.clock()))
    await house.hears("我妈今天怎么样")
    house.clock.on(hours=2)
    await house.database.store(lambda store: clocks.look_at_promises(store, house.house, house.clock()))
    assert await house.rows("SELECT purpose, state FROM outbox ORDER BY id DESC LIMIT 1") == [("late", "cancelled")]
    assert await house.send_all() == []


async def test_f13_the_clock_of_two_sheets_runs_until_both_are_decided(house: HomeUnderTest) -> None:
    desk = await house.staff()
    first, second = await asks(house, desk), await asks(house, desk)
    await house.database.write(
        lambda db: binding.confirm(
            db,
            house.house,
            desk,
            first,
            ConfirmBinding(scopes=frozenset({"daily"}), way="none", proof="card"),
            house.clock(),
        )
    )
    assert await house.one("SELECT count(*) FROM promise WHERE kind = 'binding' AND kept_at IS NULL") == 1
    await house.database.write(
        lambda db: binding.refuse(db, house.house, desk, second, RefuseBinding(why="同一位"), house.clock())
    )
    assert await house.one("SELECT count(*) FROM promise WHERE kind = 'binding' AND kept_at IS NULL") == 0


async def test_f13_two_sheets_of_one_relative_make_one_tie(house: HomeUnderTest) -> None:
    desk = await house.staff()
    first, second = await asks(house, desk), await asks(house, desk)
    for asked, scopes in ((first, {"daily"}), (second, {"daily", "health"})):
        await house.database.write(
            lambda db, a=asked, s=scopes: binding.confirm(
                db, house.house, desk, a, ConfirmBinding(scopes=s, way="paper", proof="card", alone=True), house.clock()
            )  # type: ignore[misc]
        )
    assert await house.rows("SELECT scopes, is_primary FROM kinship") == [("daily health", 1)]
