"""家书: written by a carer in a minute, checked, released in the evening, read by who may (U1, U2, F16, F20)."""

import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Final

from sqlalchemy import func, select

from care import families, letters, quiet_hours
from care.errors import Changed, Decided, Invalid, NotFound
from care.states import Launch, Role
from conversations.effects import say
from conversations.phrases import date_of
from services.access import LEADS, Viewer, name_of
from services.families import preferences
from services.house import House
from services.letters import shared
from services.letters.access import access_letter
from services.letters.forms import LetGo, WithdrawLetter, WriteLetter
from services.letters.photos import PHOTOS, Photo, attach
from services.outgoing import outbox, templates
from services.outgoing.purposes import Purpose
from services.residents.access import access_resident, family_of
from settings import Home
from storage import revision, tables
from storage.queries import launch, letters_pages, letters_weekly
from storage.queries import letters as queries
from storage.queries.letters_photos import photo_count
from storage.tables.families_phones import CommonPhone
from storage.types import new_id
from storage.unit import Unit

LETTER: Final = Purpose(
    "letter",
    words="家书",
    machine=True,
    by_day=True,
    parks=False,
    template="letter",
    matter="今天的家书到了",
    brief="家书到了",
)
LONGEST: Final = 300
REACTIONS: Final = ("收到", "谢谢", "有疑问", "请来电")
ASKS: Final = frozenset({"有疑问", "请来电"})
"""Reactions that want a person: they enter the talk and get a clock."""
CALLERS: Final = LEADS | {Role.NURSE}
"""Who calls a family and lets a held letter go."""
SEEN: Final = "看过了"
LATE: Final = timedelta(hours=4)
"""So long after the hour that a relative chose a letter is still announced."""
BACK: Final = timedelta(days=2)
"""Letters older than this are not released any more: what was late stays unsent, with its reason."""


Ask = Callable[[str, str, str], Awaitable[str]]
"""(openid, words, key) of a page into the talk of its person; gives what the machine answers.

The same key is asked once.
"""


def today(home: Home, now: datetime) -> date:
    """The home's day."""
    return now.astimezone(home.zone).date()


def release_at(home: Home, day: date) -> datetime:
    """When the letters of a day may be read; a later hour that is set today holds from tomorrow."""
    kept, _, early = home.letter_kept.partition(" ")
    return datetime.combine(day, time.fromisoformat(early if kept == day.isoformat() else home.letter_time), home.zone)


def write(
    db: Unit,
    viewer: Viewer,
    resident_id: int,
    day: date,
    form: WriteLetter,
    now: datetime,
    photos: Sequence[Photo] = (),
) -> tables.Letter:
    """Keep the letter of a day; as it was filled in.

    Raises Invalid with every sentence that the writer must read; Changed, NotFound. What waits for a call waits on,
    whatever is written.
    """
    resident = access_resident(db, viewer, resident_id)
    if resident.status != "在住":
        raise Invalid(why=f"老人现在{resident.status}，今天不写家书；要紧的事请打电话告诉家属。")
    words, facts = " ".join(form.sentence.split()), letters.known(form.ticked)
    if len(words) > LONGEST:
        raise Invalid(why=f"这句话有 {len(words)} 个字，请写在 {LONGEST} 个字以内。")
    row = db.lock_row(select(tables.Letter).where(tables.Letter.resident_id == resident.id, tables.Letter.day == day))
    _as_drawn(db, row, form.drawn)
    degrees = _degrees(form.temperature)
    yesterday = queries.of_day(db, resident.id, day - timedelta(days=1))
    pictures = len(photos) + (photo_count(db, row.id) if row else 0)
    if pictures > PHOTOS:
        raise Invalid(why=f"一封家书最多 {PHOTOS} 张照片。")
    looked = letters.look(
        facts,
        words,
        temperature=degrees,
        photos=pictures,
        yesterday=(db.open(yesterday, "sentence") or "") if yesterday else "",
        others=queries.sentences(db, viewer.home_id, day, resident.id) if words else (),
    )
    if looked.wrong:
        raise Invalid(why=" ".join(looked.wrong))
    common = shared.ticked(db, resident, day, form, row)
    if row is None:
        row = tables.Letter(
            id=new_id(), home_id=viewer.home_id, resident_id=resident.id, day=day, state="ready", corrected=False
        )
        db.add(row)
    was = row.state
    told = dict(facts) | common | ({"temperature": (f"{degrees:.1f}",)} if degrees is not None else {})
    if words and (form.of_body or letters.of_body(words)):
        told[letters.SENTENCE] = ("health",)
    db.seal(row, "facts", json.dumps(told, ensure_ascii=False))
    db.seal(row, "sentence", words or None)
    db.seal(row, "note", form.note.strip() or None)
    row.taps, row.written_by, row.written_at = max(0, min(form.taps, 999)), viewer.id, now
    row.corrected = row.corrected or row.state == "released"
    waits = row.held_why if row.state == "held" else None  # only the call lets it go (D5)
    row.held_why = looked.hold or waits or (queries.LEAD_FIRST if queries.cautious(db, resident.id) else None)
    if row.held_why or row.state != "released":  # bad news waits for a call, whoever has read what before
        row.state = "held" if row.held_why else "ready"
    if was == "released" and row.state == "held":
        _take_back(db, row, now)
    attach(db, viewer, row, photos, now, alone=form.alone)
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "write_letter", f"letter:{row.id}")
    db.store.hint("letters")
    return row


