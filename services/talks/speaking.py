"""Who speaks on a phone of several: an old couple with one WeChat, a device that stands in a room (F3).

The phone is somebody itself, its place: what is said without a name, and every cry for help, belongs to it. On a phone
of two the follower goes over to who speaks, with a talk of their own, and back when nobody has spoken for a while; what
is queued for the one who does not speak waits (services.outgoing.sending). A device of a room stays the place it is:
what somebody there says of themselves goes to their record, and somebody comes.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final, NamedTuple

import msgspec

from care.triage import CALM
from conversations import events
from conversations.effects import AskHuman, OpenComplaint
from conversations.events import Done, Unfollowed
from conversations.flows.families_speaker import CHANGE, SPEAKER, AskWho, chosen
from conversations.routing import Intent, understand
from services.complaints import filing
from services.context import Context
from services.emergencies.strip import OLD, UNDONE_WITHIN
from services.house import House
from services.outgoing import outbox
from services.talks import dispatch, talks
from services.talks.envelope import SILENT, Envelope
from services.talks.talks import Talk
from storage import tables
from storage.store import Store
from storage.tables.families_phones import CommonPhone
from storage.types import micros, moment

LASTS: Final = timedelta(minutes=30)
"""Nobody has spoken for so long: whoever speaks next is asked."""
WHOSEVER: Final = frozenset(
    {
        Intent.WELCOME,
        Intent.CONTACT,
        Intent.CLOCK,
        Intent.THANKS,
        Intent.CLOSING,
        Intent.NOTHING,
        Intent.BIND,
        Intent.ENQUIRY,
        Intent.WRONG,
    }
)
"""What is answered to everybody alike; for it nobody is asked who they are."""
SHOWN_TO_NOBODY: Final = frozenset({Intent.LETTER, Intent.SURVEY, Intent.PROGRESS, Intent.VERDICT})
"""What a device of a room never shows, whoever asks."""
PLACES: Final = """SELECT p.id, p.follower_id, p.place_id, p.one_id, p.two_id, p.room, p.floor, p.home_id, p.until
    FROM common_phone p WHERE p.follower_id"""
HERE: Final = "status NOT IN ('退住', '去世')"


class Phone(NamedTuple):
    """A phone of several; `until` in µs since 1970."""

    id: int
    follower_id: int
    place_id: int
    one_id: int | None
    two_id: int | None
    room: str
    floor: str
    home_id: int
    until: int | None


class Speaker(NamedTuple):
    """Somebody who may speak on it: the name as it is sealed, and by which number they may answer."""

    person_id: int
    name: bytes | None
    bed: str
    resident_id: int


@dataclass(frozen=True, slots=True)
class Turn:
    """Of whom the words are taken to be, and what waited for a name and is gone on with first."""

    talk: Talk
    envelope: Envelope
    kept: tuple[int, Envelope] | None = None
    said: str = ""
    """The one phrase that is answered to a name: nothing waited for it, or what did went to the record of who was
    named, of which a device of a room says no more.
    """


def people_of(store: Store, known: Collection[Talk]) -> set[int]:
    """Everybody who may be meant on the phones of several among these; one question, and none where there is none."""
    followers = [talk.follower_id for talk in known if talk.common]
    if not followers:
        return set()
    found: set[int] = set()
    for phone in _phones(store, followers):
        found |= {phone.place_id, *(one.person_id for one in _speakers(store, phone))}
    return found


def steer(store: Store, house: House, envelope: Envelope, talk: Talk, *, rings: bool) -> Turn:
    """Decide who speaks before anything else is done with the message; a cry is everybody's at once. All who may be
    meant are locked.
    """
    phone = next(iter(_phones(store, [talk.follower_id])), None)
    if phone is None or (isinstance(envelope.event, SILENT) and not isinstance(envelope.event, Unfollowed)):
        return Turn(talk, envelope)
    people, now = _speakers(store, phone), envelope.arrived_at
    if isinstance(envelope.event, Unfollowed):
        for one in people:
            if talk.person_id != one.person_id and phone.one_id is not None and not _has_own(store, one, phone):
                outbox.give_up_parked(store, now, one.person_id)
        return Turn(_over(store, phone, talk, phone.place_id), envelope)
    if rings or _rings(store, phone, now):
        _until(store, phone, None)
        return Turn(_over(store, phone, talk, phone.place_id), envelope)
    if phone.one_id is None:
        return _in_a_room(store, house, envelope, talk, phone, people)
    return _of_two(store, house, envelope, talk, phone, people)


def to_place(store: Store, talk: Talk) -> Talk:
    """A message that could not be handled is nobody's but the phone's."""
    phone = next(iter(_phones(store, [talk.follower_id])), None)
    return talk if phone is None else _over(store, phone, talk, phone.place_id)


def ask_who(context: Context, effect: AskWho) -> Done:
    """Who may be meant here; the message waits for its name, but the word that asks for another one says nothing."""
    store = context.store
    phone = Phone(
        *store.rows(f"{PLACES} = (SELECT max(f.id) FROM follower f WHERE f.person_id = ?)", context.person_id)[0]
    )
    kept = "" if CHANGE.match(events.said(effect.event).strip()) or context.inbox_id is None else str(context.inbox_id)
    if phone.one_id is None:
        return Done(ref=kept, how="room")
    return Done(ref=kept, how="two", known=tuple(_names(store, _speakers(store, phone))))


# -- of two --------------------------------------------------------------------------------------------------------


def _of_two(
    store: Store, house: House, envelope: Envelope, talk: Talk, phone: Phone, people: Sequence[Speaker]
) -> Turn:
    now, words = envelope.arrived_at, events.said(envelope.event).strip()
    if len(people) == 1:  # the other one is not in the house any more, and is not named
        return Turn(_alone(store, phone, talk, people[0], now), envelope)
    at_place = talk.person_id == phone.place_id
    asked = at_place and _is_asked(store, talk)
    names = [(name, str(number)) for number, name in enumerate(_names(store, people), 1)]
    # a name within a running talk answers what it asks; 换人 says it there
    who = chosen(words, names, asked=asked) if words and (asked or talk.stored is None) else None
    if who is not None:
        kept = _kept(store, envelope, talk, phone, people[who]) if asked else None
        if asked:
            talks.keep(store, talk, None, now)  # the question is answered
        _until(store, phone, _end(house, now))
        return Turn(_over(store, phone, talk, people[who].person_id), envelope, kept, "" if kept else "speaker.hello")
    if CHANGE.match(words):
        _until(store, phone, None)
        return Turn(_over(store, phone, talk, phone.place_id), _asking(envelope))
    if phone.until is not None and phone.until > micros(now):
        if not at_place:
            _until(store, phone, _end(house, now))
        return Turn(talk, envelope)
    talk = _over(store, phone, talk, phone.place_id)
    if envelope.intent in WHOSEVER or (not asked and _goes_on(store, house, envelope, talk)):
        return Turn(talk, envelope)
    if asked:  # asked once is enough: it is the phone's, until some time has passed or somebody says a name
        _until(store, phone, _end(house, now))
        return Turn(talk, envelope)
    return Turn(talk, _asking(envelope))


def _alone(store: Store, phone: Phone, talk: Talk, who: Speaker, now: datetime) -> Talk:
    _until(store, phone, now + LASTS)
    return _over(store, phone, talk, who.person_id)


def _end(house: House, now: datetime) -> datetime:
    """A while, and never into the next day: its first message asks."""
    local = now.astimezone(house.home.zone)
    midnight = datetime.combine(local.date() + timedelta(days=1), time(), local.tzinfo)
    return min(now + LASTS, midnight.astimezone(now.tzinfo))


# -- in a room -----------------------------------------------------------------------------------------------------


def _in_a_room(
    store: Store, house: House, envelope: Envelope, talk: Talk, phone: Phone, people: Sequence[Speaker]
) -> Turn:
    words = events.said(envelope.event).strip()
    if not _is_asked(store, talk):
        personal = (
            envelope.intent not in WHOSEVER | SHOWN_TO_NOBODY
            and not _goes_on(store, house, envelope, talk)
            and not (envelope.intent == Intent.ASK and envelope.look_up(None) is not None)
        )
        return Turn(talk, _asking(envelope) if personal else envelope)
    beds = [(name, one.bed) for name, one in zip(_names(store, people), people, strict=True)]
    who = chosen(words, beds, asked=True) if words else None
    if who is None:
        return Turn(talk, envelope)
    kept = _kept(store, envelope, talk, phone, people[who])
    talks.keep(store, talk, None, envelope.arrived_at)
    if kept is not None:
        _note(store, house, people[who], kept)
    return Turn(talk, envelope, said="desk.elder" if kept else "speaker.hello")


def _note(store: Store, house: House, who: Speaker, kept: tuple[int, Envelope]) -> None:
    """What was said in the room is theirs, under the clock of an elder's words; a complaint is one from its first
    word.
    """
    inbox_id, envelope = kept
    now = envelope.arrived_at
    context = Context(
        store, house, envelope.home_id, who.person_id, now, envelope.created_at, inbox_id, attended=False, kind="elder"
    )
    event = envelope.event
    if isinstance(event, events.MESSAGES):
        context.event = event
        if envelope.intent == Intent.COMPLAINT:
            filing.open_complaint(context, OpenComplaint(event))
            return
    dispatch.ask_human(context, AskHuman("unanswered"))


# -- what both need ------------------------------------------------------------------------------------------------


def _phones(store: Store, followers: Sequence[int]) -> list[Phone]:
    return store.all_of(Phone, f"{PLACES} {store.AMONG}", store.many(list(followers)))


def _speakers(store: Store, phone: Phone) -> list[Speaker]:
    """The two in their order, or who has a bed in the room."""
    columns = "SELECT r.person_id, n.name, r.bed, r.id FROM resident r JOIN person n ON n.id = r.person_id"
    if phone.one_id is None:
        return store.all_of(
            Speaker,
            f"{columns} WHERE r.home_id = ? AND r.room = ? AND r.floor = ? AND r.{HERE} ORDER BY r.bed, r.id",
            phone.home_id,
            phone.room,
            phone.floor,
        )
    there = store.all_of(Speaker, f"{columns} WHERE r.id IN (?, ?) AND r.{HERE}", phone.one_id, phone.two_id)
    found = {one.resident_id: one for one in there}
    return [found[one] for one in (phone.one_id, phone.two_id) if one in found]


def _names(store: Store, people: Sequence[Speaker]) -> list[str]:
    return [
        store.open(tables.Person, "name", one.person_id, one.name).decode() if one.name else f"{number} 号"
        for number, one in enumerate(people, 1)
    ]


def _rings(store: Store, phone: Phone, now: datetime) -> bool:
    """A cry for help from this phone is not over, or it waits to hear whether somebody shall come: nobody is asked
    anything else, and an end can still be taken back.
    """
    found = """SELECT 1 FROM alarm WHERE person_id = ? AND ((arrived_at IS NULL AND latest_at > ?) OR arrived_at > ?)
               UNION ALL SELECT 1 FROM doubt WHERE person_id = ? AND ended_at IS NULL LIMIT 1"""
    return store.row(found, phone.place_id, now - OLD, now - 2 * UNDONE_WITHIN, phone.place_id) is not None


def _has_own(store: Store, one: Speaker, phone: Phone) -> bool:
    mine = "SELECT 1 FROM follower WHERE person_id = ? AND id <> ? AND following LIMIT 1"
    return store.row(mine, one.person_id, phone.follower_id) is not None


def _is_asked(store: Store, talk: Talk) -> bool:
    talk.open(store)
    return talk.snapshot is not None and talk.snapshot.flow == SPEAKER


def _goes_on(store: Store, house: House, envelope: Envelope, talk: Talk) -> bool:
    """Whether the words belong to a talk of the phone itself: a sheet that is bound, a choice that was offered."""
    talk.open(store)
    event = envelope.event
    return (
        talk.snapshot is not None
        and isinstance(event, events.MESSAGES)
        and house.registry.of(talk.snapshot).takes(talk.snapshot, event)
    )


def _asking(envelope: Envelope) -> Envelope:
    return msgspec.structs.replace(envelope, intent=SPEAKER)


def _until(store: Store, phone: Phone, until: datetime | None) -> None:
    if phone.until != (None if until is None else micros(until)):
        store.update(CommonPhone, phone.id, until=until)


def _over(store: Store, phone: Phone, talk: Talk, person: int) -> Talk:
    """The phone is this person's from now on, with its window; their own talk goes on."""
    if talk.person_id == person:
        return talk
    store.update(tables.Follower, phone.follower_id, person=talk.person_id, person_id=person)
    store.flush()
    store.hint(f"person:{talk.person_id}", f"person:{person}", "inbox")
    found = talks.of_person(store, person, phone.follower_id)
    if found is None:
        message = f"person {person} has no talk"
        raise LookupError(message)
    return found[1]


