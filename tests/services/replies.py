"""What a colleague answers a person, where each message stands, and which complaints are open."""

from datetime import UTC, datetime

from services.access import Viewer
from services.talks import answering
from storage.queries import complaints_list
from storage.queries.complaints import Row
from storage.queries.sight import Sight
from storage.unit import Unit
from tests.conftest import HomeUnderTest


async def reply(home: HomeUnderTest, who: Viewer, text: str, key: str, openid: str = "daughter") -> int | None:
    person = await home.person(openid)
    return await home.database.write(lambda db: answering.answer(db, who, person, text, key, home.clock()))


async def states(home: HomeUnderTest) -> list[tuple[str, str | None]]:
    return [(str(state), why) for state, why in await home.rows("SELECT state, why FROM outbox ORDER BY id")]


def every_open(db: Unit, sight: Sight) -> list[Row]:
    """The open complaints that somebody may see."""
    now = datetime.now(UTC)
    lanes = range(len(complaints_list.LANES))
    return [row for lane in lanes for row in complaints_list.lane(db, sight, lane, "", now).rows]