def revision_of(row: tables.Letter | None) -> str:
    """What a form of a letter is drawn from; that it went out in the evening changes none of it."""
    if row is None:
        return revision.of()
    state = "open" if row.state in {"ready", "released"} else row.state
    return revision.of(state, row.held_why, row.facts, row.sentence, row.note, row.written_at)


def _as_drawn(db: Unit, row: tables.Letter | None, drawn: str | None) -> None:
    """Raises Changed with who was first and what stands now."""
    if drawn is None or drawn == revision_of(row):
        return
    if row is None or row.state == "withdrawn":
        who, what = "有同事", "收回了这封家书"
    elif row.state != "held" and row.held_why == SEEN:
        who, what = "有同事", "打过电话，放行了这封家书"
    else:
        who, what = name_of(db, row.written_by), "改过这封家书" + ("，现在要先打电话" if row.state == "held" else "")
    raise Changed(who=who, what=what, revision=revision_of(row))


def let_go(db: Unit, viewer: Viewer, letter_id: int, form: LetGo, now: datetime) -> None:
    """The family was called, so the letter may go; nurses and leads do that.

    Raises Invalid without what was said, Decided, Changed.
    """
    row = access_letter(db, viewer, letter_id, lock=True)
    if row.state != "held":
        raise Decided(who="有同事", what="收回了这封家书" if row.state == "withdrawn" else "放行了这封家书")
    _as_drawn(db, row, form.drawn)
    if viewer.role not in (LEADS if row.held_why == queries.LEAD_FIRST else CALLERS):
        raise Invalid(
            why="请主管看过再放行。" if row.held_why == queries.LEAD_FIRST else "请护士或主管打电话告诉家属，再放行。"
        )
    if not form.called.strip():
        raise Invalid(why="请写一句电话里怎么说的，和谁说的。")
    row.state, row.held_why = "ready", SEEN
    note = "\n".join(filter(None, (db.open(row, "note"), f"电话告知（{viewer.name}）：{form.called.strip()}")))
    db.seal(row, "note", note)
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "let_go", f"letter:{row.id}")
    db.store.hint("letters")


def withdraw(db: Unit, viewer: Viewer, letter_id: int, form: WithdrawLetter, now: datetime) -> None:
    """Nobody may read it any more; who had read it stays known (F12). Raises Decided, Changed."""
    row = access_letter(db, viewer, letter_id, lock=True)
    if row.state == "withdrawn":
        raise Decided(who="有同事", what="收回了这封家书")
    _as_drawn(db, row, form.drawn)
    row.state = "withdrawn"
    _take_back(db, row, now)
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "withdraw_letter", f"letter:{row.id}")
    db.store.hint("letters")


def _take_back(db: Unit, row: tables.Letter, now: datetime) -> None:
    """What told the family that the letter is here, and has not left."""
    db.flush()
    db.lock_whose(family_of(row.resident_id))
    for kin, _ in queries.readers(db, row.resident_id):
        outbox.take_back_all(db.store, kin, f"letter:{row.id}:", now)


def due(db: Unit, house: House, home_id: int, now: datetime) -> list[int]:
    """The letters that may open to their readers now."""
    day = today(house.home, now)
    last = day if now >= release_at(house.home, day) else day - timedelta(days=1)
    on, zone = launch.launched(db, home_id), house.home.zone
    waiting = ((row, on.since(Launch.LETTERS, floor)) for row, floor in queries.waiting(db, home_id, day - BACK, last))
    return [row.id for row, since in waiting if since is not None and row.day >= since.astimezone(zone).date()]


def release(db: Unit, house: House, letter_id: int, now: datetime) -> bool:
    """Open one letter, if it may still be opened; who has an open 48 h window is told once, the others find it in the
    menu (F16).

    Each letter is a transaction of its own: one that cannot be opened holds up no other.
    """
    row = db.lock_row(select(tables.Letter).where(tables.Letter.id == letter_id))
    if row is None or row.state != "ready":
        return False
    db.lock_whose(family_of(row.resident_id))
    resident = db.get_one(tables.Resident, row.resident_id, populate_existing=True)
    quiet = (
        resident.status if resident.status != "在住" else "静默中" if queries.stopped(db, resident.person_id) else ""
    )
    if quiet or (row.held_why != SEEN and queries.cautious(db, resident.id)):
        row.state, row.held_why = "held", f"老人现在{quiet}，没有发" if quiet else queries.LEAD_FIRST
        db.store.hint("letters")
        return False
    row.state, row.released_at = "released", now
    if row.day == today(house.home, now):
        _push(db, house, row, resident, now)
    db.store.audit(row.home_id, now, "machine", "release_letters", f"letter:{row.id}")
    db.store.hint("letters")
    return True


