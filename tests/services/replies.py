"""What a colleague answers a person, and where each message stands."""

from services.access import Viewer
from services.talks import answering
from tests.conftest import HomeUnderTest


async def reply(home: HomeUnderTest, who: Viewer, text: str, key: str, openid: str = "daughter") -> int | None:
    person = await home.person(openid)
    return await home.database.write(lambda db: answering.answer(db, who, person, text, key, home.clock()))


async def states(home: HomeUnderTest) -> list[tuple[str, str | None]]:
    return [(str(state), why) for state, why in await home.rows("SELECT state, why FROM outbox ORDER BY id")]
