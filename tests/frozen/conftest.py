"""The sample as today's code opens it: brought up once for each engine, and copied for each test."""

import asyncio
import lzma
import shutil
import uuid
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path

import pytest

from scripts import servers
from settings import Database, Media, Security, Settings
from storage import migrate
from tests.conftest import HomeUnderTest, MakeHome
from tests.frozen.sample import NAME, SAMPLE, at, expected


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="session")
def upgraded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("frozen") / NAME
    file.write_bytes(lzma.decompress((SAMPLE / "sqlite.db.xz").read_bytes()))
    assert migrate.current(file) == expected()["schema"]
    migrate.upgrade(file)
    return file


@pytest.fixture(scope="session")
def upgraded_postgres(postgres_server: servers.Postgres) -> str:
    import asyncpg

    name = "frozen_19125a6"
    url, sql = postgres_server.create(name), lzma.decompress((SAMPLE / "postgres.sql.xz").read_bytes()).decode()

    async def load() -> None:
        connection = await asyncpg.connect(url)
        await connection.execute(sql)
        await connection.close()

    asyncio.run(load())
    assert migrate.current(url) == expected()["schema"]
    migrate.upgrade(url)
    return name


@pytest.fixture
def fresh(
    engine: str, request: pytest.FixtureRequest, tmp_path: Path, fresh: Callable[[str], str]
) -> Callable[[str], str]:
    """`jiashu.db` is a copy of the sample, with its keys; the other names are empty databases that any key may seal."""
    for keys in ("jiashu", "other"):
        shutil.copy(SAMPLE / "jiashu.keys", tmp_path / f"{keys}.keys")
    for name in ("jiashu.audit-heads", "jiashu.stop-list"):
        shutil.copy(SAMPLE / name, tmp_path / name)
    made: dict[str, str] = {}
    source = request.getfixturevalue("upgraded" if engine == "sqlite" else "upgraded_postgres")

    def copy() -> str:
        if engine == "sqlite":
            shutil.copy(source, tmp_path / NAME)
            return f"sqlite:///{tmp_path / NAME}"
        url: str = request.getfixturevalue("postgres_server").create(f"f{uuid.uuid4().hex}", source)
        return url

    def make(name: str) -> str:
        if name != NAME:
            return fresh(name)
        if name not in made:
            made[name] = copy()
        return made[name]

    return make


@pytest.fixture
def settings(fresh: Callable[[str], str], tmp_path: Path) -> Settings:
    """For the commands beside a service: the database of the sample."""
    return Settings(
        database=Database(fresh(NAME)),
        security=Security(key_file=str(tmp_path / "jiashu.keys")),
        media=Media(tmp_path / "media"),
    )


@pytest.fixture
async def frozen(make_home: MakeHome) -> AsyncIterator[HomeUnderTest]:
    """The house of the sample, a minute later; nothing that is done with it may be set aside."""
    home: HomeUnderTest = await make_home()
    home.clock.now = at(timedelta(minutes=1))
    before = await home.one("SELECT count(*) FROM inbox WHERE set_aside IS NOT NULL")
    yield home
    assert await home.one("SELECT count(*) FROM inbox WHERE set_aside IS NOT NULL") == before, "a message was set aside"
