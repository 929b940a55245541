"""Places in words: what a telephone may say, and which floor is meant (F5, F9, F15)."""

import pytest

from care import places


@pytest.mark.parametrize(
    ("text", "said", "floor"),
    [
        ("三楼的老人摔了", "三楼", "3"),
        ("在3楼", "3楼", "3"),
        ("十楼", "十楼", "10"),
        ("十二层走廊", "十二层 走廊", "12"),
        ("二十一楼", "二十一楼", "21"),
        ("二十楼", "二十楼", "20"),
        ("地下二楼", "地下二楼", ""),
        ("306室卫生间，快来，306 室", "306 室 卫生间", ""),
        ("王奶奶喘不上气", "", ""),
    ],
)
def test_f9_places_are_said_once_in_their_order_and_a_floor_is_a_number(text: str, said: str, floor: str) -> None:
    assert (places.said(text), places.floor(text)) == (said, floor)
