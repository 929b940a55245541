"""Where somebody is, and whose the bed is: hospital keeps it, the exit frees it, one bed for each (practice: care#850,
care#1400).
"""

import pytest

from care.errors import Changed, Invalid
from care.states import Role
from services.access import Viewer
from services.residents import residents
from services.residents.forms import Move, SetStatus
from storage import tables
from tests.conftest import HomeUnderTest
from tests.services.test_residents_beds import admitted, laid_out


async def bed_id(home: HomeUnderTest, room: str, bed: str = "1") -> int:
    return int(await home.one("SELECT id FROM bed WHERE room = ? AND name = ?", room, bed))


async def moves(home: HomeUnderTest, who: Viewer, resident: int, place: int, drawn: str | None = None) -> None:
    form = Move(place=place, drawn=drawn)
    await home.database.write(lambda db: residents.move(db, who, resident, form, home.clock()))


async def sets(
    home: HomeUnderTest, who: Viewer, resident: int, status: str, name: str = "", place: int | None = None
) -> None:
    form = SetStatus(status=status, name=name, place=place)
    await home.database.write(lambda db: residents.set_status(db, who, resident, form, home.clock()))


async def place(home: HomeUnderTest, resident: int) -> tuple[str, str]:
    """Where the texts say, and where the stay says."""
    texts = await home.rows("SELECT room, bed, status FROM resident WHERE id = ?", resident)
    stay = await home.rows(
        "SELECT b.room, b.name FROM bed_stay s JOIN bed b ON b.id = s.bed_id "
        "WHERE s.resident_id = ? AND ended_at IS NULL",
        resident,
    )
    return f"{texts[0][0]}-{texts[0][1]} {texts[0][2]}", "-".join(stay[0]) if stay else ""


async def test_n3_a_move_frees_the_old_bed_and_alarms_know_the_new_one(home: HomeUnderTest) -> None:
    director = await laid_out(home)
    her, him = await admitted(home, director, "王桂兰", "301"), await admitted(home, director, "陈伯年", "302")
    drawn = await home.database.read(lambda db: residents.place_of(db.get_one(tables.Resident, her.id)))
    with pytest.raises(Invalid, match="已经住着陈伯年"):
        await moves(home, director, her.id, await bed_id(home, "302"))
    await moves(home, director, her.id, await bed_id(home, "302", "2"), drawn)
    assert await place(home, her.id) == ("302-2 在住", "302-2")
    with pytest.raises(Changed, match="换到了 302-2"):
        await moves(home, director, her.id, await bed_id(home, "201"), drawn)
    with pytest.raises(Invalid, match="就在这张床"):
        await moves(home, director, her.id, await bed_id(home, "302", "2"))
    with pytest.raises(Invalid, match="选一张空床"):
        await moves(home, director, her.id, 999)
    await moves(home, director, him.id, await bed_id(home, "301"))
    assert await place(home, him.id) == ("301-1 在住", "301-1"), "the bed she left is free at once"
    carer = await home.staff(Role.CARER, "周敏", "zhou", "3")
    with pytest.raises(Invalid, match="换床要由"):
        await moves(home, carer, him.id, await bed_id(home, "302", "1"))


async def test_n3_leave_and_hospital_keep_the_bed_and_the_exit_frees_it(home: HomeUnderTest) -> None:
    director = await laid_out(home)
    her = await admitted(home, director, "王桂兰", "301")
    for status in ("请假", "住院", "病危"):
        await sets(home, director, her.id, status)
        assert await place(home, her.id) == (f"301-1 {status}", "301-1")
    await sets(home, director, her.id, "退住")
    assert await place(home, her.id) == ("301-1 退住", "")
    with pytest.raises(Invalid, match="退住的老人没有床位"):
        await moves(home, director, her.id, await bed_id(home, "302"))
    kinds = await home.rows("SELECT kind FROM resident_event ORDER BY at, id")
    assert [kind for (kind,) in kinds] == ["admitted", *["status"] * 4]


async def test_n3_who_comes_back_has_the_old_bed_or_a_chosen_one(home: HomeUnderTest) -> None:
    director = await laid_out(home)
    her = await admitted(home, director, "王桂兰", "301")
    await sets(home, director, her.id, "退住")
    await sets(home, director, her.id, "在住")
    assert await place(home, her.id) == ("301-1 在住", "301-1")
    await sets(home, director, her.id, "去世", "王桂兰")
    await admitted(home, director, "何秀英", "301")
    with pytest.raises(Invalid, match="原来的床已经有人了"):
        await sets(home, director, her.id, "在住", "王桂兰")
    await sets(home, director, her.id, "在住", "王桂兰", await bed_id(home, "302"))
    assert await place(home, her.id) == ("302-1 在住", "302-1")
