"""One messy workbook of a home, from the file to the house and back (N3, A1, A4)."""

import json
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

import pytest

from care.errors import Changed, Invalid
from care.states import Role
from services.access import Viewer
from services.imports import forgetting, reading, staging, undo
from services.imports.access import access_run
from services.imports.applying import apply
from services.imports.forms import ApplyRun, FixRow, PlanSheet, TakeGuesses, UndoRun
from services.imports.judge import tally
from services.imports.rows import Judged, Verdict
from services.residents import admission, beds, residents
from services.residents.beds import LayOut
from services.residents.forms import SetStatus
from services.subject import Running
from storage.types import new_id
from storage.unit import Unit
from tests.conftest import HomeUnderTest
from tests.imports import messy


class Moving:
    """A home on the day before it moves in: rooms, a director, and a sheet."""

    def __init__(self, home: HomeUnderTest) -> None:
        self.home = home
        self.running = Running(home.database, home.house, home.ids.home_id, home.settings)

    async def begin(self) -> "Moving":
        self.director = await self.home.staff(Role.DIRECTOR, "沈国平", "shen")
        await self.do(lambda db: beds.lay_out(db, self.director, LayOut(floors="1-3", rooms=12, beds=2), self.now))
        return self

    @property
    def now(self) -> Any:
        return self.home.clock()

    async def do(self, work: Callable[[Unit], Any]) -> Any:
        return await self.home.database.write(work)

    async def stage(self, data: bytes, who: Viewer | None = None) -> int:
        file = reading.Upload()
        file.add(data)
        book = await reading.read(file)
        file.close()
        rows = staging.prepared(self.home.database.sealer, book, self.home.ids.home_id, new_id())
        by = who or self.director
        run: int = await self.do(lambda db: staging.stage(db, by, ("名册.xlsx", file.sha), book, rows, self.now))
        return run

    async def look(self, run: int) -> staging.Looked:
        return await self.home.database.read(lambda db: staging.look(db, self.director, run, self.now))

    async def faults(self, run: int) -> list[Judged]:
        return [one for one in (await self.look(run)).rows if one.verdict is Verdict.LOOK]

    async def fix(self, one: Judged, field: str, value: str = "", **more: Any) -> None:
        form = FixRow(field=field, value=value, drawn=one.row.drawn, **more)
        await self.do(lambda db: staging.fix(db, self.director, one.row.id, form, self.now))

    async def settle(self, run: int) -> None:
        """Everything that is asked is answered: guesses are taken, the rest is left empty, two of one name are two."""
        for sheet in range(4):
            taken = await self.home.database.read(
                partial(staging.guesses, viewer=self.director, run_id=run, sheet=sheet, now=self.now)
            )
            form = TakeGuesses(sheet=sheet)
            taking = partial(
                staging.take_guesses, viewer=self.director, run_id=run, form=form, taken=taken, now=self.now
            )
            await self.do(taking)
        for _ in range(3):
            for one in await self.faults(run):
                fault = one.faults[0]
                if fault.asks:
                    _, field, value = fault.asks[-1]
                    await self.fix(one, field, value)
                elif fault.leave:
                    await self.fix(one, fault.field)

    async def apply(self, run: int) -> dict[str, int]:
        return await apply(self.running, self.director, run, ApplyRun(), self.now)

    async def count(self, table: str) -> int:
        return int(await self.home.one(f"SELECT count(*) FROM {table}"))


@pytest.fixture
async def moving(home: HomeUnderTest) -> Moving:
    return await Moving(home).begin()


async def test_n3_a_messy_workbook_is_understood_and_its_eight_faults_are_told_with_a_guess(moving: Moving) -> None:
    run = await moving.stage(messy.content())
    looked = await moving.look(run)
    assert [plan.kind for plan in looked.plans] == ["residents", "relatives", "staff", "rota"]
    for at, total in enumerate(looked.totals):
        assert tally(looked.of(at)).total == total, "four numbers that add up to the sheet"
    told = {
        (one.row.sheet, one.row.number): (one.faults[0].field, one.faults[0].guess) for one in looked.rows if one.faults
    }
    own = {key: value for key, value in told.items() if value[0] != "_elder"}
    assert len(own) == messy.FAULTS


