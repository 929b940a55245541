"""What somebody hears who cried, at once and while nobody has ended it (F1, F2, F5): only what is true then."""

import re
from datetime import datetime
from typing import Final, NamedTuple

from care.states import Status
from care.triage import Audience, Triage, Urgency
from conversations.effects import Say, say
from conversations.routing import Intent
from services.emergencies.strip import GONE_AFTER, OLD
from storage.store import Store
from storage.types import moment

ACKNOWLEDGED: Final = {"侵害": "alarm.noted", "自伤": "alarm.with_you"}
"""Kinds whose first words are their own: a carer may be in the room, and a desperate person is not told to ring a bell
(F5).
"""
FALLEN, CRY = "跌倒受伤", "呼救"
HURT: Final = frozenset({FALLEN, "呼吸心脏", "脑", "出血烫伤", "急病"})
"""Who is told to keep still; who smells gas is not."""
_NAMES: Final = "[张王李赵刘陈杨周吴孙马朱胡郭何林高罗]"
_OF_ANOTHER: Final = re.compile(
    rf"[他她]|隔壁|对面|对床|邻床|同屋|室友|老伴|老头|老太|有人|病友|老{_NAMES}|"
    rf"{_NAMES}(?:奶奶|爷爷|阿姨|大爷|大妈|师傅|老师)"
)
"""Words in which an elder may speak of somebody else, who does not read what she is told."""
_SECRET: Final = re.compile(
    r"^[^，,。；;]{0,6}(?:(?<![特区分个])别|莫|不(?:要|许|能|敢))(?![人光再])[^，,。；;]{0,4}(?:说|讲|告诉|提|传|声张)[^，,。；;水]{0,8}"
    r"(?:[，,][^，,。；;]{0,14})?[。.!！]*$|^.{0,4}保密.{0,4}$"
)
_PLEADS: Final = re.compile(
    rf"{_SECRET.pattern}|当我没|就当.{{0,4}}没|算了|不说了|没(?:那|这)?事|瞎说|乱说|记错|怕|别.{{0,4}}[找记问骂罚扣]"
)
_CAME: Final = re.compile(
    r"^(?:好了?|嗯+|哦|哎)?[，,\s]*(?:来人了|(?:有人|[两三几]个人|人|护士|医生|大夫|护工|护理员|阿姨|姑娘|小姑娘|小[\u4e00-\u9fff]|她|他)(?:已经|都|刚)?"
    r"(?:来|到|过来|赶到|进来)(?:看我|扶我|抱我)?(?:了|啦)|来了[，,\s]*来了.{0,8}|.{0,6}(?:[扶抱抬搀]我?[上到起回进].{0,3}|来[扶抱抬搀看]我.{0,2})了)"
    r"[，,。\s]*(?:谢谢.{0,3}|给我.{2,8}|在.{2,8}|你也睡吧.?)?[。.!！]*$"
)
_NONE_CAME: Final = re.compile(
    r"没|不|别|还|怎么|几时|什么|谁|吗|[?？]|坏|偷|贼|陌生|男|走|骂|打|怕|疼|痛|难受|想|又|客|家里|那个|的人|凶|掐"
)
"""「没人来」, 「打我的人来了」, 「护士来了又走了」 say something else."""
SHORT: Final = 15
"""Signs; who tells more than that somebody is there is heard."""


class Standing(NamedTuple):
    """A cry that nobody has ended; `going_at` in µs since 1970, of who said 我去."""

    audience: str
    kind: str
    level: int
    going_at: int | None

    def goes(self, now: datetime) -> bool:
        """Whether somebody is on the way: who said 我去 long ago is not there (F2)."""
        return self.going_at is not None and now - moment(self.going_at) <= GONE_AFTER


def standing(store: Store, person_id: int, now: datetime) -> Standing | None:
    """The newest cry of a person that rings on their floor."""
    return store.one_of(
        Standing,
        """SELECT audience, kind, level, going_at FROM alarm WHERE person_id = ? AND arrived_at IS NULL
           AND raised_by IS NULL AND latest_at > ? AND audience <> 'lead' ORDER BY id DESC LIMIT 1""",
        person_id,
        now - OLD,
    )


