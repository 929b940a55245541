"""What colleagues teach: used at once, sealed, taken back, gone with its message; it makes nobody deaf (A2, A12)."""

import tomllib
from pathlib import Path

import pytest
from msgspec.structs import replace

from care.errors import Invalid, NotFound
from care.states import Role
from care.triage import Urgency
from conversations import events
from conversations.answers import Entry, Kind, Knowledge, starter
from conversations.events import Asked, Option
from services.access import Viewer
from services.knowledge import knowledge, missed, shelves, teaching
from services.knowledge.forms import SaveEntry, Teach
from services.knowledge.missed import Missed
from storage import tables
from tests.conftest import HomeUnderTest
from tests.services.test_knowledge import asks, fill, shelf
from understanding import answers, cascade
from understanding.cascade import Decision

CRIES = Path(__file__).parent.parent / "data" / "triage.toml"


async def open_(home: HomeUnderTest, who: Viewer) -> list[Missed]:
    kept = await shelf(home)
    return await home.database.read(lambda db: missed.missed(db, who, kept.snapshot, home.clock()))


async def teaches(home: HomeUnderTest, who: Viewer, messages: str, key: str) -> None:
    await home.database.write(lambda db: teaching.teach(db, who, Teach(messages=messages, key=key), home.clock()))


async def taught(home: HomeUnderTest, who: Viewer) -> list[teaching.Lesson]:
    return await home.database.read(lambda db: teaching.lessons(db, who))


async def test_q3_what_nobody_could_answer_is_grouped_by_its_meaning_and_the_most_asked_comes_first(
    home: HomeUnderTest,
) -> None:
    who = await home.staff()
    for text, openid in (
        ("院里有没有小卖部", "a"),
        ("你们有小卖部吗", "b"),
        ("小卖部有没有", "c"),
        ("能不能开发票", "d"),
        ("谢谢", "a"),
        ("救命啊快来人", "a"),
        ("周敏打我妈", "b"),
    ):
        await asks(home, text, openid)
    found = await open_(home, who)
    assert (found[0].times, found[0].text) == (3, "小卖部有没有")
    assert found[0].also == ("你们有小卖部吗", "院里有没有小卖部")
    assert [one.lacks for one in found if one.near and one.near.id == "more-invoice"] == [("发票怎么开",)]
    assert not [one for one in found if "救命" in one.text or "打" in one.text], (
        "a cry and an accusation are no questions"
    )
    home.clock.on(days=8)
    assert await open_(home, who) == []


async def test_q3_an_answer_that_did_not_serve_is_listed_as_wrong(home: HomeUnderTest) -> None:
    who = await home.staff()
    assert "民政" in await asks(home, "有补贴吗")
    assert await open_(home, who) == []
    await asks(home, "答非所问，我问的不是这个")
    (wrong,) = [one for one in await open_(home, who) if one.wrong]
    assert (wrong.text, wrong.near and wrong.near.id) == ("有补贴吗", "faq-18")


async def test_q3_a_lesson_is_used_at_once_and_taken_back_with_one_tap(home: HomeUnderTest) -> None:
    who = await home.staff()
    await fill(home, who, 房间设施="每间有电视", 无线网="免费")
    await asks(home, "屋里那个黑匣子放得出大戏不", "a")
    (miss,) = await open_(home, who)
    await teaches(home, who, miss.ids, "faq-35")
    assert await open_(home, who) == []
    assert "每间有电视" in await asks(home, "屋里那个黑匣子放得出大戏不", "b")
    assert (await shelf(home)).one("faq-35").taught == 1
    (lesson,) = await taught(home, who)
    assert (lesson.words, lesson.key, lesson.by) == ("屋里那个黑匣子放得出大戏不", "faq-35", who.name)
    sealed = await home.one("SELECT words FROM knowledge_taught")
    assert "黑匣子".encode() not in bytes(sealed), "it lives sealed"
    await home.database.write(lambda db: teaching.unteach(db, who, lesson.id, home.clock()))
    assert len(await open_(home, who)) == 1
    with pytest.raises(NotFound):
        await home.database.write(lambda db: teaching.unteach(db, who, lesson.id, home.clock()))


async def test_q3_a_lesson_dies_with_its_message(home: HomeUnderTest) -> None:
    who = await home.staff()
    await asks(home, "院里有没有小卖部", "a")
    (miss,) = await open_(home, who)
    await teaches(home, who, miss.ids, "faq-35")
    person = await home.person("a")
    await home.database.write(
        lambda db: (
            db.store.lock_persons(person),
            db.store.change(
                tables.Inbox, "DELETE FROM inbox WHERE id = ? RETURNING id", miss.messages[0], persons=[person]
            ),
        )
    )
    assert await home.one("SELECT count(*) FROM knowledge_taught") == 0


async def test_q3_a_new_entry_takes_the_words_that_it_was_begun_from(home: HomeUnderTest) -> None:
    who = await home.staff()
    await asks(home, "院里有没有小卖部", "a")
    (miss,) = await open_(home, who)
    assert await home.database.read(lambda db: teaching.words_of(db, who, miss.ids)) == ["院里有没有小卖部"]
    form = SaveEntry(question="有小卖部吗？", answer="一楼有。", asked="", revision=0, messages=miss.ids)
    key = await home.database.write(lambda db: knowledge.save_entry(db, who, "", form, home.clock()))
    assert key == "own-1"
    assert await asks(home, "院里有没有小卖部", "b") == "一楼有。"
    assert (await shelf(home)).one("own-1").entry.asked in {(), ("",)}, "people's words stand in no open column"


