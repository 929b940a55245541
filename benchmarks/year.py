"""A year of a home with its clock moved hour by hour: what every festival, birthday, visit, letter, announcement,
questionnaire and talk came to, held against the calendar and the platform's own journal (Part 8).

64 residents, 90 relatives (30 never write, 10 live abroad, 3 have no WeChat), six deaths, three times of 静默, two stays
in hospital, two who unfollow, a week in which the account may not send. Everything that is due is asked of the jobs of
the house; colleagues do what 送达 and 回访 ask of them; the platform has its windows, quotas and four mass sends a month.

    python -m benchmarks.year --days 365 [--postgres]
"""

import argparse
import asyncio
import logging
import sys
import tempfile
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import partial
from pathlib import Path

from benchmarks import year_home, year_judge
from benchmarks.year_home import (
    CUT_OFF,
    DEATHS,
    ELDERS,
    FIRST,
    HUSHES,
    IN_HOSPITAL,
    LEAVERS,
    RELATIVES,
    WITH_PHONE,
    ZONE,
)
from benchmarks.year_house import Year, build
from care import weekly as weekly_rules
from care.weekly import Kind
from scripts import servers
from services.announcements import announcements
from services.announcements.forms import Announce
from services.appointments import appointments
from services.appointments.forms import EndAppointment, WriteAppointment
from services.followups import followups
from services.followups.forms import WriteTalk
from services.greetings import occasions
from services.greetings.forms import BookVisit
from services.letters import letters, weekly
from services.letters.forms import WriteLetter, WriteWeekly
from services.outgoing import reaching, templates
from services.outgoing.forms import SettleByHand
from services.residents import residents, returning
from services.residents.forms import Hush, SetStatus
from services.residents.returning import SignBack
from services.setup import cut_off
from services.surveys import surveys
from storage import migrate
from storage.queries import appointments as doctors
from storage.queries import followups as follow_ups
from storage.queries import letters_weekly, outgoing
from storage.queries import residents as stays

WEEK = {"mind": "平静", "content": "满意", "needs": "不缺什么", "body": "平稳"}
STAY = {"body": "平稳", "mood": "平静", "meals": "一半", "sleep": "好"}


async def _events(year: Year, number: int) -> None:
    """What happens in a home on this day."""
    write, now = year.home.database.write, year.home.clock()
    for n, day in DEATHS.items():
        if number == day:
            form = SetStatus(status="去世", name=f"老人{n:02d}")
            await write(partial(residents.set_status, viewer=year.lead, resident_id=year.stays[n], form=form, now=now))
            _hushed(year, n, now, None)
    for n, (begins, ends) in HUSHES.items():
        if number in {begins, ends}:
            form_ = Hush(on=number == begins)
            await write(partial(residents.hush, viewer=year.nurse, resident_id=year.stays[n], form=form_, now=now))
            if number == begins:
                _hushed(year, n, now, now + timedelta(days=ends - begins))
    for n, (begins, ends) in IN_HOSPITAL.items():
        if number in {begins, ends}:
            form = SetStatus(status="住院" if number == begins else "在住")
            await write(partial(residents.set_status, viewer=year.lead, resident_id=year.stays[n], form=form, now=now))
    await _of_the_account(year, number)


async def _of_the_account(year: Year, number: int) -> None:
    """Who unfollows, and the week in which nothing may be sent."""
    write, now = year.home.database.write, year.home.clock()
    for k, day in LEAVERS.items():
        if number == day:
            await year.unfollows(year_home.kin(k))
    if number == year_home.BREAKS:
        home = year.home.ids.home_id
        broke = partial(templates.broke, home_id=home, kind="notice", code="40037", now=now)
        await year.home.database.store(broke)
    if number in CUT_OFF:
        on = number == CUT_OFF[0]
        await write(partial(cut_off.turn, viewer=year.lead, now=now, on=on))
        year.home.house.choices = replace(year.home.house.choices, cut_off=on)


def _hushed(year: Year, n: int, since: datetime, until: datetime | None) -> None:
    for openid in [year_home.elder(n), *(year_home.kin(k) for k in range(n, RELATIVES, ELDERS))]:
        year.silent[openid].append((since, until))


