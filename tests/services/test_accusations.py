"""Whom words accuse does not see them, from the first word until somebody above decides; nor does the floor (S1, A4,
F5, F27).
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from care.errors import Decided, Invalid, NotFound
from care.states import Role
from conversations.answers import Knowledge, starter
from conversations.events import Text
from services.access import Viewer, access_person
from services.accusations import accusations
from services.accusations.forms import DecideAccused
from services.complaints import complaints
from services.complaints.access import access_complaint
from services.complaints.forms import Assess, Inquire, Learn
from services.knowledge import missed
from services.residents import residents
from services.residents.forms import Hush
from services.search import search
from services.talks import answering
from storage import tables
from storage.queries import talks, talks_list, today
from storage.types import new_id
from storage.unit import Unit
from tests.conftest import HomeUnderTest
from tests.services.replies import every_open
from understanding.cascade import triage


@dataclass
class Floor:
    """A home with a floor of colleagues and an elder on it whose niece writes."""

    home: HomeUnderTest
    staff: dict[str, Viewer]

    async def sees(self, who: str, person: int) -> set[str]:
        """Where somebody finds anything of a talk."""
        viewer = self.staff[who]

        def look(db: Unit) -> set[str]:
            found: set[str] = set()
            found |= (
                {"list"}
                if any(line.who.id == person and line.event for line in talks_list.lines(db, viewer.sight).lines)
                else set()
            )
            try:
                access_person(db, viewer, person)
                thread = talks.thread(db, viewer.sight, person)
                found |= {"talk"}
                found |= (
                    {"words"}
                    if any("掐" in str(bubble.event) or "骂" in str(bubble.event) for bubble in thread.bubbles)
                    else set()
                )
            except NotFound:
                pass
            found |= (
                {"today"}
                if any(
                    item.person_id == person
                    for item in today.look(db, viewer.sight, self.home.clock().date(), self.home.clock()).items
                )
                else set()
            )
            if viewer.role in (Role.DESK, Role.SUPERVISOR, Role.DIRECTOR):
                found |= (
                    {"case"}
                    if any(row.complaint.person_id == person for row in every_open(db, viewer.sight))
                    else set()
                )
                asked = missed.missed(db, viewer, Knowledge(starter()), self.home.clock())
                found |= {"asked"} if any("掐" in one.text or "骂" in one.text for one in asked) else set()
            return found

        return await self.home.database.read(look)


@pytest.fixture
async def floor(home: HomeUnderTest) -> Floor:
    people = {
        "zhou": (Role.CARER, "周敏", "3"),
        "lin": (Role.CARER, "林可", "2"),
        "tang": (Role.NURSE, "唐雨", ""),
        "chen": (Role.DESK, "陈晓雯", ""),
        "xu": (Role.DESK, "许芳", ""),
        "he": (Role.SUPERVISOR, "何志远", ""),
        "shen": (Role.DIRECTOR, "沈国平", ""),
    }
    staff = {login: await home.staff(role, name, login, floors) for login, (role, name, floors) in people.items()}
    await home.hears("你好", "niece")
    await home.hears("你好", "grandma")
    niece, elder = await home.person("niece"), await home.person("grandma")

    def bind(db: Unit) -> None:
        db.lock_persons(niece, elder)
        for number, kind in ((niece, "family"), (elder, "elder")):
            db.get_one(tables.Person, number).kind = kind
        row = tables.Resident(
            id=new_id(),
            home_id=home.ids.home_id,
            person_id=elder,
            room="306",
            bed="1",
            floor="3",
            status="在住",
            created_at=home.clock(),
        )
        db.add(row)
        db.add(
            tables.Kinship(
                id=new_id(),
                home_id=home.ids.home_id,
                person_id=niece,
                resident_id=row.id,
                is_primary=True,
                scopes="daily",
                created_at=home.clock(),
            )
        )

    await home.database.write(bind)
    return Floor(home, staff)


NOTHING: set[str] = set()


async def test_fault_s1_a_named_colleague_finds_nothing_from_the_first_word(floor: Floor) -> None:
    """The complaint names the one who would answer it: list, talk, words, 今日, case and what was asked are not there for
    her.
    """
    home = floor.home
    await home.hears("我要投诉 你们客服陈晓雯骂我", "niece")
    person, complaint = await home.person("niece"), int(await home.one("SELECT id FROM complaint"))
    assert await floor.sees("chen", person) == NOTHING
    assert await floor.sees("xu", person) == {"list", "talk", "words", "today", "case"}, "another desk answers"
    assert await floor.sees("he", person) >= {"talk", "words", "case"}
    assert "words" not in await floor.sees("tang", person), "the floor reads none of it"
    assert "words" not in await floor.sees("zhou", person)
    assert await home.rows("SELECT staff_id, state, named_by FROM accused") == [
        (floor.staff["chen"].id, "suspected", None)
    ]
    chen = floor.staff["chen"]
    for work in (
        lambda db: access_complaint(db, chen, complaint),
        lambda db: answering.answer(db, chen, person, "没有的事", "k", home.clock()),
        lambda db: answering.log_call(db, chen, person, "打过了", home.clock()),
        lambda db: answering.note_complaint(db, chen, complaint, "不属实", home.clock()),
        lambda db: complaints.inquire(db, chen, complaint, Inquire(finding="没有骂人"), home.clock()),
        lambda db: complaints.learn(db, chen, complaint, Learn(lesson="无"), home.clock()),
    ):
        with pytest.raises(NotFound):
            await home.database.write(work)


@pytest.mark.parametrize("words", ["护工周敏昨晚打我还掐我", "小周昨天掐我胳膊", "周敏打我，掐我", "敏姐掐我"])
async def test_fault_a4_words_that_accuse_are_for_the_lead_alone(floor: Floor, words: str) -> None:
    await floor.home.hears(words, "grandma")
    person = await floor.home.person("grandma")
    assert await floor.sees("zhou", person) == NOTHING, "she finds no trace"
    for login in ("tang", "lin", "chen"):
        assert "words" not in await floor.sees(login, person), login
    for login in ("he", "shen"):
        assert "words" in await floor.sees(login, person), login


async def test_fault_a4_the_floor_still_sees_the_talk_and_answers_a_plain_wish(floor: Floor) -> None:
    await floor.home.hears("小周昨天掐我胳膊", "grandma")
    await floor.home.hears("我想喝水", "grandma")
    person = await floor.home.person("grandma")
    assert {"list", "talk"} <= await floor.sees("tang", person)
    assert "words" not in await floor.sees("tang", person)


async def test_fault_s1_a_role_is_hidden_on_its_floor_and_not_on_another(floor: Floor) -> None:
    await floor.home.hears("你们护工骂我妈", "niece")
    person = await floor.home.person("niece")
    assert await floor.home.rows("SELECT staff_id, role, floor FROM accused") == [(None, "carer", "3")], (
        "the floor of her elder"
    )
    assert await floor.sees("zhou", person) == NOTHING
    assert "words" not in await floor.sees("lin", person)
    assert "words" in await floor.sees("he", person)


async def test_fault_s1_a_supervisor_of_another_floor_handles_what_is_said_of_the_one_of_this_floor(
    floor: Floor,
) -> None:
    home = floor.home
    await home.hears("三楼护士长说话太冲，我要投诉", "niece")
    assert await home.rows("SELECT staff_id, role, floor FROM accused") == [(None, "supervisor", "3")]
    for login, floors, handles in (("ma", "2", True), ("qian", "3", False), ("sun", "2 3", False), ("wu", "", False)):
        who = await home.staff(Role.SUPERVISOR, f"{login}主管", login, floors)
        found = await home.database.read(lambda db, sight=who.sight: every_open(db, sight))  # type: ignore[misc]
        assert bool(found) is handles, login


async def test_fault_s1_only_somebody_above_lifts_it_with_a_reason_and_then_it_comes_back(floor: Floor) -> None:
    home = floor.home
    await home.hears("老周骂我妈", "niece")
    person = await home.person("niece")
    named = await home.database.read(lambda db: accusations.of_talk(db, floor.staff["he"], person))
    assert [(one.who, one.state, one.by) for one in named] == [("周敏", "suspected", "")]
    number = named[0].id

    async def decide(who: str, verdict: str, why: str = "") -> None:
        await home.database.write(
            lambda db: accusations.decide(
                db, floor.staff[who], number, DecideAccused(verdict=verdict, why=why), home.clock()
            )
        )

    for login in ("zhou", "tang", "chen"):
        with pytest.raises(NotFound):
            await decide(login, "lift", "不是我")
    with pytest.raises(Invalid, match="写一句"):
        await decide("he", "lift")
    await decide("he", "lift", "说的是同屋的老周")
    with pytest.raises(Decided, match="何志远刚刚已经"):
        await decide("shen", "confirm")
    assert {"list", "talk"} <= await floor.sees("zhou", person)
    assert await home.one("SELECT count(*) FROM accused") == 1, "what was lifted stays readable"
    assert await home.one("SELECT count(*) FROM audit WHERE action = 'accused_lift'") == 1


async def test_fault_s1_who_is_named_later_hands_the_case_over(floor: Floor) -> None:
    home, staff = floor.home, floor.staff
    await home.hears("我要投诉，饭菜太凉", "niece")
    complaint = int(await home.one("SELECT id FROM complaint"))
    await home.database.write(
        lambda db: answering.answer(
            db,
            staff["chen"],
            complaint and db.get_one(tables.Complaint, complaint).person_id,
            "我来查",
            "k1",
            home.clock(),
        )
    )
    await home.send_all()
    await home.database.write(
        lambda db: complaints.assess(
            db,
            home.house,
            staff["chen"],
            complaint,
            Assess(
                category="餐饮",
                level=3,
                why="",
                scope="ours",
                passed_to="",
                owner=staff["chen"].id,
                accused=frozenset(),
            ),
            home.clock(),
        )
    )
    await home.hears("陈晓雯态度太差，还骂我", "niece")
    assert await home.one("SELECT owner_id FROM complaint") is None
    with pytest.raises(NotFound):
        await home.database.write(
            lambda db: complaints.inquire(db, staff["chen"], complaint, Inquire(finding="没有"), home.clock())
        )
    await home.database.write(
        lambda db: complaints.inquire(db, staff["he"], complaint, Inquire(finding="查过记录"), home.clock())
    )


async def test_fault_s1_a_supervisor_and_a_director_are_colleagues_too(floor: Floor) -> None:
    home = floor.home
    await home.hears("何志远掐我", "grandma")
    person = await home.person("grandma")
    assert await floor.sees("he", person) == NOTHING
    assert "words" in await floor.sees("shen", person)
    await home.hears("我要投诉，院长收红包，骂我", "niece")
    kin = await home.person("niece")
    assert await floor.sees("shen", kin) == NOTHING
    assert {"words", "case"} <= await floor.sees("he", kin)


async def test_fault_s1_when_everybody_above_is_meant_somebody_still_reads_it(home: HomeUnderTest) -> None:
    """A small house: the director alone above, and she is the one."""
    director, desk_, nurse = (
        await home.staff(Role.DIRECTOR, "沈国平", "shen"),
        await home.staff(),
        await home.staff(Role.NURSE, "唐雨", "tang"),
    )
    await home.hears("沈国平打我", "grandma")
    person = await home.person("grandma")
    small = Floor(home, {"shen": director, "chen": desk_, "tang": nurse})
    assert await small.sees("shen", person) == NOTHING
    assert {"list", "talk"} <= await small.sees("chen", person)
    assert await home.rows("SELECT reach FROM accused") == [("desk",)]


async def test_fault_s1_search_follows_the_words(floor: Floor) -> None:
    home = floor.home
    await home.hears("小周昨天掐我胳膊", "grandma")
    later = datetime.now(UTC) + timedelta(minutes=5)
    while portion := await home.database.read(lambda db: search.next_portion(db, later)):
        await home.database.store(lambda store, portion=portion: search.put(store, portion))  # type: ignore[misc]
    for login, found in (("zhou", 0), ("tang", 0), ("lin", 0), ("chen", 0), ("he", 1), ("shen", 1)):
        hits = await home.database.read(
            lambda db, who=floor.staff[login]: search.look(db, who, "掐我胳膊")  # type: ignore[misc]
        )
        assert len(hits.messages) == found, login


async def test_a_status_is_still_set_by_who_is_named(floor: Floor) -> None:
    """The elder is still cared for: only words are hidden, not her room."""
    await floor.home.hears("小周昨天掐我胳膊", "grandma")
    resident = int(await floor.home.one("SELECT id FROM resident"))
    await floor.home.database.write(
        lambda db: residents.hush(db, floor.staff["tang"], resident, Hush(on=True), floor.home.clock())
    )


async def test_f5_each_message_that_accuses_is_kept_from_the_floor_however_often_the_same_is_said(floor: Floor) -> None:
    home = floor.home
    for words in ("三楼护工又骂我妈", "三楼护工又骂我妈", "那个三楼护工掐我妈"):
        await home.hears(words, "niece")
    person = await home.person("niece")
    thread = await home.database.read(lambda db: talks.thread(db, floor.staff["tang"].sight, person))
    assert not [bubble for bubble in thread.bubbles if "护工" in str(bubble.event)]
    assert "words" in await floor.sees("he", person)
    assert await home.one("SELECT count(DISTINCT inbox_id) FROM accused") == 3


async def test_c6_what_was_said_before_belongs_to_the_case_though_its_first_words_accuse_nobody(floor: Floor) -> None:
    home = floor.home
    await home.hears("你们的护工周敏骂我妈", "niece")
    assert await home.rows("SELECT case_id FROM accused") == [(None,)]
    await home.hears("我要投诉", "niece")
    await home.hears("饭菜太凉了", "niece")
    complaint = int(await home.one("SELECT id FROM complaint"))
    assert await home.rows("SELECT case_id, staff_id FROM accused") == [(complaint, floor.staff["zhou"].id)]
    named = await home.database.read(
        lambda db: accusations.of_complaint(db, one) if (one := db.get(tables.Complaint, complaint)) else []
    )
    assert [one.who for one in named] == ["周敏"]


async def test_fault_t_s1_a_role_that_is_accused_without_a_floor_means_all_floors_and_with_one_only_its_own(
    floor: Floor,
) -> None:
    """Both cry for help, so that every floor would see their talks."""
    home = floor.home
    for openid, words in (("stranger", "你们护工骂我"), ("grandma", "三楼护工骂我")):
        await home.hears(words, openid)
        rung = replace(home.envelope(Text("我摔倒了，快来人"), openid), heard=triage("我摔倒了，快来人"))
        await home.database.receive(rung)
    stranger, elder = await home.person("stranger"), await home.person("grandma")
    assert await home.rows("SELECT role, floor FROM accused ORDER BY id") == [("carer", ""), ("carer", "3")]
    for login in ("zhou", "lin"):
        assert await floor.sees(login, stranger) == NOTHING, f"{login} may be the one"
    assert await floor.sees("zhou", elder) == NOTHING
    assert "talk" in await floor.sees("lin", elder), "who is of another floor goes and helps"
    await home.hears("二楼护士骂我", "grandma")
    assert await floor.sees("tang", elder) == NOTHING, "a nurse of the whole house is one of the second floor as well"
    assert "talk" in await floor.sees("tang", stranger)


async def test_fault_t_s1_a_grievance_without_a_hard_word_accuses_within_a_complaint_alone(floor: Floor) -> None:
    home = floor.home
    said = "三楼护工送的饭菜是凉的"
    await home.hears(said, "niece")
    assert await home.rows("SELECT id FROM accused") == [], "a plain wish stays with who can help"
    await home.hears("我要投诉，饭菜太凉", "niece")
    await home.hears(said, "niece")
    assert await home.rows("SELECT role, floor FROM accused") == [("carer", "3")]
