"""Makes the frozen sample of commit 19125a6: a home as that commit kept it, on each engine, with a backup and what must
be found in it.

Run it on a checkout of 19125a6 with its own environment, never on a later commit; the tests do not run it, they open
what it made:

    git worktree add --detach ../jiashu-19125a6 19125a6
    cd ../jiashu-19125a6
    PYTHONPATH=. python <this file> <folder to write, tests/frozen/19125a6>

PostgreSQL (with pg_dump) must be on the machine. A story of nine weeks is played on SQLite, through the doors that
people, platform and
staff use; `jiashu move` carries it to PostgreSQL, `jiashu backup` seals it. In the middle the house is restored from a
backup and its key
is changed. What no door of that commit can write (a state that nobody waits in, secrets of a second account) is written
by hand, as the
code would. Then copies of both engines go on (one more message in every talk, everything that can leave, silence, a
week of clocks), and
what 19125a6 did is written down beside what it stored. All people are fictional, and the keys seal nothing but this
sample.
"""

# mypy: ignore-errors
# (The types hold on 19125a6; what is imported here moves in later commits.)

import asyncio
import base64
import hashlib
import json
import logging
import lzma
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final, TypeVar
from unittest.mock import patch
from zoneinfo import ZoneInfo

from sqlalchemy import select

from bot import upkeep, wire
from bot.inbound import Account, Inbound
from care.triage import Audience
from conversations.effects import TryCode
from conversations.engine import Snapshot, Turn
from scripts import servers
from services import (
    alarms,
    binding,
    clocks,
    complaints,
    desk,
    epochs,
    evidence,
    install,
    knowledge,
    ledger,
    letters,
    media,
    occasions,
    outbox,
    pulse,
    residents,
    search,
    sending,
    staff,
    stoplist,
    surveys,
    talks,
)
from services.access import Role, Viewer
from services.board import Board
from services.house import House
from services.ports import Fate, Outcome
from services.receive import receive_batch
from settings import Database, Home, Http, Media, Security, Settings, Wechat
from simulator.codec import message
from speech import recordings
from storage import migrate, seal, tables
from storage.database import open_database
from storage.spool import Kept, Spool
from storage.store import Store
from storage.types import new_id
from storage.unit import Unit
from tests.conftest import HomeUnderTest, Moves

T = TypeVar("T")
COMMIT: Final = "19125a6"
ZONE: Final = ZoneInfo("Asia/Shanghai")
BEGINS: Final = datetime(2026, 9, 20, 1, 0, tzinfo=UTC)
ENDS: Final = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
"""The last moment that is in the sample."""
GOES_ON: Final = ENDS + timedelta(minutes=1)
LEAVES: Final = (timedelta(minutes=1), timedelta(hours=6), timedelta(hours=22), timedelta(days=4))
"""After the end: when everything leaves that may; at once, in the silent hours, the day after, when the windows are
closed.
"""
LATER: Final = (timedelta(minutes=20), timedelta(hours=3), timedelta(hours=21), timedelta(days=8))
"""After the end: when the clocks are looked at."""
MACHINE: Final = datetime(2025, 6, 1, tzinfo=UTC)
"""Ids are made from the machine's time: here from a year that lies behind any machine, so that what is written later is
larger.
"""
LONG: Final = 160
"""Characters of a sealed text from which only its SHA-256 is written down."""
APP_ID: Final = "wx0123456789abcdef"
JPEG: Final = b"\xff\xd8\xff\xe0" + b"a photo of nobody " * 8
PDF: Final = b"%PDF-1.4\n" + b"a rota of nobody " * 8
AMR: Final = b"#!AMR\n" + b"a voice of nobody " * 8
COLLEAGUES: Final = {
    "chen": ("陈晓雯", Role.DESK, ""),
    "he": ("何志远", Role.SUPERVISOR, ""),
    "shen": ("沈国平", Role.DIRECTOR, ""),
    "tang": ("唐雨", Role.NURSE, ""),
    "zhou": ("周敏", Role.CARER, "3"),
    "ma": ("马文静", Role.AUDITOR, ""),
    "gu": ("顾一帆", Role.ADMIN, ""),
    "fang": ("方可", Role.DESK, ""),
}
SCENE: Final[dict[str, Any]] = {
    "staff": [],
    "residents": [
        ["201", "2", "何秀英", "女", "1938-11-25"],
        ["202", "1", "任桂珍", "女", "1938-09-18-lunar"],
        ["301", "1", "叶正清", "男", "1941-12-03"],
        ["302", "1", "苏正清", "男", "1940-09-06"],
        ["303", "1", "彭阿妹", "女", "1936-03-05-lunar-leap"],
        ["305", "1", "傅德明", "男", None],
        ["307", "2", "汪德厚", "男", "1946-12-12"],
        ["308", "1", "梁玉梅", "女", "1938-11-27"],
    ],
    "people": [
        {
            "openid": "grandma",
            "name": "王桂兰",
            "kind": "elder",
            "room": "306",
            "bed": "1",
            "sex": "女",
            "born": "1944-11-26",
            "phone": "13800000306",
        },
        {
            "openid": "grandpa",
            "name": "周福安",
            "kind": "elder",
            "room": "203",
            "bed": "1",
            "sex": "男",
            "born": "1939-12-08",
        },
        {
            "openid": "daughter",
            "name": "李静",
            "kind": "family",
            "phone": "13800002107",
            "kin": [
                {"of": "王桂兰", "relation": "女儿", "primary": True, "scopes": "daily health billing photos emergency"}
            ],
        },
        {
            "openid": "son",
            "name": "何平",
            "kind": "family",
            "phone": "13800004109",
            "kin": [{"of": "何秀英", "relation": "儿子", "primary": True, "scopes": "daily"}],
        },
        {
            "openid": "niece",
            "name": "孙玉",
            "kind": "family",
            "kin": [{"of": "王桂兰", "relation": "侄女", "scopes": "daily health"}],
        },
        {
            "openid": "cousin",
            "name": "赵磊",
            "kind": "family",
            "kin": [{"of": "王桂兰", "relation": "表弟", "scopes": "billing"}],
        },
        {
            "openid": "abroad",
            "name": "钱可",
            "kind": "family",
            "kin": [{"of": "任桂珍", "relation": "孙女", "scopes": "daily"}],
        },
        {
            "openid": "lawyer",
            "name": "叶青",
            "kind": "family",
            "kin": [{"of": "叶正清", "relation": "儿子", "primary": True, "scopes": "daily"}],
        },
        {
            "openid": "mourner",
            "name": "苏明",
            "kind": "family",
            "kin": [{"of": "苏正清", "relation": "儿子", "primary": True, "scopes": "daily"}],
        },
        {
            "openid": "visitor",
            "name": "彭丽",
            "kind": "family",
            "kin": [{"of": "彭阿妹", "relation": "女儿", "primary": True, "scopes": "daily"}],
        },
        {
            "openid": "worried",
            "name": "汪洋",
            "kind": "family",
            "kin": [{"of": "汪德厚", "relation": "儿子", "primary": True, "scopes": "daily"}],
        },
        *(
            {
                "openid": f"survey{n}",
                "name": f"家属{n}",
                "kind": "family",
                "kin": [{"of": "梁玉梅", "relation": "外孙", "scopes": "daily"}],
            }
            for n in range(6)
        ),
    ],
}
NEXT: Final[dict[str, tuple[str, ...]]] = {
    "talk-binding-code": ("{spare}", "返回"),
    "talk-binding-again": ("ABCD-2345", "绑定 ABCE2345"),
    "talk-binding-relation": ("大女儿", "返回", "小女儿"),
    "talk-binding-name": ("陈秋月。",),
    "talk-complaint-empty": ("我妈的毛衣少了两件", "好了"),
    "talk-complaint-story": ("护士的态度也不好", "好了", "返回"),
    "talk-complaint-about": ("跳过", "返回", "203 的周爷爷"),
    "talk-complaint-when": ("前天晚上", "人工"),
    "talk-complaint-name": ("返回", "不清楚", "不想说"),
    "talk-complaint-call": ("13900003333",),
    "daughter": ("昨晚也是这样", "好了"),
    "talk-desk": ("车能停在院里吗",),
    "talk-letters": ("车能停在院里吗",),
    "talk-enquiry-which": ("第二个",),
    "talk-enquiry-this": ("都不是",),
    "survey0": ("5", "不清楚"),
    "survey1": ("满意", "稍后"),
    "survey2": ("早饭再热一点",),
    "survey3": ("3 分", "取消"),
    "survey4": ("饭菜太凉了，我要投诉",),
    "talk-verdict-declined": ("还是没有人道歉", "好了"),
    "talk-verdict-again": ("夜里还是没人应铃", "取消"),
    "talk-attended": ("谢谢",),
    "talk-engaged": ("那明天呢",),
    "c-asked": ("没好", "楼上还是吵", "好了"),
    "c-follow": ("1",),
    "c-opinion": ("1",),
    "c-told": ("3",),
    "mourner": ("家书",),
}
"""What each person says next, and after it."""
QUEUES: Final = {
    "answer": "conversation",
    "interim": "conversation",
    "result": "conversation",
    "binding": "conversation",
    "silence": "conversation",
    "late_answer": "conversation",
    "alarm": "alarm",
    "spoken": "spoken",
    "survey": "notice",
    "letter": "notice",
    "greeting": "notice",
    "reminder": "notice",
    "follow_up": "notice",
    "late": "notice",
}
"""The purposes that are queued, with their queues; `call` is a line of the thread and always sent."""
KEYS: Final = {
    "answer": "form:{staff}:frozen-{n}:1",
    "interim": "proposal:{n}:interim:1",
    "result": "proposal:{n}:result:1",
    "binding": "application:{n}:verdict:1",
    "silence": "conversation:{n}:silence:3",
    "late_answer": "inbox:{n}:answer:1",
    "alarm": "alarm:{n}:still:1",
    "spoken": "alarm:{n}:still:1:spoken",
    "survey": "campaign:{n}:{person}:1",
    "letter": "letter:{n}:{person}:1795248000",
    "greeting": "plan:{n}:greeting:1",
    "reminder": "plan:{n}:greeting:1",
    "follow_up": "case:{n}:follow_up:1795248000-3",
    "late": "promise:{n}:late:1",
}
BY_STAFF: Final = frozenset({"answer", "interim", "result"})
STATES: Final = (
    "planned",
    "held",
    "waiting",
    "ready",
    "sending",
    "sent",
    "unknown",
    "parked",
    "review",
    "given_up",
    "cancelled",
)
NEVER: Final = frozenset(
    {("spoken", "unknown"), ("spoken", "review")}
    | {(purpose, "parked") for purpose in ("letter", "greeting", "reminder", "survey", "alarm", "spoken")}
)
"""What 19125a6 cannot write: sound that failed is taken back, and what is true now alone is never parked."""
USED: Final = {
    "promise.kind": "reply first_feedback result approval follow_up binding call opinion",
    "promise.mark": "fresh half near breached",
    "promise.kept_how": "message call decided answer reopened 电话 面谈 书面 confirmed refused",
    "complaint.stage": "1 2 3 4 5 6 7 8 9",
    "complaint.scope": "ours partly not_ours",
    "complaint.level": "1 2 3 4",
    "proposal.kind": "plan interim",
    "proposal.verdict": "approved returned",
    "case_record.kind": "story family step note call feedback result",
    "alarm.audience": "floor lead",
    "alarm.level": "0 1",
    "letter.state": "ready held released withdrawn",
    "letter_reading.reaction": "收到 谢谢 有疑问 请来电",
    "plan.state": "planned held cancelled sent skipped",
    "plan.occasion": "mid-autumn double-ninth spring-festival birthday birthday-soon visit",
    "application.verdict": "confirmed refused",
    "consent.way": "paper none",
    "participation.way": "page chat",
    "resident.status": "在住 请假 住院 病危 退住 去世",
    "stop.kind": "hush death",
    "media.state": "wanted kept lost",
    "media.kind": "image voice video",
    "inbox.answer_state": "none stored outbox",
    "outbox.way": "custom call",
    "follower.binding": "own guest",
    "person.kind": "family elder guest",
    "staff.role": "carer nurse desk supervisor director admin auditor",
    "search_mark.kind": "person heard said record",
    "outbox.queue": "alarm conversation notice spoken",
    "inbox.kind": "text image voice video location link file noted event:subscribe event:unsubscribe event:scan "
    "event:click event:view event:templatesendjobfinish",
    "audit.action": "receive open_case alarm going arrived arrived_before verdict_accepted verdict_declined "
    "verdict_call approve return assess close inquire "
    "interim propose tell add_evidence ask_to_bind begin_epoch confirm_epoch breach reach add_staff release_letters "
    "log_in answer begin_survey bind "
    "book_visit drop_photo edit end_survey fill hand_back hush lift_hush invite let_go log_call refuse_binding "
    "restore set_status show_phone take_back "
    "take_note view withdraw_letter write_letter plan_held plan_cancelled plan_planned",
}
"""Every stored word of a closed kind that 19125a6 can write: the sample has each of them, or it is not made."""


