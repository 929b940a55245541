"""An announcement from the words to the last person: written, looked at before it leaves, asked anew for each person
when it does, one end for each (N4, N6, F42).
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import select

from care.announcements import Repeat, Stage, Whom, next_due
from care.errors import Changed, Decided, Invalid, TooLate
from care.letters import bad_news, of_body
from care.preferences import Declined
from care.ways import Last
from services.access import Viewer, name_of
from services.announcements.access import MAY_RELEASE, access_announcement
from services.announcements.audience import Told, audience, not_said
from services.announcements.forms import Announce, Decide
from services.families.reach import cannot
from services.form import coming
from services.house import House
from services.outgoing import by_hand, masses, outbox
from services.outgoing.outbox import BY_A_PERSON
from services.outgoing.purposes import Purpose
from services.outgoing.stops import silent, stopped
from storage import revision, tables
from storage.queries import announcements_groups as groups
from storage.queries import families, residents
from storage.queries.families import Who
from storage.tables.announcements import Announcement, AnnouncementReach
from storage.types import new_id
from storage.unit import Unit

NOTICE: Final = Purpose(
    "notice",
    words="要紧的通知",
    template="notice",
    sms=True,
    matter="院里有一件要紧的事",
    brief="请查看",
    to_many=True,
    last=Last.PHONE,
)
"""要紧, to a relative: by whatever way."""
NOTICE_ELDER: Final = Purpose("notice_elder", words="给老人的通知", to_many=True, last=Last.PRINT)
OFFER: Final = Purpose("offer", words="活动和优惠", machine=True, by_day=True, parks=False, mass=True, only_mass=True)
"""活动和优惠: by a mass send alone, to who wants them; never by a template, and no message of the machine's own (B2)."""
NEWS: Final = Purpose("news", words="一般的通知", machine=True, by_day=True, parks=False, topic=Declined.NEWS)
"""一般: by a message, or not at all; nobody telephones for it."""
HOLDS: Final = {True: timedelta(days=3), False: timedelta(hours=12)}
"""How long it is worth saying: what is urgent, and the rest."""
LONGEST: Final = 500
OPEN: Final = frozenset({Stage.PLANNED.value, Stage.HELD.value})
DECIDED: Final = {
    "planned": "照发",
    "held": "先不发",
    "cancelled": "取消了",
    "leaving": "发出去了",
    "released": "发出去了",
}


def write(db: Unit, house: House, viewer: Viewer, form: Announce, now: datetime) -> Announcement:
    """Write one; what is urgent and by no lead waits for a lead. Raises Invalid."""
    words, at = _checked(db, house, viewer, form, now)
    if not audience(db, viewer.home_id, form):
        raise Invalid(why="这样选，一位也没有，没有存。换一层楼，或换发给谁。")
    held = form.urgent and viewer.role not in MAY_RELEASE
    row = Announcement(
        id=new_id(),
        home_id=viewer.home_id,
        urgent=form.urgent,
        whom=Whom(form.whom).value,
        floor=form.floor,
        resident_id=form.resident or None,
        group_id=form.group or None,
        offer=form.offer,
        repeat=Repeat(form.repeat).value,
        first_at=at,
        due_at=at,
        round=0,
        state=(Stage.HELD if held else Stage.PLANNED).value,
        made_by=viewer.id,
        made_at=now,
        revision=0,
    )
    db.seal(row, "words", words)
    db.add(row)
    db.flush()
    _noted(db, viewer, row, "write_announcement", now)
    return row


def change(db: Unit, house: House, viewer: Viewer, number: int, form: Announce, now: datetime) -> None:
    """Other words, another hour, other people, as long as nothing has left. Raises Invalid, TooLate, Changed."""
    row = access_announcement(db, viewer, number, lock=True)
    if row.state not in OPEN:
        raise TooLate
    _as_drawn(db, row, form.drawn)
    words, at = _checked(db, house, viewer, form, now)
    row.urgent, row.whom, row.floor = form.urgent, Whom(form.whom).value, form.floor
    row.resident_id, row.repeat, row.due_at = form.resident or None, Repeat(form.repeat).value, at
    row.first_at, row.group_id, row.offer = at, form.group or None, form.offer
    if form.urgent and viewer.role not in MAY_RELEASE:
        row.state = Stage.HELD.value
    row.changed_by, row.revision = viewer.id, row.revision + 1
    db.seal(row, "words", words)
    db.flush()
    _noted(db, viewer, row, "change_announcement", now)


