"""The platform's file at the root of the domain, without which no family page can be registered (fault W6)."""

from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot import config, proofs
from bot.main import Service
from care.errors import ConfigError
from settings import Database, Http, Settings

NAME = "MP_verify_AbCd1234EfGh5678.txt"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / NAME
    made.write_bytes(b"AbCd1234EfGh5678")
    return made


async def asked(app: web.Application, path: str) -> tuple[int, bytes, str]:
    async with TestServer(app) as server, aiohttp.ClientSession() as http, http.get(server.make_url(path)) as answer:
        return answer.status, await answer.read(), answer.content_type


async def test_fault_w6_the_file_is_served_at_the_root_as_it_is_and_nothing_else_is(file: Path, tmp_path: Path) -> None:
    (tmp_path / "MP_verify_other.txt").write_text("other")
    app = web.Application()
    proofs.add_to(app.router, proofs.read(str(file)), lambda: "MP_verify_Up.txt Up")
    assert await asked(app, "/MP_verify_Up.txt") == (200, b"Up", "text/plain")
    assert await asked(app, f"/{NAME}") == (200, b"AbCd1234EfGh5678", "text/plain")
    for other in ("/MP_verify_other.txt", "/MP_verify_.txt", f"/p/{NAME}", f"/{NAME}/"):
        assert (await asked(app, other))[0] == 404


@pytest.mark.parametrize("role", ["all", "web", "worker"])
async def test_fault_w6_the_service_serves_it_wherever_it_takes_messages(
    file: Path, tmp_path: Path, migrated: Path, role: str
) -> None:
    (tmp_path / "service.db").write_bytes(migrated.read_bytes())
    environment = {
        "JIASHU_HTTP__VERIFY_FILES": str(file),
        "JIASHU_DATABASE__URL": f"sqlite:///{tmp_path / 'service.db'}",
        "JIASHU_WECHAT__APP_ID": "wx0123456789abcdef",
        "JIASHU_WECHAT__APP_SECRET": "s",
        "JIASHU_WECHAT__TOKEN": "tok",
        "JIASHU_WECHAT__ENCODING_AES_KEY": "a" * 43,
    }
    service = Service(config.load(None, environment), role)
    await service.start()
    try:
        status = (await asked(service.application(), f"/{NAME}"))[0]
    finally:
        await service.stop()
    assert status == (404 if role == "worker" else 200)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("verify.txt", b"AbCd1234EfGh5678", "下载时的名字"),
        ("MP_verify_a-b.txt", b"AbCd1234EfGh5678", "下载时的名字"),
        (NAME, b"", "重新下载"),
        (NAME, b"A" * 1025, "重新下载"),
        (NAME, b"<html>not found</html>", "重新下载"),
    ],
)
def test_fault_w6_a_file_that_is_not_the_platforms_is_told_at_the_start(
    tmp_path: Path, name: str, content: bytes, told: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ConfigError, match=told):
        proofs.read(str(tmp_path / name))


async def test_fault_w6_all_that_is_missing_is_told_at_once_and_before_the_database(file: Path, tmp_path: Path) -> None:
    both = f"{tmp_path / 'MP_verify_a.txt'} {file} {tmp_path / 'MP_verify_b.txt'}"
    with pytest.raises(ConfigError) as told:
        proofs.read(both)
    assert told.value.sentence.count("读不了") == 2
    service = Service(Settings(http=Http(verify_files=both), database=Database(f"sqlite:///{tmp_path / 'none.db'}")))
    with pytest.raises(ConfigError):
        await service.start()
