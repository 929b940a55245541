"""The running talk with a person, with the phone it runs on: loaded for a batch, kept after a step."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

import msgspec

from care.stages import Stage
from care.states import AWAY, Status
from conversations.engine import Snapshot, Turn
from conversations.routing import Intent
from services.emergencies.strip import OLD
from storage import tables
from storage.questions import Question
from storage.store import Store
from storage.types import Row, micros, moment

WAITS: Final = {"complaint": "complaint", "verdict": "complaint", "survey": "survey", "enquiry": "choice"}
"""By the running flow, what an open question is called in a reading."""
BEREAVED: Final = Intent.BEREAVED.value
"""The flow of a talk in which a death was told."""
OPINIONS: Final = frozenset({Stage.OPINION.value, Stage.FOLLOW_UP.value})
SESSION: Final = (5, timedelta(hours=48))
ATTENDS: Final = timedelta(hours=12)


class Talk(msgspec.Struct):
    """What is stored about one person: who it is, the window, the running conversation."""

    follower_id: int
    person_id: int
    conversation_id: int
    stored: Row | None
    attended_by: int | None
    spoke_at: datetime | None
    has_parked: bool
    kind: str
    """Who it is; a phone whose owner died is that of the family who reads it (F60)."""
    has_complaint: bool = False
    """Whether a complaint of theirs is open: what they tell belongs to it."""
    waits_for_opinion: bool = False
    """Whether one of these has been answered, and the answer waits for their opinion."""
    accuses: bool = False
    """Whether they accused somebody outside of any complaint."""
    revision: int = 0
    full_at: int | None = None
    """µs since 1970: when all of SESSION was given; None when a message of it is spent."""
    repeat: Row | None = None
    """What the message was told that this talk was loaded for, when it has been here before: its row, the answer, how
    that left, when it arrived.
    """
    snapshot: Snapshot | None = None
    muted_until: int | None = None
    """µs since 1970: a stranger's cries do not ring until then (S6)."""
    binding: str = "guest"
    """Whose phone it is (F3)."""
    status: str = ""
    """How it stands with the elder whose phone it is; 去世 also where an elder of a relative died."""
    mourns: bool = False
    """Whether somebody died of whom the records say so, and no colleague has spoken to this person since (F59)."""
    owner_died: bool = False
    """Whether the elder whose phone it is has died: it stays a phone, and nobody is greeted by that name (F60)."""

    @property
    def common(self) -> bool:
        """Whether several people of the house speak on this phone; one that relatives share is theirs."""
        return self.binding == "house" or (self.binding == "shared" and self.of_elder)

    @property
    def of_elder(self) -> bool:
        """Whether the phone was given to an elder, who may have died."""
        return self.kind == "elder" or self.owner_died

    @property
    def away(self) -> str:
        """Where an elder is who is not in the house; "" for everybody else (F3)."""
        return self.status if self.kind == "elder" and self.status in AWAY else ""

    @property
    def grieves(self) -> bool:
        """Whether the machine keeps silent until a colleague has spoken: of a death the records say so, or this person
        did (F59).
        """
        return self.mourns or (self.snapshot is not None and self.snapshot.flow == BEREAVED)

    asked: int = 0
    """The question whether somebody shall come, while it waits for its answer (F26)."""
    cried_at: int | None = None
    """µs since 1970: the newest words of a cry that nobody has ended."""

    @property
    def who(self) -> str:
        """As whom they are heard: what is said at the device of a room is an elder's."""
        return "elder" if self.binding == "house" else self.kind

    def calls(self, now: datetime) -> bool:
        """Whether a cry of theirs is not over."""
        return self.cried_at is not None and now - moment(self.cried_at) < OLD

    def is_muted(self, now: datetime) -> bool:
        """Whether it is a stranger whose cries do not ring now (S6)."""
        return self.kind == "guest" and self.muted_until is not None and self.muted_until > micros(now)

    def open(self, store: Store) -> None:
        """Unseal the running conversation. Raises seal.Unreadable: one person's trouble, not the batch's."""
        if self.stored is not None and self.snapshot is None:
            flow, version, revision, state, slots, trail = self.stored
            opened = store.open(tables.Conversation, "slots", self.conversation_id, slots)
            self.snapshot = Snapshot(flow, version, revision, state, opened, tuple(filter(None, trail.split(" "))))

    def waits_for(self, now: datetime) -> str:
        """What a reading is told that the talk waits for (architecture, `jiashu understand`)."""
        running = self.snapshot.flow if self.snapshot is not None else ""
        if running in WAITS:
            return WAITS[running]
        if self.calls(now):
            return "alarm"
        return "verdict" if self.waits_for_opinion else "answered" if self.attended(now) else ""

    def attended(self, now: datetime) -> bool:
        """Whether a colleague is in the talk: since their last words, for as long as a shift."""
        return self.attended_by is not None and self.spoke_at is not None and now - self.spoke_at < ATTENDS


