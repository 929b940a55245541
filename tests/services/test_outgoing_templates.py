"""Template messages: where the window is shut, once, proved by the platform, never a second way (C11; wechat.md 5a)."""

import json
from datetime import timedelta
from typing import Any

import pytest

from care import templates as rules
from care.errors import Invalid
from care.states import Role
from care.ways import Terms
from conversations import events
from services.outgoing import outbox, proofs, purposes, sending, settling, templates
from services.outgoing.forms import BindTemplate
from services.ports import Fate, Outcome
from storage.queries import outgoing as queries
from tests.conftest import HomeUnderTest
from tests.services.cards import TIMES, after_two_days, bound, bound_and_late, claims, settles
from tests.services.replies import reply, states


async def test_c11_after_the_window_an_answer_goes_by_the_template_that_the_home_has_bound(home: HomeUnderTest) -> None:
    who = await home.staff()
    await bound(home)
    await after_two_days(home, who)
    (claim,) = await claims(home)
    assert claim.template is not None
    assert claim.template.data["thing1"] == "您说的事有同事回复了", "no word of it stands on a locked screen"
    assert rules.cleaned("time", claim.template.data["time2"])
    await settles(home, claim, Outcome(Fate.SENT, "", ref="900"))
    assert await home.rows("SELECT state, way, ref, proof FROM outbox") == [("sent", "template", "900", "handed")]
    assert await home.one("SELECT session_left FROM follower") == 5, "it takes nothing from the window"
    told = events.Notice(proofs.KIND, {"MsgID": "900", "Status": "success"})
    await home.hears(told)
    assert await home.one("SELECT proof FROM outbox") == "delivered"
    openid, number = "daughter", int(await home.one("SELECT id FROM outbox"))
    found = await home.database.read(lambda db: queries.words_for(db, openid, number))
    assert found is not None
    assert found[0] == "管子换好了", "the words stand behind the card"
    assert await home.database.read(lambda db: queries.words_for(db, "somebody", number)) is None


@pytest.mark.parametrize(
    ("status", "why"),
    [("failed:user block", "拒收"), ("failed: system failed", "没能送到"), ("failed:freq limit", "没能送到")],
)
async def test_c11_what_the_platform_could_not_deliver_is_somebody_s_call(
    home: HomeUnderTest, status: str, why: str
) -> None:
    who = await home.staff()
    await bound(home)
    await after_two_days(home, who)
    (claim,) = await claims(home)
    await settles(home, claim, Outcome(Fate.SENT, "", ref="901"))
    await home.hears(events.Notice(proofs.KIND, {"MsgID": "901", "Status": status}))
    ((state, told),) = await states(home)
    assert (state, why in (told or "")) == ("given_up", True)
    assert await home.rows("SELECT kind, settled_at FROM by_hand") == [("phone", None)]


async def test_w5a_the_event_may_come_before_the_answer_and_with_number_zero(home: HomeUnderTest) -> None:
    who = await home.staff()
    await bound(home)
    await after_two_days(home, who)
    (claim,) = await claims(home)
    await home.hears(events.Notice(proofs.KIND, {"MsgID": "0", "Status": "success"}))
    await settles(home, claim, Outcome(Fate.SENT, "", ref="902"))
    assert await home.rows("SELECT state, proof FROM outbox") == [("sent", "delivered")]


async def test_w5a_without_an_answer_it_is_sent_again_under_its_number_and_a_dead_sender_as_well(
    home: HomeUnderTest,
) -> None:
    who = await home.staff()
    await bound(home)
    await after_two_days(home, who)
    (claim,) = await claims(home)
    await settles(home, claim, Outcome(Fate.UNKNOWN, "没应答", code="no-answer"))
    assert (await states(home))[0][0] == "ready"
    home.clock.on(seconds=2)
    (again,) = await claims(home)
    assert (again.id, again.template) == (claim.id, claim.template)
    later = home.clock() + sending.LEASE + timedelta(seconds=1)
    await home.database.store(lambda store: settling.abandoned(store, later, later))
    assert (await states(home))[0][0] == "ready", "its number is known for ten minutes"
    home.clock.on(seconds=60)
    assert [one.id for one in await claims(home)] == [claim.id]
    late = home.clock() + timedelta(minutes=20)
    await home.database.store(lambda store: settling.abandoned(store, late, late))
    assert (await states(home))[0][0] == "unknown", "after that nobody can know"


async def test_w5a_a_template_that_is_refused_is_left_alone_and_the_answer_waits_and_is_called(
    home: HomeUnderTest,
) -> None:
    who = await home.staff()
    await bound(home)
    await after_two_days(home, who)
    (claim,) = await claims(home)
    await settles(home, claim, Outcome(Fate.PARKED, "模板不可用", code="40037"))
    assert await home.one("SELECT broken_code FROM template") == "40037"
    home.clock.on(seconds=1)
    assert await claims(home) == []
    assert (await states(home))[0][0] == "parked"
    assert "微信不收了" in await home.one("SELECT why FROM by_hand")
    await home.hears("在吗")
    (one,) = await claims(home)
    assert one.template is None, "she wrote: the words themselves leave"
    await settles(home, one, Outcome(Fate.SENT, ""))
    assert await home.one("SELECT outcome FROM by_hand") == "arrived"


