"""Several quick messages that are one (issue of quick messages; E2)."""

from datetime import timedelta

import pytest

from bot import quick as quick_module
from bot.quick import PEOPLE, Quick, tells_all
from care.accusations import Names
from conversations import events
from services.talks.reading import Reading, may_ring, read
from tests.conftest import START
from understanding.cascade import decide


def told(*pieces: str, apart: timedelta = timedelta(seconds=5)) -> list[Reading]:
    """Each piece as it is read with those before it."""
    quick, found = Quick(), list[Reading]()
    for number, words in enumerate(pieces):
        at = START + number * apart
        alone = read(events.Text(words), Names())
        before = quick.before("p", at, words)
        found.append(alone if tells_all(alone) else read(events.Text(words), Names(), before))
        quick.remember("p", found[-1], at)
    return found


@pytest.mark.parametrize("pieces", [("我妈", "刚才", "起不来了"), ("老伴", "他人", "没气了")])
def test_e2_a_danger_that_is_told_in_pieces_is_heard(pieces: tuple[str, ...]) -> None:
    found = told(*pieces)[-1].read
    assert found is not None
    assert decide(found, "family").level <= 1


def test_e2_pieces_of_ordinary_talk_ring_nobody_and_what_has_rung_is_not_rung_by_thanks() -> None:
    assert not any(map(may_ring, told("小王", "在吗", "我想换个房间")))
    assert [may_ring(one) for one in told("我摔倒了", "谢谢")] == [True, False]


def test_e2_who_says_the_last_piece_again_is_heard_as_if_it_had_been_said_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(quick_module, "WHOLE", -99.0)
    found = told("小王", "小王", "那个", "那个", "小王", "在吗")
    assert [one.read.joined.words if one.read and one.read.joined else "" for one in found] == [
        "",
        "",
        "小王那个",
        "小王那个",
        "小王那个小王",
        "小王那个小王在吗",
    ]


def test_e2_a_piece_that_comes_again_in_another_order_may_be_a_danger() -> None:
    found = told("不见了", "我妈", "不见了")[-1].read
    assert found is not None
    assert decide(found, "family").level <= 1


def test_e2_what_is_whole_between_the_pieces_of_a_danger_neither_joins_them_nor_ends_them() -> None:
    found = told("我妈", "谢谢", "怎么收费", "刚才", "起不来了")
    assert [one.read.joined is not None for one in found if one.read][:4] == [False, False, False, True]
    assert found[3].read is not None
    assert found[3].read.joined is not None
    assert found[3].read.joined.words == "我妈刚才"


def test_e2_what_says_too_little_is_read_with_what_was_said_before_it() -> None:
    last = told("我妈", "心里慌")[-1].read
    assert last is not None
    assert decide(last, "family").odds < quick_module.WHOLE
    assert last.joined is not None
    assert last.joined.words == "我妈心里慌"


def test_a_minute_later_it_is_another_message() -> None:
    far = timedelta(minutes=2)
    assert told("我妈", "刚才", "起不来了", apart=far)[-1].read == read(events.Text("起不来了"), Names()).read


def test_only_the_last_minute_of_so_many_phones_is_kept() -> None:
    quick = Quick()
    for number in range(PEOPLE + 5):
        quick.remember(f"p{number}", read(events.Text("我妈"), Names()), START)
    assert quick.before("p0", START, "起不来了") == ""
    assert quick.before(f"p{PEOPLE}", START, "起不来了") == "我妈"
    quick.remember(
        "q", read(events.Text("我爸今天下午想去院子里晒晒太阳可以吗"), Names()), START + timedelta(minutes=3)
    )
    assert not quick._kept, "a sentence is no piece, and the others are over"


def test_e2_what_was_heard_and_what_is_a_sentence_begins_anew() -> None:
    for said in ("我摔倒了", "我妈这个月的药费单子能不能"):
        last = told(said, "小王")[-1].read
        assert last is not None
        assert last.joined is None, said


@pytest.mark.parametrize(("seconds", "joined"), [(0, True), (60, True), (60.001, False), (-1, False)])
def test_e2_a_piece_counts_for_a_minute_and_not_before_it_was_said(seconds: float, joined: bool) -> None:
    quick = Quick()
    quick.remember("p", read(events.Text("我妈"), Names()), START)
    at = START + timedelta(seconds=seconds)
    assert quick.before("p", at, "起不来了") == ("我妈" if joined else "")
    assert quick.before("q", at, "起不来了") == ""
