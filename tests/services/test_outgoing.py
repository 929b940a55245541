"""What leaves: three queues a person, the quota ledger, every fate with its words."""

from datetime import timedelta

import pytest

from care.errors import Conflict
from conversations import events
from services.outgoing import outbox, purposes, sending, settling
from services.ports import Fate, Outcome
from services.talks import answering, silence
from storage.store import Store
from tests.conftest import HomeUnderTest, put
from tests.services.replies import reply, states


async def test_the_ledger_gives_five_and_then_parks_with_the_reason(home: HomeUnderTest) -> None:
    who = await home.staff()
    await home.hears("你好")
    for n in range(6):
        await reply(home, who, f"第{n}条", f"k{n}")
    sent = await home.send_all()
    assert [words for _, words in sent] == [f"第{n}条" for n in range(5)]
    assert (await states(home))[-1] == ("parked", sending.USED_UP)
    await home.hears("收到")
    assert [words for _, words in await home.send_all()] == ["第5条"]


async def test_the_last_of_five_is_kept_for_staff(home: HomeUnderTest) -> None:
    await home.hears("你好")
    person = await home.person()

    def queue(store: Store) -> None:
        store.lock_persons(person)
        for n in range(5):
            outbox.enqueue(
                store,
                home_id=home.ids.home_id,
                person_id=person,
                purpose=purposes.of("test"),
                dedup_key=f"t:{n}",
                text=str(n),
                now=home.clock(),
            )

    await home.database.store(queue)
    assert len(await home.send_all()) == 4
    assert (await states(home))[-1][0] == "parked"


async def test_a_closed_window_parks_and_the_next_message_frees_the_oldest_first(home: HomeUnderTest) -> None:
    who = await home.staff()
    await home.hears("你好")
    home.clock.on(hours=49)
    await reply(home, who, "一", "a")
    await reply(home, who, "二", "b")
    assert await home.send_all() == []
    assert await states(home) == [("parked", sending.WINDOW_CLOSED)] * 2
    await home.hears("在吗")
    assert [words for _, words in await home.send_all()] == ["一", "二"]


async def test_what_waited_a_week_is_given_up_and_says_so(home: HomeUnderTest) -> None:
    who = await home.staff()
    await home.hears("你好")
    home.clock.on(hours=49)
    await reply(home, who, "一", "a")
    await home.send_all()
    home.clock.on(days=8)
    await home.hears("在吗")
    assert await home.send_all() == []
    assert await states(home) == [("given_up", outbox.EXPIRED)]


@pytest.mark.parametrize(("scene", "session", "gone"), [(0, 0, 0), (1, 0, 1), (0, 1, 1), (2, 1, 3), (3, 2, 4)])
async def test_f11_of_each_pot_leaves_as_much_as_is_in_it(
    home: HomeUnderTest, scene: int, session: int, gone: int
) -> None:
    who = await home.staff()
    await home.hears("你好")
    await home.hears(events.Click("CONTACT"))
    await home.rows("UPDATE follower SET scene_left = ?, session_left = ? RETURNING id", scene, session)
    for n in range(4):
        await reply(home, who, f"第{n}条", f"k{n}")
    assert len(await home.send_all()) == gone
    pots = await home.rows("SELECT scene_left, session_left FROM follower")
    assert pots == [(max(0, scene - gone), session - max(0, gone - scene))]


async def test_who_left_is_never_written_to(home: HomeUnderTest) -> None:
    who = await home.staff()
    await home.hears("你好")
    await home.hears(events.Unfollowed())
    await reply(home, who, "一", "a")
    assert await home.send_all() == []
    assert await states(home) == [("given_up", outbox.UNFOLLOWED)]