class _Talk(NamedTuple):
    """The columns of `_TALK`; moments in µs since 1970."""

    follower: int
    person: int
    conversation: int
    flow: str | None
    version: int
    revision: int
    state: str
    slots: bytes | None
    trail: str
    kind: str
    status: str | None
    attended_by: int | None
    spoke_at: int | None
    full_at: int | None
    parked: bool | int
    muted_until: int | None
    accuses: bool | int
    binding: str
    asked: int | None
    cried_at: int | None


_TALK: Final = f"""f.id, p.id, c.id, c.flow, c.version, c.revision, c.state, c.slots, c.trail, p.kind,
    CASE p.kind WHEN 'elder' THEN (SELECT r.status FROM resident r WHERE r.person_id = p.id)
    WHEN 'family' THEN (SELECT r.status FROM kinship k JOIN resident r ON r.id = k.resident_id
    WHERE k.person_id = p.id AND r.status = '去世' LIMIT 1) END,
    c.attended_by, c.spoke_at,
    CASE WHEN f.following AND f.session_left = {SESSION[0]} THEN f.heard_at END,
    EXISTS (SELECT 1 FROM outbox o WHERE o.person_id = p.id AND o.state = 'parked'), f.muted_until,
    EXISTS (SELECT 1 FROM accused a WHERE a.person_id = p.id AND a.case_id IS NULL
    AND a.state = 'suspected'), f.binding,
    (SELECT max(d.id) FROM doubt d WHERE d.person_id = p.id AND d.ended_at IS NULL),
    (SELECT max(r.latest_at) FROM alarm r WHERE r.person_id = p.id AND r.arrived_at IS NULL
    AND r.raised_by IS NULL)"""
_JOINS: Final = "JOIN follower f ON f.person_id = p.id JOIN conversation c ON c.person_id = p.id"


def load(
    store: Store, arrivals: Sequence[tuple[int, str, str]], cases: Question[Any], promises: Question[Any]
) -> dict[tuple[int, str], Talk]:
    """The talks of (account, openid, key), with what a step asks about their people, by one query; who is new is not in
    it.
    """
    rows = store.rows(
        f"""SELECT f.account_id, f.openid, i.id, i.answer, i.answer_state, i.arrived_at, {store.listed(cases, "p.id")},
                {store.listed(promises, "p.id")}, {_TALK} FROM {store.PAIRS}
            {store.THEN} follower f ON f.account_id = pair.one AND f.openid = pair.other
            JOIN person p ON p.id = f.person_id JOIN conversation c ON c.person_id = p.id
            LEFT JOIN inbox i ON i.account_id = pair.one AND i.key = pair.more""",
        store.many(arrivals),
    )
    found: dict[tuple[int, str], Talk] = {}
    for account, openid, inbox, answer, state, arrived, complaints, promised, *talk in rows:
        one = found[account, openid] = _of(_Talk(*talk))
        one.repeat = None if inbox is None else (inbox, answer, state, arrived)
        open_ones = cases.told(complaints)
        one.has_complaint = bool(open_ones)
        one.waits_for_opinion = any(case.stage in OPINIONS for case in open_ones)
        _mourn(store, one)
        store.learn(cases, one.person_id, open_ones)
        store.learn(promises, one.person_id, promises.told(promised))
    return found


