"""Two homes in one database: who works in the other one neither gets in nor hears what rings here (S11)."""

from datetime import timedelta

from care.states import Role
from services.access import Viewer
from services.emergencies.board import Board
from services.staff import sessions, staff
from services.upkeep import pulse
from storage import tables
from storage.store import Store
from storage.types import new_id
from storage.unit import Unit
from tests.conftest import HomeUnderTest
from understanding.cascade import triage


async def other_home(home: HomeUnderTest) -> Viewer:
    """Another home, of which a colleague has the same name and the same log-in."""

    def work(db: Unit) -> int:
        row = tables.Home(id=new_id(), key="other", name="别家", timezone="Asia/Shanghai", created_at=home.clock())
        db.add(row)
        db.flush()
        added = staff.add(db, row.id, "chen", "陈晓雯", Role.DESK, "another-one", home.clock())
        return added.home_id if added.id else 0

    number = await home.database.write(work)
    return Viewer(
        int(await home.one("SELECT id FROM staff WHERE home_id = ?", number)), number, "陈晓雯", Role.DIRECTOR
    )


async def _password(home: HomeUnderTest, who: Viewer) -> str:
    return str(await home.one("SELECT password FROM staff WHERE id = ?", who.id))


async def test_fault_s11_a_log_in_is_one_of_this_home_and_a_session_of_another_is_none(home: HomeUnderTest) -> None:
    ours = await home.staff()
    theirs = await other_home(home)
    assert theirs.home_id > home.ids.home_id
    found = await home.database.read(lambda db: staff.find(db, "chen"))
    assert found is not None, "a namesake elsewhere locks nobody out"
    assert found[0] == ours.id
    who = staff.Knock("chen", "203.0.113.7", "", theirs.id, await _password(home, theirs))
    theirs_in = await home.database.write(lambda db: sessions.log_in(db, who, home.clock(), 12))
    assert await home.database.read(lambda db: sessions.session(db, theirs_in.session, home.clock())) is None
    mine = staff.Knock("chen", "203.0.113.7", "", ours.id, await _password(home, ours))
    ours_in = await home.database.write(lambda db: sessions.log_in(db, mine, home.clock(), 12))
    session = await home.database.read(lambda db: sessions.session(db, ours_in.session, home.clock()))
    assert session is not None
    assert session.viewer.home_id == home.ids.home_id


async def test_fault_s11_the_board_of_a_home_rings_for_its_own(home: HomeUnderTest) -> None:
    ours, theirs = await home.staff(Role.DIRECTOR, "沈国平", "shen"), await other_home(home)
    board = Board()
    board.home_id = home.ids.home_id
    board.ring("elder", "m:1", triage("我摔倒了"), "我摔倒了", home.clock())
    assert len(board.seen_by(ours)) == 1
    assert board.seen_by(theirs) == []


async def test_fault_s11_the_figures_of_a_home_are_its_own(home: HomeUnderTest) -> None:
    theirs = await other_home(home)
    now = home.clock() + timedelta(minutes=1)

    def seven(store: Store) -> None:
        for _ in range(7):
            store.audit(theirs.home_id, home.clock(), "machine", "breach", "promise:1")

    await home.database.store(seven)
    here = await home.database.read(lambda db: pulse.figures(db, home.ids.home_id, now).unlinked)
    there = await home.database.read(lambda db: pulse.figures(db, theirs.home_id, now).unlinked)
    assert there == 7 + 1, "its own seven, and the row of its colleague"
    assert here == await home.one("SELECT count(*) FROM audit WHERE home_id = ?", home.ids.home_id)
