"""What the director reads before the way out is opened again after a restore (P7)."""

from datetime import timedelta

from care.states import Role
from services.letters import letters
from services.letters.forms import WithdrawLetter
from services.residents import residents
from services.residents.forms import Hush
from services.staff import wechat
from services.upkeep import epochs
from storage import tables
from storage.types import new_id
from storage.unit import Unit
from tests.conftest import HomeUnderTest
from tests.services.evenings import house, resident, writes

__all__ = ["house"]


async def test_fault_t_p7_the_director_reads_how_many_letters_and_greetings_wait_for_him(house: HomeUnderTest) -> None:
    director, carer = await house.staff(Role.DIRECTOR, "沈国平", "shen"), await house.staff(Role.CARER, "周敏", "zhou")
    numbers = [await writes(house, carer, room) for room in ("301", "302", "303")]
    await writes(house, carer, "304", sentence="下午摔了一下。")
    hushed, now = await resident(house, "305"), house.clock()
    await house.database.write(lambda db: residents.hush(db, director, hushed, Hush(on=True), now))

    def restored(db: Unit) -> epochs.Closed | None:
        db.add(tables.Epoch(id=new_id(), home_id=house.ids.home_id, backup_at=now - timedelta(hours=2), began_at=now))
        person = db.get_one(tables.Resident, hushed).person_id
        db.lock_persons(person)
        for number, due in enumerate((now - timedelta(hours=1), now, now + timedelta(hours=1))):
            plan = tables.Plan(
                id=new_id(),
                home_id=house.ids.home_id,
                person_id=person,
                resident_id=hushed,
                occasion="birthday",
                period=f"{number}",
                day=now.date(),
                due_at=due,
                state="planned",
            )
            db.add(plan)
        db.flush()
        db.store.audit(house.ids.home_id, now, "machine", "begin_epoch", "epoch:1")
        assert epochs.begin(db, now, ()) == 0
        return epochs.closed(db, house.ids.home_id)

    logged_in = tables.StaffSession(
        id=new_id(),
        staff_id=director.id,
        token_hash=b"d" * 32,
        csrf="c",
        created_at=now,
        expires_at=now + timedelta(hours=8),
    )
    await house.database.write(lambda db: db.add(logged_in))
    await house.database.write(lambda db: wechat.code_for(db, director, carer.id, now))
    closed = await house.database.write(restored)
    assert await house.rows("SELECT ended_how FROM staff_wechat") == [("restored",)], "a code is as dead as a log-in"
    assert await house.one("SELECT count(*) FROM staff_session WHERE ended_at IS NULL") == 0, "who was logged in is out"
    assert closed is not None
    await house.database.write(lambda db: letters.withdraw(db, carer, numbers[0], WithdrawLetter(), now))
    account = await house.database.read(lambda db: epochs.account(db, director, closed))
    assert (account.letters, account.greetings, account.stopped) == (2, 2, 1)
