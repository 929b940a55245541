"""The sentences with which the pattern lists were found wanting, through the whole reading (faults A1, A5, A9, A13,
A17, A18).
"""

from functools import cache

import pytest

from bot.questions import Said, read, second

again = cache(second)


@pytest.mark.parametrize(
    "words",
    [
        "我爸摔地上了",
        "我妈走失三个小时了",
        "我爸不见了",
        "坠床了",
        "我妈被护工打了",
        "护理员打我爸",
        "护士打我妈",
        "出血不止",
        "隔壁老头倒地上了",
        "有人翻墙出去了",
        "小周昨天掐我胳膊",
        "我妈被绑在轮椅上，你们凭什么",
    ],
)
@pytest.mark.parametrize("who", ["family", "elder"])
def test_fault_a1_what_the_lists_did_not_hear_rings_whoever_says_it(words: str, who: str) -> None:
    assert read(again(), Said(words, who))[1].rings  # type: ignore[arg-type]


def wants(words: str) -> tuple[str, bool]:
    decision, heard = read(again(), Said(words, "family"))
    return decision.intent, heard.rings


@pytest.mark.parametrize(
    "words", ["护士说话太冲", "我要走法律程序", "投述", "我要投訴", "我妈的戒指不见了", "饭都是凉的"]
)
def test_fault_a9_a_complaint_needs_not_the_word(words: str) -> None:
    assert wants(words) == ("complaint", False)


@pytest.mark.parametrize("words", ["我妈走了，后面手续怎么办", "我妈昨晚走了，谢谢你们"])
def test_fault_a6_a_death_is_a_death(words: str) -> None:
    assert wants(words) == ("bereaved", False)


@pytest.mark.parametrize("words", ["妈妈今天吃了啥", "我妈今天怎么样"])
def test_fault_a13_the_day_of_a_mother_is_the_letter(words: str) -> None:
    assert wants(words) == ("letter", False)


@pytest.mark.parametrize("words", ["地址在哪", "你们电话多少"])
def test_fault_a14_the_address_is_asked_for(words: str) -> None:
    assert wants(words) == ("contact", False)


@pytest.mark.parametrize("words", ["在吗", "你好"])
def test_fault_a15_a_greeting_is_a_greeting(words: str) -> None:
    assert wants(words) == ("greeting", False)


@pytest.mark.parametrize(
    ("words", "intent"),
    [
        ("退订", "stop"),
        ("别再给我发了", "stop"),
        ("删除我的信息", "rights"),
        ("解除绑定", "unbind"),
        ("我前夫不该再看了", "unbind"),
    ],
)
def test_fault_a17_who_wants_no_more_is_heard(words: str, intent: str) -> None:
    assert wants(words) == (intent, False)


@pytest.mark.parametrize("words", ["点错了", "发错了"])
def test_fault_a18_what_is_taken_back_is_heard(words: str) -> None:
    assert wants(words) == ("wrong", False)


@pytest.mark.parametrize("words", ["我爸去年中风现在恢复得不错，能收吗", "我婆婆经常晕倒 你们敢收吗"])
def test_fault_a5_an_enquirers_illness_rings_nobody(words: str) -> None:
    decision, heard = read(again(), Said(words, "stranger"))
    assert (decision.intent, heard.rings) == ("faq", False)
