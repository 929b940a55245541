"""Talks, complaints and alarms of the fortnight."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from msgspec import Struct, convert

from bot.sample import sheets
from bot.sample.play import Play
from care.triage import Audience
from services.complaints import complaints, evidence, handing, proposals
from services.complaints.forms import Assess, Decide, Hear, Inquire, Interim, Learn, Propose, Tell
from services.emergencies import alarms
from services.talks import answering
from storage.types import micros
from storage.unit import Unit

RETURN, APPROVE = "return", "approve"
NEWEST: Final = "SELECT max(id) FROM complaint WHERE person_id = ?"
GOES: Final = timedelta(seconds=18)
"""So soon after a cry somebody says that she goes."""
WAITING: Final = "SELECT max(id) FROM proposal WHERE case_id = ? AND verdict IS NULL"


async def hear(play: Play, at: datetime, *, who: str, says: str, case: str = "") -> None:
    """Somebody writes; `case` names the complaint that it opens."""
    await play.played.hear(play.phones[who], says, at)
    if case:
        play.cases[case] = await play.number(NEWEST, await play.person(who))
        play.owners[case] = who


async def tap(play: Play, at: datetime, *, who: str, key: str) -> None:
    """Somebody taps a button of the menu."""
    await play.played.tap(play.phones[who], key, at)


async def follow(play: Play, at: datetime, *, who: str, openid: str) -> None:
    """Somebody whom nobody knows follows the account."""
    play.phones[who] = openid
    await play.played.follow(openid, at)


async def answer(play: Play, at: datetime, *, by: str, to: str, says: str) -> None:
    """A colleague writes to somebody."""
    person, key = await play.person(to), f"sample-{micros(at)}"
    await play.write(lambda db: answering.answer(db, play.who(by), person, says, key, at))


async def call(play: Play, at: datetime, *, by: str, to: str, says: str) -> None:
    """A call is written down."""
    person = await play.person(to)
    await play.write(lambda db: answering.log_call(db, play.who(by), person, says, at))


async def _step(
    play: Play, case: str, work: Callable[..., object], by: str, form: object, at: datetime, *, house: bool = False
) -> None:
    number, who = play.cases[case], play.who(by)
    with_house = (play.home.house,) if house else ()
    await play.write(lambda db: work(db, *with_house, who, number, form, at))


class Judged(Struct, frozen=True, forbid_unknown_fields=True):
    """An entry of the book about 评估; colleagues by the names with which they log in."""

    category: str
    level: int
    why: str = ""
    owner: str = "he"
    accused: tuple[str, ...] = ()


async def assess(play: Play, at: datetime, *, case: str, by: str, **judged: object) -> None:
    """性质、等级、责任."""
    said = convert(judged, Judged)
    form = Assess(
        category=said.category,
        level=said.level,
        why=said.why,
        scope="ours",
        owner=play.who(said.owner).id,
        accused=frozenset(play.who(login).id for login in said.accused),
    )
    await _step(play, case, complaints.assess, by, form, at, house=True)


async def inquire(play: Play, at: datetime, *, case: str, by: str, says: str) -> None:
    """查明."""
    await _step(play, case, complaints.inquire, by, Inquire(finding=says), at)


async def note(play: Play, at: datetime, *, case: str, by: str, says: str) -> None:
    """A line that stays inside."""
    number, who = play.cases[case], play.who(by)
    await play.write(lambda db: answering.note_complaint(db, who, number, says, at))


async def take_on(play: Play, at: datetime, *, case: str, by: str) -> None:
    """我来联系."""
    number, who = play.cases[case], play.who(by)
    await play.write(lambda db: complaints.take_on(db, who, number, at))


async def hand_over(play: Play, at: datetime, *, case: str, by: str, to: str) -> None:
    """Another owner."""
    number, who, other = play.cases[case], play.who(by), play.who(to).id
    await play.write(lambda db: handing.hand_over(db, who, number, other, at))


async def attach(play: Play, at: datetime, *, case: str, by: str, paper: list[str], says: str) -> None:
    """A page that was found is kept as evidence."""
    number, who, data = play.cases[case], play.who(by), sheets.paper(paper)
    file = evidence.take(data)
    await play.with_file(file.id, data, lambda db: evidence.add(db, who, number, file, says, at))


async def propose(play: Play, at: datetime, *, case: str, by: str, done: int, responsible: str, **more: str) -> None:
    """方案; `done`: in how many days from the start of the demo."""
    form = convert({"responsible": play.who(responsible).id, "done_by": play.day(done)} | more, Propose)
    await _step(play, case, proposals.propose, by, form, at, house=True)


async def interim(play: Play, at: datetime, *, case: str, by: str, says: str, until: int) -> None:
    """中期回复."""
    form = Interim(reply=says, until=play.day(until))
    await _step(play, case, proposals.interim, by, form, at, house=True)


async def decide(play: Play, at: datetime, *, case: str, by: str, why: str = "") -> None:
    """Approved, or given back with what has to be changed."""
    paper = await play.number(WAITING, play.cases[case])
    form = Decide(paper=paper, verdict=RETURN if why else APPROVE, why=why)
    await _step(play, case, proposals.decide, by, form, at, house=True)


async def tell(play: Play, at: datetime, *, case: str, by: str, way: str, says: str) -> None:
    """告知."""
    await _step(play, case, complaints.tell, by, Tell(way=way, note=says), at, house=True)


async def opinion(play: Play, at: datetime, *, case: str, by: str, word: str, says: str) -> None:
    """What the family said by phone."""
    await _step(play, case, complaints.hear, by, Hear(word=word, note=says), at, house=True)


async def learn(play: Play, at: datetime, *, case: str, by: str, says: str) -> None:
    """总结."""
    await _step(play, case, complaints.learn, by, Learn(lesson=says), at)


# -- alarms ----------------------------------------------------------------------------------------------------------


async def alarm(play: Play, at: datetime, *, who: str, says: str, by: str, seconds: int = 60, false: str = "") -> None:
    """A cry, who goes, and how it ends: at once, so that it rings on no page that is open now."""
    openid, nurse = play.phones[who], play.who(by)
    await play.played.hear(openid, says, at)
    going, there = at + GOES, at + GOES + timedelta(seconds=seconds)

    def end(db: Unit) -> None:
        alarms.go(db, play.home.house, nurse, openid, Audience.FLOOR, going)
        if false:
            alarms.end(db, nurse, openid, Audience.FLOOR, "false", false, there)
        else:
            alarms.arrive(db, nurse, openid, Audience.FLOOR, there)

    await play.write(end)
    await play.played.deliver(there)


DOES: Final[Mapping[str, Callable[..., Any]]] = {
    act.__name__: act
    for act in (
        hear,
        tap,
        follow,
        answer,
        call,
        assess,
        inquire,
        note,
        take_on,
        hand_over,
        attach,
        propose,
        interim,
        decide,
        tell,
        opinion,
        learn,
        alarm,
    )
}
