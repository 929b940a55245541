"""An old couple with one phone, and the people of their floor, for the stories of who speaks (F3)."""

from dataclasses import dataclass

import msgspec
import pytest

from conversations.events import Text
from services.access import Viewer
from services.families import binding
from services.families.forms import ConfirmBinding
from services.talks import answering
from tests import houses
from tests.conftest import HomeUnderTest
from understanding.cascade import triage

__all__ = ["Couple", "bound", "couple", "furnished", "resident"]
SCENE = {
    "staff": [],
    "people": [],
    "residents": [
        ["306", "1", "王秀英", "女", "1944-10-14"],
        ["306", "2", "李建国", "男", "1941-03-02"],
        ["307", "1", "赵德厚", "男", "1939-05-20"],
    ],
}


@dataclass
class Couple:
    """The house, its desk, and the two with their phone."""

    home: HomeUnderTest
    desk: Viewer
    wang: int
    li: int
    place: int
    number: int
    """Her number as a resident."""

    async def says(self, words: str) -> str:
        return await self.home.hears(words, "both")

    async def cries(self, words: str) -> str:
        heard = triage(words)
        envelope = msgspec.structs.replace(self.home.envelope(Text(words), "both"), heard=heard, meant=heard)
        receipt = await self.home.database.receive(envelope)
        return receipt.answer.text if receipt.answer else ""

    async def answered(self, words: str, key: str = "k") -> None:
        """A colleague writes to her."""
        now = self.home.clock()
        await self.home.database.write(lambda db: answering.answer(db, self.desk, self.wang, words, key, now, None))

    async def holder(self) -> int:
        return await self.home.person("both")


async def resident(home: HomeUnderTest, bed: str, room: str = "306") -> tuple[int, int]:
    return tuple((await home.rows("SELECT id, person_id FROM resident WHERE room = ? AND bed = ?", room, bed))[0])


async def bound(
    home: HomeUnderTest, desk: Viewer, openid: str, form: ConfirmBinding, room: str = "306"
) -> binding.Bound:
    number, _ = await resident(home, "1", room)
    code = (await home.database.write(lambda db: binding.invite(db, desk, number, home.clock())))[0]
    for words in (code, "本人", "王秀英"):
        await home.hears(words, openid)
    asked = int(await home.one("SELECT max(id) FROM application"))
    found: binding.Bound = await home.database.write(
        lambda db: binding.confirm(db, home.house, desk, asked, form, home.clock())
    )
    return found


@pytest.fixture
async def furnished(home: HomeUnderTest) -> HomeUnderTest:
    await home.database.write(lambda db: houses.furnish(db, home.ids, SCENE, home.clock()))
    return home


@pytest.fixture
async def couple(furnished: HomeUnderTest) -> Couple:
    home, desk = furnished, await furnished.staff()
    (number, wang), (other, li) = await resident(home, "1"), await resident(home, "2")
    found = await bound(home, desk, "both", ConfirmBinding(phone_is="shared", other=other))
    assert found.elder
    assert found.openids == ("both",)
    left = await home.send_all()
    assert "王秀英、李建国，你们两位都能用" in left[-1][1]
    home.clock.on(hours=1)
    return Couple(home, desk, wang, li, found.person_id, number)
