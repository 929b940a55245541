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


@pytest.mark.parametrize(
    ("words", "intent"),
    [
        ("护士说话太冲", "complaint"),
        ("我要走法律程序", "complaint"),
        ("投述", "complaint"),
        ("我要投訴", "complaint"),
        ("我妈的戒指不见了", "complaint"),
        ("饭都是凉的", "complaint"),
        ("我妈走了，后面手续怎么办", "bereaved"),
        ("我妈昨晚走了，谢谢你们", "bereaved"),
        ("妈妈今天吃了啥", "letter"),
        ("地址在哪", "contact"),
        ("在吗", "greeting"),
        ("退订", "stop"),
        ("别再给我发了", "stop"),
        ("删除我的信息", "rights"),
        ("解除绑定", "unbind"),
        ("我前夫不该再看了", "unbind"),
        ("点错了", "wrong"),
    ],
)
def test_fault_a9_a13_a17_a18_what_people_want_is_read_in_their_words(words: str, intent: str) -> None:
    decision, heard = read(again(), Said(words, "family"))
    assert (decision.intent, heard.rings) == (intent, False)


@pytest.mark.parametrize("words", ["我爸去年中风现在恢复得不错，能收吗", "我婆婆经常晕倒 你们敢收吗"])
def test_fault_a5_an_enquirers_illness_rings_nobody(words: str) -> None:
    decision, heard = read(again(), Said(words, "stranger"))
    assert (decision.intent, heard.rings) == ("faq", False)
