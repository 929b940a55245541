"""Every kind of thing that happens stands in the timeline of its resident, for whom it is to be seen (A5)."""

from datetime import date, timedelta

from services.talks import answering
from storage import tables
from storage.queries import residents_timeline
from storage.types import new_id
from storage.unit import Unit
from tests.services.floors import House, house

__all__ = ["house"]


async def test_a5_letters_visits_alarms_calls_and_complaints_stand_in_the_timeline(house: House) -> None:
    home, desk = house.home, await house.home.staff()
    her = await home.one("SELECT id FROM resident")
    niece = await home.person("niece")

    def happens(db: Unit) -> None:
        db.lock_persons(niece)
        db.store.hint("letters", "days")
        db.store.audit(home.ids.home_id, home.clock(), "machine", "write_letter", f"resident:{her}")
        letter = tables.Letter(
            id=new_id(),
            home_id=home.ids.home_id,
            resident_id=her,
            day=date(2026, 11, 21),
            state="released",
            written_by=house.staff["zhou"].id,
            written_at=home.clock() - timedelta(hours=20),
        )
        db.seal(letter, "facts", "{}")
        db.add(letter)
        for hours, cancelled in ((-3, None), (-2, home.clock())):
            db.add(
                tables.Visit(
                    id=new_id(),
                    home_id=home.ids.home_id,
                    person_id=niece,
                    resident_id=her,
                    at=home.clock() + timedelta(hours=hours),
                    booked_by=desk.id,
                    booked_at=home.clock() - timedelta(days=1),
                    cancelled_at=cancelled,
                )
            )

    await home.database.write(happens)
    home.clock.on(minutes=1)
    await house.cries("我摔倒了，起不来")
    home.clock.on(minutes=1)
    await home.database.write(lambda db: answering.log_call(db, desk, niece, "问了老人怎么样", home.clock()))
    home.clock.on(minutes=1)
    await home.hears("饭菜天天是凉的，我要投诉", "niece")

    async def words(kind: str) -> list[str]:
        row = await home.database.read(lambda db: db.get_one(tables.Resident, her))
        entries, _ = await home.database.read(lambda db: residents_timeline.timeline(db, desk.sight, row, kind))
        return [entry.words for entry in entries]

    assert await words("letter") == ["2026-11-21 的家书，家里能看"]
    assert await words("visit") == ["孙玉约好来看，后来取消了", "孙玉约好来看"]
    assert await words("alarm") == ["报警：跌倒受伤，还没有人到"]
    assert "跟孙玉通了电话" in await words("talk")
    cases = await words("case")
    assert [case.startswith("投诉 C") for case in cases] == [True]
    everything = await words("")
    assert (
        everything.index(cases[0]) < everything.index("跟孙玉通了电话") < everything.index("报警：跌倒受伤，还没有人到")
    )
