"""The knowledge as staff keep it: fill, change, switch, teach, and what the machine could not answer."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from msgspec.structs import replace

from care.errors import Conflict, Invalid, NotFound
from care.states import Role
from conversations import events
from services.access import Viewer
from services.knowledge import knowledge, shelves
from services.knowledge.forms import FillBlank, RestoreEntry, SaveEntry, SwitchEntry
from services.knowledge.shelves import Shelf
from services.talks.envelope import Receipt
from storage.unit import Unit
from tests import houses
from tests.conftest import HomeUnderTest


async def shelf(home: HomeUnderTest) -> Shelf:
    today = home.clock().date()
    return await home.database.read(lambda db: shelves.shelf(db, home.ids.home_id, home.settings.home, today))


async def asks(home: HomeUnderTest, text: str, openid: str = "daughter") -> str:
    kept = await shelf(home)
    envelope = replace(
        home.envelope(events.Text(text), openid),
        look_up=lambda decision: shelves.ask(kept.snapshot, text, None, decision),
    )
    receipt: Receipt = await home.database.receive(envelope)
    return receipt.answer.text if receipt.answer else ""


async def fill(home: HomeUnderTest, who: Viewer, **values: str) -> None:
    def work(db: Unit) -> None:
        for name, value in values.items():
            knowledge.fill(db, who, FillBlank(name=name, value=value, until=None), home.clock())

    await home.database.write(work)


async def test_q3_the_machine_answers_once_the_blanks_are_filled_and_asks_a_colleague_before(
    home: HomeUnderTest,
) -> None:
    who = await home.staff()
    assert (await shelf(home)).filled == 13
    assert "帮您问同事" in await asks(home, "怎么收费")
    assert await home.one("SELECT count(*) FROM promise") == 1
    await fill(home, who, 床位费="2,000 元", 护理费="600 元", 餐费="900 元")
    assert (await shelf(home)).filled == 14
    assert "床位费 2,000 元" in await asks(home, "怎么收费", "son")
    assert await home.one("SELECT count(*) FROM promise") == 1, "an answered question needs no promise"
    assert "0571-8800-0101" in await asks(home, "怎么投诉提建议", "aunt"), "figures of the settings fill themselves"


async def test_q3_whoever_looks_whether_the_knowledge_changed_sees_each_change_and_nothing_else(
    home: HomeUnderTest,
) -> None:
    who, seen = await home.staff(), list[object]()

    async def look() -> object:
        return await home.database.read(lambda db: shelves.edition(db, home.ids.home_id))

    async def changes(work: Callable[[Unit], None]) -> None:
        home.clock.on(seconds=1)
        await home.database.write(work)
        seen.append(await look())
        assert seen[-1] != seen[-2]

    seen.append(await look())
    await changes(
        lambda db: knowledge.fill(db, who, FillBlank(name="床位费", value="2,000 元", until=None), home.clock())
    )
    await changes(
        lambda db: knowledge.fill(db, who, FillBlank(name="床位费", value="2,100 元", until=None), home.clock())
    )
    await changes(lambda db: knowledge.switch(db, who, "faq-01", SwitchEntry(enabled=False), home.clock()))
    await changes(lambda db: knowledge.restore(db, who, "faq-01", RestoreEntry(revision=1), home.clock()))
    await asks(home, "怎么收费")
    assert await look() == seen[-1], "a question changes nothing"


async def test_q3_a_choice_is_offered_taken_and_left_for_another_matter(home: HomeUnderTest) -> None:
    who = await home.staff()
    await fill(home, who, 视频时间="周二")
    envelope = replace(
        home.envelope(events.Text("视频")),
        look_up=lambda _: events.Asked(
            (events.Option("faq-21", "能视频吗？", "可以，周二。"), events.Option("faq-31", "有监控吗？", None)),
            sure=False,
        ),
    )
    receipt: Receipt = await home.database.receive(envelope)
    assert receipt.answer
    assert "1 能视频吗？\n2 有监控吗？" in receipt.answer.text
    assert await asks(home, "1") == "可以，周二。"
    await home.database.receive(replace(envelope, key="m:again"))
    assert "编号" in await home.hears("我要投诉，没人来"), "what is no choice is a new matter"


async def test_q3_an_elder_is_never_read_a_price_list(home: HomeUnderTest) -> None:
    scene = {"staff": [], "people": [{"kind": "elder", "name": "王桂兰", "openid": "grandma", "room": "3", "bed": "1"}]}
    await home.database.write(lambda db: houses.furnish(db, home.ids, scene, home.clock()))
    assert "有人会来问您" in await asks(home, "有补贴吗", "grandma")


async def test_a8_a_value_that_is_out_of_date_is_never_spoken(home: HomeUnderTest) -> None:
    who = await home.staff()
    today = home.clock().date()
    await home.database.write(
        lambda db: knowledge.fill(db, who, FillBlank(name="空床情况", value="还有 2 张", until=today), home.clock())
    )
    kept = await shelf(home)
    assert kept.one("faq-04").spoken
    assert kept.one("faq-04").ends == today
    home.clock.on(days=1)
    kept = await shelf(home)
    assert kept.one("faq-04").missing == ("空床情况",)
    assert kept.blanks["空床情况"].value == "还有 2 张", "the old value is still there to be renewed"


async def test_q3_staff_change_add_switch_off_and_restore(home: HomeUnderTest) -> None:
    who, now = await home.staff(), home.clock()

    async def save(key: str, revision: int, answer: str = "能开，找前台。") -> str:
        return await home.database.write(
            lambda db: knowledge.save_entry(
                db,
                who,
                key,
                SaveEntry(
                    question="能开发票吗？", answer=answer, asked="开发票\n\n开发票\n要报账怎么开票", revision=revision
                ),
                now,
            )
        )

    key = await save("", 0)
    assert key == "own-1"
    assert await save("", 0, "另一条。") == "own-2"
    traces = await home.rows("SELECT actor, subject FROM audit WHERE action = 'edit' ORDER BY id")
    assert traces == [(f"staff:{who.id}", "knowledge:own-1"), (f"staff:{who.id}", "knowledge:own-2")]
    kept = (await shelf(home)).one("own-1")
    assert kept.entry.asked == ("开发票", "要报账怎么开票")
    assert (kept.revision, kept.edited_by) == (1, "陈晓雯")
    with pytest.raises(Conflict):
        await save("own-1", 0)
    assert await save("faq-35", 0) == "faq-35"
    assert (await shelf(home)).one("faq-35").entry.answer == "能开，找前台。"
    for starter in ("faq-35", "faq-03"):
        await home.database.write(
            lambda db, key=starter: knowledge.switch(  # type: ignore[misc]
                db, who, key, SwitchEntry(enabled=False), now
            )
        )
    kept_shelf = await shelf(home)
    assert not kept_shelf.one("faq-03").spoken
    assert all(entry.id != "faq-03" for entry in kept_shelf.snapshot.entries)
    for one in ("faq-35", "own-1"):
        form = RestoreEntry(revision=kept_shelf.one(one).revision)
        await home.database.write(
            lambda db, key=one, form=form: knowledge.restore(db, who, key, form, now)  # type: ignore[misc]
        )
    assert (await shelf(home)).one("faq-35").revision == 0
    for missing in (
        lambda db: knowledge.restore(db, who, "own-1", RestoreEntry(revision=1), now),
        lambda db: knowledge.switch(db, who, "own-9", SwitchEntry(enabled=True), now),
        lambda db: knowledge.save_entry(
            db, who, "own-9", SaveEntry(question="q", answer="a", asked="", revision=0), now
        ),
    ):
        with pytest.raises(NotFound):
            await home.database.write(missing)
    with pytest.raises(NotFound):
        (await shelf(home)).one("own-1")


@pytest.mark.parametrize(
    ("question", "answer", "asked", "says"),
    [
        ("", "a", "", "都要写"),
        ("问" * 41, "a", "", "问题最多"),
        ("问", "答" * 501, "", "回答最多"),
        ("问", "答", "长" * 61, "每种问法"),
        ("问", "{床位费", "", "没有成对"),
        ("问", "{a b}", "", "空的名字"),
        ("问", "每月 3200 元", "", "写死数目"),
        ("问", "每月{床位费:99999}", "", "空的名字"),
        ("问", "{0}元", "", "空的名字"),
        ("问", "{床位费!r}", "", "空的名字"),
    ],
)
async def test_q3_what_cannot_be_kept_says_why(
    home: HomeUnderTest, question: str, answer: str, asked: str, says: str
) -> None:
    who = await home.staff()
    with pytest.raises(Invalid, match=says):
        await home.database.write(
            lambda db: knowledge.save_entry(
                db, who, "", SaveEntry(question=question, answer=answer, asked=asked, revision=0), home.clock()
            )
        )


@pytest.mark.parametrize(
    ("name", "value"), [("值班电话", "1"), ("a b", "1"), ("床位费", "长" * 121), ("床位费", "{餐费}")]
)
async def test_q3_a_blank_that_cannot_be_filled_says_why(home: HomeUnderTest, name: str, value: str) -> None:
    who = await home.staff()
    with pytest.raises(Invalid):
        await home.database.write(
            lambda db: knowledge.fill(db, who, FillBlank(name=name, value=value, until=None), home.clock())
        )


async def test_q3_a_nurse_does_not_change_what_the_machine_says(home: HomeUnderTest) -> None:
    nurse = await home.staff(Role.NURSE, "唐雨", "tang")
    with pytest.raises(NotFound):
        await home.database.write(
            lambda db: knowledge.fill(db, nurse, FillBlank(name="床位费", value="1", until=None), home.clock())
        )


async def test_the_first_home_answers_for_the_command(home: HomeUnderTest) -> None:
    assert await home.database.read(shelves.home_of) == home.ids.home_id
    assert shelves.starter(home.settings.home).values["首次反馈时间"] == "1 小时"
    from settings import Home

    assert shelves.of_home(Home(first_feedback_minutes=90))["首次反馈时间"] == "90 分钟"


async def test_fault_c4_what_is_true_until_yesterday_is_not_filled_in(home: HomeUnderTest) -> None:
    who, today = await home.staff(), home.clock().astimezone(home.settings.home.zone).date()

    async def fill(value: str, until: date | None) -> None:
        await home.database.write(
            lambda db: knowledge.fill(db, who, FillBlank(name="床位费", value=value, until=until), home.clock())
        )

    with pytest.raises(Invalid, match="已经过了"):
        await fill("2,000 元", today - timedelta(days=1))
    await fill("2,000 元", today)
    await fill("", today - timedelta(days=1))
