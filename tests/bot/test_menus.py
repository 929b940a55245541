"""The menu of colleagues follows the binding, as far as the platform lets it (F39)."""

from dataclasses import dataclass, field

from bot import menus
from care.states import Role
from services.access import Viewer
from services.ports import NoAccount, PlatformRefused
from services.staff import wechat
from services.subject import Running
from tests.conftest import HomeUnderTest


async def bound(home: HomeUnderTest, director: Viewer, one: Viewer, phone: str) -> None:
    code, _ = await home.database.write(lambda db: wechat.code_for(db, director, one.id, home.clock()))
    assert "绑好了" in await home.hears(code, phone)


@dataclass
class Desk:
    """A platform that remembers tags, and refuses whom it is told to."""

    refuses: set[str] = field(default_factory=set)
    told: list[tuple[str, str]] = field(default_factory=list)
    away: type[PlatformRefused] | None = None

    async def tag(self, name: str) -> int:
        if self.away is NoAccount:
            raise NoAccount
        if self.away is not None:
            raise self.away(why="忙", code="-1", text="")
        assert name == "同事"
        return 7

    async def mark(self, openid: str, tag: int) -> None:
        await self._tell("mark", openid, tag)

    async def unmark(self, openid: str, tag: int) -> None:
        await self._tell("unmark", openid, tag)

    async def _tell(self, word: str, openid: str, tag: int) -> None:
        assert tag == 7
        if openid in self.refuses:
            raise PlatformRefused(why="不认识", code="40003", text="")
        self.told.append((word, openid))


async def test_f39_a_bound_colleague_gets_her_menu_and_loses_it_when_the_phone_is_unbound(home: HomeUnderTest) -> None:
    director = await home.staff(Role.DIRECTOR, "沈国平", "shen")
    running = Running(home.database, home.house, home.ids.home_id, home.settings)
    for name, login in (("周敏", "zhou"), ("唐雨", "tang")):
        one = await home.staff(Role.NURSE, name, login)
        await bound(home, director, one, login)
    desk = Desk({"tang"})

    async def follows() -> list[tuple[str, str]]:
        desk.told.clear()
        await menus.follow(running, desk, home.clock())  # type: ignore[arg-type]
        return list(desk.told)

    for desk.away in (NoAccount, PlatformRefused):
        assert await follows() == []
    desk.away = None
    assert await follows() == [("mark", "zhou")], "who is refused holds up no other"
    desk.refuses.clear()
    assert await follows() == [("mark", "tang")]
    assert await follows() == []
    zhou = await home.one("SELECT id FROM staff WHERE login = 'zhou'")
    await home.database.write(lambda db: wechat.unbind_for(db, director, zhou, home.clock()))
    assert await follows() == [("unmark", "zhou")]
