"""The days: letters and who reads them, visits, where somebody is, the questionnaire."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from bot.sample.play import Act, Play
from care.states import Role
from services.access import Viewer
from services.greetings import occasions
from services.greetings.forms import BookVisit
from services.letters import letters
from services.letters.forms import LetGo, WriteLetter
from services.letters.photos import Photo
from services.residents import residents
from services.residents.forms import Hush, Move, SetStatus
from services.surveys import surveys
from storage.types import new_id

FREE: Final = "SELECT id FROM bed WHERE room = ? AND name = ?"
RELEASED: Final = "SELECT id FROM letter WHERE resident_id = ? AND day = ? AND state = 'released'"
READ: Final = 82
"""Of a hundred letters so many are opened by a relative who has a phone."""
THANKED: Final = 34
MEALS: Final = ("全部", "大半", "大半", "全部", "一半")
SLEEP: Final = ("好", "好", "一般", "好")
MOOD: Final = ("平静", "开心", "平静", "开心", "平静")
DOING: Final = (("看电视", "聊天"), ("做操",), ("散步",), ("晒太阳", "聊天"), ("手工",), ("下棋",), ("唱歌",))
CARE: Final = (("换洗",), ("洗澡", "换洗"), (), ("剪指甲",), (), ("洗头",), ())
OPEN: Final = "3"
"""On this floor today's letters are left to whoever tries the demo."""
QUIET: Final = -3
"""From this day on letters without a sentence are played too: whose family does not read yet."""


def acts(book: Mapping[str, Any], play: Play) -> Iterable[Act]:
    """A letter each day for each resident of the book; without a sentence for the others, in the last days."""
    readers: dict[str, list[str]] = {}
    for one in book["kin"]:
        if "openid" in one:
            readers.setdefault(one["of"], []).append(one["name"])
    readers.setdefault("306-1", []).append("李静")
    readers.setdefault("201-2", []).append("何平")
    for place, told in sorted(book["letters"].items()):
        for nth, sentence in enumerate(told["sentences"]):
            day = nth + 1 - len(told["sentences"]) + told.get("last", 0)
            if sentence:
                yield from _letter(play, place, day, sentence, readers.get(place, ()), told.get("photos", {}))
    for place in sorted(set(play.home.residents) - set(book["letters"])):
        for day in range(QUIET, 0 if place.startswith(OPEN) else 1):
            yield from _letter(play, place, day, "", (), {})