@pytest.mark.parametrize(
    ("form", "says"),
    [
        (BindTemplate(kind="party"), "没有这一类"),
        (BindTemplate(kind="matter", template="T-gone"), "没有这个模板了"),
        (BindTemplate(kind="matter", template="T-times", lines=frozenset({"thing1=matter"})), "时间"),
        (
            BindTemplate(kind="matter", template="T-times", lines=frozenset({"thing1=matter", "time2=elder"})),
            "只收时间",
        ),
    ],
)
async def test_w5a_a_binding_that_the_platform_would_refuse_is_not_kept(
    home: HomeUnderTest, form: BindTemplate, says: str
) -> None:
    director = await home.staff(Role.DIRECTOR, "沈国平", "shen")
    with pytest.raises(Invalid, match=says):
        await home.database.write(lambda db: templates.bind(db, director, form, [TIMES], home.clock()))
    assert await home.one("SELECT count(*) FROM template") == 0


async def test_w5a_what_a_card_may_say_of_a_message_is_sealed(home: HomeUnderTest) -> None:
    await home.hears("你好")
    person, now = await home.person(), home.clock()

    def queue(store: Any) -> None:
        store.lock_persons(person)
        outbox.enqueue(
            store,
            home_id=home.ids.home_id,
            person_id=person,
            purpose=purposes.of("result"),
            dedup_key="r:1",
            text="办好了",
            now=now,
            fields={"number": "C-7"},
        )

    await home.database.store(queue)
    sealed = bytes(await home.one("SELECT fields FROM outbox_body"))
    assert b"C-7" not in sealed
    number = int(await home.one("SELECT id FROM outbox"))
    opened = home.database.sealer.open("outbox_body", "fields", number, sealed)
    assert json.loads(opened) == {"number": "C-7"}


async def test_w5a_a_card_without_an_answer_is_never_said_a_second_way(home: HomeUnderTest) -> None:
    claim = await bound_and_late(home)
    await settles(home, claim, Outcome(Fate.UNKNOWN, "没应答", code="no-answer"))
    await home.hears("看到了")
    home.clock.on(seconds=2)
    (again,) = await claims(home)
    assert again.template is not None, "the window is open, and still it goes by its number alone"
    await settles(home, again, Outcome(Fate.UNKNOWN, "没应答", code="no-answer"))
    later = home.clock() + timedelta(minutes=12)
    assert await home.database.store(lambda store: sending.claim(store, later, later)) == []
    assert (await states(home))[0] == ("unknown", templates.NOBODY_KNOWS)


async def test_w5a_a_card_that_was_refused_in_words_may_go_another_way(home: HomeUnderTest) -> None:
    claim = await bound_and_late(home)
    await settles(home, claim, Outcome(Fate.PARKED, "模板不可用", code="47003"))
    assert await home.one("SELECT broken_at FROM template") is None, "the template of everybody stays"
    home.clock.on(seconds=1)
    assert await claims(home) == []
    assert "微信不收这一条的内容" in await home.one("SELECT why FROM by_hand")


async def test_w5a_without_a_page_there_is_no_card(home: HomeUnderTest) -> None:
    who = await home.staff()
    await bound(home)
    await after_two_days(home, who)
    now = home.clock()
    assert await home.database.store(lambda store: sending.claim(store, now, now, terms=Terms(page=False))) == []
    assert templates.NO_PAGE in await home.one("SELECT why FROM by_hand")


async def test_c4_an_event_before_the_answer_keeps_the_promise_and_lets_the_next_message_go(
    home: HomeUnderTest,
) -> None:
    who = await home.staff()
    await bound(home)
    await home.hears("我要投诉，三楼水管漏了")
    home.clock.on(hours=49)
    await reply(home, who, "管子换好了", "a")
    await reply(home, who, "明天再看一次", "b")
    (claim,) = await claims(home)
    await home.hears(events.Notice(proofs.KIND, {"MsgID": "0", "Status": "success"}))
    await settles(home, claim, Outcome(Fate.SENT, "", ref="903"))
    assert await home.one("SELECT count(*) FROM audit WHERE action = 'reach'") == 1
    assert [one.text for one in await claims(home)] == ["明天再看一次"]


async def test_c11_a_failure_with_number_zero_finds_its_card_and_keeps_nothing(home: HomeUnderTest) -> None:
    claim = await bound_and_late(home)
    await settles(home, claim, Outcome(Fate.SENT, "", ref="904"))
    assert await home.one("SELECT count(*) FROM audit WHERE action = 'reach'") == 0, "taken is not arrived"
    await home.hears(events.Notice(proofs.KIND, {"MsgID": "0", "Status": "failed:user block"}))
    assert (await states(home))[0][0] == "given_up"
    assert await home.one("SELECT count(*) FROM by_hand WHERE settled_at IS NULL") == 1
    assert await home.one("SELECT count(*) FROM audit WHERE action = 'reach'") == 0


async def test_w5a_of_a_card_of_which_nothing_was_told_the_promise_is_kept_after_ten_minutes(
    home: HomeUnderTest,
) -> None:
    claim = await bound_and_late(home)
    await settles(home, claim, Outcome(Fate.SENT, "", ref="905"))
    assert await home.database.store(lambda store: proofs.assume(store, home.clock())) == 0
    home.clock.on(minutes=11)
    assert await home.database.store(lambda store: proofs.assume(store, home.clock())) == 1
    assert await home.one("SELECT proof FROM outbox") == "unheard"
    assert await home.one("SELECT count(*) FROM audit WHERE action = 'reach'") == 1
