"""The board of letters says why nobody can read one (C-7)."""

from dataclasses import replace
from typing import Any

from care import letters
from storage.queries.letters import Reader, Row, Written
from storage.queries.residents import Line

LINE = Line(1, 2, "王桂兰", "3", "306", "1", "在住", 1, 0)


def test_c7_why_nobody_can_read_a_letter_is_said_and_only_then() -> None:
    row = Row(LINE, None, readers=0, read=0, reactions=())
    assert row.unread_why == "还没有家属绑定"
    assert replace(row, readers=2).unread_why == "家属还没绑微信，或取消了关注"
    assert replace(row, readers=2, reached=1).unread_why == ""


def test_f14_who_reads_letters_and_words_of_the_body_is_what_was_agreed() -> None:
    reader = Reader(1, "李静", "女儿", ("daily",), None, "", reached=True)
    assert (reader.reads, reader.of_health) == (True, False)
    reader = replace(reader, scopes=("health", "billing"))
    assert (reader.reads, reader.of_health) == (False, True)


def test_u2_a_writer_who_comes_back_reads_the_temperature_and_whether_her_sentence_tells_of_the_body() -> None:
    row: Any = None
    plain = Written(row, {"sleep": ("好",)}, "在院子里散步", "", "周敏", [])
    assert (plain.temperature, plain.of_body) == ("", False)
    assert replace(plain, facts={"temperature": ("36.5",)}).temperature == "36.5"
    assert replace(plain, sentence="上午量了血压").of_body
    assert replace(plain, facts={letters.SENTENCE: ("health",)}).of_body
