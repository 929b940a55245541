"""The page of a resident says who speaks on the phone of two, and only as long as that holds (F3)."""

from storage import tables
from storage.queries import families_phones as queries
from tests.services.couples import Couple, couple, furnished, resident

__all__ = ["couple", "furnished"]


async def speaks(of: Couple) -> list[str]:
    number, _ = await resident(of.home, "1")
    now = of.home.clock()
    return await of.home.database.read(
        lambda db: [one.speaks for one in queries.of_resident(db, db.get_one(tables.Resident, number), now)]
    )


async def test_f3_who_speaks_on_the_phone_of_two_is_said_until_nobody_knows_any_more(couple: Couple) -> None:
    assert await speaks(couple) == [""], "nobody has said yet"
    await couple.says("李建国")
    assert await speaks(couple) == ["李建国"]
    until = await couple.home.one("SELECT until FROM common_phone")
    assert until is not None
    couple.home.clock.on(days=30)
    assert await speaks(couple) == [""], "that was long ago"