def _letter(
    play: Play, place: str, day: int, sentence: str, readers: Sequence[str], photos: Mapping[str, Sequence[str]]
) -> Iterable[Act]:
    chance = _chance(place, day)
    at = play.moment(f"{day} 13:40") + timedelta(minutes=chance % 190, seconds=chance % 53)
    yield Act(at, f"letter {place} {day}", partial(_write, play, place, day, sentence, photos.get(str(day), ())))
    for nth, name in enumerate(readers):
        luck = _chance(name, day)
        if luck % 100 < READ:
            opened = play.moment(f"{day} 17:34") + timedelta(
                minutes=(luck % 100) * (luck // 7 % 100) // 40, seconds=nth + luck % 47
            )
            word = ("收到", "谢谢")[luck % 2] if luck // 100 % 100 < THANKED else ""
            yield Act(opened, f"{name} reads {place} {day}", partial(_read, play, place, day, name, word))


def _chance(*words: object) -> int:
    """Always the same for the same words."""
    return int.from_bytes(hashlib.sha256(" ".join(map(str, words)).encode()).digest()[:4], "big")


def writer(play: Play, place: str, day: int) -> Viewer:
    """Who writes the letters of a room on a day."""
    floor = place[0]
    carers = [one for one in play.home.staff.values() if one.role is Role.CARER and floor in one.floors]
    return carers[(day + int(place[2:3])) % len(carers)]


async def _write(play: Play, place: str, day: int, sentence: str, photos: Sequence[str], at: datetime) -> None:
    resident, chance = play.home.residents.get(place), _chance(place, day, "ticks")
    if resident is None or not await play.number("SELECT 1 FROM resident WHERE id = ? AND status = '在住'", resident):
        return
    ticked = {
        "meals": {MEALS[chance % len(MEALS)]},
        "water": {"够" if chance % 9 else "偏少"},
        "sleep": {SLEEP[chance // 7 % len(SLEEP)]},
        "mood": {MOOD[chance // 11 % len(MOOD)]},
        "doing": set(DOING[chance // 13 % len(DOING)]),
        "care": set(CARE[chance // 17 % len(CARE)]),
        "body": {"平稳"},
    }
    form = WriteLetter(
        ticked={name: frozenset(found) for name, found in ticked.items() if found},
        sentence=sentence,
        taps=6 + chance % 5,
        alone=bool(photos),
    )
    files = [(Photo(new_id(), "image/jpeg", len(data)), data) for data in map(play.photo, photos)]
    for photo, data in files:
        await play.seal(photo.id, data)
    who, today = writer(play, place, day), play.day(day)
    kept = [photo for photo, _ in files]
    await play.write(lambda db: letters.write(db, who, resident, today, form, at, kept).id)


async def _read(play: Play, place: str, day: int, name: str, word: str, at: datetime) -> None:
    resident = play.home.residents.get(place)
    if resident is None or name not in play.phones:
        return
    letter, person = await play.number(RELEASED, resident, play.day(day)), await play.person(name)
    if letter and word:
        await play.write(lambda db: letters.react(db, person, letter, word, at))
    elif letter:
        await play.write(lambda db: letters.opened(db, person, letter, at))


async def asks(play: Play, at: datetime, *, who: str, place: str, day: int, word: str) -> None:
    """A relative wants somebody after a letter: 有疑问, 请来电."""
    person = await play.person(who)
    letter = await play.number(RELEASED, play.home.residents[place], play.day(day))
    await play.write(lambda db: letters.react(db, person, letter, word, at))
    await play.played.note(play.phones[who], word, f"letter:{letter}:{person}:{word}", at)


async def let_go(play: Play, at: datetime, *, place: str, day: int, by: str, says: str) -> None:
    """The family was called, so a letter that waited may go."""
    sql = "SELECT id FROM letter WHERE resident_id = ? AND day = ?"
    letter = await play.number(sql, play.home.residents[place], play.day(day))
    await play.write(lambda db: letters.let_go(db, play.who(by), letter, LetGo(called=says), at))


async def visit(play: Play, at: datetime, *, place: str, who: str, when: str, by: str = "chen") -> None:
    """A relative said when they come."""
    form = BookVisit(person=await play.person(who), at=play.moment(when))
    resident, house = play.home.residents[place], play.home.house
    await play.write(lambda db: occasions.book_visit(db, house, play.who(by), resident, form, at))


async def status(play: Play, at: datetime, *, place: str, by: str, to: str) -> None:
    """Where somebody is."""
    form = SetStatus(status=to, name=play.home.names[place] if to == "去世" else "")
    await play.write(lambda db: residents.set_status(db, play.who(by), play.home.residents[place], form, at))


async def move(play: Play, at: datetime, *, place: str, by: str, to: str) -> None:
    """Another bed."""
    bed = await play.number(FREE, *to.split("-"))
    resident = play.home.residents[place]
    await play.write(lambda db: residents.move(db, play.who(by), resident, Move(place=bed), at))


async def hush(play: Play, at: datetime, *, place: str, by: str, on: bool) -> None:
    """静默, or no more."""
    resident = play.home.residents[place]
    await play.write(lambda db: residents.hush(db, play.who(by), resident, Hush(on=on), at))


async def begin_survey(play: Play, at: datetime, *, by: str) -> None:
    """The questionnaire of the month."""
    await play.write(lambda db: surveys.begin(db, play.home.house, play.who(by), at))


async def fill_in(play: Play, at: datetime, *, who: str, marks: Sequence[int], wish: str = "") -> None:
    """A relative answers on the page, item by item as they stand there."""
    person = await play.person(who)
    items = await play.word("SELECT items FROM campaign WHERE closed_at IS NULL")
    given = dict(zip(items.split(), marks, strict=False))
    del at
    await play.write(lambda db: surveys.keep(db, person, given, wish))


async def end_survey(play: Play, at: datetime, *, by: str) -> None:
    """Nobody answers any more."""
    campaign = await play.number("SELECT id FROM campaign WHERE closed_at IS NULL")
    await play.write(lambda db: surveys.end(db, play.who(by), campaign, at))


DOES: Final[Mapping[str, Callable[..., Any]]] = {
    act.__name__: act for act in (asks, let_go, visit, status, move, hush, begin_survey, fill_in, end_survey)
}