def decide(db: Unit, viewer: Viewer, number: int, verdict: str, form: Decide, now: datetime) -> None:
    """照发, 先不发, 取消. What has begun to leave is not stopped halfway: some would know and others not.

    Raises Invalid, TooLate, Decided, Changed.
    """
    row = access_announcement(db, viewer, number, lock=True)
    if verdict not in {"planned", "held", "cancelled"}:
        raise Invalid(why="请选照发、先不发或取消。")
    if row.state in {Stage.LEAVING.value, Stage.RELEASED.value}:
        raise TooLate
    if row.state == Stage.CANCELLED.value and verdict != "planned":
        raise Decided(who=name_of(db, row.changed_by), what="取消了这一条")
    if verdict == "planned" and row.urgent and viewer.role not in MAY_RELEASE:
        raise Invalid(why="要紧的通知由主管或院长放行，值班主管一个人就可以。")
    if row.state != verdict:
        _as_drawn(db, row, form.drawn)
    row.state, row.changed_by, row.revision = verdict, viewer.id, row.revision + 1
    if verdict == "planned":
        row.due_at = max(row.due_at, now)
    db.flush()
    _noted(db, viewer, row, f"announcement_{verdict}", now)


def revision_of(row: Announcement) -> str:
    """What the buttons and the form are drawn from."""
    return revision.of(row.revision)


def _as_drawn(db: Unit, row: Announcement, drawn: str | None) -> None:
    if drawn not in {None, revision_of(row)}:
        who, what = name_of(db, row.changed_by), f"改过，现在是「{DECIDED[row.state]}」"
        raise Changed(who=who, what=what, revision=revision_of(row))


def _checked(db: Unit, house: House, viewer: Viewer, form: Announce, now: datetime) -> tuple[str, datetime]:
    words = form.words.replace("\r\n", "\n").strip()
    if not words:
        raise Invalid(why="请写要说的话。")
    if len(words) > LONGEST:
        raise Invalid(why=f"太长了，最多 {LONGEST} 个字，现在 {len(words)} 个。")
    outbox.fits(signed(words, house))
    _whom(db, viewer, form)
    _private(db, viewer, form, words)
    if form.at is None:
        return words, now
    zone = house.home.zone
    at = (form.at if form.at.tzinfo else form.at.replace(tzinfo=zone)).astimezone(UTC)
    coming(at.astimezone(zone).date(), now.astimezone(zone).date(), "发的日子")
    if at < now - timedelta(minutes=5):
        raise Invalid(why="这个时间已经过了，请选以后的时间，或空着马上发。")
    return words, at


def _whom(db: Unit, viewer: Viewer, form: Announce) -> None:
    """Raises Invalid where it is for nobody, or for more than the writer speaks to."""
    if form.whom not in set(Whom) or form.repeat not in set(Repeat):
        raise Invalid(why="请选发给谁、发几次。")
    if form.group and form.group not in {one.row.id for one in groups.groups(db, viewer.home_id)}:
        raise Invalid(why="这个名单已经去掉了，请重选。")
    if form.offer and (form.urgent or form.resident or form.whom != Whom.FAMILY):
        raise Invalid(why="活动和优惠只发给家属和咨询的人，不算要紧，也不关于哪一位老人。")
    if viewer.floors and (form.group or form.offer):
        raise Invalid(why="名单、活动和优惠是全院的，请管全院的同事来写。")
    if viewer.floors and form.floor not in viewer.floors and not form.resident:
        raise Invalid(why="您只管自己的楼层，请选楼层；给全院的请主管或院长写。")
    if form.floor and form.floor not in families.floors(db, viewer.home_id):
        raise Invalid(why=f"没有「{form.floor}」这一层，请重选。")
    if form.resident:
        mine = select(tables.Resident.id).where(tables.Resident.id == form.resident, viewer.sight.resident())
        if db.scalars(mine).first() is None:
            raise Invalid(why="没有这位老人，请重选。")


def _private(db: Unit, viewer: Viewer, form: Announce, words: str) -> None:
    """Bad news of one resident is told by telephone first, and who reads of a resident was chosen (C-2, F12).

    Raises Invalid.
    """
    if form.resident and form.whom != Whom.ELDER and bad_news(words) and not form.called:
        raise Invalid(why="这像是这位老人的坏消息，请先打电话；打过了，勾上「坏消息电话里说过了」再发。")
    everybody = replace(viewer, floors=frozenset()).sight
    lines = residents.lines(db, everybody)
    theirs = {line.name for line in lines if line.id == form.resident}
    others = [line.name for line in lines if len(line.name) > 1 and line.name not in theirs]
    named = [name for name in others if name in words]
    if named and (bad_news(words) or of_body(words)):
        raise Invalid(
            why=f"里面有「{named[0]}」，又说到身体：别的人不能知道。请去掉，或在「只关于一位老人」里选这位，只告诉这家。"
        )
    if named and not form.named:
        raise Invalid(
            why=f"里面有「{named[0]}」，收到的人都会看到。只关于一位老人的，请在「只关于一位老人」里选这位；"
            "可以让大家看到的，勾上「可以让大家看到老人的名字」。"
        )


def signed(words: str, house: House) -> str:
    """The words as they are read, with who says them."""
    return f"{words}\n{house.home.name}"


