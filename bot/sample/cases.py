"""Talks, complaints and alarms of the fortnight."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from msgspec import Struct, convert

from bot.sample import sheets
from bot.sample.stage import Stage
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


async def hear(stage: Stage, at: datetime, *, who: str, says: str, case: str = "") -> None:
    """Somebody writes; `case` names the complaint that it opens."""
    await stage.played.hear(stage.phones[who], says, at)
    if case:
        stage.cases[case] = await stage.number(NEWEST, await stage.person(who))
        stage.owners[case] = who


async def tap(stage: Stage, at: datetime, *, who: str, key: str) -> None:
    """Somebody taps a button of the menu."""
    await stage.played.tap(stage.phones[who], key, at)


async def follow(stage: Stage, at: datetime, *, who: str, openid: str) -> None:
    """Somebody whom nobody knows follows the account."""
    stage.phones[who] = openid
    await stage.played.follow(openid, at)


async def answer(stage: Stage, at: datetime, *, by: str, to: str, says: str) -> None:
    """A colleague writes to somebody."""
    person, key = await stage.person(to), f"sample-{micros(at)}"
    await stage.write(lambda db: answering.answer(db, stage.who(by), person, says, key, at))


async def call(stage: Stage, at: datetime, *, by: str, to: str, says: str) -> None:
    """A call is written down."""
    person = await stage.person(to)
    await stage.write(lambda db: answering.log_call(db, stage.who(by), person, says, at))


async def _step(
    stage: Stage, case: str, work: Callable[..., object], by: str, form: object, at: datetime, *, house: bool = False
) -> None:
    number, who = stage.cases[case], stage.who(by)
    with_house = (stage.home.house,) if house else ()
    await stage.write(lambda db: work(db, *with_house, who, number, form, at))


class Judged(Struct, frozen=True, forbid_unknown_fields=True):
    """An entry of the book about 评估; colleagues by the names with which they log in."""

    category: str
    level: int
    why: str = ""
    owner: str = "he"
    accused: tuple[str, ...] = ()


async def assess(stage: Stage, at: datetime, *, case: str, by: str, **judged: object) -> None:
    """性质、等级、责任."""
    said = convert(judged, Judged)
    form = Assess(
        category=said.category,
        level=said.level,
        why=said.why,
        scope="ours",
        owner=stage.who(said.owner).id,
        accused=frozenset(stage.who(login).id for login in said.accused),
    )
    await _step(stage, case, complaints.assess, by, form, at, house=True)


async def inquire(stage: Stage, at: datetime, *, case: str, by: str, says: str) -> None:
    """查明."""
    await _step(stage, case, complaints.inquire, by, Inquire(finding=says), at)


async def note(stage: Stage, at: datetime, *, case: str, by: str, says: str) -> None:
    """A line that stays inside."""
    number, who = stage.cases[case], stage.who(by)
    await stage.write(lambda db: answering.note_complaint(db, who, number, says, at))


async def take_on(stage: Stage, at: datetime, *, case: str, by: str) -> None:
    """我来联系."""
    number, who = stage.cases[case], stage.who(by)
    await stage.write(lambda db: complaints.take_on(db, who, number, at))


async def hand_over(stage: Stage, at: datetime, *, case: str, by: str, to: str) -> None:
    """Another owner."""
    number, who, other = stage.cases[case], stage.who(by), stage.who(to).id
    await stage.write(lambda db: handing.hand_over(db, who, number, other, at))


async def attach(stage: Stage, at: datetime, *, case: str, by: str, paper: list[str], says: str) -> None:
    """A page that was found is kept as evidence."""
    number, who, data = stage.cases[case], stage.who(by), sheets.paper(paper)
    file = evidence.take(data)
    await stage.with_file(file.id, data, lambda db: evidence.add(db, who, number, file, says, at))


async def propose(stage: Stage, at: datetime, *, case: str, by: str, done: int, responsible: str, **more: str) -> None:
    """方案; `done`: in how many days from the start of the demo."""
    form = convert({"responsible": stage.who(responsible).id, "done_by": stage.day(done)} | more, Propose)
    await _step(stage, case, proposals.propose, by, form, at, house=True)


async def interim(stage: Stage, at: datetime, *, case: str, by: str, says: str, until: int) -> None:
    """中期回复."""
    form = Interim(reply=says, until=stage.day(until))
    await _step(stage, case, proposals.interim, by, form, at, house=True)


async def decide(stage: Stage, at: datetime, *, case: str, by: str, why: str = "") -> None:
    """Approved, or given back with what has to be changed."""
    paper = await stage.number(WAITING, stage.cases[case])
    form = Decide(paper=paper, verdict=RETURN if why else APPROVE, why=why)
    await _step(stage, case, proposals.decide, by, form, at, house=True)


async def tell(stage: Stage, at: datetime, *, case: str, by: str, way: str, says: str) -> None:
    """告知."""
    await _step(stage, case, complaints.tell, by, Tell(way=way, note=says), at, house=True)


async def opinion(stage: Stage, at: datetime, *, case: str, by: str, word: str, says: str) -> None:
    """What the family said by phone."""
    await _step(stage, case, complaints.hear, by, Hear(word=word, note=says), at, house=True)


async def learn(stage: Stage, at: datetime, *, case: str, by: str, says: str) -> None:
    """总结."""
    await _step(stage, case, complaints.learn, by, Learn(lesson=says), at)


# -- alarms ----------------------------------------------------------------------------------------------------------


async def alarm(
    stage: Stage, at: datetime, *, who: str, says: str, by: str, seconds: int = 60, false: str = ""
) -> None:
    """A cry, who goes, and how it ends: at once, so that it rings on no page that is open now."""
    openid, nurse = stage.phones[who], stage.who(by)
    await stage.played.hear(openid, says, at)
    going, there = at + GOES, at + GOES + timedelta(seconds=seconds)

    def end(db: Unit) -> None:
        alarms.go(db, stage.home.house, nurse, openid, Audience.FLOOR, going)
        if false:
            alarms.end(db, nurse, openid, Audience.FLOOR, "false", false, there)
        else:
            alarms.arrive(db, nurse, openid, Audience.FLOOR, there)

    await stage.write(end)
    await stage.played.deliver(there)


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
