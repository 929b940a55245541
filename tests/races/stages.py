"""A stage as it stands, in rows that are put back before each play; each is built once, for both engines."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from services import install
from services.accusations import accusations
from services.house import House
from services.talks.receive import receive_batch
from settings import Database as Where
from settings import Media, Security, Settings, Wechat
from storage import seal
from storage.open import open_database
from tests.conftest import HomeUnderTest, Moves
from tests.races.model import HOME, Stage
from tests.races.rows import Rows, read_rows, write_rows


@dataclass(frozen=True)
class Set:
    """A stage as it stands: its rows, its ids, its hour."""

    rows: Rows
    ids: install.Installed
    now: datetime
    facts: dict[str, int]


class Stages:
    """Builds each stage once, on a SQLite file beside, and keeps its rows for both engines."""

    def __init__(self, folder: Path, schema: Path) -> None:
        self.folder = folder
        self.sealer = seal.load(folder / "races.keys", may_create=True)
        self.file = folder / "stages.db"
        self.file.write_bytes(schema.read_bytes())
        self._known: dict[str, Set] = {}

    def settings(self, url: str) -> Settings:
        """A home as it is configured."""
        return Settings(
            wechat=Wechat(app_id="wx0123456789abcdef", app_secret="s", token="tok", encoding_aes_key="a" * 43),
            database=Where(url),
            security=Security(key_file=str(self.folder / "races.keys")),
            media=Media(self.folder / "media"),
            home=HOME,
        )

    async def of(self, stage: Stage) -> Set:
        """A stage."""
        if stage.name not in self._known:
            before = None if stage.after is None else await self.of(stage.after)
            self._known[stage.name] = await self._build(stage, before)
        return self._known[stage.name]

    async def _build(self, stage: Stage, before: Set | None) -> Set:
        settings, house = self.settings(f"sqlite:///{self.file}"), House(HOME)
        database = open_database(
            settings.database.url, self.sealer, lambda store, batch: receive_batch(store, house, batch)
        )
        await database.start()
        try:
            clock = Moves()
            if before is None:
                ids = await database.write(lambda db: install.install(db, settings, clock()))
            else:
                await database.store(lambda store: write_rows(store, before.rows))
                ids, clock.now = before.ids, before.now
                house.names = await database.read(lambda db: accusations.names(db, ids.home_id))
            home = HomeUnderTest(database, house, clock, ids, settings, count=len(self._known) * 100)
            facts = dict(before.facts) if before is not None else {}
            facts |= await stage.builds(home, facts)
            return Set(await database.store(read_rows), ids, clock(), facts)
        finally:
            await database.close()