def of_person(store: Store, person_id: int, follower_id: int | None = None) -> tuple[int, Talk] | None:
    """The home and the talk of a person, on this phone where they have several."""
    on = "" if follower_id is None else f" AND f.id = {follower_id:d}"
    row = store.row(f"SELECT p.home_id, {_TALK} FROM person p {_JOINS} WHERE p.id = ?{on}", person_id)
    if row is None:
        return None
    talk = _of(_Talk(*row[1:]))
    _mourn(store, talk)
    return row[0], talk


def meet(store: Store, home_id: int, account_id: int, openid: str, now: datetime) -> Talk:
    """Somebody new: a guest, until a binding says who it is."""
    person = store.insert(tables.Person, home_id=home_id, kind="guest", created_at=now)
    follower = store.insert(
        tables.Follower,
        account_id=account_id,
        openid=openid,
        person_id=person,
        binding="guest",
        following=True,
        session_left=0,
        scene_left=0,
        created_at=now,
    )
    conversation = store.insert(
        tables.Conversation, home_id=home_id, person_id=person, version=0, revision=0, state="", trail=""
    )
    return Talk(follower, person, conversation, None, None, None, has_parked=False, kind="guest")


def keep(store: Store, talk: Talk, turn: Turn | None, now: datetime, more: Mapping[str, object] | None = None) -> None:
    """Write what is running, or that nothing runs any more; `more` are further columns."""
    more = more or {}
    if turn is None:
        if talk.snapshot is not None or more:
            store.update(
                tables.Conversation,
                talk.conversation_id,
                person=talk.person_id,
                flow=None,
                version=0,
                revision=talk.revision + 1,
                state="",
                trail="",
                slots=None,
                idle_at=None,
                **more,
            )
        return
    kept = turn.snapshot
    store.update(
        tables.Conversation,
        talk.conversation_id,
        person=talk.person_id,
        flow=kept.flow,
        version=kept.version,
        revision=talk.revision + 1,
        state=kept.state,
        trail=" ".join(kept.trail),
        slots=store.seal(tables.Conversation, "slots", talk.conversation_id, kept.slots),
        idle_at=_silent_from(now + turn.idle) if turn.idle else None,
        **more,
    )


def _of(row: _Talk) -> Talk:
    died = row.kind == "elder" and row.status == Status.DIED
    stored = None if row.flow is None else (row.flow, row.version, row.revision, row.state, row.slots, row.trail)
    return Talk(
        row.follower,
        row.person,
        row.conversation,
        stored,
        row.attended_by,
        None if row.spoke_at is None else moment(row.spoke_at),
        bool(row.parked),
        "family" if died else row.kind,
        status=row.status or "",
        owner_died=died,
        revision=row.revision,
        full_at=row.full_at,
        muted_until=row.muted_until,
        accuses=bool(row.accuses),
        binding=row.binding,
        asked=row.asked or 0,
        cried_at=row.cried_at,
    )


def _mourn(store: Store, talk: Talk) -> None:
    """Whether a colleague has spoken since the death; asked only where somebody died."""
    if talk.status != Status.DIED:
        return
    since = store.row(
        """SELECT max(s.set_at) FROM stop s WHERE s.kind = 'death' AND s.lifted_at IS NULL AND (s.person_id = ?
           OR s.person_id IN (SELECT r.person_id FROM kinship k JOIN resident r ON r.id = k.resident_id
           WHERE k.person_id = ?))""",
        talk.person_id,
        talk.person_id,
    )
    died_at = since[0] if since is not None and since[0] is not None else 0
    talk.mourns = talk.spoke_at is None or micros(talk.spoke_at) < died_at


def _silent_from(at: datetime) -> datetime:
    """The end of the minute: silence needs no seconds, and quick messages of one talk leave the index as it is."""
    return at.replace(second=0, microsecond=0) + timedelta(minutes=1)
