"""5,000 residents move in from one sheet in ≤ 30 s and ≤ 200 MB, and no message waits longer than 0.5 s meanwhile, on
SQLite: `python -m benchmarks.imports` (engineering 6).
"""

import asyncio
import io
import resource
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final

from openpyxl import Workbook

from care.states import Role
from services import install
from services.access import Viewer
from services.house import House
from services.imports import reading, staging
from services.imports.applying import apply
from services.imports.forms import ApplyRun
from services.residents import beds
from services.residents.beds import LayOut
from services.staff import staff
from services.subject import Running
from settings import Database, Home, Settings, Wechat
from storage import migrate, seal
from storage.database import Database as AnyDatabase
from storage.open import open_database
from storage.store import Store
from storage.types import new_id
from storage.unit import Unit
from tests.imports.messy import number

ROWS: Final = 5_000
SECONDS, MEGABYTES, WAITS = 30.0, 200.0, 0.5


@dataclass(frozen=True, slots=True)
class Proof:
    """What was seen: seconds, megabytes more than before, the longest that a message waited, how many are there."""

    seconds: float
    megabytes: float
    waited: float
    rows: int

    def line(self) -> str:
        """The line for the record."""
        return (
            f"{self.rows:,} residents from one sheet in {self.seconds:.1f} s, {self.megabytes:.0f} MB more, "
            f"a message waits {self.waited * 1000:.0f} ms at most"
        )

    def holds(self) -> bool:
        """Whether it keeps its bounds."""
        return self.rows == ROWS and self.seconds <= SECONDS and self.megabytes <= MEGABYTES and self.waited <= WAITS


def sheet() -> bytes:
    """One row a bed of a house with ten floors."""
    book = Workbook(write_only=True)
    page = book.create_sheet("老人")
    page.append(["姓名", "出生日期", "身份证号", "房间", "床位", "入住日期", "护理等级", "过敏", "病史", "用药"])
    for at in range(ROWS):
        born = date(1930, 1, 1) + timedelta(days=at)
        place = f"{at // 500 + 1}{at // 10 % 50 + 1:02d}", str(at % 10 + 1)
        name = f"王{chr(0x4E00 + at)}"
        page.append(
            [name, str(born), number(born, "女", at % 50), *place, "2025-01-02", "半护", "青霉素", "糖尿病", "二甲双胍"]
        )
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


async def prove(folder: Path) -> Proof:
    """On a new database."""
    path = folder / "imports.db"
    await asyncio.to_thread(migrate.upgrade, path)
    settings = Settings(wechat=Wechat(app_id="wx1234"), database=Database(f"sqlite:///{path}"), home=Home(name="试"))
    sealer = seal.load(folder / "keys", may_create=True)
    database = open_database(settings.database.url, sealer, lambda _, items: [None for _ in items])
    await database.start()
    try:
        return await _moved(Running(database, House(settings.home), 0, settings), settings)
    finally:
        await database.close()


async def _moved(opened: Running, settings: Settings) -> Proof:
    database, now = opened.database, datetime.now(UTC)

    def begin(db: Unit) -> Viewer:
        ids = install.install(db, settings, now)
        row = staff.add(db, ids.home_id, "shen", "沈国平", Role.DIRECTOR, "long-enough", now)
        who = Viewer(row.id, ids.home_id, row.name, Role.DIRECTOR)
        db.flush()
        beds.lay_out(db, who, LayOut(floors="1-10", rooms=50, beds=10), now)
        return who

    who = await database.write(begin)
    running = Running(database, opened.house, who.home_id, settings)
    file = reading.Upload()
    file.add(sheet())
    book = await reading.read(file)
    file.close()
    rows = staging.prepared(database.sealer, book, who.home_id, new_id())
    run = await database.write(lambda db: staging.stage(db, who, ("名册.xlsx", file.sha), book, rows, now))
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
    waits: list[float] = []
    asking = asyncio.create_task(_asks(database, waits))
    counts = await apply(running, who, run, ApplyRun(), now)
    seconds = time.perf_counter() - began
    asking.cancel()
    more = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    return Proof(seconds, more, max(waits), counts["residents"])


async def _asks(database: AnyDatabase, waits: list[float]) -> None:
    """A short transaction of the writer ten times a second, as a message is."""
    while True:
        began = time.perf_counter()
        await database.store(_beat)
        waits.append(time.perf_counter() - began)
        await asyncio.sleep(0.1)


def _beat(store: Store) -> None:
    store.rows("SELECT count(*) FROM staff")


def main() -> int:
    """0 when it holds."""
    with tempfile.TemporaryDirectory() as folder:
        proof = asyncio.run(prove(Path(folder)))
    sys.stdout.write(f"{proof.line()}\n")
    return 0 if proof.holds() else 1


if __name__ == "__main__":
    sys.exit(main())
