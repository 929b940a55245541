"""Whose sheets are whose: a lead of some floors sees and takes back what she brought, and lets out what she sees (P2,
P3).
"""

import pytest

from care.errors import Invalid, NotFound
from care.states import Role
from services.access import Viewer
from services.imports import applying, exports, staging, undo
from services.imports.access import access_row, access_run
from services.imports.fields import Kind
from services.imports.forms import ApplyRun, AskExport, DecideExport, TakeGuesses, UndoRun
from services.staff import colleagues
from tests.imports import messy
from tests.services.test_imports import Moving, moving

__all__ = ["moving"]
SHEET = messy.content()


async def test_p2_a_lead_of_one_floor_does_not_see_the_sheet_of_the_whole_house(moving: Moving) -> None:
    run = await moving.stage(SHEET)
    lead = await moving.home.staff(Role.SUPERVISOR, "何志远", "he", "2")
    with pytest.raises(NotFound):
        await moving.home.database.read(lambda db: access_run(db, lead, run))
    number = await moving.home.one("SELECT min(id) FROM import_row")
    with pytest.raises(NotFound):
        await moving.home.database.read(lambda db: access_row(db, lead, number))
    assert await moving.home.database.read(lambda db: staging.runs(db, lead)) == []
    own = await moving.stage(SHEET, lead)
    assert [one[0].id for one in await moving.home.database.read(lambda db: staging.runs(db, lead))] == [own]


async def test_n3_colleagues_that_a_sheet_took_on_are_taken_back_by_the_director_alone(moving: Moving) -> None:
    run = await moving.stage(SHEET)
    await moving.settle(run)
    await moving.apply(run)
    lead = await moving.home.staff(Role.SUPERVISOR, "何志远", "he")
    with pytest.raises(Invalid, match="要院长来撤回"):
        await undo.undo(moving.running, lead, run, UndoRun(), moving.now)
    assert await moving.count("resident") > 50


async def test_p3_who_sees_a_floor_lets_out_no_list_of_the_house(moving: Moving) -> None:
    async def asks(who: Viewer) -> int:
        form = AskExport(kind="residents", reason="民政局年检")
        return int(await moving.do(lambda db: exports.ask(db, who, form, moving.now).id))

    lead = await moving.home.staff(Role.SUPERVISOR, "何志远", "he", "2")
    other = await moving.home.staff(Role.SUPERVISOR, "顾丽", "gu", "2")
    whole, floor = await asks(moving.director), await asks(other)
    release = DecideExport(release=True)
    with pytest.raises(Invalid, match="管全院的主管或院长"):
        await moving.do(lambda db: exports.decide(db, lead, whole, release, moving.now))
    await moving.do(lambda db: exports.decide(db, lead, floor, release, moving.now))
    assert await moving.home.one("SELECT count(*) FROM export_ask WHERE released") == 1


async def test_n3_a_run_that_is_written_is_shown_without_holding_its_rows_against_the_house_again(
    moving: Moving, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def shown() -> int:
        found = await moving.home.database.read(lambda db: staging.glance(db, moving.director, run, moving.now))
        return len(found.rows)

    run = await moving.stage(SHEET)
    assert await shown() > 100
    left = len(await moving.faults(run))
    await moving.apply(run)
    monkeypatch.setattr(staging, "judge", None)
    assert await shown() == 0
    counted = await moving.home.database.read(lambda db: staging.left_rows(db, access_run(db, moving.director, run)))
    assert counted == left > 0
    await moving.home.rows("UPDATE import_run SET state = 'applying', beat_at = NULL")
    with pytest.raises(TypeError):  # broken off: somebody decides again
        await shown()


async def test_n3_a_tap_takes_every_guess_however_many_there_are(
    moving: Moving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staging, "MOST", 2)
    run = await moving.stage(SHEET)
    rows = [one.row.id for one in (await moving.look(run)).of(0)][:5]
    taken = {row: {"room": "301"} for row in rows}
    form = TakeGuesses(sheet=0)
    done = await moving.do(lambda db: staging.take_guesses(db, moving.director, run, form, taken, moving.now))
    assert done == 5 == await moving.home.one("SELECT count(*) FROM import_row WHERE fixed IS NOT NULL")


async def test_f30_what_somebody_began_who_is_put_out_meanwhile_is_not_written(moving: Moving) -> None:
    lead = await moving.home.staff(Role.DIRECTOR, "何志远", "he")
    run = await moving.stage(SHEET, lead)
    await moving.settle(run)
    await applying.begin(moving.running, lead, run, ApplyRun(), moving.now)
    await moving.do(lambda db: colleagues.put_out(db, moving.director, lead.id, moving.now) and None)
    with pytest.raises(Invalid, match="停用了，什么都没有写进去"):
        await applying.carry_on(moving.running, lead, run, moving.now)
    assert await moving.count("resident") == 0
    assert (await moving.look(run)).run.state == staging.STAGED


async def test_n3_a_lead_brings_a_workbook_with_new_colleagues_and_writes_all_that_is_hers(moving: Moving) -> None:
    """Their shifts wait for the director too, and hold up nobody else."""
    lead = await moving.home.staff(Role.SUPERVISOR, "何志远", "he")
    moving.director, director = lead, moving.director
    run = await moving.stage(SHEET)
    await moving.settle(run)
    looked = await moving.look(run)
    left = {one.why for one in looked.rows if one.kind in {Kind.STAFF, Kind.ROTA} and one.skipped}
    assert {staging.NOT_HERS, staging.NOT_YET} <= left
    counts = await moving.apply(run)
    assert (counts["staff"], counts["residents"] > 50) == (0, True)
    assert await moving.home.rows("SELECT id FROM staff ORDER BY id") == [(director.id,), (lead.id,)]