def preview(db: Unit, house: House, viewer: Viewer, form: Announce, now: datetime) -> list[Told]:
    """Who gets it and who not, as it looks now; it is asked anew for each person when it leaves. Raises Invalid."""
    _checked(db, house, viewer, form, now)
    home_id = viewer.home_id
    there = audience(db, home_id, form)
    quiet = silent(db, [who.person_id for who in there])
    found = [replace(who, stopped=who.stopped or who.person_id in quiet) for who in there]
    return [Told(who, not_said(who, form), cannot(who, now)) for who in found]


def form_of(db: Unit, row: Announcement) -> Announce:
    """An announcement as the form that wrote it."""
    return Announce(
        words=db.words(row, "words"),
        urgent=row.urgent,
        whom=row.whom,
        floor=row.floor,
        resident=row.resident_id or 0,
        repeat=row.repeat,
        group=row.group_id or 0,
        offer=row.offer,
    )


# -- it leaves -------------------------------------------------------------------------------------------------------


def due(db: Unit, home_id: int, now: datetime) -> list[int]:
    """Those whose moment has come, and those that are leaving."""
    row = Announcement
    asked = select(row.id).where(
        row.home_id == home_id, row.state.in_((Stage.PLANNED.value, Stage.LEAVING.value)), row.due_at <= now
    )
    return list(db.scalars(asked.order_by(row.urgent.desc(), row.due_at, row.id)))


def begin(db: Unit, number: int, now: datetime) -> None:
    """From now on it leaves, and nobody changes it any more."""
    row = db.lock_row(select(Announcement).where(Announcement.id == number))
    if row is not None and row.state == Stage.PLANNED.value and row.due_at <= now:
        row.state = Stage.LEAVING.value
        db.store.hint("announcements")


def left(db: Unit, number: int, most: int) -> list[int]:
    """People of this round who have no end yet, at most so many."""
    row = db.get_one(Announcement, number, populate_existing=True)
    if row.state != Stage.LEAVING.value:
        return []
    reach = AnnouncementReach
    known = set(db.scalars(select(reach.person_id).where(reach.announcement_id == row.id, reach.round == row.round)))
    return [who.person_id for who in audience(db, row.home_id, form_of(db, row)) if who.person_id not in known][:most]


def say_to(db: Unit, house: House, number: int, person_id: int, now: datetime) -> None:
    """Say it to one person, in a transaction of its own; asked anew whether it may be said. Once in a round."""
    db.lock_persons(person_id)
    row = db.get_one(Announcement, number, populate_existing=True)
    reach = AnnouncementReach
    known = select(reach.id).where(
        reach.announcement_id == row.id, reach.round == row.round, reach.person_id == person_id
    )
    if row.state != Stage.LEAVING.value or db.scalars(known).first() is not None:
        return
    form = form_of(db, row)
    who = next(iter(audience(db, row.home_id, form, person_id)), None)
    if who is not None and stopped(db.store, person_id):
        who = replace(who, stopped=True)
    why = "已经不在这里面了" if who is None else not_said(who, form)
    sent = None
    if who is not None and (not why or why == BY_A_PERSON):
        sent = _queue(db, house, row, who, why, now)
    db.add(
        AnnouncementReach(
            id=new_id(),
            announcement_id=row.id,
            round=row.round,
            person_id=person_id,
            outbox_id=sent,
            why=why,
            at=now,
        )
    )
    db.store.hint("announcements")


def _queue(db: Unit, house: House, row: Announcement, who: Who, why: str, now: datetime) -> int | None:
    purpose = OFFER if row.offer else NEWS if not row.urgent else NOTICE_ELDER if who.is_elder else NOTICE
    store, text = db.store, signed(db.words(row, "words"), house)
    sent = outbox.enqueue(
        store,
        home_id=row.home_id,
        person_id=who.person_id,
        purpose=purpose,
        dedup_key=f"announcement:{row.id}:{row.round}:{who.person_id}",
        text=text,
        now=now,
        queue="notice",
        expires_at=now + HOLDS[row.urgent],
        fields={masses.MASS: text} if row.offer else None,
    )
    if sent is not None and why:  # a family in mourning: a person telephones
        outbox.finish(store, sent, who.person_id, "notice", now, state="given_up", why=why)
        by_hand.ask(store, sent, row.home_id, who.person_id, NOTICE, why, now)
    return sent


def end(db: Unit, house: House, number: int, now: datetime) -> None:
    """Nobody of this round was left: it is over, or waits for its next time."""
    row = db.lock_row(select(Announcement).where(Announcement.id == number))
    if row is None or row.state != Stage.LEAVING.value:
        return
    again = next_due(row.first_at, row.due_at, Repeat(row.repeat), house.home.zone)
    while again is not None and again <= now:  # the house was away: what was missed is not said twice
        again = next_due(row.first_at, again, Repeat(row.repeat), house.home.zone)
    if again is None:
        row.state, row.ended_at = Stage.RELEASED.value, now
    else:
        row.state, row.due_at, row.round = Stage.PLANNED.value, again, row.round + 1
    db.store.hint("announcements")


def _noted(db: Unit, viewer: Viewer, row: Announcement, act: str, now: datetime) -> None:
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", act, f"announcement:{row.id}")
    db.store.hint("announcements")