def called(
    heard: Triage, kind: str, away: str = "", words: str = "", *, lives_here: bool = False, listened: bool = True
) -> Say:
    """What the person hears at once: that we call somebody; never that somebody comes (F2).

    Who is not in the house hears whom to call (A7); a stranger may be anywhere, and hears whom to call there (F26).
    `lives_here`: whether a resident of theirs is in the house, to whom somebody goes. `listened`: whether a colleague
    has taken over a screen; if not, an elder is sent to the bell at once (F1).
    """
    if away == Status.DIED and heard.kind not in ACKNOWLEDGED:
        return say("alarm.called_back")
    if away and heard.kind not in ACKNOWLEDGED:
        return say("alarm.away", status=away)
    if kind == "guest" and heard.kind != "自伤":
        return say("alarm.called_stranger")
    if heard.kind in ACKNOWLEDGED:
        return say(ACKNOWLEDGED[heard.kind])
    if kind == "staff":
        return say("alarm.called_staff")
    if kind != "elder":
        return say("alarm.called_there" if lives_here else "alarm.called")
    if not _is_hurt(heard.kind, heard.level) or _OF_ANOTHER.search(words):
        return say("alarm.called_elder" if listened else "alarm.called_bell")
    return say("alarm.called_fallen" if heard.kind == FALLEN else "alarm.called_hurt")


def _is_hurt(kind: str, level: int) -> bool:
    """Whether an elder said it surely; who was asked, or did not answer, hears the plain words."""
    return kind in HURT and level == Urgency.P0


def is_again(heard: Triage, stands: Standing, kind: str) -> bool:
    """Whether an elder's cry says nothing that its own first words are not said to already: the same danger, or a bare
    cry; whom a relative speaks of now is not known, so they hear the whole each time.
    """
    if kind != "elder" or heard.kind in ACKNOWLEDGED or heard.audience is Audience.LEAD:
        return False
    if heard.kind in HURT - {FALLEN} and stands.kind in HURT:
        return True
    return heard.kind in {stands.kind, CRY}


def meanwhile(stands: Standing, now: datetime, kind: str, words: str = "") -> Say:
    """What who cried hears to further words, while nobody has ended it: whether somebody is on the way."""
    if stands.goes(now):
        return say("alarm.coming_aloud" if kind == "elder" else "alarm.on_the_way")
    hurt = kind == "elder" and _is_hurt(stands.kind, stands.level) and not _OF_ANOTHER.search(words)
    return say("alarm.heard_hurt" if hurt else "alarm.heard")


def nodded(stands: Standing | None, now: datetime, kind: str, intent: str, words: str) -> Say | None:
    """What is said to 好, 谢谢, and 「有人来了」 of an elder; None for other words. A cry that the lead alone hears is not
    spoken of.
    """
    if stands is None or stands.audience == Audience.LEAD.value:
        return None
    if kind == "elder" and came(words):
        return say("alarm.came_elder")
    if intent not in {Intent.THANKS, Intent.CLOSING}:
        return None
    if stands.goes(now):
        return say("alarm.coming_aloud" if kind == "elder" else "alarm.thanked_going")
    return say("alarm.waits_elder" if kind == "elder" else "alarm.thanked")


def hushed(words: str) -> Say:
    """What an elder hears to further words after she accused somebody, who may stand beside the phone (F5): nothing of
    the matter; a plea for secrecy, or to forget it, is met by what is no answer to it either.
    """
    return say("alarm.known" if _PLEADS.search(words) else "alarm.listens")


def is_secret(words: str) -> bool:
    """Whether an elder asks that something is told to nobody."""
    return _SECRET.match(words.strip()) is not None


def came(words: str) -> bool:
    """Whether words say that somebody is there now, and nothing else."""
    said = words.strip()
    return len(said) <= SHORT and _CAME.match(said) is not None and _NONE_CAME.search(said) is None


def lives_here(store: Store, person_id: int) -> bool:
    """Whether a resident whom this person belongs to is in the house."""
    found = store.row(
        """SELECT 1 FROM kinship k JOIN resident r ON r.id = k.resident_id
           WHERE k.person_id = ? AND r.status IN (?, ?) LIMIT 1""",
        person_id,
        Status.LIVING.value,
        Status.CRITICAL.value,
    )
    return found is not None
