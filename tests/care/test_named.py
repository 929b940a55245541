"""Whom a colleague's line is about: by name, by the way people call them, by room; nothing is guessed (F39)."""

import pytest

from care.named import Living, meant

PEOPLE = (
    Living(1, "王桂兰", "306", "1", "女"),
    Living(2, "王建国", "306", "2", "男"),
    Living(3, "王秀英", "201", "1", "女"),
    Living(4, "何秀英", "201", "2", None),
    Living(5, "欧阳德明", "", "", "男"),
)


@pytest.mark.parametrize(
    ("words", "ids"),
    [
        ("王桂兰今天唱了歌", [1]),
        ("桂兰睡得很好", [1]),
        ("王奶奶今天唱了歌", [1, 3]),
        ("306王奶奶今天唱了歌", [1]),
        ("王爷爷吃了半碗", [2]),
        ("306-2 吃了半碗", [2]),
        ("201室1床没睡", [3]),
        ("306 的灯坏了", [1, 2]),
        ("201 王桂兰", [1, 3, 4]),
        ("秀英", [3, 4]),
        ("何老师来听课", [4]),
        ("欧阳爷爷回来了", [5]),
        ("体温36.5，下午306点", []),
        ("今天大家都高兴", []),
        ("", []),
    ],
)
def test_f39_a_line_names_one_or_those_who_must_be_told_apart(words: str, ids: list[int]) -> None:
    assert [one.id for one in meant(words, PEOPLE)] == ids


def test_f39_wechat_reads_a_surname_and_a_room_never_the_whole_name() -> None:
    told = [one.told for one in PEOPLE]
    assert told == ["306-1 王奶奶", "306-2 王爷爷", "201-1 王奶奶", "201-2 何老人", "欧阳爷爷"]


def test_f39_a_name_of_one_sign_is_no_name_that_other_words_hold() -> None:
    people = (*PEOPLE, Living(6, "王", "401", "1", None), Living(7, "李兰", "402", "1", "女"))
    assert [one.id for one in meant("王桂兰今天唱了歌", people)] == [1]
    assert [one.id for one in meant("李兰睡得很好", people)] == [7]
    assert [one.id for one in meant("兰兰来了", people)] == [], "one sign of a given name means nobody"
    assert [one.id for one in meant("401 睡得很好", people)] == [6]