async def _morning(year: Year, number: int, day: date) -> None:
    """Some write, a third of those who ever do; colleagues see to 送达 and 回访."""
    talkers = [year_home.elder(n) for n in range(WITH_PHONE)]
    talkers += [year_home.kin(k) for k in range(RELATIVES) if k not in year_home.SILENT]
    for at, openid in enumerate(talkers):
        if (at + number) % 3 == 0 and openid in year.town.following:
            await year.says(openid, "谢谢")
    await year.opens()
    await _by_hand(year, day)
    await _plans(year, day)


async def _by_hand(year: Year, day: date) -> None:
    """What 送达 and 回访 ask of colleagues."""
    now, write = year.home.clock(), year.home.database.write
    waiting, _ = await year.home.database.read(lambda db: outgoing.waiting(db, year.lead.sight))
    for one in waiting:
        outcome = "printed" if one.row.kind == "print" else "no_answer" if year.chance.random() < 0.15 else "spoken"
        form = SettleByHand(outcome=outcome)
        await write(partial(reaching.settle, viewer=year.lead, number=one.row.id, form=form, now=now))
    board = await year.home.database.read(lambda db: follow_ups.board(db, year.lead.sight, day, ZONE))
    for due in board.due:
        talked = year.chance.random() < 0.9
        talk = WriteTalk(
            resident=due.resident,
            person=due.person,
            manner="phone" if due.person else "face",
            outcome="talked" if talked else "no_answer",
            content="good" if talked else "",
            life="都好" if talked else "",
            body="平稳" if talked else "",
        )
        await write(partial(followups.write, house=year.home.house, viewer=year.nurse, form=talk, now=now))


async def _plans(year: Year, day: date) -> None:
    """Visits each Monday, announcements on the first and the fifteenth, a questionnaire each quarter."""
    now, write, home = year.home.clock(), year.home.database.write, year.home.ids.home_id
    if day.weekday() == 0:
        for n in year.chance.sample([n for n in range(40) if n not in DEATHS], 3):
            visit = BookVisit(
                person=year.people[f"家属{n:02d}"], at=datetime.combine(day + timedelta(2), time(15), ZONE)
            )
            stay = year.stays[n]
            await write(
                partial(
                    occasions.book_visit,
                    house=year.home.house,
                    viewer=year.nurse,
                    resident_id=stay,
                    form=visit,
                    now=now,
                )
            )
        for n in year.chance.sample([n for n in range(40) if n not in DEATHS], 2):
            row = WriteAppointment(
                resident=year.stays[n],
                at=datetime.combine(day + timedelta(3), time(9), ZONE),
                what="骨科复查",
                place="市一院",
                told=year.people[f"家属{n:02d}"],
            )
            await write(partial(appointments.write, house=year.home.house, viewer=year.nurse, form=row, now=now))
    await _doctors(year, day)
    if day.day == 1:
        urgent = Announce(words=f"{day.month}月的费用单到了，请核对。", urgent=True)
        await write(partial(announcements.write, house=year.home.house, viewer=year.lead, form=urgent, now=now))
    if day.day == 15:
        usual = Announce(words="本周六下午有歌会，欢迎来。", at=datetime.combine(day, time(10), ZONE))
        await write(partial(announcements.write, house=year.home.house, viewer=year.lead, form=usual, now=now))
    if day.day == 5 and day.month % 3 == 0:
        await write(partial(surveys.begin, house=year.home.house, viewer=year.lead, now=now))
    if day.day == 25 and day.month % 3 == 0:
        row = await year.home.one("SELECT max(id) FROM campaign WHERE home_id = ? AND closed_at IS NULL", home)
        await write(partial(surveys.end, viewer=year.lead, campaign_id=row, now=now))