async def test_n3_a1_a4_the_workbook_moves_in_at_once_and_nothing_is_sent(moving: Moving) -> None:
    run = await moving.stage(messy.content())
    await moving.settle(run)
    assert [(one.row.number, one.faults) for one in await moving.faults(run)] == []
    counts = await moving.apply(run)
    assert counts["residents"] == messy.RESIDENTS
    written = {
        "residents": "resident",
        "relatives": "kinship",
        "rota": "rota_change",
        "staff": "staff WHERE login <> 'shen'",
    }
    assert counts == {kind: await moving.count(table) for kind, table in written.items()} | {"updated": 0}
    assert await moving.count("resident") == messy.RESIDENTS
    assert await moving.count("outbox") == await moving.count("plan") == await moving.count("promise") == 0


async def test_n3_a_day_later_nothing_has_touched_it_and_all_of_it_goes_back(moving: Moving) -> None:
    before = {name: await moving.count(name) for name in ("person", "resident", "kinship", "staff", "bed_stay", "gram")}
    run = await moving.stage(messy.content())
    await moving.settle(run)
    await moving.apply(run)
    moving.home.clock.on(hours=23)
    back = await undo.undo(moving.running, moving.director, run, UndoRun(), moving.now)
    assert back[1] == 0
    assert {name: await moving.count(name) for name in before} == before
    assert await moving.count("rota_change") == await moving.count("duty_span") == 0


