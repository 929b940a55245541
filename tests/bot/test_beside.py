"""The operator's commands beside the running service, and without it: the same words, the same services (I13)."""

import asyncio
import io
import stat
import struct
from pathlib import Path

import msgspec
import pytest

from bot import accounts as command
from bot import beside, cli, upgrade
from bot.main import Service
from care.errors import DatabaseInUse, Invalid, NotMigrated
from care.states import Role
from services.staff import accounts, sessions, staff
from settings import Database, Home, Media, Security, Settings, Wechat
from storage.sqlite_file import LockFile
from tests.bot.logged import actions
from tests.conftest import HomeUnderTest
from tests.service import service

__all__ = ["service"]
BOTH = pytest.mark.parametrize("engine", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
SHEN = accounts.AddStaff("shen", "沈国平", Role.DIRECTOR, "long-enough")
CHEN = accounts.AddStaff("chen", "陈晓雯", Role.DESK, "long-enough", " 2  3 ")


async def asks(settings: Settings, form: msgspec.Struct) -> tuple[str, ...]:
    return await asyncio.to_thread(beside.ask, settings, form)


async def test_fault_i13_staff_are_kept_beside_the_running_service(service: Service) -> None:
    before = service.house.names
    assert await asks(service.settings, SHEN) == ("已添加 沈国平，登录名 shen。",)
    assert await asks(service.settings, CHEN) == ("已添加 陈晓雯，登录名 chen。",)
    assert await asks(service.settings, accounts.ListStaff()) == ("chen\t陈晓雯\t客服\t2 3", "shen\t沈国平\t院长\t全院")
    for _ in range(100):
        if service.house.names is not before:
            break
        await asyncio.sleep(0.02)
    assert service.house.names is not before, "the service itself has learned who works here"
    with pytest.raises(Invalid, match="登录名 chen 已经有人用了"):
        await asks(service.settings, CHEN)
    with pytest.raises(Invalid, match="没有登录名是 nobody 的在职同事"):
        await asks(service.settings, accounts.EndSessions("nobody"))


async def test_fault_i13_without_a_service_the_command_opens_the_database_itself(
    tmp_path: Path, migrated: Path
) -> None:
    (tmp_path / "jiashu.db").write_bytes(migrated.read_bytes())
    settings = Settings(
        wechat=Wechat(app_id="wx0123456789abcdef"), database=Database(f"sqlite:///{tmp_path / 'jiashu.db'}")
    )
    assert await asks(settings, accounts.ListStaff()) == ("还没有人，请用 jiashu staff add 添加。",)
    assert await asks(settings, CHEN) == ("已添加 陈晓雯，登录名 chen。",)
    with LockFile(settings.database.path), pytest.raises(DatabaseInUse):
        await asks(settings, SHEN)


async def test_fault_i13_the_socket_is_for_its_user_alone_and_goes_with_the_service(
    service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    path = beside.place(service.settings)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert service.beside is not None
    service.beside._uids = {4711}
    with pytest.raises(Invalid, match="不是运行它的用户"):
        await asks(service.settings, SHEN)
    assert actions(caplog) == ["beside"], "who is responsible reads that somebody knocked"
    await service.beside.stop()
    assert not path.exists()
    await service.beside.stop()  # somebody has cleaned the folder: that is no trouble
    path.touch()
    with pytest.raises(DatabaseInUse):  # what a killed service left: nobody listens, so the file's own lock decides
        await asks(service.settings, SHEN)
    service.beside._uids = beside.Line(service.running, service.clock)._uids
    await service.beside.start()
    assert await asks(service.settings, SHEN)


@pytest.mark.parametrize("deep", [1, 12])
async def test_fault_i13_however_deep_the_folder_lies(deep: int, tmp_path: Path, migrated: Path) -> None:
    folder = tmp_path.joinpath(*["a-folder-with-a-name"] * deep)
    folder.mkdir(parents=True)
    (folder / "jiashu.db").write_bytes(migrated.read_bytes())
    made = Service(
        Settings(
            wechat=Wechat(app_id="wx0123456789abcdef", app_secret="s", token="tok", encoding_aes_key="a" * 43),
            database=Database(f"sqlite:///{folder / 'jiashu.db'}"),
            security=Security(key_file=str(tmp_path / "service.keys")),
            media=Media(tmp_path / "media"),
            home=Home(name="青禾颐养院"),
        )
    )
    await made.start()
    try:
        assert await asks(made.settings, CHEN) == ("已添加 陈晓雯，登录名 chen。",)
    finally:
        await made.stop()


FRAMES = {
    "nothing": b"",
    "half a length": b"\x00\x00",
    "too long": struct.pack(">I", beside.MOST + 1),
    "garbage": struct.pack(">I", 4) + b"\xff\xff\xff\xff",
    "another command": beside.LENGTH.pack(0),
}


@pytest.mark.parametrize("name", FRAMES)
async def test_fault_i13_a_frame_that_is_none_ends_the_line_and_nothing_else(
    name: str, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(beside, "ASKS", 0.2)
    with beside._near(beside.place(service.settings)) as address:
        reader, writer = await asyncio.open_unix_connection(address)
    writer.write(FRAMES[name])
    said = await asyncio.wait_for(reader.read(), 5)
    writer.close()
    assert said == b"" or "不是同一个版本" in said.decode(errors="ignore")
    assert await asks(service.settings, SHEN)


async def test_fault_i13_a_command_of_another_release_and_one_that_fails_are_sentences(
    service: Service, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    class Unknown(msgspec.Struct):
        x: int = 1

    with pytest.raises(Invalid, match="不认识这条命令"):
        await asks(service.settings, Unknown())
    monkeypatch.setattr(staff, "add", None)
    assert actions(caplog) == []
    with pytest.raises(Invalid, match="出了点问题"):
        await asks(service.settings, SHEN)
    assert actions(caplog) == ["beside"]


async def test_fault_i13_a_service_that_hangs_keeps_nobody_waiting_at_the_command_line(
    home: HomeUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(beside, "RUNS", 0.1)
    monkeypatch.setattr(beside, "ASKS", 0.1)
    opened: list[asyncio.StreamWriter] = []
    with beside._near(beside.place(home.settings)) as address:
        hanging = await asyncio.start_unix_server(lambda _, writer: opened.append(writer), address)
    try:
        with pytest.raises(beside.TooLong, match="可能还在做"):
            await asyncio.wait_for(asks(home.settings, SHEN), 10)
    finally:
        hanging.close()
        for writer in opened:
            writer.close()


async def test_fault_i13_a_command_that_takes_too_long_is_told_so_by_the_service(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def endless(*_: object) -> tuple[str, ...]:
        await asyncio.sleep(60)
        return ()

    monkeypatch.setattr(beside, "run", endless)
    monkeypatch.setattr(beside, "RUNS", 0.1)
    with pytest.raises(Invalid, match="可能还在做"):
        await asks(service.settings, SHEN)


async def test_fault_i13_the_longest_command_is_carried_out_and_a_longer_one_is_refused_in_words(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = beside.Asked("AddStaff", msgspec.Raw(msgspec.msgpack.encode(SHEN)))
    size = len(msgspec.msgpack.encode(asked))
    monkeypatch.setattr(beside, "MOST", size - 1)
    with pytest.raises(Invalid, match="太长了，没有做"):
        await asks(service.settings, SHEN)
    monkeypatch.setattr(beside, "MOST", size)
    assert await asks(service.settings, SHEN) == ("已添加 沈国平，登录名 shen。",)


async def test_fault_i13_a_long_answer_arrives_whole(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    long = ("陈" * 400_000,)

    async def many(*_: object) -> tuple[str, ...]:
        return long

    monkeypatch.setattr(beside, "run", many)
    assert await asks(service.settings, accounts.ListStaff()) == long


# -- what each does --------------------------------------------------------------------------------------------------


async def _does(home: HomeUnderTest, form: msgspec.Struct) -> str:
    from services.subject import Running

    running = Running(home.database, home.house, home.ids.home_id, home.settings)
    asked = beside.Asked(type(form).__name__, msgspec.Raw(msgspec.msgpack.encode(form)))
    return "\n".join(await beside.run(running, home.clock, asked))


async def _logs_in(home: HomeUnderTest, login: str) -> str:
    def work(db: object) -> str:
        who = staff.knock(db, login, "10.0.0.1", "", home.clock())  # type: ignore[arg-type]
        return sessions.log_in(db, who, home.clock(), 12).session  # type: ignore[arg-type]

    return await home.database.write(work)


async def _is_in(home: HomeUnderTest, cookie: str) -> Role | None:
    found = await home.database.read(lambda db: sessions.session(db, cookie, home.clock()))
    return found.viewer.role if found else None


@BOTH
async def test_fault_i13_who_leaves_is_out_at_once_and_the_last_director_stays(home: HomeUnderTest) -> None:
    for form in (SHEN, CHEN):
        await _does(home, form)
    cookie = await _logs_in(home, "chen")
    assert await _is_in(home, cookie) is Role.DESK
    assert "陈晓雯 不能再登录了" in await _does(home, accounts.StaffLeaves("chen"))
    assert await _is_in(home, cookie) is None
    assert (
        (await _does(home, accounts.ListStaff()))
        .splitlines()[-1]
        .startswith("chen\t陈晓雯\t客服\t2 3\t2026-11-22 离开")
    )
    with pytest.raises(Invalid, match="在职同事"):
        await _does(home, accounts.StaffLeaves("chen"))
    for last in (accounts.StaffLeaves("shen"), accounts.NewRole("shen", Role.ADMIN)):
        with pytest.raises(Invalid, match="沈国平 是唯一的院长"):
            await _does(home, last)
    await _does(home, accounts.AddStaff("lin", "林院长", Role.DIRECTOR, "long-enough"))
    assert "不能再登录" in await _does(home, accounts.StaffLeaves("shen"))


@BOTH
async def test_fault_i13_a_new_password_ends_all_log_ins_and_opens_locks(home: HomeUnderTest) -> None:
    await _does(home, CHEN)
    cookies = [await _logs_in(home, "chen") for _ in range(2)]
    who = await home.database.write(lambda db: staff.knock(db, "chen", "10.0.0.2", "", home.clock()))
    for _ in range(staff.FAILS):
        await home.database.write(lambda db: staff.count(db, who, home.clock()))
    await home.database.write(lambda db: staff.lock(db, who, home.clock()))
    assert "密码换好了" in await _does(home, accounts.NewPassword("chen", "another-password"))
    assert [await _is_in(home, cookie) for cookie in cookies] == [None, None]
    again = await home.database.write(lambda db: staff.knock(db, "chen", "10.0.0.2", "", home.clock()))
    assert await asyncio.to_thread(staff.verify, again.password, "another-password")
    assert not await asyncio.to_thread(staff.verify, again.password, "long-enough")
    with pytest.raises(Invalid, match="密码至少 8 位"):
        await _does(home, accounts.NewPassword("chen", "short"))


@BOTH
async def test_fault_i13_role_floors_and_log_out_hold_from_the_next_click(home: HomeUnderTest) -> None:
    await _does(home, CHEN)
    cookie = await _logs_in(home, "chen")
    assert await _does(home, accounts.NewRole("chen", Role.NURSE)) == "陈晓雯 现在是护士。"
    assert await _is_in(home, cookie) is Role.NURSE
    assert await _does(home, accounts.NewFloors("chen", "5")) == "陈晓雯 现在负责5 层。"
    assert await _does(home, accounts.NewFloors("chen", "")) == "陈晓雯 现在负责全院。"
    assert await _does(home, accounts.EndSessions("chen")) == "陈晓雯 的 1 处登录都退出了。"
    assert await _is_in(home, cookie) is None
    written = await home.rows("SELECT action FROM audit WHERE actor = 'machine' ORDER BY id")
    assert [action for (action,) in written][-4:] == ["set_role", "set_floors", "set_floors", "end_sessions"]
    assert "验证码重置了" in await _does(home, accounts.ResetCodes("chen"))


# -- the command line ------------------------------------------------------------------------------------------------


def test_fault_i13_only_the_first_colleague_makes_the_database_and_a_wrong_path_makes_none(
    tmp_path: Path, migrated: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever mistypes the path is told so; an empty house is not shown to her."""
    settings = Settings(
        wechat=Wechat(app_id="wx0123456789abcdef"), database=Database(f"sqlite:///{tmp_path / 'jiashu.db'}")
    )
    monkeypatch.setattr(upgrade, "bring_up", lambda _: settings.database.path.write_bytes(migrated.read_bytes()))
    for words in (["list"], ["leave", "shen"], ["password", "shen", "--new"]):
        with pytest.raises(NotMigrated):
            command.run(settings, cli.parser().parse_args(["staff", *words]))
    assert not settings.database.path.exists()
    assert command.run(settings, cli.parser().parse_args(["staff", "add", "shen", "沈国平", "director", "--new"])) == 0
    assert command.run(settings, cli.parser().parse_args(["staff", "list"])) == 0


def test_fault_i13_no_password_is_an_argument_and_a_new_one_is_shown_once(
    tmp_path: Path, migrated: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "jiashu.db").write_bytes(migrated.read_bytes())
    settings = Settings(
        wechat=Wechat(app_id="wx0123456789abcdef"), database=Database(f"sqlite:///{tmp_path / 'jiashu.db'}")
    )

    def jiashu(*words: str, given: str = "") -> tuple[str, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(given))
        assert command.run(settings, cli.parser().parse_args(["staff", *words])) == 0
        told = capsys.readouterr()
        return told.out, told.err

    assert jiashu("add", "shen", "沈国平", "director", given="a-good-password\n")[0] == ""
    out, said = jiashu("add", "chen", "陈晓雯", "desk", "--floors", "2", "--new")
    assert len(out.strip()) >= 12
    assert "只显示这一次" in said
    assert out.strip() not in said
    again, _ = jiashu("password", "chen", "--new")
    assert again.strip() not in {"", out.strip()}
    jiashu("role", "chen", "nurse")
    jiashu("floors", "chen", "4", "5")
    assert "4 5" in jiashu("list")[0]
    jiashu("floors", "chen", "all")
    jiashu("logout", "chen")
    jiashu("leave", "chen")
    assert jiashu("list")[0].splitlines()[0] == "shen\t沈国平\t院长\t全院"
    with pytest.raises(SystemExit):
        cli.parser().parse_args(["staff", "password", "chen", "secret"])