def _push(db: Unit, house: House, row: tables.Letter, resident: tables.Resident, now: datetime) -> None:
    """Tell who may be told: daily scope, as often and at the hour that they want (N7), an open window or a template for
    letters, awake by their own clock; what cannot leave then is not said later.
    """
    midnight = datetime.combine(row.day + timedelta(days=1), time(), house.home.zone)
    told = {"elder": queries.name(db, resident), "link": link(house.public_url, row.id)}
    today_words = house.words([say("letters.here", **told)], now)
    changed = row.held_why == SEEN or row.corrected
    by_card = templates.stands(db, row.home_id, LETTER)
    of_week = not changed and letters_weekly.announced(db, row.resident_id, row.day)
    for tie in queries.told(db, row.resident_id):
        kin, zone = tie.person_id, queries.zone(db, tie.person_id) or house.home.zone
        at = preferences.opens(db, kin, families.at_hour(now, tie.hour, zone), zone)
        if (
            families.announces(tie.frequency, row.day, changed=changed)
            and not (of_week and families.wants_week(tie.frequency, changed=False))
            and (queries.follows(db, kin) if by_card else queries.window_open(db, kin, at))
            and not quiet_hours.is_quiet(at, zone, "family", house.quiet)
        ):
            read_on = today(house.home, at)
            later = house.words([say("letters.here_of", day=date_of(row.day, read_on), **told)], now)
            outbox.enqueue(
                db.store,
                home_id=row.home_id,
                person_id=kin,
                purpose=LETTER,
                dedup_key=_key(row, kin),
                text=today_words if read_on == row.day else later,
                now=now,
                queue="notice",
                not_before=at if at > now else None,
                expires_at=at + LATE if tie.hour is not None or at > now else midnight,
                fields={
                    "elder": told["elder"],
                    "matter": LETTER.matter if read_on == row.day else f"{date_of(row.day, read_on)}的家书到了",
                    templates.PAGE: f"/p/letters/{row.id}",
                },
            )


def _key(row: tables.Letter, kin: int) -> str:
    return f"letter:{row.id}:{kin}:{int(row.written_at.timestamp())}"


def link(public_url: str, letter_id: int, shelf: str = "letters") -> str:
    """What a tap opens; without an address of the house the words stand alone."""
    return (
        f'<a href="{public_url.rstrip("/")}/p/{shelf}/{letter_id}">打开家书</a>'
        if public_url
        else "（网页还没有配好，请问同事）"
    )


def _degrees(text: str) -> float | None:
    words = text.strip().replace("℃", "")
    if not words:
        return None
    try:
        return float(words)
    except ValueError:
        raise Invalid(why="体温请写数字，例如 36.5。") from None


# -- by the families -------------------------------------------------------------------------------------------------


def who_reads(db: Unit, openid: str) -> int:
    """The person behind an openid of the account; a phone of several is nobody of them, since the next one reads the
    same page. Raises NotFound for who never wrote.
    """
    found = (
        select(func.coalesce(CommonPhone.place_id, tables.Follower.person_id))
        .select_from(tables.Follower)
        .outerjoin(CommonPhone, CommonPhone.follower_id == tables.Follower.id)
    )
    person = db.scalars(found.where(tables.Follower.openid == openid)).first()
    if person is None:
        raise NotFound
    return person


def opened(db: Unit, person_id: int, letter_id: int, now: datetime) -> letters_pages.Page:
    """A letter as this relative may read it; that it was opened is kept. Raises NotFound for everybody else."""
    page = letters_pages.page(db, person_id, letter_id)
    if page is None:
        raise NotFound
    if queries.reading(db, letter_id, person_id) is None:
        db.lock_persons(person_id)
        db.add(
            tables.LetterReading(
                id=new_id(), home_id=page.home_id, letter_id=letter_id, person_id=person_id, opened_at=now
            )
        )
        db.store.hint("letters")
    return page


def react(db: Unit, person_id: int, letter_id: int, word: str, now: datetime) -> letters_pages.Page:
    """收到 or 谢谢 are kept, 有疑问 and 请来电 enter the talk as well (the caller hands them on). Raises Invalid, NotFound."""
    if word not in REACTIONS:
        raise Invalid(why="请点下面四个里的一个。")
    db.lock_persons(person_id)
    page = opened(db, person_id, letter_id, now)
    db.flush()
    row = queries.reading(db, letter_id, person_id)
    if row is None:
        raise NotFound
    row.reaction, row.reacted_at = word, now
    db.store.hint("letters")
    return replace(page, reaction=word)