def _kept(store: Store, envelope: Envelope, talk: Talk, phone: Phone, who: Speaker) -> tuple[int, Envelope] | None:
    """The message that waited for its name, now theirs with all that came with it; None where nothing waited."""
    kept = msgspec.json.decode(talk.snapshot.slots)["kept"] if talk.snapshot else ""
    row = store.row("SELECT id, kind, event, created_at FROM inbox WHERE id = ?", int(kept)) if kept else None
    if row is None:
        return None
    inbox_id, kind, sealed, created = row
    both = [phone.place_id, who.person_id]
    for table, column in ((tables.Inbox, "id"), (tables.Media, "inbox_id"), (tables.Accused, "inbox_id")):
        store.change(
            table,
            f"UPDATE {table.__tablename__} SET person_id = ? WHERE {column} = ? AND person_id = ? RETURNING id",
            who.person_id,
            inbox_id,
            phone.place_id,
            persons=both,
        )
    event = events.parse(store.open(tables.Inbox, "event", inbox_id, sealed))
    before = msgspec.structs.replace(
        envelope,
        kind=kind,
        event=event,
        intent=understand(event),
        created_at=moment(created),
        heard=CALM,
        meant=None,
        accused=None,
        in_complaint=lambda: None,
        look_up=lambda: None,
    )
    return inbox_id, before
