"""What is certain by its very words (`rules.toml`; faults A3, A11)."""

import pytest

from understanding import exact
from understanding.text import plain


@pytest.mark.parametrize("words", ["叫护士", "护士！", "来个人", "我动不了", "痛得很", "头好痛。", "按铃没人来"])
def test_fault_a3_the_words_of_an_elders_own_menu_are_known(words: str) -> None:
    assert exact.is_menu_word(words)


@pytest.mark.parametrize("words", ["护士长几点上班", "叫护士给我妈量个血压", "今天来人了"])
def test_fault_a3_a_sentence_with_such_a_word_is_none_of_them(words: str) -> None:
    assert not exact.is_menu_word(words)


@pytest.mark.parametrize("words", ["救命", "笑着笑着，救命啊", "快来人", "快打120", "家里没人，叫救护车"])
def test_e2_a_cry_rings_wherever_it_stands(words: str) -> None:
    assert exact.cry(words)


@pytest.mark.parametrize(
    "words", ["手机刚摔了一下，屏幕花了", "我从小爱唱，我现在就是那样", "怕我妈走失，你们有门禁吗", "昨晚那边地震了吗"]
)
def test_e2_a_word_of_the_list_in_another_sentence_is_no_cry(words: str) -> None:
    assert not exact.cry(plain(words))


@pytest.mark.parametrize("words", ["救命恩人来看我了", "不用打120", "打120要钱吗", "我会唱《救命》那段", "救命怎么喊"])
def test_e2_an_idiom_or_a_question_is_no_cry(words: str) -> None:
    assert not exact.cry(words)


@pytest.mark.parametrize(
    ("words", "open_", "intent"),
    [
        ("1", "verdict", "verdict_yes"),
        ("不满意！", "verdict", "verdict_no"),
        ("3", "verdict", "verdict_call"),
        ("3", "survey", "survey"),
        ("好的", "verdict", "verdict_yes"),
        ("好的", "", "closing"),
        ("转人工", "survey", "human"),
        ("👍", "", ""),
        ("3", "", ""),
        ("好的，那我妈今天的饭谁来喂", "", ""),
    ],
)
def test_fault_a11_one_word_answers_what_the_talk_waits_for(words: str, open_: str, intent: str) -> None:
    assert exact.command(words, open_) == intent
