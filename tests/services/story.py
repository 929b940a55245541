"""One complaint and the people who handle it, step by step."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from care.states import Role
from services.access import Viewer
from services.complaints import complaints, proposals
from services.complaints.forms import Assess, Decide, Inquire, Propose
from services.talks import answering
from storage.unit import Unit
from tests.conftest import HomeUnderTest


class Story:
    """One complaint and the people who handle it."""

    def __init__(self, home: HomeUnderTest) -> None:
        self.home = home

    async def begin(self, words: str = "昨晚按铃没人来，我要投诉") -> "Story":
        self.desk = await self.home.staff(Role.DESK, "陈晓雯", "chen")
        self.lead = await self.home.staff(Role.SUPERVISOR, "何志远", "he")
        self.director = await self.home.staff(Role.DIRECTOR, "沈国平", "shen")
        self.nurse = await self.home.staff(Role.NURSE, "周敏", "zhou")
        await self.home.hears(words)
        self.complaint = await self.home.one("SELECT id FROM complaint ORDER BY id DESC")
        self.person = await self.home.person()
        await self.do(lambda db: answering.log_call(db, self.desk, self.person, "说了会查", self.home.clock()))
        return self

    async def do(self, work: Callable[[Unit], Any]) -> Any:
        self.home.clock.on(minutes=1)
        return await self.home.database.write(work)

    async def assess(self, who: Viewer | None = None, **more: Any) -> None:
        asked: dict[str, Any] = {
            "category": "护理质量",
            "level": 3,
            "why": "",
            "scope": "ours",
            "passed_to": "",
            "owner": self.lead.id,
            "accused": frozenset({self.nurse.id}),
        } | more
        if "level" not in more:
            asked["level"] = await self.home.one("SELECT level FROM complaint WHERE id = ?", self.complaint)
        await self.do(
            lambda db: complaints.assess(
                db, self.home.house, who or self.desk, self.complaint, Assess(**asked), self.home.clock()
            )
        )

    async def plan(self, who: Viewer | None = None, **more: Any) -> None:
        asked: dict[str, Any] = {
            "cause": "双人都忙时没有规定谁接铃",
            "department": "护理部",
            "responsible": self.nurse.id,
            "measures": "铃响 3 分钟转 1 楼值班",
            "done_by": date(2026, 11, 30),
            "reply": "",
        } | more
        await self.do(
            lambda db: proposals.propose(
                db, self.home.house, who or self.lead, self.complaint, Propose(**asked), self.home.clock()
            )
        )

    async def decide(self, who: Viewer, *, approve: bool = True, why: str = "") -> None:
        row = await self.home.one(
            "SELECT id FROM proposal WHERE case_id = ? AND verdict IS NULL ORDER BY id DESC", self.complaint
        )
        await self.do(
            lambda db: proposals.decide(
                db,
                self.home.house,
                who,
                self.complaint,
                Decide(paper=row or 1, verdict="approve" if approve else "return", why=why),
                self.home.clock(),
            )
        )

    async def to_the_plan(self) -> None:
        await self.assess()
        await self.do(
            lambda db: complaints.inquire(
                db, self.lead, self.complaint, Inquire(finding="02:10 按铃，02:31 应答"), self.home.clock()
            )
        )

    async def to_the_question(self) -> None:
        await self.to_the_plan()
        await self.plan()
        await self.decide(self.director)
        await self.home.send_all()

    async def stage(self) -> int:
        return int(await self.home.one("SELECT stage FROM complaint WHERE id = ?", self.complaint))


@pytest.fixture
async def story(home: HomeUnderTest) -> Story:
    return await Story(home).begin("饭菜太凉了，我要投诉")
