"""Beds are laid out once more without harm, named as people name them, and never held by two."""

import asyncio
from collections.abc import Callable

import pytest

from care.errors import Changed, Invalid, NotFound
from care.states import Role
from services.access import Viewer
from services.residents import admission, beds
from services.residents.admission import Admit
from services.residents.beds import AddBed, CloseBed, LayOut
from storage import tables
from storage.queries import residents_beds
from storage.tables.residents import Bed
from storage.unit import Unit
from tests.conftest import HomeUnderTest


async def laid_out(home: HomeUnderTest) -> Viewer:
    """A director, and rooms 201 to 302 with two beds each."""
    director = await home.staff(Role.DIRECTOR, "沈国平", "shen")
    form = LayOut(floors="2-3", rooms=2, beds=2)
    assert await home.database.write(lambda db: beds.lay_out(db, director, form, home.clock())) == 8
    return director


async def admitted(home: HomeUnderTest, who: Viewer, name: str, room: str, bed: str = "1") -> tables.Resident:
    return await home.database.write(
        lambda db: admission.admit(db, who, Admit(name=name, room=room, bed=bed), home.clock())
    )


async def test_n3_floors_are_laid_out_and_once_more_adds_only_what_is_missing(home: HomeUnderTest) -> None:
    director = await laid_out(home)
    more = LayOut(floors="3、4楼", rooms=2, beds=2)
    assert await home.database.write(lambda db: beds.lay_out(db, director, more, home.clock())) == 4
    rooms = await home.rows("SELECT DISTINCT room FROM bed ORDER BY room")
    assert [room for (room,) in rooms] == ["201", "202", "301", "302", "401", "402"]
    for wrong in ({"floors": "", "rooms": 2, "beds": 2}, {"floors": "1-3层半", "rooms": 2, "beds": 2}):
        with pytest.raises(Invalid, match=r"楼层|哪几层"):
            await home.database.write(
                lambda db, w=wrong: beds.lay_out(db, director, LayOut(**w), home.clock())  # type: ignore[misc]
            )
    for rooms_of, beds_of in ((0, 2), (2, 0), (99, 2), (2, 13)):
        form = LayOut(floors="1", rooms=rooms_of, beds=beds_of)
        with pytest.raises(Invalid, match="请填 1 到"):
            await home.database.write(
                lambda db, f=form: beds.lay_out(db, director, f, home.clock())  # type: ignore[misc]
            )
    nurse = await home.staff(Role.NURSE, "唐雨", "tang")
    with pytest.raises(NotFound):
        await home.database.write(lambda db: beds.lay_out(db, nurse, more, home.clock()))


@pytest.mark.parametrize(
    ("text", "floors"),
    [("1-3", ["1", "2", "3"]), ("2 至 3 楼", ["2", "3"]), ("B1 1，3", ["B1", "1", "3"]), ("3 3", ["3"])],
)
def test_n3_floors_are_read_as_people_write_them(text: str, floors: list[str]) -> None:
    assert beds.floors_of(text) == floors


async def test_n3_a_room_that_is_not_there_is_told_with_the_nearest(home: HomeUnderTest) -> None:
    director = await laid_out(home)
    told = {
        ("30l", "1"): "没有 30l 室，是 301 吗？",
        ("３０３室", "1"): "没有 303 室，是 30[12] 吗？",
        ("甲", "1"): "没有 甲 室。请看「床位」",
        ("301", "3"): "301 室没有 3 床，有 1、2 床",
        ("301", ""): "301 室有 2 张床，请写几床",
        ("", ""): "请选房间和床位",
    }
    for (room, bed), why in told.items():
        with pytest.raises(Invalid, match=why):
            await admitted(home, director, "王桂兰", room, bed)
    for room, bed in (("３０１ 室", "1床"), ("302-2", "")):
        found = await admitted(home, director, "王桂兰", room, bed)
        assert (found.floor, f"{found.room}-{found.bed}") in {("3", "301-1"), ("3", "302-2")}


async def test_n3_rooms_of_two_buildings_are_kept_apart(home: HomeUnderTest) -> None:
    director = await laid_out(home)
    form = LayOut(building="东楼", floors="3", rooms=1, beds=1)
    await home.database.write(lambda db: beds.lay_out(db, director, form, home.clock()))
    with pytest.raises(Invalid, match="请写是哪一栋"):
        await admitted(home, director, "王桂兰", "301")
    found = await admitted(home, director, "王桂兰", "东楼301")
    assert (found.room, found.bed) == ("东楼301", "1"), "an alarm tells the building"


async def test_n3_two_who_want_one_bed_at_once_are_one_and_a_sentence(home: HomeUnderTest) -> None:
    director = await laid_out(home)

    async def comes(name: str) -> str:
        try:
            await admitted(home, director, name, "301")
        except Invalid as refused:
            return refused.sentence
        return ""

    said = sorted(await asyncio.gather(comes("王桂兰"), comes("何秀英")))
    assert said[0] == ""
    assert "301 室 1 床" in said[1]
    assert await home.one("SELECT count(*) FROM bed_stay WHERE ended_at IS NULL") == 1
    assert await home.one("SELECT count(*) FROM resident") == 1