async def test_a12_what_was_taught_to_be_no_question_reaches_its_own_end(home: HomeUnderTest) -> None:
    who = await home.staff()
    await asks(home, "院里有没有小卖部", "a")
    (miss,) = await open_(home, who)
    await teaches(home, who, miss.ids, "=request")
    snapshot = (await shelf(home)).snapshot
    asked = Decision("other")
    meant = shelves.corrected(snapshot, "院里有没有小卖部", asked)
    assert (meant.intent, meant.why) == ("request", "同事教过")
    assert shelves.asked_for(snapshot, meant, "院里有没有小卖部").entry is None
    assert shelves.corrected(snapshot, "院里几点开饭", asked) == asked
    (lesson,) = await taught(home, who)
    assert lesson.means == "这是要办的事"
    assert await open_(home, who) == []


async def test_q3_only_whoever_may_read_a_message_teaches_from_it(home: HomeUnderTest) -> None:
    who, nurse = await home.staff(), await home.staff(Role.NURSE, "唐雨", "tang")
    await asks(home, "院里有没有小卖部", "a")
    (miss,) = await open_(home, who)
    for person, messages, key, raised in (
        (nurse, miss.ids, "faq-35", NotFound),
        (who, miss.ids, "own-9", NotFound),
        (who, miss.ids, "=emergency", NotFound),
        (who, "1", "faq-35", NotFound),
        (who, "x", "faq-35", Invalid),
    ):
        with pytest.raises(raised):
            await teaches(home, person, messages, key)
    assert await home.one("SELECT count(*) FROM knowledge_taught") == 0


def test_engineering_16_a_thousand_wrong_lessons_make_nobody_deaf() -> None:
    kept = tomllib.loads(CRIES.read_text(encoding="utf-8"))
    cries = [text for group in kept.values() for words in group.values() if isinstance(words, list) for text in words]
    cries = [text for text in cries if isinstance(text, str)]
    before = {text: cascade.decide(cascade.read(text), who) for text in cries for who in ("elder", "family")}
    words = tuple((cries * (1000 // len(cries) + 1))[:1000])
    deaf = Knowledge((), taught=(Entry("=offtopic", "", "", words),))
    rung = 0
    for text, decision in before.items():
        after = shelves.corrected(deaf, text, decision)
        assert (after.level, after.kind, after.audience, after.ask, after.show) == (
            decision.level,
            decision.kind,
            decision.audience,
            decision.ask,
            decision.show,
        )
        rung += after.level <= Urgency.P1
    assert rung > 20


def test_a2_the_knowledge_speaks_to_questions_only() -> None:
    full = Knowledge(starter())
    for intent in (
        "abuse",
        "emergency",
        "complaint",
        "request",
        "thanks",
        "bereaved",
        "private",
        "verdict_no",
        "leave",
    ):
        assert shelves.asked_for(full, Decision(intent), "怎么收费").found.kind is Kind.NOTHING
    assert shelves.asked_for(full, Decision("faq"), "怎么收费").entry == "faq-01"
    assert shelves.asked_for(full, Decision("faq", ask=True), "怎么收费").entry is None
    assert shelves.asked_for(full, Decision("lead"), "半自理，想住双人间").entry is None, (
        "what is told is no question (A14)"
    )
    told = shelves.asked_for(full, Decision("contact"), "地址在哪")
    assert (told.intent, told.entry) == ("contact", "more-address")
    assert shelves.asked_for(full, Decision("other"), "能开发票吗").intent == "other"
    assert shelves.ask(full, "地址在哪", decision=Decision("contact")) is None, "its own talk knows the way"


async def test_a2_in_the_service_an_accusation_never_meets_the_knowledge(home: HomeUnderTest) -> None:
    kept = await shelf(home)
    text = "我妈被绑在轮椅上，你们凭什么"
    envelope = replace(
        home.envelope(events.Text(text)),
        read=cascade.read(text),
        look_up=lambda decision: shelves.ask(kept.snapshot, text, None, decision),
    )
    receipt = await home.database.receive(envelope)
    assert "绑定" not in (receipt.answer.text if receipt.answer else "")


def test_q3_the_encoder_where_there_is_one_puts_what_is_near_first() -> None:
    """A home's own entry is found by its vectors; without them by its words."""
    own = Knowledge((Entry("own-1", "有小卖部吗？", "一楼有。", ("院里能买零碎东西吗",)),))
    margins = answers.inline("买包盐上哪儿").margins
    near = answers.Meaning(margins, {"own-1": (0.86, 0.84)}, again=True)
    far = answers.Meaning(margins, {"own-1": (0.12, 0.1)}, again=True)
    assert own.find("买包盐上哪儿", near).hits[0].score > own.find("买包盐上哪儿", far).hits[0].score
    assert answers.nearest([0.2, 0.9, 0.5, 0.7], {"a": [0, 1, 2, 3]})["a"] == pytest.approx((0.9, 0.7))


async def test_q3_what_was_answered_with_the_encoder_is_not_listed_as_unanswered(home: HomeUnderTest) -> None:
    who, text = await home.staff(), "从火车站怎么过去"
    await fill(home, who, 地址="城东区杨柳路", 怎么来="坐公交到杨柳路口", 停车="院里能停")
    kept = (await shelf(home)).snapshot
    address = next(entry for entry in kept.entries if entry.id == "more-address")
    assert kept.find(text).kind is not Kind.ANSWER, "without the encoder it would only be offered"
    answered = Asked((Option(address.id, address.question, kept.spoken(address)),))
    for openid, asked in (("a", answered), ("b", None)):
        before = await open_(home, who)
        assert before == [], "who was answered is not among them"
        envelope = replace(home.envelope(events.Text(text), openid), look_up=lambda _=None, asked=asked: asked)
        await home.database.receive(envelope)
    assert [(one.text, one.times) for one in await open_(home, who)] == [(text, 1)], "who was not is"
