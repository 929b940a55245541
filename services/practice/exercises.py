"""What there is to try in practice, what of it was done, and who plays whom. The machine ticks only what it saw."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, exists, select

from care.states import Binding
from services.access import Viewer, access_page
from services.practice.access import PRACTICE
from services.practice.practice import OPENID, going_on
from storage import tables
from storage.unit import Unit

PHONES: Final = {
    "family_000001": "家属甲",
    "family_000002": "家属乙",
    "elder_0000003": "老人的手机",
    "guest_0000004": "打听的人",
    "family_000005": "新家属",
}
"""The phones of bot/sample/practice.toml, by what follows `OPENID`."""


@dataclass(frozen=True, slots=True)
class Exercise:
    """One thing to try: what to press, and what should happen then."""

    word: str
    title: str
    press: Sequence[str]
    happens: str


EXERCISES: Final = (
    Exercise(
        "bind",
        "绑上一位家属",
        (
            "先登记一位老人。「老人」里点开他，「家属与同意」下面按「打一张绑定单」，抄下那八个字",
            "模拟手机选「家属甲」，菜单「找我们」里按「绑定老人」，照着问的回答，发那八个字",
            "控制台「老人」页上按「去核对」，选能看什么、怎么证实的，按确认",
        ),
        "手机上收到「绑定好了」；老人的家属里有了这位。",
    ),
    Exercise(
        "ask",
        "家属问一句",
        (
            "「家属甲」按键盘，问「探视是几点到几点」，再问一句知识库里没有的",
            "控制台「会话」里打开这位，写一句回复，发送",
        ),
        "会的当场答；不会的说同事几点前答复，控制台的钟就在走。回复几秒钟到手机上。",
    ),
    Exercise(
        "cry",
        "老人喊人",
        (
            "「老人的手机」发「我摔倒了」，或按菜单「叫护士」（绑成本人的手机以后，喊人的条上有房号）",
            "控制台每一页顶上出红条、响铃：按「我去」，到了按「已到」",
        ),
        "手机上当场有回话；按了「我去」，手机上会说谁来了。",
    ),
    Exercise(
        "complain",
        "一件投诉走到底",
        (
            "「家属甲」按菜单「投诉」，说「走廊灯坏了三天没人修」，照着问的回答",
            "控制台「投诉」里打开：先答复，再调查、写方案、请人审、反馈",
        ),
        "手机上有编号和多久答复；控制台的钟在走，到一半会提醒。",
    ),
    Exercise(
        "letter",
        "第一封家书",
        (
            "「按楼层启用」里打开家书（转正式时这个开关会关掉，不会自己发给真的家属）",
            "「家书」里写今天的一封，到点它自己放行；手机菜单按「今天的家书」，点开那一行",
        ),
        "手机上打开的就是家属看到的那一页；控制台看得到读过了。",
    ),
    Exercise(
        "stranger",
        "来打听的人",
        ("「打听的人」问「还有床位吗，一个月多少钱」",),
        "知识库填过价的当场答，没填的交给同事；这位在「会话」里是没绑定的人。",
    ),
)


@dataclass(frozen=True, slots=True)
class Phone:
    """One simulated phone, and who it is for the home."""

    name: str
    who: str


def done(db: Unit, viewer: Viewer) -> frozenset[str]:
    """The exercises of which the database has what should have happened. Raises NotFound."""
    access_page(viewer, PRACTICE)
    guest = exists().where(
        tables.Inbox.person_id == tables.Follower.person_id,
        tables.Follower.openid == f"{OPENID}guest_0000004",
        tables.Inbox.kind == "text",
    )
    seen: dict[str, ColumnElement[bool]] = {
        "bind": exists().where(tables.Application.verdict == "confirmed"),
        "ask": exists().where(tables.Outbox.staff_id.is_not(None), tables.Outbox.state == "sent"),
        "cry": exists().where(tables.Alarm.arrived_at.is_not(None)),
        "complain": exists().where(tables.Complaint.feedback_at.is_not(None)),
        "letter": exists().where(tables.LetterReading.id.is_not(None)),
        "stranger": guest,
    }
    return frozenset(word for word, found in seen.items() if db.scalar(select(found)))


def phones(db: Unit, viewer: Viewer) -> list[Phone]:
    """Who plays whom. Raises NotFound."""
    access_page(viewer, PRACTICE)
    row = going_on(db, viewer.home_id)
    if row is None:
        return []
    theirs = select(tables.Follower).where(tables.Follower.account_id == row.account_id)
    known = {one.openid: one for one in db.scalars(theirs)}
    return [Phone(name, _who(db, known.get(OPENID + rest))) for rest, name in PHONES.items()]


def _who(db: Unit, follower: tables.Follower | None) -> str:
    if follower is None:
        return "还没说过话"
    person = db.get_one(tables.Person, follower.person_id)
    name = db.words(person, "name", "没有名字")
    if follower.binding == Binding.HOUSE.value:
        return name
    if person.kind == "guest":
        return "访客，还没绑定"
    if person.kind == "elder":
        return f"{name} 本人"
    if person.kind == "staff":
        return f"{name}，同事自己的微信"
    ties = select(tables.Kinship).where(tables.Kinship.person_id == person.id)
    of = [
        f"{_name(db, tie.resident_id)}的{db.words(tie, 'relation', '家属')}" for tie in db.scalars(ties.limit(3)).all()
    ]
    return f"{name}（{'、'.join(of) or '没有绑着谁'}）"


def _name(db: Unit, resident_id: int) -> str:
    return db.words(db.get_one(tables.Person, db.get_one(tables.Resident, resident_id).person_id), "name", "老人")