async def test_n3_a_closed_bed_takes_nobody_and_a_taken_one_is_not_closed(home: HomeUnderTest) -> None:
    director = await laid_out(home)
    bed = await home.one("SELECT id FROM bed WHERE room = '301' AND name = '1'")

    async def closes(closed: bool, drawn: str | None = None) -> None:
        form = CloseBed(closed=closed, drawn=drawn)
        await home.database.write(lambda db: beds.close(db, director, bed, form, home.clock()))

    before = await home.database.read(lambda db: beds.revision_of(db.get_one(Bed, bed)))
    await closes(True)
    with pytest.raises(Invalid, match="停用着"):
        await admitted(home, director, "王桂兰", "301")
    with pytest.raises(Changed, match="改过这张床"):
        await closes(False, before)
    await closes(False)
    await admitted(home, director, "王桂兰", "301")
    with pytest.raises(Invalid, match="还有人"):
        await closes(True)
    with pytest.raises(NotFound):
        await home.database.write(lambda db: beds.close(db, director, 999, CloseBed(closed=True), home.clock()))


async def test_n3_one_bed_is_added_to_a_room_that_may_be_new(home: HomeUnderTest) -> None:
    director = await laid_out(home)
    new = AddBed(floor="3楼", room="305室", name="1床")
    await home.database.write(lambda db: beds.add_bed(db, director, new, home.clock()))
    assert (await admitted(home, director, "王桂兰", "305", "")).floor == "3", (
        "the only bed of a room need not be named"
    )
    for form, why in (
        (new, "已经有了"),
        (AddBed(floor="3", room="", name="1"), "都要填"),
        (AddBed(floor="3", room="一二三四五六七八九", name="1"), "太长"),
    ):
        with pytest.raises(Invalid, match=why):
            await home.database.write(
                lambda db, f=form: beds.add_bed(db, director, f, home.clock())  # type: ignore[misc]
            )


async def test_n3_the_page_of_beds_counts_who_is_where_and_hides_names_of_other_floors(home: HomeUnderTest) -> None:
    director = await laid_out(home)
    await admitted(home, director, "王桂兰", "301")
    carer = await home.staff(Role.CARER, "林可", "lin", "2")

    def look(db: Unit) -> tuple[list[str], list[str], int, int]:
        whole = residents_beds.beds(db, home.ids.home_id, director.sight)
        seen = residents_beds.beds(db, home.ids.home_id, carer.sight)
        free = residents_beds.free(db, home.ids.home_id, carer.sight)
        return [one.who for one in whole if one.who], [one.who for one in seen if one.who], len(whole), len(free)

    assert await home.database.read(look) == (["王桂兰"], ["有人"], 8, 4)
    order = await home.database.read(
        lambda db: [one.place for one in residents_beds.free(db, home.ids.home_id, director.sight)]
    )
    assert order == sorted(order)
    assert "301-1" not in order


async def test_n3_a_floor_says_what_it_cannot_read_and_the_only_bed_is_enough(home: HomeUnderTest) -> None:
    director = await laid_out(home)
    for text, why in (("", "请写有哪几层"), ("天台", "看不懂楼层"), ("1-60 B1", "一次最多 60 层")):
        with pytest.raises(Invalid, match=why):
            beds.floors_of(text)
    await home.database.write(lambda db: db.query(Bed).delete())
    with pytest.raises(Invalid, match="院里还没有床位"):
        await admitted(home, director, "王桂兰", "301")


async def test_p4_who_leads_one_floor_says_nothing_of_the_beds_of_others(home: HomeUnderTest) -> None:
    await laid_out(home)
    lead = await home.staff(Role.SUPERVISOR, "韩雪", "han", "3")
    rooms = dict(await home.rows("SELECT room, min(id) FROM bed GROUP BY room"))
    acts: list[Callable[[Unit], object]] = [
        lambda db: beds.close(db, lead, rooms["201"], CloseBed(closed=True), home.clock()),
        lambda db: beds.add_bed(db, lead, AddBed(floor="2", room="209", name="1"), home.clock()),
        lambda db: beds.lay_out(db, lead, LayOut(floors="2-3", rooms=4, beds=2), home.clock()),
    ]
    for act in acts:
        with pytest.raises(Invalid, match="2 楼不在您负责的楼层"):
            await home.database.write(act)
    await home.database.write(lambda db: beds.close(db, lead, rooms["301"], CloseBed(closed=True), home.clock()))
    assert await home.rows("SELECT room FROM bed WHERE closed_at IS NOT NULL") == [("301",)]
    assert await home.one("SELECT count(*) FROM bed") == 8
