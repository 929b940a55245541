"""What was said of a short text is remembered, of a long one never."""

from care.remembered import MOST, SHORT, remembered


def test_s3_a_short_text_is_asked_of_once_and_the_oldest_is_forgotten() -> None:
    asked: list[str] = []

    @remembered
    def size(text: str) -> int:
        asked.append(text)
        return len(text)

    assert [size("你好"), size("你好"), size("长" * SHORT), size("长" * SHORT)] == [2, 2, SHORT, SHORT]
    assert asked == ["你好", "长" * SHORT]
    assert size("长" * (SHORT + 1)) == size("长" * (SHORT + 1)) == SHORT + 1
    assert len(asked) == 4
    for number in range(MOST):
        size(f"第{number}句")
    size("你好")
    assert asked.count("你好") == 2