async def test_n3_a_fault_in_the_last_row_leaves_nothing_behind_and_is_told_on_its_row(
    moving: Moving, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = await moving.stage(messy.content())
    await moving.settle(run)
    last, whole = messy.people()[-1]["name"], admission.admit

    def admit(db: Unit, viewer: Viewer, form: admission.Admit, now: datetime) -> Any:
        if form.name == last:
            raise Invalid(why="这张床刚刚被别人占了，请换一张空床。")
        return whole(db, viewer, form, now)

    monkeypatch.setattr(admission, "admit", admit)
    with pytest.raises(Invalid, match="什么都没有写进去"):
        await moving.apply(run)
    assert await moving.count("resident") == await moving.count("kinship") == await moving.count("rota_change") == 0
    told = [one for one in await moving.faults(run) if one.who == last]
    assert [fault.why for fault in told[0].faults] == ["这张床刚刚被别人占了，请换一张空床。"]
    monkeypatch.undo()
    await moving.fix(told[0], "diet", "软食")
    (mended,) = [one for one in (await moving.look(run)).rows if one.row.id == told[0].row.id]
    assert mended.verdict is Verdict.FIXED, "what the house said is no word about a row that was mended since"
    await moving.fix(mended, "*", back=True)
    assert (await moving.apply(run))["residents"] == messy.RESIDENTS


async def test_n3_what_was_touched_since_stays_with_the_reason(moving: Moving) -> None:
    run = await moving.stage(messy.content())
    await moving.settle(run)
    await moving.apply(run)
    resident, person = (await moving.home.rows("SELECT id, person_id FROM resident ORDER BY id LIMIT 1"))[0]
    nurse = await moving.home.staff(Role.NURSE, "别人", "nurse")
    await moving.do(lambda db: residents.set_status(db, nurse, resident, SetStatus(status="住院"), moving.now))
    done, kept = await undo.undo(moving.running, moving.director, run, UndoRun(), moving.now)
    stayed = await moving.home.database.read(lambda db: staging.kept_rows(db, access_run(db, moving.director, run)))
    assert kept == len(stayed)
    assert await moving.count("resident") == 1
    assert await moving.home.one("SELECT person_id FROM resident") == person
    assert {why for _, _, why in stayed} == {"有新的记录"}
    assert done > 150


async def test_n3_after_a_day_it_stays_and_the_sheet_is_forgotten(moving: Moving) -> None:
    run = await moving.stage(messy.content())
    await moving.settle(run)
    await moving.apply(run)
    other = await moving.stage(messy.content())
    moving.home.clock.on(hours=25)
    with pytest.raises(Invalid, match="超过一天"):
        await undo.undo(moving.running, moving.director, run, UndoRun(), moving.now)
    await moving.do(lambda db: forgetting.forget(db, moving.director.home_id, moving.now))
    assert await moving.count("import_row") == 0
    assert {row[0] for row in await moving.home.rows("SELECT state FROM import_run")} == {"done", "gone"}
    assert await moving.count("resident") == messy.RESIDENTS
    assert other != run


async def test_n3_the_same_sheet_again_adds_nobody(moving: Moving) -> None:
    run = await moving.stage(messy.content())
    await moving.settle(run)
    await moving.apply(run)
    again = await moving.look(await moving.stage(messy.content()))
    assert tally(again.of(0)).ready == 0
    assert tally(again.of(1)).ready == 0
    assert tally(again.of(2)).ready == 0


async def test_n3_two_who_mend_one_sheet_are_told_of_each_other(moving: Moving) -> None:
    run = await moving.stage(messy.content())
    drawn = (await moving.look(run)).drawn
    one, other = (await moving.faults(run))[:2]
    await moving.fix(one, one.faults[0].field, one.faults[0].guess)
    with pytest.raises(Changed, match="改了第"):
        await moving.fix(one, one.faults[0].field, "别的")
    with pytest.raises(Changed, match="改了这批表"):
        await apply(moving.running, moving.director, run, ApplyRun(drawn=drawn), moving.now)
    await moving.fix(other, other.faults[0].field, other.faults[0].guess)
    await moving.fix((await moving.look(run)).rows[0], "*", back=True)


async def test_n3_a_supervisor_brings_residents_but_takes_on_no_colleagues(moving: Moving) -> None:
    lead = await moving.home.staff(Role.SUPERVISOR, "何志远", "he")
    run = await moving.stage(messy.content(), lead)
    looked = await moving.home.database.read(lambda db: staging.look(db, lead, run, moving.now))
    assert {one.why for one in looked.of(2) if one.row.number > 1} <= {staging.NOT_HERS, "院里已有"}
    assert tally(looked.of(0)).ready > 50


async def test_n3_columns_are_mapped_by_hand_and_remembered(moving: Moving) -> None:
    run = await moving.stage(messy.content())
    columns = (await moving.look(run)).plans[0].columns
    last = len(columns) - 1
    form = PlanSheet(head=3, kind="residents", wanted=True, columns={f"c{last}": frozenset({"habits"})})
    await moving.do(lambda db: staging.plan_sheet(db, moving.director, run, 0, form, moving.now))
    assert (await moving.look(run)).plans[0].columns[last] == "habits"
    again = (await moving.look(await moving.stage(messy.content()))).plans[0]
    assert (again.columns[last], again.remembered) == ("habits", True)
    twice = PlanSheet(head=3, kind="residents", wanted=True, columns={f"c{last}": frozenset({"name"})})
    with pytest.raises(Invalid, match="有两列都对成了「姓名」"):
        await moving.do(lambda db: staging.plan_sheet(db, moving.director, run, 0, twice, moving.now))


async def test_n3_first_passwords_are_shown_once_to_who_pressed(moving: Moving) -> None:
    run = await moving.stage(messy.content())
    await moving.settle(run)
    await moving.apply(run)
    told = await moving.do(lambda db: staging.passwords(db, moving.director, run, moving.now))
    assert len(told) == messy.COLLEAGUES
    assert json.dumps(told).count("password") == messy.COLLEAGUES
    with pytest.raises(Invalid, match="只显示一次"):
        await moving.do(lambda db: staging.passwords(db, moving.director, run, moving.now))
