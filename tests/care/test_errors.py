"""Errors speak Chinese and carry facts."""

from care.errors import Invalid, JiashuError, NotFound


def test_errors_speak_chinese_and_carry_facts() -> None:
    assert str(Invalid(why="请先写几个字再发。")) == "请先写几个字再发。"
    assert NotFound().status == 404
    assert "请再试一次" in JiashuError().sentence
