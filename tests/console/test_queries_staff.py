"""What is in a colleague's hands, with the promised times that run on it (F30)."""

from datetime import timedelta
from typing import Final

from care.states import Role
from services.tasks import tasks
from services.tasks.forms import AddTask
from storage import tables
from storage.queries import staff as queries
from storage.types import new_id
from storage.unit import Unit
from tests.conftest import HomeUnderTest

HOUR: Final = timedelta(hours=1)


async def test_f30_a_case_whose_promises_are_kept_waits_for_nothing(home: HomeUnderTest) -> None:
    await home.hears("我要投诉，饭菜总是凉的")
    desk = await home.staff()
    await home.rows("UPDATE complaint SET owner_id = ? RETURNING id", desk.id)

    async def waits() -> list[tuple[str, int]]:
        found = await home.database.read(lambda db: queries.hers(db, desk.sight, desk.id))
        return [(one.kind, one.waits) for one in found if one.kind == "case"]

    running = await home.one("SELECT count(*) FROM promise WHERE kept_at IS NULL")
    assert running
    assert await waits() == [("case", running)]
    await home.rows("UPDATE promise SET kept_at = due_at RETURNING id")
    assert await waits() == [("case", 0)]


async def test_s2_the_places_at_which_a_colleague_is_logged_in_are_hers_and_open(home: HomeUnderTest) -> None:
    chen, tang, now = await home.staff(), await home.staff(Role.NURSE, "唐雨", "tang"), home.clock()

    def enter(db: Unit) -> None:
        for who, expires, ended in (
            (chen, now + HOUR, None),
            (chen, now + HOUR, None),
            (chen, now, None),
            (chen, now + HOUR, now),
            (tang, now + HOUR, None),
        ):
            row = tables.StaffSession(id=new_id(), staff_id=who.id, token_hash=str(new_id()).encode(), csrf="c")
            row.created_at, row.expires_at, row.ended_at = now - HOUR, expires, ended
            db.add(row)

    await home.database.write(enter)
    for who, places in ((chen, 2), (tang, 1)):
        found = await home.database.read(
            lambda db, one=who: queries.open_log_ins(db, one.id, now)  # type: ignore[misc]
        )
        assert found == places
    last = await home.database.read(lambda db: queries.last_in(db, home.ids.home_id))
    assert last == {chen.id: now - HOUR, tang.id: now - HOUR}


async def test_f30_what_is_left_behind_is_counted_of_who_has_left_alone(home: HomeUnderTest) -> None:
    lead, gone = await home.staff(Role.SUPERVISOR, "何志远", "he"), await home.staff()
    now = home.clock()
    for who in (lead, gone):
        await home.database.write(
            lambda db, one=who: tasks.add(  # type: ignore[misc]
                db, lead, AddTask(what="送体检报告", whom=f"staff:{one.id}"), now
            )
        )
    await home.hears("我要投诉，饭菜总是凉的")
    await home.rows("UPDATE complaint SET owner_id = ? RETURNING id", gone.id)

    async def counted() -> tuple[dict[int, int], int]:
        return (
            await home.database.read(lambda db: queries.in_hands(db, home.ids.home_id)),
            await home.database.read(lambda db: queries.left_behind(db, home.ids.home_id)),
        )

    assert await counted() == ({lead.id: 1, gone.id: 2}, 0)
    await home.rows("UPDATE staff SET left_at = created_at WHERE id = ? RETURNING id", gone.id)
    assert await counted() == ({lead.id: 1, gone.id: 2}, 2)
    await home.rows("UPDATE complaint SET closed_at = said_at RETURNING id")
    assert await counted() == ({lead.id: 1, gone.id: 1}, 1)
    names = await home.database.read(lambda db: [one.name for one in queries.everybody(db, home.ids.home_id)])
    assert names[-1] == "陈晓雯", "who left stands at the end"
