"""Judges a year: each thing that was due is one row with one end, and each row is what phones really got."""

import itertools
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from benchmarks import year_home
from benchmarks.year_home import FIRST, ZONE
from benchmarks.year_house import Year
from care import quiet_hours
from services.outgoing import purposes
from storage import tables
from storage.queries import outgoing
from storage.tables.appointments import Appointment
from storage.tables.followups import FollowUpTalk
from storage.tables.letters_weekly import WeeklyLetter
from storage.tables.outgoing_sms import Sms
from storage.unit import Unit

OPEN = frozenset({"planned", "held", "waiting", "ready", "sending", "parked"})
WAITS = timedelta(days=8)
"""So long a message may wait for its person."""
MONTHLY, QUARTERLY = timedelta(days=45), timedelta(days=110)
"""The cycle of a talk, a few days of waiting for its turn, and calls that nobody took."""


class Row(NamedTuple):
    """A message, as it is judged."""

    id: int
    name: str
    openid: str
    kind: str
    zone: ZoneInfo
    purpose: str
    state: str
    way: str
    proof: str
    why: str
    created_at: datetime
    settled_at: datetime | None
    words: str


@dataclass
class Verdict:
    """What was wrong, by its kind, with an example of each; and the table of what became of everything."""

    wrong: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)
    lines: list[outgoing.Line] = field(default_factory=list)
    reasons: list[tuple[str, int]] = field(default_factory=list)
    facts: list[str] = field(default_factory=list)

    def say(self, kind: str, example: object) -> None:
        """One more of a kind."""
        self.wrong[kind] += 1
        self.examples.setdefault(kind, str(example))

    def holds(self) -> bool:
        """Whether nothing was wrong, and something was played."""
        return not +self.wrong and bool(self.lines)

    def told(self) -> str:
        """The page of it."""
        names = (
            "all",
            "custom",
            "template",
            "mass",
            "sms",
            "spoken",
            "printed",
            "by_hand",
            "open",
            "unknown",
            "missed",
        )
        text = "".join(f"{fact}\n" for fact in self.facts)
        text += f"{'purpose':16}" + "".join(f"{name:>10}" for name in names) + "\n"
        for line in self.lines:
            text += f"{line.purpose:16}" + "".join(f"{getattr(line, name):10}" for name in names) + "\n"
        text += "".join(f"  {count:6} {why}\n" for why, count in self.reasons)
        for kind, count in sorted(self.wrong.items()):
            text += f"  WRONG {count:6} {kind}: {self.examples[kind]}\n"
        return text


async def judge(year: Year, last: date) -> Verdict:
    """Everything of the year up to its last day."""
    verdict = Verdict()
    await year.home.database.read(lambda db: _judge(db, year, last, verdict))
    return verdict


def _judge(db: Unit, year: Year, last: date, verdict: Verdict) -> None:
    home, now = year.home.ids.home_id, year.home.clock()
    rows = _rows(db)
    verdict.lines = outgoing.table(db, home, now - timedelta(days=2000))
    verdict.reasons = outgoing.reasons(db, home, now - timedelta(days=2000), most=30)
    _plans(db, last, verdict)
    _ends(db, rows, now, verdict)
    _times(rows, year, verdict)
    _phones(rows, year, verdict)
    _texts(db, year, verdict)
    _talks(db, year, last, verdict)
    _letters(db, year, verdict)
    _weeks(db, verdict)
    for line in verdict.lines:
        parts = ("custom", "template", "mass", "sms", "spoken", "printed", "by_hand", "open", "unknown", "missed")
        if sum(getattr(line, name) for name in parts) != line.all:
            verdict.say("a line that does not add up", line.purpose)


def _rows(db: Unit) -> list[Row]:
    phones = {row.person_id: row.openid for row in db.query(tables.Follower).order_by(tables.Follower.id)}
    people = {row.id: row for row in db.query(tables.Person)}
    names = {number: db.words(row, "name") for number, row in people.items()}
    bodies = {row.id: row for row in db.query(tables.OutboxBody)}
    found = []
    for row in db.query(tables.Outbox).order_by(tables.Outbox.id):
        person = people[row.person_id]
        found.append(
            Row(
                row.id,
                names[row.person_id],
                phones.get(row.person_id, ""),
                person.kind,
                ZoneInfo(person.timezone) if person.timezone else ZONE,
                row.purpose,
                row.state,
                row.way or "",
                row.proof or "",
                row.why or "",
                row.created_at,
                row.settled_at,
                db.words(bodies[row.id], "body"),
            )
        )
    return found


