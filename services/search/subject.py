"""What this subject gives to the house."""

from datetime import datetime
from typing import Final

from services.search import search
from services.subject import Job, Running, Subject
from settings.clock import wall


async def _index(running: Running, _now: datetime) -> None:
    while portion := await running.database.read(lambda db: search.next_portion(db, wall())):
        await running.database.store(
            lambda store, portion=portion: search.put(store, portion)  # type: ignore[misc]
        )


SUBJECT: Final = Subject(
    name="search",
    jobs=(Job("search", 5.0, _index, "把新内容编进搜索"),),
    actions={"search": "搜索"},
    things={"search": "搜索：{} 人、{} 件投诉、{} 条消息"},
)