async def test_queues_do_not_wait_for_each_other_but_each_keeps_its_order(home: HomeUnderTest) -> None:
    await home.hears("你好")
    person = await home.person()

    def queue(store: Store) -> list[tuple[str, str]]:
        store.lock_persons(person)
        for n, name in enumerate(("notice", "notice", "conversation", "alarm")):
            outbox.enqueue(
                store,
                home_id=home.ids.home_id,
                person_id=person,
                purpose=purposes.of("test"),
                dedup_key=f"t:{n}",
                text=f"{name}{n}",
                now=home.clock(),
                queue=name,
                staff_id=1,
            )
        return [(q, s) for q, s in store.rows("SELECT queue, state FROM outbox ORDER BY id")]

    assert await home.database.store(queue) == [
        ("notice", "ready"),
        ("notice", "waiting"),
        ("conversation", "ready"),
        ("alarm", "ready"),
    ]
    assert [words for _, words in await home.send_all()] == ["alarm3", "conversation2", "notice0", "notice1"]


@pytest.mark.parametrize(
    ("outcome", "state", "left"),
    [
        (Outcome(Fate.GIVEN_UP, "太长", code="45002"), "given_up", 5),
        (Outcome(Fate.PARKED, "窗口", code="45015", window_closed=True), "parked", 0),
        (Outcome(Fate.PARKED, "条数", code="45047", quota_used_up=True), "parked", 0),
        (Outcome(Fate.REVIEW, "审核", code="40252"), "review", 4),
        (Outcome(Fate.GIVEN_UP, "取关", unfollowed=True), "given_up", 0),
        (Outcome(Fate.RETRY, "账号", account_waits=True), "ready", 5),
        (Outcome(Fate.RETRY, "忙"), "ready", 5),
    ],
)
async def test_every_fate_is_settled_and_the_ledger_corrected(
    home: HomeUnderTest, outcome: Outcome, state: str, left: int
) -> None:
    who = await home.staff()
    await home.hears("你好")
    await reply(home, who, "一", "a")
    await home.send_all(lambda _o, _t: outcome)
    assert await states(home) == [(state, outcome.why)]
    assert await home.one("SELECT session_left FROM follower") == left
    if outcome.unfollowed:
        assert await home.one("SELECT following FROM follower") == 0


async def test_a_busy_platform_is_tried_for_two_hours_and_then_given_up(home: HomeUnderTest) -> None:
    who = await home.staff()
    await home.hears("你好")
    await reply(home, who, "一", "a")
    for minutes in (1, 5, 60, 60):
        await home.send_all(lambda _o, _t: Outcome(Fate.RETRY, "微信系统忙，正在重试", code="-1"))
        assert await states(home) == [("ready", "微信系统忙，正在重试")]
        assert await home.one("SELECT session_left FROM follower") == 5
        home.clock.on(minutes=minutes)
    await home.send_all(lambda _o, _t: Outcome(Fate.RETRY, "微信系统忙，正在重试", code="-1"))
    assert await states(home) == [("given_up", settling.NEVER_TAKEN)]


async def test_a_sender_that_died_leaves_unknown_and_nothing_is_sent_again(home: HomeUnderTest) -> None:
    who = await home.staff()
    await home.hears("你好")
    await reply(home, who, "一", "a")
    now = home.clock()
    await home.database.store(lambda store: sending.claim(store, now, now))
    assert await home.database.store(lambda store: settling.abandoned(store, now, now)) == 0
    later = now + timedelta(minutes=1)
    assert await home.database.store(lambda store: settling.abandoned(store, later, later)) == 1
    assert await states(home) == [("unknown", settling.CRASHED)]
    assert await home.send_all() == []


async def test_what_has_not_left_can_be_taken_back(home: HomeUnderTest) -> None:
    who = await home.staff()
    await home.hears("你好")
    row = await reply(home, who, "一", "a")
    assert row is not None
    await home.database.write(lambda db: answering.take_back(db, who, row, home.clock()))
    assert await states(home) == [("cancelled", "没有发出")]
    with pytest.raises(Conflict):
        await home.database.write(lambda db: answering.take_back(db, who, row, home.clock()))
    assert not await home.database.store(lambda store: outbox.cancel(store, 5, home.clock()))


