"""What all tests share: a home on a real database, SQLite or PostgreSQL, whose clock the test holds in its hand."""

import gc
import itertools
import os
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from hypothesis import HealthCheck
from hypothesis import settings as generated

from bot import reading
from care import accusations as accusation
from care.states import Role
from conversations import events
from conversations.events import said
from conversations.routing import Intent, understand
from scripts import servers
from services import install
from services.access import Viewer
from services.accusations import accusations
from services.house import House
from services.outgoing import sending, settling
from services.ports import Fate, Outcome
from services.staff import staff
from services.subject import subjects
from services.talks.envelope import Answer, Envelope, Receipt
from services.talks.receive import receive_batch
from settings import Settings
from storage import migrate, seal
from storage.database import Database as AnyDatabase
from storage.open import open_database
from storage.store import Store
from tests import choice, databases, statements, transactions
from tests.installed import Installed, install_once, keys_of, settings_of

generated.register_profile("shared", deadline=None, suppress_health_check=[HealthCheck.too_slow])
generated.load_profile("shared")  # another process may take the processor for a second: that is no finding
SETTLED = staff.Standing(own_password=True, pledged=True, codes_by=datetime(2100, 1, 1, tzinfo=UTC))
"""Somebody who works here: nothing is asked of her at the log-in but her password."""
UNMEASURED = frozenset({"stories", "races", "storage", "frozen", "simulator", "understanding"})
"""Folders of tests whose reach is not measured: what they run is in other processes, not of the rules, or all of it
reached by others.
"""
subjects()  # as in a running service: each purpose is declared, whichever test is run alone

START = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


def pytest_addoption(parser: pytest.Parser) -> None:
    choice.add_options(parser)
    parser.addoption(
        "--fast",
        action="store_true",
        help="pure tests and those on SQLite: no PostgreSQL, no browser, no stories, no child processes",
    )


def pytest_configure(config: pytest.Config) -> None:
    choice.begins(config)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    chosen, fast, only = choice.of(config), config.getoption("--fast"), config.getoption("--only-parts")
    left = [
        item
        for item in items
        if not chosen.takes(item) or (fast and _is_slow(item)) or (only and not choice.chooses(item))
    ]
    if left:
        config.hook.pytest_deselected(items=left)
        out = set(left)
        items[:] = [item for item in items if item not in out]
    for item in items:
        if not UNMEASURED.isdisjoint(item.path.parts) or "postgres" in choice.parameters(item).values():
            item.add_marker("no_cover")  # the tracer costs half of a test's time again; the lines are those of SQLite
    items[:] = _long_ones_first(items, getattr(config, "workerinput", {}).get("workercount", 1))