class Play(HomeUnderTest):
    """The house while its story is played, with the doors of platform, pages and staff."""

    staff_of: dict[str, Viewer]
    inbound: Inbound
    codes: dict[str, str]
    number: int = 8_000_000_000

    # -- time --------------------------------------------------------------------------------------------------------

    def until(self, words: str) -> datetime:
        """Let time pass to a moment of the home (2026-11-03 09:00)."""
        there = datetime.strptime(words, "%Y-%m-%d %H:%M").replace(tzinfo=ZONE).astimezone(UTC)
        assert there >= self.clock.now, f"{words} is over"
        self.clock.now = there
        return there

    async def do(self, work: Callable[[Unit], T]) -> T:
        """Something that a colleague does, a few seconds after what was before."""
        self.clock.on(seconds=7)
        return await self.database.write(work)

    async def jobs(self, *, plans: bool = False) -> None:
        """What the clocks of the house do now, as the ticker would."""
        store, read, now = self.database.store, self.database.read, self.clock()
        await store(lambda s: clocks.act_on_silence(s, self.house, now))
        await store(lambda s: clocks.look_at_promises(s, self.house, now, 1000))
        await store(lambda s: alarms.still_calling(s, self.house, now))
        await store(lambda s: outbox.give_up_parked(s, now))
        for number in await read(lambda db: letters.due(db, self.house, self.ids.home_id, now)):
            await self.database.write(
                lambda db, n=number: letters.release(db, self.house, n, now)  # type: ignore[misc]
            )
        if plans:
            await self.plans(now)
        for number in await read(lambda db: occasions.due(db, self.ids.home_id, now)):
            await self.database.write(
                lambda db, n=number: occasions.release(db, self.house, n, now)  # type: ignore[misc]
            )

    async def plans(self, now: datetime) -> None:
        """Plan what the next thirty days ask for."""
        wanted = await self.database.read(lambda db: occasions.missing(db, self.house, self.ids.home_id, now))
        await self.database.write(lambda db: occasions.plan(db, self.house, self.ids.home_id, wanted))

    # -- people ------------------------------------------------------------------------------------------------------

    async def push(self, openid: str, kind: str, **fields: str | int) -> str:
        """The platform pushes what somebody did; what the machine answers."""
        self.clock.on(seconds=3)
        event = kind.isupper() or kind in {"subscribe", "unsubscribe"}
        base: dict[str, str | int] = {
            "ToUserName": "gh_frozen",
            "FromUserName": openid,
            "CreateTime": int(self.clock().timestamp()),
            "MsgType": "event" if event else kind,
        }
        Play.number += 1
        raw = message(base | ({"Event": kind, **fields} if event else {**fields, "MsgId": Play.number})).encode()
        receipt = await self.inbound.take(wire.read(raw))
        return receipt.answer.text if receipt.answer else ""

    async def says(self, openid: str, *words: str) -> str:
        """Somebody writes; what the machine answers to the last of it."""
        answer = ""
        for one in words:
            answer = await self.push(openid, "text", Content=one)
        return answer

    async def resident(self, room: str) -> int:
        """Who lives in a room."""
        return int(await self.one("SELECT id FROM resident WHERE room = ?", room))

    async def leaves(self, platform: Callable[[str, str], Outcome] | None = None) -> list[tuple[str, str]]:
        """Everything that may leave now."""
        self.clock.on(seconds=5)
        return await self.send_all(platform)

    # -- complaints --------------------------------------------------------------------------------------------------

    async def complains(self, openid: str, words: str, *, fully: bool = True) -> int:
        """A complaint with its answers; gives the case."""
        await self.says(openid, words)
        if fully:
            await self.says(openid, "好了", "306 的王奶奶", "昨晚八点左右", "刘敏", "13900002222")
        return int(
            await self.one("SELECT id FROM complaint WHERE person_id = ? ORDER BY id DESC", await self.person(openid))
        )

    async def called(self, openid: str, who: str = "chen", note: str = "打通了，说了会查") -> None:
        """A colleague calls and writes it down."""
        person = await self.person(openid)
        await self.do(lambda db: desk.log_call(db, self.staff_of[who], person, note, self.clock()))

    async def assess(self, case: int, **more: Any) -> None:
        """Nature, severity, whose responsibility."""
        asked: dict[str, Any] = {
            "category": "护理质量",
            "level": int(await self.one("SELECT level FROM complaint WHERE id = ?", case)),
            "why": "",
            "scope": "ours",
            "passed_to": "",
            "owner_id": self.staff_of["he"].id,
            "accused": frozenset(),
        } | more
        await self.do(lambda db: complaints.assess(db, self.staff_of["chen"], case, now=self.clock(), **asked))

    async def to_the_plan(self, case: int, **more: Any) -> None:
        """Assessed and inquired."""
        await self.assess(case, **more)
        await self.do(
            lambda db: complaints.inquire(db, self.staff_of["he"], case, "02:10 按铃，02:31 应答", self.clock())
        )

    async def propose(self, case: int) -> None:
        """A plan is handed in."""
        await self.do(
            lambda db: complaints.propose(
                db,
                self.house,
                self.staff_of["he"],
                case,
                cause="双人都忙时没有规定谁接铃",
                department="护理部",
                responsible_id=self.staff_of["tang"].id,
                measures="铃响 3 分钟转 1 楼值班",
                done_by=date(2026, 11, 30),
                reply="",
                now=self.clock(),
            )
        )

    async def decide(self, case: int, *, approve: bool = True, why: str = "", kind: str = "plan") -> None:
        """The director decides what waits."""
        row = int(
            await self.one("SELECT id FROM proposal WHERE case_id = ? AND kind = ? AND verdict IS NULL", case, kind)
        )
        await self.do(
            lambda db: complaints.decide(
                db, self.house, self.staff_of["shen"], case, row, approve=approve, why=why, now=self.clock()
            )
        )

    async def to_the_result(self, openid: str, words: str, **more: Any) -> int:
        """From the first word to an approved plan; what may be told by a message is told."""
        case = await self.complains(openid, words)
        await self.called(openid)
        await self.to_the_plan(case, **more)
        await self.propose(case)
        await self.decide(case)
        await self.leaves()
        return case

    async def tell(self, case: int, way: str) -> None:
        """A result that is told by voice or on paper first."""
        await self.do(
            lambda db: complaints.tell(
                db, self.house, self.staff_of["he"], case, way=way, note="听完说知道了", now=self.clock()
            )
        )
        await self.leaves()


