"""The words on the strip: all of them stay, the worst on top; parked words wait while somebody cries (D9, D14)."""

import pytest

from care.errors import Conflict
from care.triage import Triage
from conversations import events
from services.emergencies import cries
from services.talks import answering
from storage.queries import today
from tests.services.floors import House, house
from understanding.cascade import triage

__all__ = ["house"]


async def test_fault_d14_all_words_stay_and_the_worst_is_on_top(house: House) -> None:
    for words in ("我心慌，胸口闷", "不想活了", "头晕站不住"):
        await house.cries(words)
        house.home.clock.on(seconds=20)
    (alarm,) = house.strips("tang")
    said = [cry.words for cry in alarm.said]
    assert set(said) == {"我心慌，胸口闷", "不想活了", "头晕站不住"}
    assert [cry.level for cry in alarm.said] == sorted(cry.level for cry in alarm.said)
    assert alarm.count == 3
    await house.home.database.receive(house.home.envelope(events.Voice("m1"), "grandma"))
    await house.look()
    assert {cry.words for cry in house.strips("tang")[0].said} >= set(said), "a later voice replaces nothing"


async def test_fault_d14_words_that_are_not_committed_join_the_others(house: House) -> None:
    await house.cries("头晕站不住")
    at = house.home.clock.on(seconds=5)
    house.board.ring("grandma", "k9", triage("我不想活了"), "我不想活了", at)
    (alarm,) = house.strips("tang")
    assert {cry.words for cry in alarm.said} == {"头晕站不住", "我不想活了"}


async def _park(house: House, openid: str) -> int:
    home = house.home
    person = await home.person(openid)
    desk_ = await home.staff()
    home.clock.on(hours=49)
    await home.database.write(lambda db: answering.answer(db, desk_, person, "周三的活动改到周四了", "k", home.clock()))
    await home.send_all()
    assert await home.one("SELECT state FROM outbox WHERE purpose = 'answer'") == "parked"
    return int(await home.one("SELECT id FROM outbox WHERE purpose = 'answer'"))


async def test_fault_d9_words_that_wait_do_not_leave_in_the_middle_of_a_cry(house: House) -> None:
    home = house.home
    row = await _park(house, "niece")
    assert "叫人" in await house.cries("我妈摔倒了起不来", "niece")
    assert [words for _, words in await home.send_all()] == []
    assert "先没有发" in str(await home.one("SELECT why FROM outbox WHERE id = ?", row))
    found = await home.database.read(
        lambda db: today.look(db, house.staff["he"].sight, home.clock().date(), home.clock())
    )
    assert [person for person, _, _ in found.lost] == [await home.person("niece")], (
        "a colleague is shown that something waits"
    )
    await home.hears("谢谢", "niece")
    assert await home.send_all() == [], "nor with the next words, until somebody has looked"
    await home.database.write(lambda db: answering.send_kept(db, house.staff["he"], row, home.clock()))
    assert [words for _, words in await home.send_all()] == ["周三的活动改到周四了"]
    with pytest.raises(Conflict):
        await home.database.write(lambda db: answering.send_kept(db, house.staff["he"], row, home.clock()))


async def test_fault_d9_with_an_ordinary_message_they_leave_as_before(house: House) -> None:
    await _park(house, "niece")
    await house.home.hears("你好", "niece")
    assert "周三的活动改到周四了" in [words for _, words in await house.home.send_all()]


async def test_d14_a_message_is_read_once_however_often_the_strip_is_drawn(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    opened: list[bytes] = []
    parse = events.parse

    def counted(words: str) -> Triage:
        read.append(words)
        return triage(words)

    def parsed(event: bytes) -> events.Arrival:
        opened.append(event)
        return parse(event)

    monkeypatch.setattr(cries, "triage", counted)
    monkeypatch.setattr(events, "parse", parsed)
    said = ["我摔倒了", "快来人啊", "胸口闷得慌"]
    for words in said:
        await house.cries(words)
    for _ in range(3):
        await house.look()
    assert len(house.strips("tang")[0].cries) == 3
    assert (read, opened) == (said, []), "what was read when it arrived is not read again"
    cries._known.clear()  # a restart
    for _ in range(3):
        await house.look()
    assert (sorted(read), len(opened)) == (sorted(said * 2), 3)
    assert len(house.strips("tang")[0].cries) == 3


def test_fault_t_d14_only_so_many_messages_stay_in_memory_and_the_oldest_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cries, "MOST", 2)
    cries._known.clear()
    for number, words in enumerate(("我摔倒了", "快来人啊", "腿断了")):
        cries.remember(number, events.Text(words))
        assert len(cries._known) == min(number + 1, 2)
    assert [one.words for one in cries._known.values()] == ["快来人啊", "腿断了"]
