"""Template messages against the stand-in platform: what it takes, refuses, dedupes and shows (wechat.md 5a)."""

import pytest

from bot.sender import Sender
from care.states import Role
from conversations import events
from services.house import House
from services.outgoing import proofs, templates
from services.outgoing.forms import BindTemplate
from services.ports import Card, Fate
from services.talks import answering
from settings import Home
from tests.bot.test_outgoing import DAUGHTER, Outside, outside
from tests.conftest import HomeUnderTest

__all__ = ["outside"]


async def test_w5a_the_same_number_twice_is_one_card_and_a_bad_value_is_refused(outside: Outside) -> None:
    short = outside.world.desk.add_template("46103", [])
    data = {"character_string1": "C-7", "thing2": "您反映的事有了答复", "phone_number3": "0571-88001234"}
    card = Card(short, data, "http://127.0.0.1/p/words/7", "7")
    first = await outside.gateway.send_template(DAUGHTER, card)
    again = await outside.gateway.send_template(DAUGHTER, card)
    assert (first.fate, first.ref) == (Fate.SENT, again.ref)
    shown = [line for line in outside.world.phones[DAUGHTER].chat if line["kind"] == "template"]
    assert len(shown) == 1, "one card on the phone"
    assert ["处理结果", "您反映的事有了答复"] in shown[0]["lines"]
    wrong = await outside.gateway.send_template(DAUGHTER, Card(short, data | {"thing2": "长" * 21}, "", "8"))
    assert (wrong.code, wrong.fate) == ("47003", Fate.PARKED)
    assert (await outside.gateway.send_template(DAUGHTER, Card("none", data, "", "9"))).code == "40037"
    listed = await outside.gateway.desk.templates()
    assert [(one["template_id"], one["title"]) for one in listed] == [(short, "服务处理结果")]


@pytest.mark.parametrize("fault", ["", "500", "reset"])
async def test_w5a_an_answer_after_the_window_reaches_the_phone_once(
    outside: Outside, home: HomeUnderTest, fault: str
) -> None:
    short = outside.world.desk.add_template("46103", [])
    who = await home.staff()
    director = await home.staff(Role.DIRECTOR, "沈国平", "shen")
    lines = frozenset({"character_string1=number", "thing2=matter", "phone_number3=phone"})
    there = await outside.gateway.desk.templates()
    form = BindTemplate(kind="matter", template=short, lines=lines)
    await home.database.write(lambda db: templates.bind(db, director, form, there, home.clock()))
    await home.hears("你好", DAUGHTER)
    home.clock.on(hours=49)
    person = await home.person(DAUGHTER)
    await home.database.write(lambda db: answering.answer(db, who, person, "管子换好了", "k", home.clock()))
    house = House(Home(name="青禾颐养院", phone="0571-8800-1234"), public_url="https://home.example")
    sender = Sender(home.database, outside.gateway, home.clock, house=house)
    if fault:
        outside.fail.append(fault)
    for _ in range(3):
        await sender.begin()
        await sender.finish()
        home.clock.on(seconds=30)
    shown = [line for line in outside.world.phones[DAUGHTER].chat if line["kind"] == "template"]
    assert len(shown) == 1, "whatever was lost on the way, there is one card"
    number = await home.one("SELECT id FROM outbox")
    assert shown[0]["url"] == f"https://home.example/p/words/{number}"
    assert "管子换好了" not in str(shown[0]), "the words stand behind the page"
    assert await home.rows("SELECT state, way FROM outbox") == [("sent", "template")]
    ref = await home.one("SELECT ref FROM outbox")
    await home.hears(events.Notice(proofs.KIND, {"MsgID": str(ref), "Status": "success"}), DAUGHTER)
    assert await home.one("SELECT proof FROM outbox") == "delivered"
