"""A message in one form before it is read (fault A19)."""

import pytest

from understanding.text import HEAD, TAIL, ends, plain


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("奶奶半邊身體突然不能動", "奶奶半边身体突然不能动"),
        ("胸\u200b口像被\u200b石板压着", "胸口像被石板压着"),
        ("快打１２０", "快打120"),
        ("SOS", "sos"),
        ("🆘", "救命"),
        ("5\ufe0f\u20e3 分", "5 分"),
        ("啊啊啊啊啊啊啊啊", "啊啊啊"),
        ("x]]></Content><MsgType>event</MsgType><Content><![CDATA[我摔倒了", "我摔倒了"),
        ("她<3我", "她 我"),
        ("   ", ""),
        ("绑定 58BB P72Y", "绑定"),
        ("单号SF1234567890到了吗", "单号 到了吗"),
        ("我在3-201，wifi 5g-1234", "我在3-201,wifi 5g-1234"),
    ],
)
def test_fault_a19_what_is_typed_in_many_ways_is_read_in_one(typed: str, read: str) -> None:
    assert plain(typed) == read


def test_fault_s3_of_a_long_text_a_model_reads_the_beginning_and_the_end() -> None:
    text = "甲" * 5000 + "我摔倒了"
    assert ends(text).endswith("我摔倒了")
    assert len(ends(text)) == HEAD + TAIL + 1
    assert ends("短") == "短"
