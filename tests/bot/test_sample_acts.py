"""The book of the sample home becomes acts, each at its time: the same words come to the same times at every start."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any, Final

import pytest

from bot.sample import days, fortnight, people
from bot.sample import home as homes
from bot.sample.play import Act, Play
from bot.sample.played import Phones
from care.states import Role
from services.access import Viewer
from services.house import House
from settings import Home, Settings
from tests.conftest import HomeUnderTest

NOW: Final = datetime(2026, 11, 29, 12, 30, tzinfo=UTC)
"""Half past eight in the evening, in the house."""
BOOK: Final[dict[str, Any]] = {
    "staff": [],
    "kin": [
        {"openid": "o", "of": "306-1", "name": "李强"},
        {"of": "306-1", "name": "李明", "at": "-3 10:00"},
        {"of": "306-1", "name": "李刚"},
    ],
    "known": {"306-1": {}, "301-1": {}},
    "letters": {"306-1": {"sentences": ["唱了歌", "", "折了花", "下了棋"], "photos": {}}},
}


def stage_of(database: Any = None) -> Play:
    def viewer(number: int, name: str, role: Role, floors: str = "") -> Viewer:
        return Viewer(number, 1, name, role, frozenset(floors.split()))

    staff = {
        "shen": viewer(1, "沈国平", Role.DIRECTOR),
        "chen": viewer(2, "陈晓雯", Role.DESK),
        "zhou": viewer(3, "周敏", Role.CARER, "3"),
        "wang": viewer(4, "王芳", Role.CARER, "2 3"),
        "li": viewer(5, "李梅", Role.CARER, "2"),
        "tang": viewer(6, "唐雨", Role.NURSE),
    }
    played: Any = None
    made = homes.Home(played, staff, {"306-1": 1, "301-1": 2, "201-2": 3}, {})
    running: Any = SimpleNamespace(settings=Settings(home=Home()), database=database)
    return Play(made, running, NOW)


def told(acts: list[Act]) -> list[tuple[str, str]]:
    return [(act.what, f"{act.at.astimezone(UTC):%d %H:%M:%S}") for act in sorted(acts, key=lambda act: act.at)]


def test_letters_are_written_after_noon_and_read_in_the_evening_and_the_house_of_today_is_left_to_who_tries() -> None:
    assert told(list(days.acts(BOOK, stage_of()))) == [
        ("letter 301-1 -3", "26 06:13:49"),
        ("letter 306-1 -3", "26 06:45:34"),
        ("letter 201-2 -3", "26 06:55:40"),
        ("李强 reads 306-1 -3", "26 09:50:02"),
        ("李静 reads 306-1 -3", "26 11:24:39"),
        ("letter 201-2 -2", "27 06:24:25"),
        ("letter 301-1 -2", "27 08:28:17"),
        ("letter 301-1 -1", "28 06:01:05"),
        ("letter 201-2 -1", "28 07:27:22"),
        ("letter 306-1 -1", "28 07:46:05"),
        ("李强 reads 306-1 -1", "28 09:40:27"),
        ("李静 reads 306-1 -1", "28 10:50:17"),
        ("letter 201-2 0", "29 06:33:12"),
        ("letter 306-1 0", "29 07:56:09"),
        ("李强 reads 306-1 0", "29 09:35:38"),
    ]
    acts = [act for act in days.acts(BOOK, stage_of()) if "reads" in act.what]
    words = [act.do.args[-1] for act in acts]  # type: ignore[attr-defined]
    assert words == ["", "", "", "收到", "谢谢"]


def test_the_carers_of_a_floor_write_its_letters_in_turn() -> None:
    writers = [days.writer(stage_of(), place, day).name for place in ("306-1", "201-2") for day in (0, 1, 2)]
    assert writers == ["周敏", "王芳", "周敏", "李梅", "王芳", "李梅"]


def test_colleagues_come_first_then_relatives_and_the_rota_a_week_before_it_runs() -> None:
    assert told(list(people.acts(BOOK, stage_of()))) == [
        ("colleagues", "14 09:30:00"),
        ("record 306-1", "14 09:35:00"),
        ("record 301-1", "14 09:36:00"),
        ("relative 李强", "14 10:00:00"),
        ("relative 李刚", "14 10:18:00"),
        ("rota -14", "14 11:10:00"),
        ("rota -7", "14 11:10:00"),
        ("rota 0", "21 11:10:00"),
        ("relative 李明", "26 02:00:00"),
        ("rota 7", "28 11:10:00"),
    ]


def test_times_are_counted_back_from_the_start_of_the_demo() -> None:
    stage = stage_of()
    assert stage.moment("-13 09:20") == datetime(2026, 11, 16, 1, 20, tzinfo=UTC)
    assert stage.moment("now -50") == NOW - timedelta(minutes=50)
    assert (stage.day(0), stage.day(3)) == (date(2026, 11, 29), date(2026, 12, 2))
    assert stage.who("tang").name == "唐雨"
    assert (stage.home.director.name, stage.home.desk.name) == ("沈国平", "陈晓雯")
    begun = fortnight.begins(NOW, Settings(home=Home()))
    assert begun == datetime(2026, 11, 14, 1, tzinfo=UTC), "in the morning of the day before the fortnight"


async def test_a_question_to_the_house_has_a_number_or_a_word_for_an_answer(home: HomeUnderTest) -> None:
    stage = stage_of(home.database)
    assert await stage.number("SELECT 7") == 7
    assert await stage.number("SELECT NULL") == 0
    assert await stage.number("SELECT 7 WHERE 1 = 2") == 0
    assert await stage.word("SELECT name FROM home") == "青禾颐养院"
    assert await stage.word("SELECT name FROM home WHERE id = ?", 0) == ""
    stage.relatives["李明"] = 12
    assert await stage.person("李明") == 12


def test_a_phone_shows_who_said_what() -> None:
    phones = Phones()
    phones.note("o", "line", "你关注了公众号", NOW)
    phones.note("o", "me", "你好", NOW)
    assert [(one["side"], one["kind"], one["content"]) for one in phones.chats["o"]] == [
        ("line", "follow", "你关注了公众号"),
        ("me", "text", "你好"),
    ]


@pytest.mark.parametrize(
    ("ahead", "born"), [(-2, "1944-11-27"), (0, "1944-11-28"), (2, "1944-12-01"), (31, "1944-12-28")]
)
def test_a_birthday_always_lies_ahead_and_on_a_day_that_each_month_has(ahead: int, born: str) -> None:
    found = homes._born({"born_year": 1944, "birthday_in_days": ahead}, House(Home()), NOW)
    assert found == born
    scene = {
        "residents": [["306", "2", "李建国", "男", "1941-03-02"], ["201", "1", "何秀英", "女", ""]],
        "people": [
            {"kind": "elder", "room": "306", "bed": "1", "name": "王桂兰", "sex": "女", "born_year": 1944}
            | {"birthday_in_days": ahead},
            {"kind": "family", "name": "李静"},
        ],
    }
    entries = homes._residents(scene, House(Home()), NOW)
    assert [(one["room"], one["bed"], one["name"]) for one in entries] == [
        ("201", "1", "何秀英"),
        ("306", "1", "王桂兰"),
        ("306", "2", "李建国"),
    ]
    assert entries[1]["born"] == found


def test_the_book_is_all_of_its_files(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.toml").write_text("acts = [{n = 1}]\n[letters]\na = 1\n", encoding="utf-8")
    (tmp_path / "b.toml").write_text("acts = [{n = 2}]\n[letters]\nb = 2\n", encoding="utf-8")
    monkeypatch.setattr(fortnight, "BOOK", tmp_path)
    assert fortnight.book() == {"acts": [{"n": 1}, {"n": 2}], "letters": {"a": 1, "b": 2}}
