"""The letters of the week that ended last, and appointments with doctors."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any, Final

from bot.sample.days import writer
from bot.sample.play import Act, Play
from care import weekly as rules
from care.weekly import Kind
from services.appointments import appointments
from services.appointments.forms import EndAppointment, WriteAppointment
from services.letters import weekly
from services.letters.forms import WriteWeekly
from storage.queries import appointments as doctors

NURSE: Final = "tang"
WRITTEN: Final = "SELECT id FROM weekly_letter WHERE resident_id = ? AND state = 'released' ORDER BY day DESC"


def acts(book: Mapping[str, Any], play: Play) -> Iterable[Act]:
    """Saturday afternoon they write, on Sunday evening one is read."""
    today = play.day(0)
    sunday = rules.sunday_of(today - timedelta(days=6))
    zone = play.running.settings.home.zone
    for nth, (place, told) in enumerate(sorted(book["weeks"].items())):
        at = datetime.combine(sunday - timedelta(days=1), time(15, 3 + 4 * nth), zone)
        yield Act(at, f"the week of {place}", partial(_week, play, place, told, sunday))
        if "reads" in told:
            opened = datetime.combine(sunday, time(18, 12), zone)
            yield Act(opened, f"{told['reads']} reads the week", partial(_reads, play, place, told["reads"]))
    for one in book["doctors"]:
        yield Act(play.moment(f"{min(one['day'], 0) - 3} 16:20"), f"doctor {one['what']}", partial(_doctor, play, one))
        if "result" in one:
            after = play.moment(f"{one['day']} {one['hour']}") + timedelta(hours=2)
            yield Act(after, f"after {one['what']}", partial(_after, play, one))


async def _week(play: Play, place: str, told: Mapping[str, Any], sunday: date, at: datetime) -> None:
    resident, house = play.home.residents[place], play.home.house
    ticked = {
        "mind": frozenset({told["mind"]}),
        "content": frozenset({told["content"]}),
        "needs": frozenset(told["needs"]),
        "body": frozenset({"平稳"}),
    }
    form = WriteWeekly(
        day=sunday, kind=Kind.WEEK.value, ticked=ticked, sentence=told["sentence"], plan=told.get("plan", "")
    )
    who = writer(play, place, 0)
    await play.write(lambda db: weekly.write(db, house, who, resident, form, at).id)


async def _reads(play: Play, place: str, name: str, at: datetime) -> None:
    letter, person = await play.number(WRITTEN, play.home.residents[place]), await play.person(name)
    if letter:
        await play.write(lambda db: weekly.react(db, person, letter, "谢谢", at))


async def _doctor(play: Play, told: Mapping[str, Any], at: datetime) -> None:
    resident, house, who = play.home.residents[told["place"]], play.home.house, play.who(NURSE)
    kin = await play.database.read(lambda db: doctors.relatives(db, resident))
    form = WriteAppointment(
        resident=resident,
        at=play.moment(f"{told['day']} {told['hour']}"),
        what=told["what"],
        place=told["where"],
        caution=told["caution"],
        companion=told["companion"],
        every=told.get("every", "once"),
        told=kin[0][0] if kin else 0,
    )
    await play.write(lambda db: appointments.write(db, house, who, form, at).id)


async def _after(play: Play, told: Mapping[str, Any], at: datetime) -> None:
    house, who = play.home.house, play.who(NURSE)
    resident = play.home.residents[told["place"]]
    found = await play.database.read(lambda db: doctors.of_resident(db, who.sight, resident))
    for number, told_to in ((one.row.id, bool(one.told)) for one in found if one.row.at <= at):
        form = EndAppointment(stage="done", result=told["result"], told=told_to, news="good")
        await play.write(lambda db, n=number, f=form: appointments.end(db, house, who, n, f, at))  # type: ignore[misc]
