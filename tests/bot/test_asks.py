"""Which messages the knowledge is asked about by their second reading (engineering 14, F26)."""

import pytest

from bot.inbound_again import _asks
from care.accusations import Names
from conversations import events
from services.talks.reading import read


@pytest.mark.parametrize(
    ("event", "asks"),
    [
        (events.Text("会客室能借来包饺子吗"), True),
        (events.Text("怎么收费"), True),
        (events.Text("你好"), False),
        (events.Text("谢谢"), False),
        (events.Text("我要投诉"), False),
        (events.Text("我摔倒了"), False),
        (events.Image("m"), False),
    ],
)
def test_f26_a_question_is_asked_for_and_nothing_else_is(event: events.Arrival, asks: bool) -> None:
    assert _asks(read(event, Names())) is asks
