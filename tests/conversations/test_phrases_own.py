"""A home's own words: nothing that is required is lost, nothing unknown gets in, and the phone shows what is said."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from care.errors import Invalid
from conversations import phrases
from conversations.phrases import own

NOW = datetime(2026, 11, 29, 8, 32, tzinfo=UTC)
ALWAYS = phrases.always("青禾颐养院", "0571-88000101")


@pytest.mark.parametrize("key", phrases.book())
def test_n3_every_sentence_of_ours_holds_what_own_words_must_hold_and_is_told_when_it_is_said(key: str) -> None:
    ours = phrases.book()[key]
    assert [words for ok, words in own.looked(key, ours) if not ok] == []
    assert own.kept(own.shown(ours)) == ours.strip(), "what a colleague reads and what is kept are one"
    assert phrases.blanks(key) <= own.names().keys(), "each blank has a name for colleagues"
    assert own.moment_of(key)
    assert own.moments()[key.partition(".")[0]]


def test_n3_no_moment_is_told_of_a_sentence_that_is_not_there() -> None:
    assert {key for key in own.moments() if "." in key} <= set(phrases.book())


REFUSED = [
    ("desk.promise", "好，我去问。{急事怎么办}", "少了 {几点前}"),
    ("desk.promise", "{几点前} 前答复您。", "少了 {急事怎么办}"),
    ("desk.promise", "{几点前} 前，{编号} 号。{急事怎么办}", "没有 {编号} 这个空"),
    ("desk.promise", "{几点前} 前，1 小时以内答复。{急事怎么办}", "写死了「1 小时」"),
    ("desk.promise", "{几点前!r} 前。{急事怎么办}", "大括号里的空写得不对"),
    ("desk.promise", "{几点前 前。{急事怎么办}", "大括号里的空写得不对"),
    ("desk.promise", "{by:09} 前。{急事怎么办}", "大括号里的空写得不对"),
    ("desk.promise", "{by.year} 前。{急事怎么办}", "大括号里的空写得不对"),
    ("desk.thanks", "不客气<a href=x>", "去掉"),
    ("desk.thanks", "不客气\x07", "去掉"),
    ("desk.thanks", "   ", "请写一句话"),
    ("desk.thanks", "好" * 91, "老人也会看到这一句，要短：最多 90 个字"),
    ("complaint.tell_us", "对不起，" + "好" * 300, "最多 300 个字"),
    ("desk.closing", "好的，要找人请说一声。", "少了「人工」"),
    ("verdict.ask", "您认可吗？1 认可，2 不认可。", "少了数字 3"),
    ("complaint.sorry_we_listen", "收到了，{编号}，{几点前} 前联系您。说完回「好了」。{急事怎么办}", "少了一句道歉"),
    ("complaint.noted_elder", "好" * 61, "给老人的话要短"),
    ("complaint.noted_elder", "记下了！", "不用感叹号"),
    ("alarm.called_elder", "来了。急就按铃。", "录好的声音"),
    ("enquiry.answer", "{答案}，欢迎再问", "知识库"),
]


@pytest.mark.parametrize(("key", "words", "told"), REFUSED)
def test_n3_own_words_that_lose_or_invent_something_are_refused_with_what_to_write(
    key: str, words: str, told: str
) -> None:
    with pytest.raises(Invalid) as refused:
        own.check(key, words)
    assert told in refused.value.sentence


def test_n3_who_reads_a_sentence_is_known_and_elders_read_short_ones() -> None:
    readers = {key: (own.is_for_elders(key), own.is_for_both(key)) for key in phrases.book()}
    assert (True, True) not in readers.values()
    assert readers["desk.thanks"] == (False, True), "an elder says thanks too"
    assert readers["complaint.noted"] == (False, False), "elders have their own"
    assert readers["complaint.noted_elder"] == (True, False)
    assert readers["letters.here"] == (False, False)


def test_n3_no_sentence_of_ours_names_a_length_of_time_that_a_clock_could_belie() -> None:
    for key, words in phrases.book().items():
        assert not own._LENGTH.search(words), key


def test_n3_blanks_are_written_by_their_chinese_names_and_in_full_width_too() -> None:
    kept = own.check("desk.promise", "  ｛几点前｝ 前我来回您。 \r\n{ 急事怎么办 }")
    assert kept == "{by} 前我来回您。\n{urgent}"


def test_n3_what_a_home_can_seldom_keep_is_said_and_not_forbidden() -> None:
    assert own.check("desk.thanks", "不客气，马上来。") == "不客气，马上来。"
    assert own.doubts("desk.thanks", "不客气，马上来。") == ["马上"]
    assert own.doubts("desk.promise", phrases.book()["desk.promise"]) == [], "ours say it, knowing the clock"


def test_n3_the_home_s_words_go_before_ours_and_for_elders_only_where_they_are_for_elders() -> None:
    mine = {"complaint.noted": "好，记下了。", "complaint.noted_elder": "记着呢。"}
    family = phrases.Reader(NOW, ZoneInfo("Asia/Shanghai"), ALWAYS, own=mine)
    elder = phrases.Reader(NOW, ZoneInfo("Asia/Shanghai"), ALWAYS, elder=True, own=mine)
    assert phrases.render("complaint.noted", {}, family) == "好，记下了。"
    assert phrases.render("complaint.noted", {}, elder) == "记着呢。"
    assert phrases.render("desk.thanks", {}, family) == "不客气，应该的。"
    with pytest.raises(phrases.UnknownPhrase):
        phrases.render("desk.nothing", {}, family)


def test_n3_the_example_is_the_sentence_with_values_of_this_home() -> None:
    reader = phrases.Reader(NOW, ZoneInfo("Asia/Shanghai"), ALWAYS)
    shown = own.example("desk.promise", "{by} 前回您。{urgent}", own.Example(reader))
    assert shown == "17:32 前回您。急事请打 0571-88000101。"
    assert own.example("survey.item", "{number}/{of} {name}（{help}）").startswith("3/8 饭菜")