async def test_parked_words_say_so_when_their_week_is_over_or_the_person_left(home: HomeUnderTest) -> None:
    who = await home.staff()
    for openid in ("daughter", "son"):
        await home.hears("你好", openid)
    home.clock.on(hours=49)
    for openid in ("daughter", "son"):
        await reply(home, who, "一", openid, openid)
    await home.send_all()
    await home.hears(events.Unfollowed(), "son")
    home.clock.on(days=8)
    assert await home.database.store(lambda store: outbox.give_up_parked(store, home.clock())) == 1
    assert await states(home) == [("given_up", outbox.EXPIRED), ("given_up", outbox.UNFOLLOWED)]


async def test_a_window_that_was_renewed_while_sending_is_not_closed_by_the_old_answer(home: HomeUnderTest) -> None:
    who = await home.staff()
    await home.hears("你好")
    await reply(home, who, "一", "a")
    claims = await home.database.store(lambda store: sending.claim(store, home.clock(), home.clock()))
    home.clock.on(minutes=1)
    await home.hears("在吗")
    used_up = Outcome(Fate.PARKED, "条数", code="45047", quota_used_up=True)
    await home.database.store(lambda store: settling.settle(store, claims[0], used_up, home.clock()))
    assert await home.one("SELECT session_left FROM follower") == 5
    assert (await states(home))[0][0] == "ready"


async def test_a_refused_message_goes_back_into_the_pot_it_came_from(home: HomeUnderTest) -> None:
    who = await home.staff()
    await home.hears("你好")
    await home.hears(events.Followed())
    await reply(home, who, "一", "a")
    await home.send_all(lambda _o, _t: Outcome(Fate.GIVEN_UP, "太长"))
    assert await home.rows("SELECT session_left, scene_left FROM follower") == [(5, 3)]


async def test_one_unreadable_row_stops_nobody_else(home: HomeUnderTest) -> None:
    who = await home.staff()
    for openid in ("daughter", "son"):
        await home.hears("我要投诉", openid)
        await reply(home, who, "一", openid, openid)
    await home.hears("你们太过分了", "aunt")
    await home.hears("你们太过分了", "uncle")

    def damage(store: Store) -> None:
        put(store, "UPDATE outbox_body SET body = ? WHERE id = (SELECT min(id) FROM outbox)", b"\x00")
        put(
            store,
            "UPDATE conversation SET slots = ? WHERE person_id = (SELECT person_id FROM follower WHERE openid = "
            "'aunt')",
            b"\x00",
        )

    await home.database.store(damage)
    assert [openid for openid, _ in await home.send_all()] == ["son"]
    assert (await states(home))[0] == ("given_up", sending.UNREADABLE)
    home.clock.on(minutes=16)
    assert await home.database.store(lambda store: silence.act_on_silence(store, home.house, home.clock())) == 2
    assert [openid for openid, _ in await home.send_all()] == ["uncle"]
    assert "没能读懂" in await home.hears("还在吗", "aunt")
    assert await home.hears("我要投诉", "cousin")


async def test_c11_what_is_planned_for_a_later_day_holds_nobody_up(home: HomeUnderTest) -> None:
    await home.hears("你好")
    person = await home.person()
    in_three_days = home.clock() + timedelta(days=3)

    def queue(store: Store) -> None:
        store.lock_persons(person)
        for key, at in (("asked-again", in_three_days), ("letter", None)):
            outbox.enqueue(
                store,
                home_id=home.ids.home_id,
                person_id=person,
                purpose=purposes.of("x"),
                dedup_key=key,
                text=key,
                now=home.clock(),
                queue="notice",
                not_before=at,
            )

    await home.database.store(queue)
    assert await home.send_all() == [("daughter", "letter")]
    assert await home.rows("SELECT state FROM outbox WHERE dedup_key = 'asked-again'") == [("planned",)]
    home.clock.now = in_three_days
    await home.hears("在吗")
    assert await home.send_all() == [("daughter", "asked-again")]
    row = int(await home.one("SELECT id FROM outbox WHERE dedup_key = 'letter'"))
    assert not await home.database.store(lambda store: outbox.cancel(store, row, home.clock()))