async def _doctors(year: Year, day: date) -> None:
    """On Fridays a nurse writes how it was, and the relative hears of it; who is back from hospital is signed over."""
    now, write = year.home.clock(), year.home.database.write
    if day.weekday() == 4:
        for one in await year.home.database.read(lambda db: doctors.ahead(db, year.nurse.sight)):
            if one.row.at <= now:
                told = one.status == "在住" and bool(one.told)
                form = EndAppointment(stage="done", result="都好，注意休息", told=told, news="good")
                await write(
                    partial(
                        appointments.end,
                        house=year.home.house,
                        viewer=year.nurse,
                        number=one.row.id,
                        form=form,
                        now=now,
                    )
                )
    for number, _, _ in await year.home.database.read(lambda db: stays.back(db, year.nurse.sight)):
        signed = SignBack(note="看过")
        await write(partial(returning.sign, viewer=year.nurse, resident_id=number, form=signed, now=now))


async def _weeks(year: Year, day: date) -> None:
    """A sixth of the house is written about, and who is in hospital once a week."""
    now, sunday = year.home.clock(), weekly_rules.sunday_of(day)
    board = await year.home.database.read(lambda db: letters_weekly.board(db, year.nurse.sight, sunday, day))
    for row in board:
        if not row.due:
            continue
        of_week = row.kind is Kind.WEEK
        ticked = WEEK if of_week else STAY
        form = WriteWeekly(
            day=sunday if of_week else day,
            kind=row.kind.value,
            ticked={name: frozenset({word}) for name, word in ticked.items()},
            sentence=f"{row.line.name}的事，{day.month} 月 {day.day} 日写的。",
        )
        asked = partial(
            weekly.write, house=year.home.house, viewer=year.nurse, resident_id=row.line.id, form=form, now=now
        )
        await year.home.database.write(asked)


async def _evening(year: Year, number: int, day: date) -> None:
    """Twelve letters are written."""
    living = [n for n in range(ELDERS) if not year_home.dead(n, day)]
    for n in (living[(number * 12 + at) % len(living)] for at in range(12)):
        if n in IN_HOSPITAL:
            continue
        ticked = {"meals": frozenset({"大半"}), "sleep": frozenset({"好"}), "mood": frozenset({"平静"})}
        form, now = WriteLetter(ticked=ticked, taps=5), year.home.clock()
        asked = partial(letters.write, viewer=year.nurse, resident_id=year.stays[n], day=day, form=form, now=now)
        await year.home.database.write(asked)
        year.written += 1
    await _weeks(year, day)


async def hour(year: Year, number: int, hour: int) -> None:
    """35 minutes past an hour of a day: the clock, what people do then, and what the house makes of it."""
    day = FIRST + timedelta(days=number)
    await year.at(datetime.combine(day, time(hour, 35), ZONE))
    if hour == 1:
        await year.jobs(frozenset({"days", "ledger", "roster", "calendar"}))
    if hour == 7:
        await _events(year, number)
    if hour == 9:
        await _morning(year, number, day)
    if hour == 12:
        await year.opens()
    if hour == 16:
        await _evening(year, number, day)
    await year.hour()


async def play(folder: Path, url: str, days: int) -> year_judge.Verdict:
    """The whole time, then its judgement."""
    year = await build(folder, url)
    try:
        await year.jobs(frozenset({"days", "calendar"}))
        for number in range(days):
            day = FIRST + timedelta(days=number)
            for of_day in range(24):
                await hour(year, number, of_day)
            if number % 30 == 29:
                sys.stdout.write(f"  {day}: {len(year.town.got)} messages at phones\n")
                sys.stdout.flush()
        return await year_judge.judge(year, FIRST + timedelta(days=days - 1))
    finally:
        await year.home.database.close()


def main() -> int:
    """Play it on one engine."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--postgres", action="store_true")
    chosen = parser.parse_args()
    logging.getLogger("jiashu").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory(prefix="jiashu-year-") as name:
        folder = Path(name)
        if not chosen.postgres:
            migrate.upgrade(folder / "jiashu.db")
            verdict = asyncio.run(play(folder, f"sqlite:///{folder / 'jiashu.db'}", chosen.days))
        else:
            with servers.postgres() as server:
                url = server.create("year")
                migrate.upgrade(url)
                verdict = asyncio.run(play(folder, url, chosen.days))
    sys.stdout.write(verdict.told())
    return 0 if verdict.holds() else 1


if __name__ == "__main__":
    sys.exit(main())