def _plans(db: Unit, last: date, verdict: Verdict) -> None:
    names = {row.id: db.words(row, "name") for row in db.query(tables.Person)}
    kept: Counter[tuple[str, str, str]] = Counter()
    ends: Counter[str] = Counter()
    for row in db.query(tables.Plan).filter(tables.Plan.day <= last):
        if row.occasion != "visit":
            kept[names[row.person_id], row.occasion, row.day.isoformat()] += 1
        ends[row.state] += 1
        if row.state in {"planned", "held"} and row.day < last:
            verdict.say("an occasion without an end", (names[row.person_id], row.occasion, row.day))
        if row.state != "sent" and not row.why:
            verdict.say("an occasion that was not said, without a reason", (names[row.person_id], row.occasion))
    wanted = year_home.calendar(FIRST, last)
    for one in sorted(wanted - set(kept)):
        verdict.say("an occasion of the calendar without a row", one)
    for one, count in sorted(kept.items()):
        if count > 1:
            verdict.say("an occasion with two rows", one)
        if one not in wanted:
            verdict.say("an occasion that the calendar does not know", one)
    verdict.facts.append(f"occasions of the calendar {len(wanted)}, rows with visits {ends.total()}: {dict(ends)}")


def _ends(db: Unit, rows: list[Row], now: datetime, verdict: Verdict) -> None:
    for row in rows:
        age = now - row.created_at
        if row.state in OPEN and age > (WAITS if row.state == "parked" else timedelta(days=1, hours=12)):
            verdict.say("a message without an end", (row.name, row.purpose, row.state, row.created_at, row.why))
        if row.state in {"cancelled", "given_up", "unknown"} and not row.why:
            verdict.say("not delivered, without a reason", (row.name, row.purpose, row.state))
        if row.state == "unknown":
            verdict.say("an unknown end where the platform always answered", (row.name, row.purpose, row.why))
    for hand in db.query(tables.ByHand).filter(tables.ByHand.settled_at.is_(None)):
        if now - hand.made_at > timedelta(days=3):
            verdict.say("a call or a card that nobody has seen to for three days", hand.id)


def _times(rows: list[Row], year: Year, verdict: Verdict) -> None:
    """When and to whom machines spoke, and how often."""
    a_day: Counter[tuple[str, date]] = Counter()
    months: Counter[tuple[str, str]] = Counter()
    for row in rows:
        if row.state != "sent" or row.settled_at is None:
            continue
        local = row.settled_at.astimezone(row.zone)
        if row.way == "mass":
            months[row.name, f"{row.settled_at.astimezone(ZONE):%Y-%m}"] += 1
        if row.way == "template" and row.purpose.startswith("greeting"):
            verdict.say("a greeting by a template", (row.name, local))
        if purposes.of(row.purpose).machine:
            a_day[row.name, local.date()] += 1
            _spoken(row, row.settled_at, year, verdict)
    for who, count in a_day.items():
        if count > 3:
            verdict.say("more than three messages of machines a day", (*who, count))
    for in_month, count in months.items():
        if count > 4:
            verdict.say("more than four mass sends a month", (*in_month, count))
    verdict.facts.append(
        f"machines spoke {a_day.total()} times, most to one on a day {max(a_day.values(), default=0)}, "
        f"mass sends to one in a month at most {max(months.values(), default=0)}"
    )


def _spoken(row: Row, at: datetime, year: Year, verdict: Verdict) -> None:
    """One message of a machine: not at night, not after a death or in 静默, not without a consent."""
    told = (row.name, row.purpose, row.way, str(at.astimezone(row.zone)))
    if quiet_hours.is_quiet(at, row.zone, "elder" if row.kind == "elder" else "family"):
        verdict.say("a machine spoke in silent hours", told)
    for since, until in year.silent[row.openid]:
        if at > since + timedelta(minutes=1) and (until is None or at < until):
            verdict.say("a machine spoke after a death or in 静默", told)
    if row.purpose == "letter":
        _wished(row, at.astimezone(row.zone), verdict)
    if row.purpose in {"greeting", "birthday_soon", "letter"} and row.name in _UNTOLD:
        verdict.say("told of the days without a consent", told)


def _wished(row: Row, local: datetime, verdict: Verdict) -> None:
    """A letter as often, and at the hour, that its reader wished."""
    k = int(row.name.removeprefix("家属")) if row.kind == "family" else -1
    if k in year_home.WEEKLY and row.created_at.astimezone(ZONE).isoweekday() != 7:
        verdict.say("a letter on a day that was not wished", (row.name, str(local)))
    if k in year_home.ON_CHANGE:
        verdict.say("a letter that had not changed, to who wants changes alone", (row.name, str(local)))
    hour = year_home.AT_HOUR.get(k)
    if hour is not None and not hour <= local.hour <= hour + 4:
        verdict.say("a letter at an hour that was not wished", (row.name, hour, str(local)))


_UNTOLD = {f"家属{k:02d}" for k in year_home.NO_SCOPE}


def _phones(rows: list[Row], year: Year, verdict: Verdict) -> None:
    """What the platform gave to phones is what the rows say, once each."""
    got: Counter[tuple[str, str, str]] = Counter((openid, way, words) for openid, way, _, words in year.town.got)
    said: Counter[tuple[str, str, str]] = Counter()
    for row in rows:
        if row.state == "sent" and row.way in {"custom", "template", "mass"}:
            said[row.openid, row.way, str(row.id) if row.way == "template" else row.words] += 1
    for key in sorted(got.keys() | said.keys()):
        if got[key] != said[key]:
            kind = "at a phone and in no row" if got[key] > said[key] else "in a row and at no phone"
            verdict.say(kind, (*key, got[key], said[key]))
    verdict.facts.append(f"phones got {got.total()} messages, rows say {said.total()}")


