"""Phrases: every one can be filled, every moment is told in the reader's own time, nobody is sent to what is not
there.
"""

import re
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from conversations import phrases
from conversations.phrases import own

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
READER = phrases.Reader(NOW, SHANGHAI, phrases.always("青禾颐养院", "0571-8800-0101"))


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (datetime(2026, 11, 22, 8, 56, tzinfo=UTC), "16:56"),
        (datetime(2026, 11, 23, 1, 10, tzinfo=UTC), "明天 09:10"),
        (datetime(2026, 11, 24, 1, 10, tzinfo=UTC), "后天 09:10"),
        (datetime(2026, 11, 21, 1, 10, tzinfo=UTC), "昨天 09:10"),
        (datetime(2026, 11, 30, 1, 10, tzinfo=UTC), "11月30日 周一 09:10"),
    ],
)
def test_u9_a_moment_is_told_in_the_readers_own_time(at: datetime, words: str) -> None:
    assert phrases.moment(at, NOW, SHANGHAI) == words
    assert phrases.moment(at, NOW, ZoneInfo("America/Los_Angeles")) != words


@pytest.mark.parametrize("key", phrases.book())
def test_every_phrase_can_be_filled_and_is_plain_chinese(key: str) -> None:
    params = {name: "X" for name in phrases.blanks(key) if name not in READER.always}
    words = phrases.render(key, params, READER)
    assert words
    assert not re.search(r"[!！]|\{|工单|SLA|闭环|触达|赋能", words), "design.md 2: plain words, no exclamation marks"
    assert len(words.encode()) < 600


def test_every_phrase_that_code_names_exists_and_every_phrase_is_used() -> None:
    root = Path(__file__).parents[2]
    code = "\n".join(
        path.read_text() for folder in ("conversations", "services", "bot") for path in (root / folder).rglob("*.py")
    )
    sections = "|".join({key.partition(".")[0] for key in phrases.book()})
    named = set(re.findall(rf'"((?:{sections})\.[a-z_]+)"', code))
    assert named <= set(phrases.book())
    assert phrases.unsaid(named) == []


def test_a_phrase_without_its_blank_or_unknown_raises() -> None:
    with pytest.raises(KeyError):
        phrases.render("complaint.filed", {}, READER)
    with pytest.raises(phrases.UnknownPhrase):
        phrases.render("no.such", {}, READER)
    with pytest.raises(phrases.UnknownPhrase):
        phrases.blanks("no.such")
    assert phrases.render("complaint.filed", {"number": None}, READER)


def test_without_a_phone_nobody_is_sent_to_one() -> None:
    assert not any(digit in phrases.always("青禾", "")["urgent"] for digit in "0123456789")
    assert "0571" in phrases.always("青禾", "0571-1")["urgent"]


@pytest.mark.parametrize("key", [key for key in phrases.book() if own.is_for_elders(key)])
def test_no_sentence_to_an_elder_has_the_number_of_a_case_or_a_clock(key: str) -> None:
    assert not phrases.blanks(key) & {"by", "number"}
    if key.startswith(("matter.", "desk.", "engine.")) and key != "desk.welcome":
        words = phrases.render(key, dict.fromkeys(phrases.blanks(key), "护理员"), READER)
        assert all(len(sentence) <= 15 for sentence in re.split("[。\n]", words))


def test_only_who_lives_in_the_house_is_sent_to_the_bell() -> None:
    assert phrases.always("青禾", "0571-1", elder=True)["urgent"] == "急就按床头铃。"
    assert "铃" not in phrases.always("青禾", "0571-1")["urgent"]


def test_two_subjects_never_have_one_phrase(tmp_path: Path) -> None:
    (tmp_path / "letters.toml").write_text('[letters]\nnone = "还没有"\n', encoding="utf-8")
    (tmp_path / "parcels.toml").write_text('[parcel]\nwhat = "是什么"\n', encoding="utf-8")
    assert phrases.read(tmp_path) == {"letters.none": "还没有", "parcel.what": "是什么"}
    (tmp_path / "parcels.toml").write_text('[letters]\nnone = "没有"\n', encoding="utf-8")
    with pytest.raises(ValueError, match=r"parcels\.toml: there is a phrase letters\.none already"):
        phrases.read(tmp_path)


ELDER = phrases.Reader(NOW, SHANGHAI, phrases.always("青禾颐养院", "0571-8800-0101", elder=True), elder=True)
UNTRUE = re.compile(r"标成超时|随时有人|长寿面|陪您在院子里|放给老人听|记进 C")
"""What nobody does, or what is so in a computer alone."""


@pytest.mark.parametrize("key", phrases.book())
def test_fault_c12_no_phrase_says_what_is_not_so(key: str) -> None:
    assert not UNTRUE.search(phrases.book()[key])
    if "12356" in phrases.book()[key]:
        assert "120" in phrases.book()[key], "the line has hours, an ambulance has none"


@pytest.mark.parametrize("key", [key for key in phrases.book() if key.startswith(("complaint.", "verdict."))])
def test_fault_c12_an_elder_reads_no_number_of_a_case_and_no_word_to_send_back(key: str) -> None:
    params = {name: "X" for name in phrases.blanks(key) if name not in ELDER.always} | {"number": "C261122-01"}
    words = phrases.render(key, params, ELDER)
    assert "C2611" not in words
    assert "好了」" not in words
    assert len(words) < 90, "short enough to be heard"


def test_fault_c11_a_day_of_another_year_says_its_year() -> None:
    assert phrases.moment(datetime(2027, 1, 3, 1, 10, tzinfo=UTC), NOW, SHANGHAI) == "2027年1月3日 周日 09:10"
    assert phrases.day_of(NOW.date(), NOW.date()) == "11月22日 周日"
    assert phrases.date_of(datetime(2025, 12, 31, tzinfo=UTC), NOW) == "2025年12月31日"
