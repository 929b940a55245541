"""The letters of the week that ended last, and appointments with doctors."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any, Final

from bot.sample.days import writer
from bot.sample.stage import Act, Stage
from care import weekly as rules
from care.weekly import Kind
from services.appointments import appointments
from services.appointments.forms import EndAppointment, WriteAppointment
from services.letters import weekly
from services.letters.forms import WriteWeekly
from storage.queries import appointments as doctors

NURSE: Final = "tang"
WRITTEN: Final = "SELECT id FROM weekly_letter WHERE resident_id = ? AND state = 'released' ORDER BY day DESC"


def acts(book: Mapping[str, Any], stage: Stage) -> Iterable[Act]:
    """Saturday afternoon they write, on Sunday evening one is read."""
    today = stage.day(0)
    sunday = rules.sunday_of(today - timedelta(days=6))
    zone = stage.running.settings.home.zone
    for nth, (place, told) in enumerate(sorted(book["weeks"].items())):
        at = datetime.combine(sunday - timedelta(days=1), time(15, 3 + 4 * nth), zone)
        yield Act(at, f"the week of {place}", partial(_week, stage, place, told, sunday))
        if "reads" in told:
            opened = datetime.combine(sunday, time(18, 12), zone)
            yield Act(opened, f"{told['reads']} reads the week", partial(_reads, stage, place, told["reads"]))
    for one in book["doctors"]:
        yield Act(
            stage.moment(f"{min(one['day'], 0) - 3} 16:20"), f"doctor {one['what']}", partial(_doctor, stage, one)
        )
        if "result" in one:
            after = stage.moment(f"{one['day']} {one['hour']}") + timedelta(hours=2)
            yield Act(after, f"after {one['what']}", partial(_after, stage, one))


async def _week(stage: Stage, place: str, told: Mapping[str, Any], sunday: date, at: datetime) -> None:
    resident, house = stage.home.residents[place], stage.home.house
    ticked = {
        "mind": frozenset({told["mind"]}),
        "content": frozenset({told["content"]}),
        "needs": frozenset(told["needs"]),
        "body": frozenset({"平稳"}),
    }
    form = WriteWeekly(
        day=sunday, kind=Kind.WEEK.value, ticked=ticked, sentence=told["sentence"], plan=told.get("plan", "")
    )
    who = writer(stage, place, 0)
    await stage.write(lambda db: weekly.write(db, house, who, resident, form, at).id)


async def _reads(stage: Stage, place: str, name: str, at: datetime) -> None:
    letter, person = await stage.number(WRITTEN, stage.home.residents[place]), await stage.person(name)
    if letter:
        await stage.write(lambda db: weekly.react(db, person, letter, "谢谢", at))


async def _doctor(stage: Stage, told: Mapping[str, Any], at: datetime) -> None:
    resident, house, who = stage.home.residents[told["place"]], stage.home.house, stage.who(NURSE)
    kin = await stage.database.read(lambda db: doctors.relatives(db, resident))
    form = WriteAppointment(
        resident=resident,
        at=stage.moment(f"{told['day']} {told['hour']}"),
        what=told["what"],
        place=told["where"],
        caution=told["caution"],
        companion=told["companion"],
        every=told.get("every", "once"),
        told=kin[0][0] if kin else 0,
    )
    await stage.write(lambda db: appointments.write(db, house, who, form, at).id)


async def _after(stage: Stage, told: Mapping[str, Any], at: datetime) -> None:
    house, who = stage.home.house, stage.who(NURSE)
    resident = stage.home.residents[told["place"]]
    found = await stage.database.read(lambda db: doctors.of_resident(db, who.sight, resident))
    for number, told_to in ((one.row.id, bool(one.told)) for one in found if one.row.at <= at):
        form = EndAppointment(stage="done", result=told["result"], told=told_to, news="good")
        await stage.write(lambda db, n=number, f=form: appointments.end(db, house, who, n, f, at))  # type: ignore[misc]