def _long_ones_first(items: list[pytest.Item], workers: int) -> list[pytest.Item]:
    """Stories and slow tests at the head of what each worker is given, so that none is left alone with a long one at
    the end.
    """
    kinds: dict[bool, list[pytest.Item]] = {True: [], False: []}
    for item in items:
        kinds["stories" in item.path.parts or item.get_closest_marker("slow") is not None].append(item)
    long, short = kinds[True], iter(kinds[False])
    ordered: list[pytest.Item] = []
    for n in range(workers):
        ordered += long[n::workers]
        ordered += itertools.islice(short, max(0, len(items) * (n + 1) // workers - len(ordered)))
    return [*ordered, *short]


def pytest_collection_finish() -> None:
    """What is loaded by now stays: the collector need not look through it again at each of its rounds."""
    gc.collect()
    gc.freeze()


def _is_slow(item: pytest.Item) -> bool:
    """A story, or a test that asks for a server: by the fixture, or by the name of the engine."""
    return (
        "stories" in item.path.parts
        or any(item.get_closest_marker(name) is not None for name in ("browser", "postgres", "slow"))
        or "postgres" in choice.parameters(item).values()
        or not {"postgres_server", "redis_url"}.isdisjoint(getattr(item, "fixturenames", ()))
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A failure among cases that a run chose says how the same ones are chosen again."""
    report = yield
    if report.failed and choice.chooses(item):
        report.sections.append(("cases of a part", choice.of(item.config).told()))
    return report


@pytest.fixture(scope="session")
def chosen(request: pytest.FixtureRequest) -> choice.Choice:
    """The part of long rows of cases that this run tries."""
    return choice.of(request.config)


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("JIASHU_")]:
        monkeypatch.delenv(name)


@pytest.fixture(scope="session", autouse=True)
def costly_hasher() -> Iterator[PasswordHasher]:
    """Passwords are hashed by the same code with little memory: each costs 150 ms otherwise, and there are thousands.
    Gives the hasher of the product.
    """
    whole = staff._hasher
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(staff, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        staff._nobody.cache_clear()
        yield whole


@pytest.fixture(scope="session", autouse=True)
def _nobody_reads_again() -> Iterator[None]:
    """A service that is started here loads no encoder: it takes a second of a core, and 150 MB."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "installed", lambda: False)
        yield


@pytest.fixture(scope="session", autouse=True)
def _transactions_are_looked_at() -> Iterator[None]:
    with transactions.watched():
        yield


@pytest.fixture(scope="session", autouse=True)
def _statements_are_compiled_once() -> Iterator[None]:
    with statements.shared():
        yield


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("schema") / "empty.db"
    migrate.upgrade(path)
    return path


@dataclass
class Moves:
    """A clock that moves when it is told to."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def on(self, **length: float) -> datetime:
        self.now += timedelta(**length)
        return self.now


def put(store: Store, sql: str, *values: object) -> list[tuple[Any, ...]]:
    """What a test wants to know, or to put in place past every rule."""
    store.flush()
    return store._ask(sql, values)


@dataclass
class HomeUnderTest:
    """A home with its database, and people who write to it."""

    database: AnyDatabase
    house: House
    clock: Moves
    ids: install.Installed
    settings: Settings
    count: int = 0
    loaded: list[int] = field(default_factory=list)

    def envelope(
        self, event: events.Arrival, openid: str = "daughter", *, key: str = "", intent: str | None = None
    ) -> Envelope:
        self.count += 1
        wanted = intent or understand(event)
        words = said(event)
        return Envelope(
            home_id=self.ids.home_id,
            account_id=self.ids.account_id,
            openid=openid,
            key=key or f"m:{openid}:{self.count}",
            kind=type(event).__name__.lower(),
            event=event,
            intent=wanted,
            accused=accusation.read(words, self.house.names, complaint=wanted is Intent.COMPLAINT) if words else None,
            in_complaint=lambda: accusation.read(words, self.house.names, complaint=True),
            raw=b"<xml/>",
            created_at=self.clock().replace(microsecond=0),
            arrived_at=self.clock(),
        )

    async def hears(self, event: events.Arrival | str, openid: str = "daughter", *, key: str = "") -> str:
        """A person does something; what the machine answers."""
        arrival = events.Text(event) if isinstance(event, str) else event
        receipt: Receipt = await self.database.receive(self.envelope(arrival, openid, key=key))
        return receipt.answer.text if isinstance(receipt.answer, Answer) else ""

    async def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        return await self.database.store(lambda store: put(store, sql, *values))

    async def one(self, sql: str, *values: object) -> Any:
        found = await self.rows(sql, *values)
        return found[0][0] if found else None

    @property
    def file(self) -> Path:
        """The SQLite file."""
        return self.settings.database.path

    async def person(self, openid: str = "daughter") -> int:
        return int(await self.one("SELECT person_id FROM follower WHERE openid = ?", openid))

    async def staff(
        self, role: Role = Role.DESK, name: str = "陈晓雯", login: str = "chen", floors: str = ""
    ) -> Viewer:
        added = await self.database.write(
            lambda db: (
                staff.add(db, self.ids.home_id, login, name, role, "long-enough", self.clock(), floors, SETTLED).id
            )
        )
        self.house.names = await self.database.read(lambda db: accusations.names(db, self.ids.home_id))
        return Viewer(added, self.ids.home_id, name, role, frozenset(floors.split()))

    async def send_all(self, platform: Callable[[str, str], Outcome] | None = None) -> list[tuple[str, str]]:
        """Everything that is ready leaves; the list of (openid, words)."""
        now = self.clock()
        left: list[tuple[str, str]] = []
        while claims := await self.database.store(lambda store: sending.claim(store, now, now)):
            for claim in claims:
                outcome = platform(claim.openid, claim.text) if platform else Outcome(Fate.SENT, "")
                if outcome.fate is Fate.SENT:
                    left.append((claim.openid, claim.text))
                await self.database.store(
                    lambda store, c=claim, o=outcome: settling.settle(store, c, o, now)  # type: ignore[misc]
                )
        return left


MakeHome = Callable[..., Any]


@pytest.fixture
def engine() -> str:
    """The database under the test; packages whose stories run on both engines name both."""
    return "sqlite"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[servers.Postgres]:
    with servers.postgres((*servers.QUICK, *databases.OPTIONS)) as server:
        migrate.upgrade(server.create(databases.TEMPLATE))
        yield server


@pytest.fixture(scope="session")
def postgres_databases(postgres_server: servers.Postgres) -> Iterator[databases.Databases]:
    made = databases.Databases(postgres_server)
    yield made
    made.close()


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    with servers.valkey() as server:
        yield server.url


@pytest.fixture
def fresh(
    engine: str, request: pytest.FixtureRequest, tmp_path: Path, migrated: Path
) -> Iterator[Callable[[str], str]]:
    """A database with today's schema and nothing in it, by name; the same name gives the same one."""
    pool: databases.Databases | None = None
    if engine == "postgres":
        pool = request.getfixturevalue("postgres_databases")
    made: dict[str, str] = {}

    def make(name: str) -> str:
        if name in made:
            return made[name]
        if pool is not None:
            made[name] = pool.take()
        else:
            (tmp_path / name).write_bytes(migrated.read_bytes())
            made[name] = f"sqlite:///{tmp_path / name}"
        return made[name]

    yield make
    if pool is not None:
        for url in made.values():
            pool.give_back(url)


@pytest.fixture(scope="session")
def installed(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    return install_once(tmp_path_factory.mktemp("installed"), migrated.read_bytes(), START)


@pytest.fixture
async def make_home(
    tmp_path: Path, engine: str, fresh: Callable[[str], str], installed: Installed
) -> AsyncIterator[MakeHome]:
    """Builds a home; all of them are closed, and no reading connection may be left out."""
    made: list[AnyDatabase] = []

    async def make(house: House | None = None, name: str = "jiashu.db") -> HomeUnderTest:
        ready = engine == "sqlite" and not keys_of(tmp_path, name).exists()  # not a second time, and not a sample
        settings = settings_of(tmp_path, name, fresh(name))
        if ready:
            installed.put(tmp_path, name)
        built = house or House(settings.home)
        sealer = seal.load(settings.key_file, may_create=True)
        database = open_database(
            settings.database.url,
            sealer,
            lambda store, batch: transactions.looked_at(store, lambda store: receive_batch(store, built, batch)),
        )
        await database.start()
        transactions.watch(database)
        made.append(database)
        clock = Moves()
        ids = (
            replace(installed.ids, settings=settings)
            if ready
            else await database.write(lambda db: install.install(db, settings, clock()))
        )
        return HomeUnderTest(database, built, clock, ids, settings)

    yield make
    for database in made:
        assert database.checked_out == 0, "a page kept a reading connection"
        await database.close()


@pytest.fixture
async def home(make_home: MakeHome) -> HomeUnderTest:
    built: HomeUnderTest = await make_home()
    return built