# -- the story -------------------------------------------------------------------------------------------------------


async def moves_in(play: Play) -> None:
    """20 September: the house, its colleagues, residents and families; what it knows."""
    home, now = play.ids.home_id, play.clock
    play.staff_of = {
        login: await play.staff(role, name, login, floors) for login, (name, role, floors) in COLLEAGUES.items()
    }
    await play.do(lambda db: install.sample(db, play.ids, SCENE, now()))

    def by_hand(db: Unit) -> None:
        """What no door writes: the secrets of a second account, somebody abroad, a colleague who left."""
        account = tables.WechatAccount(
            id=new_id(), home_id=home, key="second", app_id="wxfedcba9876543210", created_at=now()
        )
        for name, value in (
            ("app_secret", "frozen-secret"),
            ("token", "frozentoken"),
            ("aes_key", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"),
        ):
            db.seal(account, name, value)
        db.add(account)
        follower = db.scalars(select(tables.Follower).where(tables.Follower.openid == "abroad")).one()
        db.lock_persons(follower.person_id)
        db.get_one(tables.Person, follower.person_id).timezone = "America/Los_Angeles"
        db.get_one(tables.Staff, play.staff_of["fang"].id).left_at = now()

    await play.do(by_hand)
    chen = play.staff_of["chen"]
    for name, value, until in (
        ("探视时间", "9:00 到 11:00", None),
        ("床位费", "1,800–3,200 元", date(2026, 12, 31)),
        ("餐费", "900 元", date(2026, 10, 1)),
    ):
        await play.do(
            lambda db, n=name, v=value, u=until: knowledge.fill(db, chen, n, v, u, now())  # type: ignore[misc]
        )

    def own(db: Unit) -> None:
        knowledge.save_entry(
            db,
            chen,
            "",
            question="院里有图书室吗？",
            answer="有，在{图书室}，{探视时间}开。",
            asked="有图书室吗\n能借书吗",
            revision=0,
            now=now(),
        )
        knowledge.save_entry(
            db, chen, "", question="能带猫吗？", answer="不能，请谅解。", asked="能带猫吗", revision=0, now=now()
        )

    await play.do(own)
    await play.do(lambda db: knowledge.switch(db, chen, "faq-02", enabled=False, now=now()))
    await play.do(lambda db: knowledge.learn(db, chen, "faq-03", "护理分几档", now()))
    await play.do(lambda db: knowledge.restore(db, chen, "own-2", now()))
    await learns(play)
    play.codes = {}
    await invites(play, "expired", "301")
    await play.database.store(lambda store: pulse.woke(store, home, MACHINE))
    await play.jobs(plans=True)


async def learns(play: Play) -> None:
    """The process learns what the house knows."""
    day = play.clock().astimezone(ZONE).date()
    shelf = await play.database.read(lambda db: knowledge.shelf(db, play.ids.home_id, play.settings.home, day))
    play.inbound.knowledge = shelf.snapshot


async def invites(play: Play, name: str, room: str) -> None:
    """A binding sheet is printed; its code is kept under a name."""
    resident = await play.resident(room)
    code, _ = await play.do(lambda db: binding.invite(db, play.staff_of["chen"], resident, play.clock()))
    play.codes[name] = code


async def autumn(play: Play) -> None:
    """Two festivals, a questionnaire, and three plans that a colleague decides."""
    play.until("2026-09-25 08:20")  # 中秋
    for openid in ("grandma", "daughter", "son", "cousin"):
        await play.says(openid, "谢谢")
    play.until("2026-09-25 08:30")
    await play.jobs(plans=True)
    play.until("2026-09-25 09:00")
    await play.jobs()
    await play.leaves()
    rows = await play.rows("SELECT id FROM plan WHERE occasion = 'double-ninth' ORDER BY id")
    verdicts = (("held",), ("cancelled",), ("cancelled", "planned"), ("held", "planned"))
    for (number,), told in zip(rows, verdicts, strict=False):
        for word in told:
            await play.do(
                lambda db, n=number, w=word: occasions.decide(  # type: ignore[misc]
                    db, play.staff_of["chen"], n, w, play.clock()
                )
            )
    play.until("2026-10-18 08:10")  # 重阳
    for openid in ("grandma", "grandpa", "niece", "visitor"):
        await play.says(openid, "谢谢")
    play.until("2026-10-18 08:30")
    await play.jobs(plans=True)
    play.until("2026-10-18 09:00")
    await play.jobs()
    await play.leaves()
    play.until("2026-10-19 10:00")
    await questionnaire(play, answered=("niece", "visitor"))
    row = int(await play.one("SELECT id FROM campaign"))
    await play.do(lambda db: surveys.end(db, play.staff_of["he"], row, play.clock()))


async def questionnaire(play: Play, answered: Sequence[str]) -> None:
    """A questionnaire is started; the first answers on the page, the second in the chat."""
    for openid in answered:
        await play.says(openid, "谢谢")
    await play.do(lambda db: surveys.begin(db, play.house, play.staff_of["he"], play.clock()))
    await play.leaves()
    page, chat = answered
    await play.do(
        lambda db: surveys.keep(
            db, letters.who_reads(db, page), {"attitude": 5, "quality": 4, "safety": 2}, "希望走廊的灯亮一点"
        )
    )
    await play.says(chat, "问卷")
    count = len(str(await play.one("SELECT items FROM campaign ORDER BY id DESC")).split())
    await play.says(chat, *("5", "2", "不清楚", "满意", "跳过", "1", "3")[:count], "早饭再热一点")


async def before_the_restore(play: Play) -> None:
    """What is under way when the backup is made: a follow-up for later, a colleague's words, an
    apology of the machine.
    """
    play.until("2026-10-20 09:00")
    await play.to_the_result("early", "饭菜太凉了，我要投诉")
    await play.says("early", "1")
    await play.says("late-one", "请问车能停在院里吗")
    play.until("2026-10-20 10:30")
    await play.jobs()
    person = await play.person("early")
    await play.do(
        lambda db: desk.answer(
            db, play.staff_of["chen"], person, "您放心，都记着。", "before-the-restore", play.clock()
        )
    )
    token = await play.do(lambda db: staff.log_in(db, play.staff_of["tang"].id, ("name:tang",), play.clock(), 12))
    assert token


async def after_the_restore(play: Play) -> None:
    """The director opens the way out again; 停机 is seen and noted."""
    closed = await play.database.read(lambda db: epochs.closed(db, play.ids.home_id))
    assert closed is not None
    await play.do(lambda db: epochs.confirm(db, play.staff_of["shen"], closed.id, epochs.CONFIRM, play.clock()))
    for hours in (1, 3):
        await play.database.store(
            lambda store, h=hours: pulse.woke(store, play.ids.home_id, MACHINE + timedelta(hours=h))
        )  # type: ignore[misc]
    gap = (await play.database.read(lambda db: pulse.unseen(db, play.ids.home_id)))[0]
    await play.do(lambda db: pulse.take_note(db, play.staff_of["tang"], gap.id, play.clock()))
    play.until("2026-10-23 10:01")
    await play.says("early", "谢谢")
    await play.leaves()
    await play.says("early", "2", "菜还是凉的", "好了")


async def early_november(play: Play) -> None:
    """Complaints that come to their end, with both follow-ups."""
    play.until("2026-11-03 09:00")
    closed = await play.to_the_result("c-closed", "饭菜太凉了，我要投诉")
    lesson = await play.to_the_result(
        "c-lesson", "食堂的菜太咸，我要投诉", category="餐饮", scope="not_ours", passed_to="转给物业，家属同意"
    )
    rounds = await play.to_the_result("c-rounds", "收费不对，我要投诉")
    for openid in ("c-closed", "c-lesson"):
        await play.says(openid, "1")
    await play.says("c-rounds", "不认可", "账单没有解释", "好了")
    play.until("2026-11-07 10:05")
    for openid in ("c-closed", "c-lesson"):
        await play.says(openid, "谢谢")
    await play.leaves()
    for openid in ("c-closed", "c-lesson"):
        await play.says(openid, "好了")
    play.until("2026-11-09 09:00")
    await bindings(play)
    play.until("2026-11-11 10:05")
    for openid in ("c-closed", "c-lesson"):
        await play.says(openid, "谢谢")
    await play.leaves()
    await play.says("c-closed", "1")
    await play.do(
        lambda db: complaints.hear(
            db, play.house, play.staff_of["he"], lesson, word="accepted", note="电话里说好多了", now=play.clock()
        )
    )
    await play.says("c-closed", "1")
    for case in (closed, lesson):
        while int(await play.one("SELECT stage FROM complaint WHERE id = ?", case)) < 9:
            await play.do(
                lambda db, c=case: complaints.hear(  # type: ignore[misc]
                    db, play.house, play.staff_of["he"], c, word="accepted", note="好了", now=play.clock()
                )
            )
    await play.do(lambda db: complaints.learn(db, play.staff_of["he"], closed, "夜班双忙有规定了", play.clock()))
    await play.says("c-rounds", "谢谢")
    await play.to_the_plan(rounds, category="收费退费", scope="partly", passed_to="转给财务公司，家属同意")
    await play.propose(rounds)
    await play.decide(rounds, approve=False, why="把扣费一笔一笔写清楚")
    await play.propose(rounds)
    await play.decide(rounds)
    await play.leaves()
    await play.says("c-rounds", "2", "还是没有退", "好了")
    await silent(play)
    await play.jobs(plans=True)


async def bindings(play: Play) -> None:
    """Requests to be bound: confirmed twice, refused, and one that waits."""
    now, chen = play.clock, play.staff_of["chen"]
    for name, room in (
        ("confirmed", "303"),
        ("plain", "303"),
        ("refused", "305"),
        ("pending", "307"),
        ("relation", "201"),
        ("name", "202"),
        ("spare", "305"),
    ):
        await invites(play, name, room)
    for name in ("confirmed", "plain", "refused", "pending"):
        await play.says(f"b-{name}", "绑定", play.codes[name], "女儿", "彭慧" if name == "confirmed" else "彭敏")
    waits = [row[0] for row in await play.rows("SELECT id FROM application ORDER BY id")]
    await play.do(
        lambda db: binding.confirm(db, play.house, chen, waits[0], scopes={"daily", "health"}, way="paper", now=now())
    )
    await play.do(lambda db: binding.confirm(db, play.house, chen, waits[1], scopes={"daily"}, way="none", now=now()))
    await play.do(lambda db: binding.refuse(db, play.house, chen, waits[2], "身份证上的名字对不上", now()))
    await play.leaves()

    def by_hand(db: Unit) -> None:
        """No door writes that a consent was taken back."""
        consent = db.scalars(select(tables.Consent).where(tables.Consent.way == "none")).one()
        db.lock_persons(consent.person_id)
        consent.withdrawn_at = now()

    await play.do(by_hand)


async def silent(play: Play) -> None:
    """Talks in which nobody speaks any more end by themselves; some of what they say leaves, some waits."""
    play.until("2026-11-12 09:00")
    await play.says("silent-story", "我妈的床单没换，我要投诉")
    await play.says("silent-binding", "绑定")
    await play.push("silent-menu", "CLICK", EventKey="COMPLAINT")
    await play.says("silent-choice", "费用和探视怎么算")
    play.until("2026-11-12 09:20")
    await play.jobs()
    await play.leaves()
    play.until("2026-11-12 11:00")
    await play.jobs()
    await play.leaves()


async def late_november(play: Play) -> None:
    """Complaints at every other stage, each told in its own way."""
    play.until("2026-11-18 09:00")
    await play.to_the_result("talk-verdict-again", "环境太吵，我要投诉")
    await play.says("talk-verdict-again", "认可")
    await play.to_the_result("c-asked", "楼上太吵，我要投诉")
    await play.says("c-asked", "认可")
    play.until("2026-11-20 09:00")
    await play.to_the_result("c-follow", "态度不耐烦，我要投诉")
    await play.says("c-follow", "满意")
    for openid, way in (("c-told", "面谈"), ("c-paper", "书面"), ("c-phone", "电话")):
        case = await play.to_the_result(openid, "昨晚按铃没人来，我要投诉")
        await play.tell(case, way)
    await play.says("c-phone", "3")
    await play.says("c-paper", "请来电")
    await play.called("c-paper", "he", "电话里又解释了一遍")
    declined = int(await play.one("SELECT id FROM complaint WHERE person_id = ?", await play.person("c-paper")))
    await play.do(
        lambda db: complaints.hear(
            db, play.house, play.staff_of["he"], declined, word="declined", note="还是不满意", now=play.clock()
        )
    )
    await play.to_the_result("c-opinion", "合同写得不清楚，我要投诉")
    await play.complains("c-fresh-level", "你们把我妈摔了，我要投诉", fully=False)
    await play.says("c-fresh-level", "好了", "跳过", "跳过", "跳过", "跳过")


async def letters_of(play: Play, day: str) -> dict[str, int]:
    """The letters of a day as the carer writes them."""
    play.until(f"{day} 10:00")
    zhou, made = play.staff_of["zhou"], dict[str, int]()
    written: tuple[tuple[str, str, str, str], ...] = (
        ("306", "上午折了六朵纸花。", "夜里起来两次", ""),
        ("301", "和老伴下了两盘棋。", "", ""),
        ("302", "在窗边晒太阳。", "", "36.5"),
        ("303", "唱了三首歌。", "", ""),
        ("305", "喝了半碗粥。", "胃口一般", "38.6"),
        ("307", "下午做了操。", "", ""),
        ("308", "看了一会儿电视。", "", ""),
    )
    for room, sentence, note, temperature in written:
        resident = await play.resident(room)
        if await play.one("SELECT status FROM resident WHERE id = ?", resident) != "在住":
            continue
        photos = [letters.Photo(new_id(), letters.take(JPEG), len(JPEG)) for _ in range(2 if room == "306" else 0)]
        for photo in photos:
            media.write_file(
                play.settings.media.path, play.database.sealer, photo.id, JPEG + photo.id.to_bytes(8, "big")
            )
        row = await play.do(
            lambda db, r=resident, s=sentence, n=note, t=temperature, p=photos: letters.write(  # type: ignore[misc]
                db,
                zhou,
                r,
                date.fromisoformat(day),
                ticked={"meals": {"大半"}, "mood": {"开心"}, "body": {"平稳"}, "doing": {"散步", "聊天"}},
                sentence=f"{day[-2:]} 日{s}",
                note=n,
                temperature=t,
                taps=7,
                now=play.clock(),
                photos=p,
            )
        )
        made[room] = int(row.id)
    return made


async def letter_days(play: Play) -> None:
    """Letters written, held, let go, released, read, corrected, withdrawn; where residents are."""
    now, zhou, tang, shen = play.clock, play.staff_of["zhou"], play.staff_of["tang"], play.staff_of["shen"]
    await play.complains("lawyer", "我爸的饭总是凉的，我要投诉，不行就找律师", fully=False)
    made = await letters_of(play, "2026-11-20")
    photo = int(await play.one("SELECT id FROM letter_photo ORDER BY id DESC"))
    await play.do(lambda db: letters.drop_photo(db, zhou, made["306"], photo, now()))
    await play.do(lambda db: letters.let_go(db, tang, made["305"], "和女儿说了，已经退烧", now()))
    sick = await play.resident("307")
    await play.do(lambda db: residents.set_status(db, tang, sick, "住院", "", now()))
    for openid in ("daughter", "niece", "visitor"):
        await play.says(openid, "谢谢")
    play.until("2026-11-20 17:30")
    await play.jobs()
    await play.leaves()
    for openid, word in (("daughter", "收到"), ("niece", "有疑问")):
        await react(play, openid, made["306"], word)
    await react(play, "visitor", made["303"], "请来电")
    await react(play, "survey5", made["308"], "谢谢")
    await play.do(lambda db: letters.withdraw(db, zhou, made["302"], now()))
    resident = await play.resident("306")
    await play.do(
        lambda db: letters.write(
            db,
            zhou,
            resident,
            date(2026, 11, 20),
            ticked={"meals": {"全部"}},
            sentence="上午折了七朵纸花。",
            note="",
            temperature="",
            taps=3,
            now=now(),
        )
    )
    for room, status in (("201", "病危"), ("202", "请假"), ("301", "在住")):
        await set_status(play, room, status, shen)
    await set_status(play, "302", "去世", shen, "苏正清")
    await set_status(play, "305", "退住", shen)
    hushed = await play.resident("303")
    for on in (True, False, True):
        await play.do(lambda db, o=on: residents.hush(db, tang, hushed, on=o, now=now()))  # type: ignore[misc]
    visited = await play.resident("306")
    person = await play.person("daughter")
    for at in (datetime(2026, 11, 22, 6, 0, tzinfo=UTC), datetime(2026, 11, 25, 6, 0, tzinfo=UTC)):
        await play.do(
            lambda db, a=at: occasions.book_visit(db, play.house, play.staff_of["chen"], visited, person, a, now())
        )  # type: ignore[misc]

    def by_hand(db: Unit) -> None:
        """No door writes that a visit was called off."""
        visit = db.scalars(select(tables.Visit).order_by(tables.Visit.id)).first()
        assert visit is not None
        db.lock_persons(visit.person_id)
        visit.cancelled_at = now()

    await play.do(by_hand)


async def set_status(play: Play, room: str, status: str, who: Viewer, name: str = "") -> None:
    """Where a resident is."""
    resident = await play.resident(room)
    await play.do(lambda db: residents.set_status(db, who, resident, status, name, play.clock()))


async def react(play: Play, openid: str, letter: int, word: str) -> None:
    """A relative opens a letter and says one of the four words; two of them enter the talk."""
    page = await play.do(lambda db: letters.react(db, letters.who_reads(db, openid), letter, word, play.clock()))
    if word in letters.ASKS:
        words = f"［{page.elder} {page.day.month}月{page.day.day}日的家书］{word}"
        await play.inbound.note(openid, words, f"p:letter:{letter}:{word}:{openid}")


async def the_day_before(play: Play) -> None:
    """21 November: letters again, a follow-up that asks, a questionnaire, emergencies, every kind of message."""
    made = await letters_of(play, "2026-11-21")
    play.until("2026-11-21 10:30")
    for openid in ("talk-verdict-again", "c-asked"):
        await play.says(openid, "谢谢")
    await play.leaves()
    await questionnaire(play, answered=("visitor", "worried"))
    await kinds_of_message(play)
    await emergencies(play)
    for openid in ("daughter", "grandma"):
        await play.says(openid, "谢谢")
    play.until("2026-11-21 17:30")
    await play.jobs(plans=True)
    await play.leaves()
    play.until("2026-11-21 18:00")
    await play.jobs()
    await play.leaves()
    await play.do(lambda db: letters.withdraw(db, play.staff_of["zhou"], made["308"], play.clock()))
    now = play.clock() + timedelta(days=50)  # 春节
    wanted = await play.database.read(lambda db: occasions.missing(db, play.house, play.ids.home_id, now))
    await play.do(
        lambda db: occasions.plan(
            db, play.house, play.ids.home_id, [one for one in wanted if one.occasion == "spring-festival"][:4]
        )
    )


async def kinds_of_message(play: Play) -> None:
    """Each kind of push once, files fetched, lost and still wanted, an answer that left late, a message that could not
    be read.
    """
    await play.push("guest", "subscribe", EventKey="qrscene_door")
    await play.push("guest", "SCAN", EventKey="door")
    await play.push("guest", "VIEW", EventKey="https://jiashu.example/p/letters")
    await play.push("guest", "TEMPLATESENDJOBFINISH", MsgID=77, Status="success")
    await play.push("guest", "image", MediaId="frozen-image", PicUrl="https://jiashu.example/i")
    await play.push(
        "guest",
        "voice",
        MediaId="frozen-voice",
        Format="amr",
        MediaId16K="frozen-voice-16k",
        Recognition="你们几点开饭",
    )
    await play.push("guest", "video", MediaId="frozen-video", ThumbMediaId="frozen-thumb")
    await play.push("guest", "location", Location_X="30.27", Location_Y="120.15", Scale=15, Label="院门口")
    await play.push("guest", "link", Title="一篇文章", Description="说什么的", Url="https://jiashu.example/a")
    await play.push("guest", "file", Title="表格.xlsx")
    await play.push("guest", "CLICK", EventKey="HUMAN")
    await play.push("leaver", "subscribe")
    await play.push("leaver", "unsubscribe")
    files = await play.database.store(lambda store: media.wanted(store, play.clock()))
    for want in files:
        if want.media_id == "frozen-video":
            await play.database.store(
                lambda store, w=want: media.missed(store, w, play.clock(), gone=True)  # type: ignore[misc]
            )
            continue
        data = JPEG if want.media_id == "frozen-image" else AMR
        media.write_file(play.settings.media.path, play.database.sealer, want.id, data)
        await play.database.store(lambda store, w=want, d=data: media.kept(store, w, d))  # type: ignore[misc]
    await play.push("guest", "image", MediaId="frozen-wanted", PicUrl="")
    await play.says("slow", "隔壁床的事想问问", "还有一件事")
    rows = [
        row[0]
        for row in await play.rows("SELECT id FROM inbox WHERE person_id = ? ORDER BY id", await play.person("slow"))
    ]
    await play.database.store(lambda store: outbox.answer_late(store, rows[:1], play.clock()))

    def broken(*_: object) -> None:
        message = "an executor that fails"
        raise RuntimeError(message)

    whole, play.house = play.house, replace(play.house, executors={TryCode: broken})
    await play.says("unread", "绑定", "ABCD2345")
    play.house = whole
    person = await play.person("guest")
    await play.do(lambda db: desk.answer(db, play.staff_of["chen"], person, "看到了，稍等。", "guest-1", play.clock()))
    row = await play.do(
        lambda db: desk.answer(db, play.staff_of["chen"], person, "这句写错了。", "guest-2", play.clock())
    )
    assert row is not None
    await play.do(lambda db: desk.take_back(db, play.staff_of["chen"], row, play.clock()))
    await play.leaves()
    await play.do(lambda db: desk.hand_back(db, play.staff_of["chen"], person, play.clock()))
    relative = await play.person("daughter")
    await play.do(lambda db: desk.show_phone(db, play.staff_of["tang"], relative, "回电话", play.clock()))
    await play.database.store(
        lambda store: desk.opened(store, play.staff_of["tang"], f"person:{relative}", play.clock())
    )


async def emergencies(play: Play) -> None:
    """Alarms: raised, joined, told that we still call, gone to, ended, ended too early, for the lead alone, and with
    words that others may not read.
    """
    now, house, tang, he = play.clock, play.house, play.staff_of["tang"], play.staff_of["he"]
    await play.says("grandpa", "我摔倒了", "快来人")
    await play.do(lambda db: alarms.go(db, house, tang, "grandpa", Audience.FLOOR, now()))
    await play.leaves()
    asked = now()
    await play.says("grandpa", "头流血了")
    await play.do(lambda db: alarms.arrive(db, tang, "grandpa", Audience.FLOOR, asked))
    await play.do(lambda db: alarms.go(db, house, tang, "grandpa", Audience.FLOOR, now()))
    await play.do(lambda db: alarms.arrive(db, tang, "grandpa", Audience.FLOOR, now()))
    await play.push("grandma", "CLICK", EventKey="NURSE")
    play.clock.on(minutes=4)
    await play.jobs()
    await play.leaves()
    await play.do(lambda db: alarms.go(db, house, tang, "grandma", Audience.FLOOR, now()))
    await play.do(lambda db: alarms.arrive(db, tang, "grandma", Audience.FLOOR, now()))
    await play.says("grandpa", "护工打了我")
    await play.do(lambda db: alarms.go(db, house, he, "grandpa", Audience.LEAD, now()))
    await play.says("worried", "我爸难受得很", "护工打我，我爸起不来了")
    await play.leaves()


async def open_cases(play: Play) -> None:
    """22 November: cases at the stages from the first word to the result, accused, hidden names, evidence, an interim
    reply, clocks that run out.
    """
    now, chen, he = play.clock, play.staff_of["chen"], play.staff_of["he"]
    play.until("2026-11-22 09:00")
    zhou, tang = play.staff_of["zhou"].id, play.staff_of["tang"].id
    case = await play.complains("c-inquiry", "按铃没人来，我要投诉，别告诉他们是我，怕报复")
    await play.called("c-inquiry")
    await play.assess(case, accused=frozenset({zhou, tang}), scope="partly", passed_to="转给医院，家属同意")
    await play.assess(
        case, accused=frozenset({zhou}), scope="partly", passed_to="转给医院，家属同意", level=1, why="伤得重"
    )
    await play.do(
        lambda db: complaints.interim(
            db,
            play.house,
            he,
            case,
            reply="还在查夜班的记录，请再等两天，对不起。",
            new_due=ENDS + timedelta(days=2),
            now=now(),
        )
    )
    await play.decide(case, kind="interim")
    await play.leaves()
    for what, data in (("11 月 21 日晚的排班", PDF), ("走廊的照片", JPEG)):
        file = evidence.take(data)
        media.write_file(play.settings.media.path, play.database.sealer, file.id, data)
        await play.do(lambda db, f=file, w=what: evidence.add(db, chen, case, f, w, now()))  # type: ignore[misc]
    await play.do(lambda db: desk.note_case(db, he, case, "下午找夜班的人谈", now()))
    case = await play.complains("c-plan", "食堂的菜太咸，我要投诉")
    await play.called("c-plan")
    await play.to_the_plan(case, category="餐饮")
    await play.propose(case)
    await play.decide(case, approve=False, why="写清楚哪天改菜单")
    case = await play.complains("c-approval", "厕所有异味，我要投诉")
    await play.called("c-approval")
    await play.to_the_plan(case, category="环境设施")
    await play.propose(case)
    await play.do(
        lambda db: complaints.interim(
            db, play.house, he, case, reply="疏通的师傅明天来，对不起。", new_due=ENDS + timedelta(days=3), now=now()
        )
    )
    await play.to_the_result(
        "c-result", "护工把我妈捆着，我要投诉，要找记者", accused=frozenset({zhou}), owner_id=play.staff_of["shen"].id
    )
    await play.complains("c-assess", "打呼太响，同屋吵架，我要投诉")
    await play.called("c-assess", note="打通了，明天给说法")
    await play.says("c-breach", "我要投诉，退费不退")
    await play.complains("c-minor", "探视预约不上，我要投诉", fully=False)
    await play.complains("c-hidden", "护士太凶，匿名投诉", fully=False)
    person = await play.person("c-hidden")
    await play.do(lambda db: desk.answer(db, chen, person, "我是陈晓雯，正在核实。", "hidden-1", now()))
    await play.leaves()
    await play.to_the_result("talk-verdict-declined", "饭菜太凉了，我要投诉")
    await letters_of(play, "2026-11-22")


async def clocks_run(play: Play) -> None:
    """Promises at half, near their end, and over; log-ins that failed; a session that ended."""
    play.until("2026-11-22 14:00")
    await play.says("overdue", "隔壁床的事想问问")
    play.until("2026-11-22 14:40")
    await play.says("near", "隔壁床的事想问问")
    play.until("2026-11-22 15:00")
    await play.says("half", "隔壁床的事想问问")
    for _ in range(5):
        await play.database.write(lambda db: [staff.failed(db, ("name:fang", "address:192.0.2.7"), play.clock())])
    for login in ("he", "chen"):
        await play.do(
            lambda db, one=login: staff.log_in(  # type: ignore[misc]
                db, play.staff_of[one].id, (f"name:{one}",), play.clock(), 12
            )
        )
    session = int(await play.one("SELECT id FROM staff_session ORDER BY id DESC"))
    await play.do(lambda db: staff.log_out(db, session, play.clock()))
    play.until("2026-11-22 15:30")
    await play.jobs()
    busy = Outcome(Fate.RETRY, "微信系统忙，正在重试", "-1", retry_after=3 * 3600)
    await play.leaves(lambda openid, _: busy if openid == "overdue" else Outcome(Fate.SENT, ""))


# -- every purpose in every state ------------------------------------------------------------------------------------


class Matrix:
    """Each purpose of the outbox in each state that it can have: by the doors of the outbox and the sender, on two or
    three people a purpose.
    """

    def __init__(self, play: Play) -> None:
        self.play = play

    async def make(self) -> None:
        """What ends, then what waits."""
        play = self.play
        await play.leaves()
        for purpose in QUEUES:
            for side in ("a", "b", *(() if (purpose, "parked") in NEVER else ("c",))):
                await play.says(f"out-{purpose}-{side}", "谢谢")
        for purpose in QUEUES:
            await self._ends(purpose)
        for purpose in QUEUES:
            await play.says(f"out-{purpose}-b", "谢谢")
            await self._queue(purpose, "a", "正在发")
        claims = await play.database.store(lambda store: sending.claim(store, play.clock(), MACHINE, 100))
        assert {claim.purpose for claim in claims} == set(QUEUES)
        for purpose in QUEUES:
            await self._queue(purpose, "a", "排队中")
            await self._queue(purpose, "b", "轮到了")
            await self._queue(purpose, "niece", "过几天发", not_before=play.clock() + timedelta(days=2))

    async def _ends(self, purpose: str) -> None:
        play, now = self.play, self.play.clock
        await self._leave(purpose, "送到了", Outcome(Fate.SENT, ""))
        if (purpose, "unknown") not in NEVER:
            await self._leave(purpose, "不确定", Outcome(Fate.UNKNOWN, "微信没应答，不确定送到没有"))
            await self._leave(purpose, "审核中", Outcome(Fate.REVIEW, "微信审核中", "1"))
        if purpose == outbox.SPOKEN:
            await play.push(f"out-{purpose}-b", "unsubscribe")
            await self._queue(purpose, "b", "没送到")
            assert not await play.database.store(lambda store: sending.claim(store, now(), MACHINE))
            await play.push(f"out-{purpose}-b", "subscribe")
        else:
            await self._leave(purpose, "没送到", Outcome(Fate.GIVEN_UP, "微信不让发给这个人", "45047"))
        row = await self._queue(purpose, "b", "已撤回")
        assert await play.database.store(lambda store: outbox.cancel(store, row, now()))
        await self._queue(purpose, "b", "到时间发", not_before=now() + timedelta(hours=6, minutes=15))
        await self._queue(purpose, "b", "改天发", not_before=now() + timedelta(days=3, hours=18))
        await self._hold(await self._queue(purpose, "b", "等院长确认"), await play.person(f"out-{purpose}-b"))
        if (purpose, "parked") not in NEVER:
            await self._leave(
                purpose, "停着", Outcome(Fate.PARKED, sending.WINDOW_CLOSED, "45015", window_closed=True), "c"
            )

    async def _queue(self, purpose: str, side: str, words: str, not_before: datetime | None = None) -> int:
        play, person, by = (
            self.play,
            await self.play.person(side if len(side) > 1 else f"out-{purpose}-{side}"),
            self.play.staff_of["chen"].id,
        )
        play.clock.on(milliseconds=250)

        def work(store: Store) -> int | None:
            store.lock_persons(person)
            return outbox.enqueue(
                store,
                home_id=play.ids.home_id,
                person_id=person,
                purpose=purpose,
                dedup_key=KEYS[purpose].format(n=new_id(), staff=by, person=person),
                text=f"{words}（{purpose}）",
                now=play.clock(),
                queue=QUEUES[purpose],
                staff_id=by if purpose in BY_STAFF else None,
                not_before=not_before,
                expires_at=play.clock() + outbox.HEARD_WITHIN
                if purpose == outbox.SPOKEN and not_before is None
                else None,
            )

        row = await play.database.store(work)
        assert row is not None
        return row

    async def _leave(self, purpose: str, words: str, outcome: Outcome, side: str = "b") -> None:
        play, row = self.play, await self._queue(purpose, side, words)
        claims = await play.database.store(lambda store: sending.claim(store, play.clock(), MACHINE))
        assert [claim.id for claim in claims] == [row], purpose
        await play.database.store(lambda store: sending.settle(store, claims[0], outcome, play.clock()))

    async def _hold(self, row: int, person: int) -> None:
        """As `archive.shut` writes it: a held row beside an epoch that is confirmed, which a restore in the midst of it
        would leave.
        """

        def work(store: Store) -> None:
            store.lock_persons(person)
            store.update(tables.Outbox, row, person=person, state="held", why=epochs.HELD, lease_until=None)

        await self.play.database.store(work)


# -- every flow in every state ---------------------------------------------------------------------------------------


async def talk_on(play: Play) -> None:
    """The last twenty minutes: a running talk in every state of every flow."""
    play.until("2026-11-22 15:45")
    await play.says("talk-binding-code", "绑定")
    await play.says("talk-binding-again", "绑定", "WXYZ2345")
    await play.says("talk-binding-relation", f"绑定 {play.codes['relation']}")
    await play.says("talk-binding-name", "绑定", play.codes["name"], "孙女")
    await play.push("talk-complaint-empty", "CLICK", EventKey="COMPLAINT")
    await play.says("talk-complaint-story", "我妈昨晚按铃没人来，我要投诉", "等了半个小时")
    answers = ("好了", "306 的王奶奶", "昨晚八点左右", "刘敏")
    for count, state in enumerate(("about", "when", "name", "call"), 1):
        await play.says(f"talk-complaint-{state}", "饭菜太凉了，我要投诉", *answers[:count])
    await play.says("daughter", "饭菜太凉了，我要投诉")
    await play.says("talk-enquiry-which", "费用和探视怎么算")
    await play.says("talk-enquiry-this", "要等多久")
    for n in range(5):
        await play.says(f"survey{n}", "谢谢", "问卷")
    await play.says("survey1", "5", "不清楚")
    count = len(str(await play.one("SELECT items FROM campaign ORDER BY id DESC")).split())
    await play.says("survey2", *("5", "4", "3", "2", "1", "不清楚", "满意")[:count])
    await play.says("survey3", "4", "稍后")
    await play.says("talk-verdict-declined", "2")
    await play.says("talk-verdict-again", "没好")
    for openid in ("talk-attended", "talk-engaged"):
        await play.says(openid, "请问能带电热毯吗")
        person = await play.person(openid)
        await play.do(
            lambda db, p=person, o=openid: desk.answer(db, play.staff_of["chen"], p, "可以，我在。", o, play.clock())
        )  # type: ignore[misc]
    await play.says("talk-engaged", "绑定")
    person = await play.person("overdue")
    await play.do(
        lambda db: desk.answer(db, play.staff_of["chen"], person, "让您久等了，我去问。", "overdue", play.clock())
    )
    await play.says("mourner", "隔壁床的事想问问")
    for flow in ("desk", "letters"):
        await play.says(f"talk-{flow}", "谢谢")
        await waits_in(play, f"talk-{flow}", flow, "once")


async def waits_in(play: Play, openid: str, flow: str, state: str) -> None:
    """A state in which nobody waits in 19125a6, as `talks.keep` would write it."""
    person, now = await play.person(openid), play.clock()

    def work(store: Store) -> None:
        store.lock_persons(person)
        found = talks.of_person(store, person)
        assert found is not None
        declared = play.house.registry.flows[flow]
        snapshot = Snapshot(flow, declared.version, 1, state, b"{}")
        talks.keep(store, found[1], Turn(snapshot, ended=False, effects=(), idle=declared.idle), now)

    await play.database.store(work)


async def finish(play: Play) -> None:
    """The chain of the audit with a tail that is not linked yet; the stop list, the head outside, and a push that waits
    in the spool.
    """
    play.clock.now = ENDS - timedelta(minutes=1)
    while await play.database.store(lambda store: ledger.link(store, play.clock())):
        pass
    head = await play.database.store(lambda store: ledger.head(store, play.clock()))
    assert head is not None
    ledger.write_head(play.settings.audit_head, head)
    stops = await play.database.store(stoplist.entries)
    stoplist.keep(play.settings.stop_list, play.database.sealer, stops)
    await play.says("grandma", "我胸口闷")
    await play.database.store(lambda store: pulse.beat(store, play.ids.home_id, MACHINE + timedelta(hours=5)))


async def index(play: Play) -> None:
    """Everything so far is in the index of search, and nothing that comes later: it is large and cannot be packed."""
    while portion := await play.database.read(lambda db: search.next_portion(db, MACHINE + timedelta(days=1))):
        await play.database.store(lambda store, found=portion: search.put(store, found))  # type: ignore[misc]


# -- the machine -----------------------------------------------------------------------------------------------------


@contextmanager
def machine_time() -> Iterator[None]:
    """The clock from which ids are made, years ago and a millisecond later at each look."""
    ticks = [int(MACHINE.timestamp() * 1e9)]

    def later() -> int:
        ticks[0] += 1_000_000
        return ticks[0]

    with patch("storage.types.time", SimpleNamespace(time_ns=later)):
        yield


def key_file(path: Path, current: str) -> None:
    """Keys that anybody can read here: they seal this sample and nothing else."""
    known = {
        name: base64.b64encode(hashlib.sha256(f"jiashu frozen sample {name}".encode()).digest()).decode()
        for name in ("k1", "k2", "audit")
    }
    audit = known.pop("audit")
    path.write_text(json.dumps({"current": current, "keys": known, "audit": audit}, indent=1) + "\n")


def settings_of(folder: Path, url: str) -> Settings:
    """The settings of the tests, with pages, so that links are in the letters."""
    return Settings(
        http=Http(public_url="https://jiashu.example"),
        wechat=Wechat(app_id=APP_ID, app_secret="s", token="tok", encoding_aes_key="a" * 43),
        database=Database(url),
        security=Security(key_file=str(folder / "jiashu.keys")),
        media=Media(folder / "media"),
        home=Home(name="青禾颐养院", phone="0571-8800-0101"),
    )


@asynccontextmanager
async def opened(kind: type[T], settings: Settings, clock: Moves, *, pages: bool) -> Any:
    """A home on a database, open while the block runs."""
    house = (
        House(settings.home, public_url=settings.http.public_url, recorded=frozenset(recordings.load()))
        if pages
        else House(settings.home)
    )
    found: list[Any] = []
    sealer = seal.load(settings.key_file, may_create=False)
    database = open_database(
        settings.database.url, sealer, lambda store, batch: receive_batch(store, found[0].house, batch)
    )
    await database.start()
    try:
        ids = await database.write(lambda db: install.install(db, settings, clock()))
        found.append(kind(database, house, clock, ids, settings))  # type: ignore[call-arg]
        yield found[0]
    finally:
        await database.close()


async def story(folder: Path) -> tuple[Settings, dict[str, str]]:
    """Play it; gives the settings of the database that it ended in, and the codes that are still good."""
    clock, first = Moves(BEGINS), settings_of(folder, f"sqlite:///{folder / 'first.db'}")
    key_file(first.key_file, "k1")
    await asyncio.to_thread(migrate.upgrade, first.database.url)
    async with playing(first, clock) as play:
        for chapter in (moves_in, autumn, before_the_restore):
            await chapter(play)
    backup, second = folder / "first.backup", replace(first, database=Database(f"sqlite:///{folder / 'jiashu.db'}"))
    await asyncio.to_thread(upkeep.backup, first, backup, clock)
    clock.on(minutes=15)
    await asyncio.to_thread(upkeep.restore, second, backup, clock)
    key_file(first.key_file, "k2")
    async with playing(second, clock) as again:
        again.staff_of, again.codes = play.staff_of, play.codes
        for chapter in (
            after_the_restore,
            early_november,
            index,
            late_november,
            letter_days,
            the_day_before,
            open_cases,
            clocks_run,
        ):
            await chapter(again)
        await Matrix(again).make()
        for chapter in (talk_on, finish):
            await chapter(again)
    return second, {"spare": again.codes["spare"]}


@asynccontextmanager
async def playing(settings: Settings, clock: Moves) -> Any:
    """A play with the door of the platform."""
    async with opened(Play, settings, clock, pages=True) as play:
        spool = Spool(settings.spool, play.database.sealer)
        play.inbound = Inbound(play.database, Account(play.ids.account_id, play.ids.home_id), clock, Board(), spool)
        await learns(play)
        yield play
        spool.close()


async def spooled(settings: Settings, folder: Path) -> dict[str, str]:
    """A push that waits in the spool, as it lies on the disk; gives what it says."""
    raw = message(
        {
            "ToUserName": "gh_frozen",
            "FromUserName": "spooled",
            "CreateTime": int(ENDS.timestamp()),
            "MsgType": "text",
            "Content": "谢谢",
            "MsgId": 9,
        }
    ).encode()
    spool = Spool(folder, seal.load(settings.key_file, may_create=False))
    await spool.keep(Kept(raw, ENDS))
    spool.close()
    (file,) = spool.files()
    file.rename(folder / "waiting.spool")
    return {"raw": raw.decode(), "arrived_at": ENDS.isoformat()}


# -- what is written down --------------------------------------------------------------------------------------------


def told(value: bytes) -> str:
    """A sealed value as it is written down: the words, or their SHA-256 where they are many."""
    try:
        words = value.decode()
    except UnicodeDecodeError:
        words = ""
    return (
        words
        if words and len(words) <= LONG and not words.startswith("sha256:")
        else f"sha256:{hashlib.sha256(value).hexdigest()}"
    )


def stored(file: Path, settings: Settings) -> dict[str, Any]:
    """What the database holds, read past the services: every sealed value, words and counts, the outbox, the audit,
    cases, files.
    """
    sealer = seal.load(settings.key_file, may_create=False)
    database = sqlite3.connect(file)
    metadata = tables.Base.metadata.tables
    counts = {name: database.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in sorted(metadata)}
    sealed: dict[str, dict[str, str]] = {}
    for name in sorted(metadata):
        for column in metadata[name].columns:
            if column.info["kept"] == "sealed":
                rows = database.execute(
                    f"SELECT id, {column.name} FROM {name} WHERE {column.name} IS NOT NULL ORDER BY id"
                ).fetchall()
                assert rows, f"{name}.{column.name} has no value"
                sealed[f"{name}.{column.name}"] = {
                    str(row): told(sealer.open(name, column.name, row, value)) for row, value in rows
                }
    words: dict[str, dict[str, int]] = {}
    for place in USED:
        table, column_name = place.split(".")
        found = database.execute(f"SELECT {column_name}, count(*) FROM {table} GROUP BY 1 ORDER BY 1").fetchall()
        words[place] = {str(word): count for word, count in found if word is not None}
        lacks = set(USED[place].split()) ^ set(words[place])
        assert not lacks, f"{place}: {sorted(lacks)}"
    out = database.execute(
        "SELECT o.id, o.purpose, o.queue, o.state, o.dedup_key, b.body FROM outbox o JOIN outbox_body b ON b.id = "
        "o.id ORDER BY o.id"
    )
    rows = [
        {
            "id": row,
            "purpose": purpose,
            "queue": queue,
            "state": state,
            "dedup_key": key,
            "text": sealer.open("outbox_body", "body", row, body).decode(),
        }
        for row, purpose, queue, state, key, body in out
    ]
    for purpose in QUEUES:
        lacking = {state for state in STATES if (purpose, state) not in NEVER} - {
            row["state"] for row in rows if row["purpose"] == purpose
        }
        assert not lacking, f"outbox: {purpose} is never {sorted(lacking)}"
    position, chain = database.execute(
        "SELECT position, chain FROM audit WHERE position IS NOT NULL ORDER BY position DESC LIMIT 1"
    ).fetchone()
    cases = database.execute(
        "SELECT id, number, stage, level, hide_name, cautious, rounds, closed_at IS NOT NULL FROM complaint ORDER BY id"
    ).fetchall()
    names = ("id", "number", "stage", "level", "hide_name", "cautious", "rounds", "closed")
    letter_files = [
        row[0]
        for row in database.execute(
            "SELECT id FROM media WHERE state = 'kept' UNION SELECT id FROM letter_photo UNION SELECT id FROM evidence"
        )
    ]
    old_key = database.execute("SELECT id, name FROM person WHERE name IS NOT NULL ORDER BY id LIMIT 1").fetchone()
    assert old_key[1][2:4] == b"k1", "the first name is sealed with the first key"
    database.close()
    return {
        "counts": counts,
        "words": words,
        "outbox": rows,
        "audit": {"linked": position, "chain": bytes(chain).hex(), "rows": counts["audit"]},
        "cases": [dict(zip(names, case, strict=True)) for case in cases],
        "files": {
            str(one): hashlib.sha256(media.read_file(settings.media.path, sealer, one)).hexdigest()
            for one in sorted(letter_files)
        },
        "sealed": sealed,
    }


async def talk_of(home: HomeUnderTest, openid: str) -> dict[str, Any]:
    """The talk with a person as it is stored."""
    ((row, flow, version, state, trail, slots),) = await home.rows(
        "SELECT c.id, c.flow, c.version, c.state, c.trail, c.slots FROM conversation c WHERE c.person_id = ?",
        await home.person(openid),
    )
    data = None if slots is None else json.loads(home.database.sealer.open("conversation", "slots", row, slots))
    return {"flow": flow, "version": version, "state": state, "trail": trail, "slots": data}


async def next_words(home: HomeUnderTest, codes: dict[str, str]) -> list[dict[str, Any]]:
    """Every running talk, what is said next in it, and what 19125a6 answers."""
    home.clock.now = GOES_ON
    found: list[dict[str, Any]] = []
    for openid, words in NEXT.items():
        talk, steps = await talk_of(home, openid), list[dict[str, Any]]()
        for number, one in enumerate(words):
            said = one.format(**codes)
            answer = await home.hears(said, openid, key=f"frozen:{openid}:{number}")
            steps.append({"say": said, "answer": answer} | await talk_of(home, openid))
        found.append({"openid": openid} | talk | {"next": steps})
    running = {(talk["flow"], talk["state"]) for talk in found}
    lacks = {(name, state) for name, flow in home.house.registry.flows.items() for state in flow.states} - running
    assert not lacks, f"nobody talks in {lacks}"
    return found


async def again(home: HomeUnderTest) -> list[dict[str, str]]:
    """Messages that come a second time, and the stored answers that they get."""
    rows = await home.rows(
        "SELECT f.openid, i.key, i.answer_state FROM inbox i JOIN follower f ON f.person_id = i.person_id WHERE "
        "i.answer_state <> 'none' ORDER BY i.id"
    )
    chosen = [(openid, key) for place, (openid, key, state) in enumerate(rows) if place % 16 == 0 or state == "outbox"]
    return [
        {"openid": openid, "key": key, "answer": await home.hears("别的话", openid, key=key)} for openid, key in chosen
    ]


async def states(home: HomeUnderTest) -> dict[str, str]:
    """The state of every row of the outbox."""
    return {str(row): str(state) for row, state in await home.rows("SELECT id, state FROM outbox ORDER BY id")}


async def what_leaves(home: HomeUnderTest) -> list[dict[str, Any]]:
    """Everything leaves that may, at some moments: what is sent, and each row of the outbox whose state is another one
    then.
    """
    found, before = list[dict[str, Any]](), await states(home)
    for length in LEAVES:
        home.clock.now = ENDS + length
        left, after = await home.send_all(), await states(home)
        changed = {row: state for row, state in after.items() if before.get(row) != state}
        found.append({"after_s": int(length.total_seconds()), "left": sorted(left), "changed": changed})
        before = after
    return found


async def time_goes_on(home: HomeUnderTest) -> list[dict[str, Any]]:
    """Nobody says anything: talks end by themselves, promises run out, and what is said about it."""
    found: list[dict[str, Any]] = []
    for length in LATER:
        now = home.clock.now = ENDS + length
        before = await home.one("SELECT max(id) FROM outbox")
        while await home.database.store(
            lambda store, at=now: clocks.act_on_silence(store, home.house, at)  # type: ignore[misc]
        ):
            pass
        await home.database.store(
            lambda store, at=now: clocks.look_at_promises(store, home.house, at, 1000)  # type: ignore[misc]
        )
        rows = await home.rows(
            "SELECT f.openid, o.purpose, o.state, o.id, b.body FROM outbox o JOIN outbox_body b ON b.id = o.id JOIN "
            "follower f ON f.person_id = o.person_id WHERE o.id > ?",
            before,
        )
        said = [
            [openid, purpose, state, home.database.sealer.open("outbox_body", "body", row, body).decode()]
            for openid, purpose, state, row, body in rows
        ]
        running = await home.rows(
            "SELECT f.openid, c.flow, c.state FROM conversation c JOIN follower f ON f.person_id = c.person_id WHERE "
            "c.flow IS NOT NULL"
        )
        marks = await home.rows("SELECT mark, count(*) FROM promise WHERE kept_at IS NULL GROUP BY mark")
        found.append(
            {
                "after_s": int(length.total_seconds()),
                "said": sorted(said),
                "running": sorted(map(list, running)),
                "marks": dict(marks),
            }
        )
    return found


async def looked_for(home: HomeUnderTest) -> dict[str, list[str]]:
    """What search finds by name, by phone and by words, for the director."""
    row, name = (await home.rows("SELECT id, name FROM staff WHERE login = 'shen'"))[0]
    viewer, found = Viewer(row, home.ids.home_id, name, Role.DIRECTOR), dict[str, list[str]]()
    for words in ("王桂兰", "2107", "太咸", "您放心"):
        hit = await home.database.read(lambda db, w=words: search.look(db, viewer, w))  # type: ignore[misc]
        found[words] = sorted(
            [one.who.name for one in hit.people]
            + [one.number for one in hit.cases]
            + [one.snippet for one in hit.messages]
        )
        assert found[words], words
    return found


async def hushed_later(folder: Path, url: str) -> None:
    """After the backup: an elder is left in peace, which the stop list outside the database knows."""
    settings = settings_of(folder, url)
    async with opened(HomeUnderTest, settings, Moves(ENDS), pages=False) as home:
        ((nurse, name),) = await home.rows("SELECT id, name FROM staff WHERE login = 'tang'")
        resident = int(await home.one("SELECT id FROM resident WHERE room = '306'"))
        viewer = Viewer(nurse, home.ids.home_id, name, Role.NURSE)
        await home.database.write(lambda db: residents.hush(db, viewer, resident, on=True, now=ENDS))
        stoplist.keep(settings.stop_list, home.database.sealer, await home.database.store(stoplist.entries))


async def restored(folder: Path, rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What 19125a6 makes of the backup: how many rows of each table, and each row of the outbox whose state is another
    one then.
    """
    settings = settings_of(folder, f"sqlite:///{folder / 'restored.db'}")
    settings = replace(settings, security=replace(settings.security, audit_head=str(folder / "no-heads")))
    assert await asyncio.to_thread(upkeep.restore, settings, folder / "home.backup", lambda: GOES_ON) == 0
    async with opened(HomeUnderTest, settings, Moves(ENDS), pages=False) as home:
        counts = {
            name: int(await home.one(f"SELECT count(*) FROM {name}")) for name in sorted(tables.Base.metadata.tables)
        }
        before = {str(row["id"]): row["state"] for row in rows}
        return {
            "counts": counts,
            "changed": {row: state for row, state in (await states(home)).items() if before[row] != state},
        }


Copies = Callable[[str], Awaitable[str]]


async def goes_on(folder: Path, copies: Copies, codes: dict[str, str]) -> dict[str, Any]:
    """What 19125a6 does with copies of the database, as the tests will open them."""
    written: dict[str, Any] = {}
    work: dict[str, Callable[[HomeUnderTest], Awaitable[Any]]] = {
        "talks": lambda home: next_words(home, codes),
        "again": again,
        "leaves": what_leaves,
        "later": time_goes_on,
        "search": looked_for,
    }
    for name, look in work.items():
        settings = settings_of(folder, await copies(name))
        async with opened(HomeUnderTest, settings, Moves(ENDS), pages=False) as home:
            written[name] = await look(home)
            assert await home.one("SELECT count(*) FROM inbox WHERE set_aside IS NOT NULL") == 1, (
                "a talk could not go on"
            )
    return written


def packed(source: Path, target: Path) -> None:
    """Compress a file."""
    target.write_bytes(lzma.compress(source.read_bytes(), preset=9 | lzma.PRESET_EXTREME))


def dumped(server: servers.Postgres, name: str, target: Path) -> None:
    """A database as plain SQL that any later server and any driver understands: no words of psql, no settings that come
    and go.
    """
    command = [
        "pg_dump",
        "-h",
        str(server.folder),
        "-U",
        servers.USER,
        "--no-owner",
        "--no-privileges",
        "--inserts",
        "--rows-per-insert=200",
        name,
    ]
    dump = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    kept = [line for line in dump.split("\n") if not re.match(r"\\|--|SET |SELECT pg_catalog\.set_config", line)]
    target.write_text(re.sub(r"\n{2,}", "\n", "\n".join(kept)).strip() + "\n", encoding="utf-8")


async def make(folder: Path, target: Path) -> None:
    """Play, carry over, seal, look, write."""
    settings, codes = await story(folder)
    file = settings.database.path
    with sqlite3.connect(file) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        database.execute("PRAGMA journal_mode=DELETE")
        database.execute("VACUUM")
    database.close()
    shutil.copy(file, folder / "sample.db")
    await asyncio.to_thread(upkeep.backup, settings, folder / "home.backup", lambda: ENDS)
    expected: dict[str, Any] = {
        "commit": COMMIT,
        "schema": migrate.head(),
        "ends_at": ENDS.isoformat(),
        "goes_on_at": GOES_ON.isoformat(),
        "spool": await spooled(settings, target),
        **stored(folder / "sample.db", settings),
    }

    async def sqlite_copies(name: str) -> str:
        shutil.copy(folder / "sample.db", folder / f"{name}.db")
        return f"sqlite:///{folder / f'{name}.db'}"

    await hushed_later(folder, await sqlite_copies("hushed"))
    went_on = await goes_on(folder, sqlite_copies, codes)
    expected["restored"] = await restored(folder, expected["outbox"])
    with servers.postgres() as server:
        assert await asyncio.to_thread(upkeep.move, settings, server.create("sample")) == 0
        dumped(server, "sample", folder / "postgres.sql")

        async def postgres_copies(name: str) -> str:
            return await asyncio.to_thread(server.create, f"copy_{name}", "sample")

        also = await goes_on(folder, postgres_copies, codes)
    assert went_on == also, "the engines go on in different ways"
    text = json.dumps(expected | went_on, ensure_ascii=False, indent=1)
    (target / "expected.json").write_text(
        re.sub(r"\[\n\s+([^\[\]{}]{0,300}?)\n\s+\]", _on_one_line, text) + "\n", encoding="utf-8"
    )
    packed(folder / "sample.db", target / "sqlite.db.xz")
    packed(folder / "postgres.sql", target / "postgres.sql.xz")
    for name in ("home.backup", "jiashu.keys", "jiashu.audit-heads", "jiashu.stop-list"):
        shutil.copy(folder / name, target / name)
    sys.stdout.write(
        f"{sum(expected['counts'].values())} rows; states of the outbox: "
        f"{dict(Counter(row['state'] for row in expected['outbox']))}\n"
    )


def _on_one_line(found: "re.Match[str]") -> str:
    return "[" + re.sub(r"\n\s+", " ", found[1]) + "]"


def main() -> int:
    """0 when the sample is written."""
    commit = subprocess.run(["git", "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout
    if not commit.startswith(COMMIT):
        sys.stderr.write("This is not 19125a6: run it on a checkout of that commit.\n")
        return 2
    target = Path(sys.argv[1]).resolve()
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    logging.disable(logging.CRITICAL)
    os.environ.pop("JIASHU_POINTS", None)
    with tempfile.TemporaryDirectory(prefix="jiashu-frozen-") as folder, machine_time():
        asyncio.run(make(Path(folder), target))
    return 0


if __name__ == "__main__":
    sys.exit(main())
