"""Lists have pages and true totals, and whoever waits longest is never on a page that nobody opens (C-8, C-9)."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from care.states import Role
from conversations import events
from services.access import Viewer
from services.ports import Fate, Outcome
from storage import tables
from storage.queries import (
    complaints_list,
    complaints_urgent,
    emergencies,
    letters_photos,
    talks,
    talks_list,
    today,
    upkeep,
)
from storage.store import Store
from storage.types import new_id
from storage.unit import Unit
from tests.conftest import HomeUnderTest
from tests.services.replies import reply

MANY = 2 * talks_list.PAGE + 5


async def _people(home: HomeUnderTest, many: int, waiting: Callable[[int], bool]) -> list[int]:
    """People who wrote one after the other; who waits was promised an answer, the last of them the soonest."""

    def write(store: Store) -> list[int]:
        found = []
        for n in range(many):
            now, person = home.clock.on(seconds=1), new_id()
            store.lock_persons(person)
            store.insert(tables.Person, id=person, home_id=home.ids.home_id, kind="guest", created_at=now)
            row = new_id()
            store.insert(
                tables.Inbox,
                id=row,
                account_id=home.ids.account_id,
                key=f"k{n}",
                home_id=home.ids.home_id,
                person_id=person,
                kind="text",
                created_at=now,
                arrived_at=now,
                event=store.seal(tables.Inbox, "event", row, events.dump(events.Text(f"第{n}句"))),
                raw=store.seal(tables.Inbox, "raw", row, "x"),
                answer_state="none",
            )
            if waiting(n):
                due = now + timedelta(hours=1) - timedelta(seconds=2 * n)
                store.insert(
                    tables.Promise,
                    home_id=home.ids.home_id,
                    person_id=person,
                    kind="reply",
                    made_at=now,
                    due_at=due,
                    mark="fresh",
                )
            found.append(person)
        return found

    return await home.database.store(write)


async def _walk(home: HomeUnderTest, who: Viewer, *, only: bool = False) -> list[talks_list.Lines]:
    pages: list[talks_list.Lines] = []
    after = ""
    while not pages or after:
        page = await home.database.read(
            lambda db, at=after: talks_list.lines(db, who.sight, only_waiting=only, after=at)  # type: ignore[misc]
        )
        pages.append(page)
        after = page.after
    return pages


async def test_fault_c8_every_talk_is_on_one_page_and_who_waits_longest_on_the_first(home: HomeUnderTest) -> None:
    who = await home.staff()
    people = await _people(home, MANY, lambda n: n % 2 == 0)
    pages = await _walk(home, who)
    shown = [line.who.id for page in pages for line in page.lines]
    waiting = [person for n, person in enumerate(people) if n % 2 == 0]
    assert shown == [*reversed(waiting), *(one for one in reversed(people) if one not in waiting)]
    assert {(page.total, page.waiting) for page in pages} == {(MANY, len(waiting))}
    assert [len(page.lines) for page in pages] == [talks_list.PAGE, talks_list.PAGE, 5]
    only = await _walk(home, who, only=True)
    assert [line.who.id for page in only for line in page.lines] == list(reversed(waiting))
    on_top = await home.database.read(lambda db: talks_list.lines(db, who.sight, on_top=[people[1]]))
    assert [line.who.id for line in on_top.lines][:2] == [people[1], waiting[-1]], "an alarm stands above all"
    last = await home.database.read(
        lambda db: talks_list.lines(db, who.sight, after=pages[1].after, on_top=[people[3]])
    )
    assert last.lines == pages[2].lines, "on a later page everybody stays in their place"
    strange = await home.database.read(lambda db: talks_list.lines(db, who.sight, after="²;DROP"))
    assert strange.lines == pages[0].lines, "what is no page is the first"
    counts = await home.database.read(lambda db: talks_list.counts(db, who.sight, home.clock(), home.clock()))
    assert (counts.waiting, counts.soon, counts.late) == (len(waiting), False, False)


async def test_fault_c8_today_has_a_bound_and_says_how_many_there_are(home: HomeUnderTest) -> None:
    who = await home.staff()
    people = await _people(home, today.PAGE + 3, lambda _: True)
    day = home.clock().date()
    home.clock.on(hours=1)

    def look(after: str = "") -> Callable[[Unit], today.Today]:
        return lambda db: today.look(db, who.sight, day, home.clock(), after)

    first = await home.database.read(look())
    second = await home.database.read(look(first.after))
    assert [item.person_id for item in (*first.items, *second.items)] == list(reversed(people))
    assert (first.total, len(first.items), second.after) == (len(people), today.PAGE, "")
    assert first.late + first.hour == first.total
    assert first.late > 0


async def test_fault_c8_a_long_talk_has_older_pages(home: HomeUnderTest) -> None:
    who = await home.staff()
    for n in range(talks.BUBBLES + 10):
        await home.hears(f"第{n}句，你好")
        home.clock.on(seconds=1)
    person, before = await home.person(), None
    said: list[str] = []
    while True:
        found = await home.database.read(
            lambda db, at=before: talks.thread(db, who.sight, person, at)  # type: ignore[misc]
        )
        said = [bubble.event["body"] for bubble in found.bubbles if bubble.event] + said
        before = found.older
        if not before:
            break
    assert said == [f"第{n}句，你好" for n in range(talks.BUBBLES + 10)]


@pytest.fixture
async def complaints(home: HomeUnderTest) -> list[int]:
    for n in range(complaints_list.LANE + 4):
        await home.hears(f"饭菜太凉了，我要投诉，第{n}件", f"kin{n}")
        home.clock.on(minutes=1)
    return [row[0] for row in await home.rows("SELECT id FROM complaint ORDER BY id")]


async def test_fault_c8_the_board_of_complaints_counts_all_and_leads_to_all(
    home: HomeUnderTest, complaints: list[int]
) -> None:
    who, now = await home.staff(), home.clock()
    board = await home.database.read(lambda db: complaints_list.board(db, who.sight, "", now))
    totals = await home.database.read(lambda db: complaints_list.totals(db, who.sight, "", now))
    assert [row.complaint.id for row in board[0].rows] == complaints[: complaints_list.LANE], "the oldest clock first"
    assert board[0].after
    assert [part.rows for part in board[1:]] == [[]] * 4
    assert (totals.filters, totals.lanes) == (
        {"": 16, "late": 0, "serious": 0, "cautious": 0, "hidden": 0},
        [16, 0, 0, 0, 0],
    )
    assert sum(totals.ages) == 16
    rest = await home.database.read(lambda db: complaints_list.lane(db, who.sight, 0, "", now, board[0].after))
    assert [row.complaint.id for row in rest.rows] == complaints[complaints_list.LANE :]
    first = await home.database.read(lambda db: complaints_list.first(db, who.sight))
    assert first is not None
    assert first.complaint.id == complaints[0]


async def test_fault_c8_the_board_says_how_old_the_open_complaints_are_and_which_are_late(
    home: HomeUnderTest, complaints: list[int]
) -> None:
    who, now = await home.staff(), home.clock()
    ages = [timedelta(hours=4) - timedelta(seconds=1), timedelta(hours=4), timedelta(days=1), timedelta(days=3)]

    def grow_old(db: Unit) -> None:
        db.store.hint("cases", "promises")
        db.store.audit(who.home_id, now, "machine", "close", "home:1")
        for number, row in enumerate(complaints):
            db.lock_whose(select(tables.Complaint.person_id).where(tables.Complaint.id == row))
            found = db.get_one(tables.Complaint, row, populate_existing=True)
            if number >= len(ages):
                found.closed_at = now
            else:
                found.said_at = now - ages[number]
        db.lock_whose(select(tables.Promise.person_id))
        for promise in db.fresh(select(tables.Promise)):
            promise.due_at = now + timedelta(seconds=promise.case_id not in complaints[:2])

    await home.database.write(grow_old)
    totals = await home.database.read(lambda db: complaints_list.totals(db, who.sight, "late", now))
    assert totals.ages == [1, 1, 1, 1]
    assert (totals.filters[""], totals.filters["late"]) == (4, 2)
    assert totals.lanes == [2, 0, 0, 0, 0]
    counts = await home.database.read(lambda db: talks_list.counts(db, who.sight, now, now))
    assert (counts.cases, counts.late, counts.complaints_soon, counts.complaints_late) == (4, True, True, True)
    before = now - timedelta(seconds=1)
    counts = await home.database.read(lambda db: talks_list.counts(db, who.sight, before, now))
    assert (counts.soon, counts.late, counts.complaints_soon, counts.complaints_late) == (True, False, True, False)
    counts = await home.database.read(lambda db: talks_list.counts(db, who.sight, before, before))
    assert (counts.soon, counts.complaints_soon) == (False, False)
    late = await home.database.read(lambda db: complaints_list.lane(db, who.sight, 0, "late", now))
    assert {row.complaint.id for row in late.rows} == set(complaints[:2])


async def test_fault_c8_in_a_new_house_every_count_is_nothing(home: HomeUnderTest) -> None:
    who, now = await home.staff(Role.DIRECTOR, "沈国平", "shen"), home.clock()

    def look(db: Unit) -> None:
        counts = talks_list.counts(db, who.sight, now, now)
        assert counts == talks_list.Counts(0, False, False, 0, False, False)
        assert talks_list.lines(db, who.sight) == talks_list.Lines([], 0, 0, "")
        found = today.look(db, who.sight, now.date(), now)
        assert found == today.Today([], 0, 0, 0, "", [], 0, [])
        assert complaints_list.closed(db, who.sight, complaints_list.Wanted()) == ([], 0, 0)
        assert complaints_list.first(db, who.sight) is None
        assert complaints_list.totals(db, who.sight, "", now).lanes == [0] * 5
        assert emergencies.past(db, who.sight) == ([], 0, 0)
        assert complaints_urgent.urgent(db, who.sight) == []
        assert letters_photos.photo_count(db, 1) == 0

    await home.database.read(look)


async def test_fault_c9_closed_complaints_are_found_by_month_number_room_and_result(
    home: HomeUnderTest, complaints: list[int]
) -> None:
    who = await home.staff()
    await home.rows("UPDATE complaint SET closed_at = said_at")
    await home.rows("UPDATE complaint SET rounds = 1 WHERE id = ?", complaints[3])

    async def found(**wanted: object) -> tuple[list[int], int]:
        asked = complaints_list.Wanted(**wanted)  # type: ignore[arg-type]
        rows, total, _ = await home.database.read(lambda db: complaints_list.closed(db, who.sight, asked))
        return [row.complaint.id for row in rows], total

    assert await found() == (complaints[::-1], 16)
    day = home.clock().date()
    assert (await found(month=day.replace(day=1)))[1] == 16
    assert (await found(month=(day.replace(day=1) - timedelta(days=1)).replace(day=1)))[1] == 0
    assert await found(number="-04") == ([complaints[3]], 1)
    assert await found(result="again") == ([complaints[3]], 1)
    assert (await found(result="first"))[1] == 15
    assert (await found(room="306"))[1] == 0
    for nobody in (Role.CARER, Role.NURSE):
        other = await home.staff(nobody, "别人", nobody.value)
        rows, total, _ = await home.database.read(
            lambda db, one=other: complaints_list.closed(db, one.sight, complaints_list.Wanted())  # type: ignore[misc]
        )
        assert (rows, total) == ([], 0)


async def test_fault_c9_a_month_begins_on_its_first_day_and_ends_with_its_last(
    home: HomeUnderTest, complaints: list[int]
) -> None:
    who = await home.staff()
    days = [date(2027, 1, 31), date(2027, 2, 1), date(2027, 2, 28), date(2027, 3, 1), date(2027, 12, 31)]

    def close(db: Unit) -> None:
        db.store.hint("cases")
        db.store.audit(who.home_id, home.clock(), "machine", "close", "home:1")
        for row, day in zip(complaints, days, strict=False):
            db.lock_whose(select(tables.Complaint.person_id).where(tables.Complaint.id == row))
            found = db.get_one(tables.Complaint, row, populate_existing=True)
            found.closed_at, found.day = found.said_at, day

    await home.database.write(close)
    for month, there in ((1, 1), (2, 2), (3, 1), (4, 0), (11, 0), (12, 1)):
        asked = complaints_list.Wanted(month=date(2027, month, 15))
        rows, total, more = await home.database.read(
            lambda db, asked=asked: complaints_list.closed(db, who.sight, asked)  # type: ignore[misc]
        )
        assert (len(rows), total, more) == (there, there, 0)


async def test_fault_c8_today_names_to_whom_something_did_not_arrive_and_why_for_two_days(home: HomeUnderTest) -> None:
    who = await home.staff()
    await home.hears("你好", "son")
    for openid in ("daughter", "son"):
        await home.hears("能帮忙代收包裹吗", openid)
        await reply(home, who, "可以代收。", f"k-{openid}", openid)
    reached = home.clock()
    await home.send_all(
        lambda openid, _: (
            Outcome(Fate.SENT, "") if openid == "son" else Outcome(Fate.GIVEN_UP, "对方取消了关注，只能打电话")
        )
    )

    async def lost(later: timedelta) -> tuple[list[tuple[int, str, str]], int]:
        found = await home.database.read(lambda db: today.look(db, who.sight, reached.date(), reached + later))
        return found.lost, found.lost_total

    told = [(await home.person("daughter"), "未绑定用户", "对方取消了关注，只能打电话")]
    assert await lost(timedelta()) == (told, 1)
    assert await lost(today.LOST_SINCE - timedelta(seconds=1)) == (told, 1)
    assert await lost(today.LOST_SINCE + timedelta(minutes=5)) == ([], 0)


@pytest.mark.parametrize("many", [emergencies.PAGE + 2, emergencies.PAGE])
async def test_fault_c9_past_alarms_have_pages(home: HomeUnderTest, many: int) -> None:
    who = await home.staff(Role.NURSE, "唐雨", "tang")
    people = await _people(home, many, lambda _: False)
    heard = dict(await home.rows("SELECT person_id, id FROM inbox"))

    def ring(store: Store) -> None:
        for person in people:
            store.lock_persons(person)
            at = home.clock.on(seconds=1)
            store.insert(
                tables.Alarm,
                home_id=home.ids.home_id,
                person_id=person,
                inbox_id=heard[person],
                latest_id=heard[person],
                count=1,
                level=0,
                kind="呼救",
                audience="floor",
                brief=False,
                raised_at=at,
                latest_at=at,
                arrived_at=at,
                ended_how="arrived",
            )

    await home.database.store(ring)
    rows, total, more = await home.database.read(lambda db: emergencies.past(db, who.sight))
    if many == emergencies.PAGE:
        assert ([one.row.person_id for one in rows], more) == (people[::-1], 0), "a page that is just full has no next"
        return
    rest, again, end = await home.database.read(lambda db: emergencies.past(db, who.sight, more))
    assert [one.row.person_id for one in (*rows, *rest)] == people[::-1]
    assert (total, again, end) == (len(people), len(people), 0)


@pytest.mark.parametrize("more", [0, 1])
async def test_fault_c8_a_list_that_ends_with_its_page_leads_nowhere(
    home: HomeUnderTest, monkeypatch: pytest.MonkeyPatch, more: int
) -> None:
    """Whoever follows 更多 to an empty page looks for what is lost."""
    who, page = await home.staff(Role.DIRECTOR, "沈国平", "shen"), 5
    for module in (talks_list, today, complaints_list, upkeep):
        monkeypatch.setattr(module, "PAGE", page)
    monkeypatch.setattr(complaints_list, "LANE", page)
    monkeypatch.setattr(talks, "BUBBLES", page)
    await _people(home, page + more, lambda _: True)
    now = home.clock()

    def talk(db: Unit) -> None:
        assert bool(talks_list.lines(db, who.sight).after) is bool(more)
        assert bool(today.look(db, who.sight, now.date(), now).after) is bool(more)

    await home.database.read(talk)
    await home.rows("UPDATE promise SET kept_at = due_at")
    for n in range(page + more):
        await home.hears(f"饭菜太凉了，我要投诉，第{n}件", f"kin{n}")
    for n in range(page + more - 1):
        home.clock.on(seconds=1)
        await home.hears(events.Image(f"m{n}"), "kin0")

    def cases(db: Unit) -> None:
        board = complaints_list.board(db, who.sight, "", now)
        assert [len(part.rows) for part in board] == [page, 0, 0, 0, 0]
        assert bool(board[0].after) is bool(more)
        lane = complaints_list.lane(db, who.sight, 0, "", now)
        assert (len(lane.rows), bool(lane.after)) == (page, bool(more))
        rest = complaints_list.lane(db, who.sight, 0, "", now, board[0].after) if more else lane
        assert (len(rest.rows), rest.after) == (1 if more else page, "")

    await home.database.read(cases)
    person = await home.person("kin0")
    thread = await home.database.read(lambda db: talks.thread(db, who.sight, person))
    assert len([bubble for bubble in thread.bubbles if bubble.side == "in"]) == page
    assert bool(thread.older) is bool(more)
    await home.rows("UPDATE complaint SET closed_at = said_at")
    rows, total, after = await home.database.read(
        lambda db: complaints_list.closed(db, who.sight, complaints_list.Wanted())
    )
    assert (len(rows), total, bool(after)) == (page, page + more, bool(more))
    audit = await home.database.read(lambda db: upkeep.rows(db, home.ids.home_id, "all"))
    assert len(audit) == page + 1, "one more tells that there are others"
    assert [row.id for row in audit] == sorted((row.id for row in audit), reverse=True)
    everything = [row[0] for row in await home.rows("SELECT id FROM audit ORDER BY id DESC")]
    older = await home.database.read(lambda db: upkeep.rows(db, home.ids.home_id, "all", everything[-2]))
    assert [row.id for row in older] == everything[-1:]
