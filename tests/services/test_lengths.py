"""A text of the most that is allowed is kept as it was written, and with one sign more it is refused with a sentence:
nothing that somebody typed is cut off in silence (T).
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

import pytest

from care.errors import Invalid
from services.access import Viewer
from services.residents import admission, beds
from services.residents.beds import AddBed
from services.roster import posts
from services.roster.forms import EditPost
from services.staff import codes, colleagues, names, own, staff, stations, unit
from services.staff.forms import SetUnit
from services.talks import canned
from services.talks.forms import WriteCanned
from services.tasks import notes, tasks
from services.tasks.forms import AddNote, AddTask
from services.week import activities, menu, prices, vacancies
from services.week.forms import CancelActivity, PutActivity, SetRooms
from storage.unit import Unit
from tests.conftest import HomeUnderTest
from tests.services.boards import MONDAY, SUNDAY, adds, price
from tests.services.test_residents_beds import admitted, laid_out

A: Final = "汉"
PURE: Final[tuple[tuple[Callable[[str], object], str, int, str], ...]] = (
    (names.name_of, A, 32, "最多 32 个字"),
    (names.login_of, "a", 32, "2–32 个"),
    (admission.name_of, A, 30, "不像"),
    (admission.level_of, A, 16, "最多 16 个字"),
    (admission.words_of, A, 1000, "最多 1000 字"),
    (menu.diet_of, A, 8, "最多 8 个字"),
    (colleagues.floors_of, A, 8, "看不懂"),
)


@pytest.mark.parametrize(("takes", "sign", "most", "why"), PURE)
def test_fault_t_words_of_the_most_that_is_allowed_are_kept_whole(
    takes: Callable[[str], object], sign: str, most: int, why: str
) -> None:
    assert takes(sign * most) == sign * most
    with pytest.raises(Invalid, match=why):
        takes(sign * (most + 1))


@pytest.mark.parametrize("takes", [colleagues.floors_of, activities.floors_of])
def test_fault_t_so_many_floors_as_are_kept_may_be_written(takes: Callable[[str], str | list[str]]) -> None:
    some = " ".join(str(number) for number in range(10, 31))
    exactly = f"{some} 1"
    assert len(exactly) == 64
    kept = takes(exactly)
    assert (kept if isinstance(kept, str) else " ".join(kept)) == exactly
    with pytest.raises(Invalid, match="楼层太多了"):
        takes(f"A{exactly}")


def test_f39_a_password_has_so_many_signs_and_four_kinds_of_them() -> None:
    assert own.fits("abcdabcd", "abcdabcd", "zhou", "周敏") == "abcdabcd"
    assert own.fits("abcd" * 64, "abcd" * 64, "zhou", "周敏") == "abcd" * 64
    for wrong, why in (("abcdabc", "至少 8 位"), ("abcd" * 64 + "e", "太长了"), ("abcabcabc", "太容易猜到")):
        with pytest.raises(Invalid, match=why):
            own.fits(wrong, wrong, "zhou", "周敏")
    for easy in ("Zhoumin88", "周敏一二三四五六"):
        with pytest.raises(Invalid, match="太容易猜到"):
            own.fits(easy, easy, "zhoumin88", "周敏一二三四五六")
    with pytest.raises(Invalid, match="两次写的不一样"):
        own.fits("abcdabcd", "abcdabce", "zhou", "周敏")
    assert staff.hashed("a" * 8) != staff.hashed("a" * 8)
    for wrong in ("a" * 7, "a" * 257):
        with pytest.raises(Invalid):
            staff.hashed(wrong)


@pytest.mark.parametrize(
    ("digits", "good"),
    [
        *((one, True) for one in ("274916", "124578", "２７４９１６", "246802")),
        *((one, False) for one in ("111111", "345678", "987654", "121212", "112233", "27491", "2749166")),
    ],
)
def test_f39_six_digits_that_nobody_guesses_first(digits: str, good: bool) -> None:
    if good:
        assert own.pin(digits).isascii()
    else:
        with pytest.raises(Invalid):
            own.pin(digits)


def test_n3_a_secret_that_a_form_carries_back_is_one_that_this_house_showed() -> None:
    shown = codes.new_secret()
    assert codes.checked_secret(shown) == shown
    for wrong in (shown[:-1], shown + "A", shown[:-1] + "1", shown.lower()):
        with pytest.raises(Invalid, match="放得太久"):
            codes.checked_secret(wrong)


Acts = Callable[[Unit, Viewer, str, datetime], object]


def _put(db: Unit, who: Viewer, now: datetime, **more: Any) -> object:
    usual: dict[str, Any] = {"day": MONDAY, "begins": "9:30", "title": "做操"}
    return activities.put(db, who, PutActivity(**(usual | more)), now)


def _unit(db: Unit, who: Viewer, words: str, now: datetime) -> object:
    return unit.set_unit(db, who, SetUnit(lead=who.id, deputy=0, members=frozenset(), procedure=words), now)


def _bed(db: Unit, who: Viewer, now: datetime, **more: str) -> None:
    beds.add_bed(db, who, AddBed(**({"building": "", "floor": "9", "room": "901", "name": "1"} | more)), now)


WRITTEN: Final[tuple[tuple[str, int, Acts, str], ...]] = (
    ("title", 24, lambda db, who, words, now: _put(db, who, now, title=words), "最多 24 个字"),
    ("place", 16, lambda db, who, words, now: _put(db, who, now, place=words), "最多 16 个字"),
    ("item", 24, lambda db, who, words, now: prices.put(db, who, price(words, "1"), now), "最多 24 个字"),
    ("amount", 24, lambda db, who, words, now: prices.put(db, who, price("床位", words), now), "最多 24 个字"),
    ("unit", 12, lambda db, who, words, now: prices.put(db, who, price("床位", "1", unit=words), now), "最多 12 个字"),
    ("note", 60, lambda db, who, words, now: prices.put(db, who, price("床位", "1", note=words), now), "最多 60 个字"),
    (
        "rooms",
        12,
        lambda db, who, words, now: vacancies.set_rooms(db, who, SetRooms(rooms="201", kind=words), now),
        "房型",
    ),
    ("task", 200, lambda db, who, words, now: tasks.add(db, who, AddTask(what=words), now), "写了 201 个字"),
    ("canned", 300, lambda db, who, words, now: canned.write(db, who, WriteCanned(words=words), now), "现在 301 个"),
    ("station", 24, stations.mark, "最多 24 个字"),
    ("unit of complaints", 6000, _unit, "最多 6000 个字"),
    ("post", 16, lambda db, who, words, now: posts.edit_post(db, who, EditPost(post=0, name=words), now), "最多 16 个字"),
    ("building", 8, lambda db, who, words, now: _bed(db, who, now, building=words), "最多 8 个字"),
    ("floor", 8, lambda db, who, words, now: _bed(db, who, now, floor=words), "最多 8 个字"),
    ("room", 8, lambda db, who, words, now: _bed(db, who, now, room=words), "最多 8 个字"),
    ("bed", 8, lambda db, who, words, now: _bed(db, who, now, name=words), "最多 8 个字"),
)  # fmt: skip
"""What is written, how many signs it may have, who takes it, and what is said of one more."""


@pytest.mark.parametrize(("what", "most", "act", "why"), WRITTEN, ids=[one[0] for one in WRITTEN])
async def test_fault_t_what_a_colleague_writes_is_kept_up_to_the_most_that_is_told(
    home: HomeUnderTest, what: str, most: int, act: Acts, why: str
) -> None:
    director = await laid_out(home)
    with pytest.raises(Invalid, match=why):
        await home.database.write(lambda db: act(db, director, A * (most + 1), home.clock()) and None)
    before = await home.one("SELECT count(*) FROM audit")
    await home.database.write(lambda db: act(db, director, A * most, home.clock()) and None)
    assert await home.one("SELECT count(*) FROM audit") == before + 1, what
    if what not in {"place", "rooms", "building", "unit", "note"}:
        with pytest.raises(Invalid):
            await home.database.write(lambda db: act(db, director, " ", home.clock()) and None)


async def test_fault_t_a_note_and_a_reason_are_kept_up_to_the_most_that_is_told(home: HomeUnderTest) -> None:
    director = await laid_out(home)
    her = (await admitted(home, director, "王桂兰", "301")).id
    activity = await adds(home, director, SUNDAY, "做操")

    def note(words: str) -> Callable[[Unit], object]:
        return lambda db: notes.add(db, director, her, AddNote(words=words), home.clock()) and None

    def cancel(words: str) -> Callable[[Unit], object]:
        form = CancelActivity(activity=activity, cancelled=True, why=words)
        return lambda db: activities.cancel(db, director, form, home.clock())

    for act, most in ((note, 300), (cancel, 40)):
        with pytest.raises(Invalid, match=rf"{most} 个字"):
            await home.database.write(act(A * (most + 1)))
        await home.database.write(act(A * most))
    assert await home.one("SELECT count(*) FROM note") == 1
    assert await home.one("SELECT length(cancelled_why) FROM activity") == 40