def _texts(db: Unit, year: Year, verdict: Verdict) -> None:
    """SMS: by day alone, one for a message, opened once, and not what WeChat said as well."""
    rows = {row.id: row for row in db.query(Sms)}
    messages = {row.id: row for row in db.query(tables.Outbox)}
    people = {row.id: row for row in db.query(tables.Person)}
    once = Counter(own for _, _, _, own in year.carrier.got)
    for number, at, _, own in year.carrier.got:
        row = rows[int(own)]
        zone = ZoneInfo(people[row.person_id].timezone or str(ZONE))
        if quiet_hours.is_quiet(at, zone, "family"):
            verdict.say("an SMS at night", (number, str(at.astimezone(zone))))
        if once[own] > 1:
            verdict.say("an SMS twice", own)
    for row in rows.values():
        message = messages[row.outbox_id]
        if row.state in {"ordered", "sending"} and year.home.clock() - row.made_at > timedelta(days=1):
            verdict.say("an SMS without an end", (row.id, row.state))
        if row.opened_at is not None and (message.way, message.proof) != ("sms", "opened"):
            verdict.say("opened, and its message says another way", (message.purpose, message.way, message.proof))
    if sum(row.opened_at is not None for row in rows.values()) != year.read.total():
        verdict.say("opened as often as read", year.read.total())
    states = Counter(row.state for row in rows.values())
    verdict.facts.append(f"SMS {dict(states)}, opened {year.read.total()}")


def _talks(db: Unit, year: Year, last: date, verdict: Verdict) -> None:
    """Everybody is asked how they are, monthly and quarterly, while they live here."""
    asked: dict[tuple[int, int], list[date]] = defaultdict(list)
    for row in db.query(FollowUpTalk).order_by(FollowUpTalk.day):
        if row.outcome == "talked":
            asked[row.resident_id, row.person_id or 0].append(row.day)
    for n, stay in year.stays.items():
        ends = min(last, FIRST + timedelta(days=year_home.DEATHS[n])) if n in year_home.DEATHS else last
        for person, cycle in ((0, MONTHLY), (year.people[f"家属{n:02d}"], QUARTERLY)):
            days = [FIRST, *(day for day in asked[stay, person] if day <= ends), ends]
            gap = max(after - before for before, after in itertools.pairwise(days))
            if gap > cycle:
                verdict.say("nobody asked for too long", (n, "family" if person else "resident", gap.days))
    verdict.facts.append(f"talks {sum(map(len, asked.values()))}")


def _letters(db: Unit, year: Year, verdict: Verdict) -> None:
    states: Counter[str] = Counter(row.state for row in db.query(tables.Letter))
    if states.total() != year.written:
        verdict.say("a letter was lost", (states.total(), year.written))
    if states["ready"] > 12:
        verdict.say("a letter without an end", states["ready"])
    verdict.facts.append(f"letters {dict(states)}")


def _weeks(db: Unit, verdict: Verdict) -> None:
    """Each letter of a week that went out is one row of each relative who wants it, and of nobody else; on its Sunday
    nobody is told of the day beside it.
    """
    told: Counter[tuple[int, int]] = Counter()
    days: Counter[tuple[int, date]] = Counter()
    for row in db.query(tables.Outbox).filter(tables.Outbox.purpose == "weekly"):
        _, letter, kin, *_ = row.dedup_key.split(":")
        told[int(letter), int(kin)] += 1
    of_letter = {row.id: row for row in db.query(tables.Letter)}
    for row in db.query(tables.Outbox).filter(tables.Outbox.purpose == "letter"):
        _, letter, kin, _ = row.dedup_key.split(":")
        days[int(kin), of_letter[int(letter)].day] += 1
    ties = defaultdict[int, list[tables.Kinship]](list)
    for tie in db.query(tables.Kinship):
        ties[tie.resident_id].append(tie)
    states: Counter[str] = Counter()
    for week in db.query(WeeklyLetter):
        states[f"{week.kind} {week.state}"] += 1
        for tie in ties[week.resident_id] if week.kind == "week" else []:
            wants = "daily" in tie.scopes.split() and tie.frequency != "changes" and week.state == "released"
            if told[week.id, tie.person_id] != wants:
                verdict.say("a letter of a week told to who does not want it, or not once", (week.day, tie.person_id))
            if wants and days[tie.person_id, week.day] and tie.frequency == "daily":
                verdict.say("two messages on a Sunday", (week.day, tie.person_id))
    ends = Counter(one.stage for one in db.query(Appointment))
    verdict.facts.append(f"letters of a week {dict(states)}, rows {told.total()}; appointments {dict(ends)}")
