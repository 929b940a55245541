"""What the family says to a result, at a follow-up, or not at all: no complaint ends without them (C10, C11, C13,
C15).
"""

from datetime import date

import pytest

from care.errors import Invalid
from care.states import Role
from services.complaints import complaints
from services.complaints.forms import Hear, Inquire
from services.promises import clocks
from services.talks import answering
from storage.queries import today
from tests.conftest import HomeUnderTest
from tests.services.hints import Hints
from tests.services.reads import says
from tests.services.story import Story, story

__all__ = ["story"]


async def test_c10_not_accepted_is_a_new_round_one_level_up_the_second_time_and_never_the_end(story: Story) -> None:
    home = story.home
    await story.to_the_question()
    level = await home.one("SELECT level FROM complaint")
    answer = await home.hears("不认可")
    assert "由院长沈国平负责" in answer
    assert await home.one("SELECT owner_id FROM complaint") == story.director.id
    assert "C261122-01" in answer
    assert "记下了" in await home.hears("饭还是凉的")
    assert "新的结果" in await home.hears("好了")
    assert await home.rows("SELECT stage, rounds, level FROM complaint") == [(3, 1, level)]
    assert await home.one("SELECT count(*) FROM promise WHERE kind = 'result' AND kept_at IS NULL") == 1
    await story.do(
        lambda db: complaints.inquire(db, story.lead, story.complaint, Inquire(finding="餐车保温坏了"), home.clock())
    )
    await story.plan()
    await story.decide(story.director)
    await home.send_all()
    await home.hears("2")
    assert await home.rows("SELECT stage, rounds, level FROM complaint") == [(3, 2, level - 1)]


async def test_c10_please_call_is_a_promise_and_the_question_stays_open(story: Story) -> None:
    home = story.home
    await story.to_the_question()
    assert "给您打电话" in await home.hears("请来电")
    person = await home.person()
    await story.do(lambda db: answering.answer(db, story.desk, person, "好的，一会儿打给您。", "k9", home.clock()))
    await home.send_all()
    assert await home.one("SELECT count(*) FROM promise WHERE kind = 'call' AND kept_at IS NULL") == 1, (
        "a message is no call"
    )
    assert await story.stage() == 7
    with pytest.raises(Invalid, match="怎么说的"):
        await story.do(
            lambda db: complaints.hear(
                db, home.house, story.desk, story.complaint, Hear(word="accepted", note=""), home.clock()
            )
        )
    await story.do(
        lambda db: complaints.hear(
            db, home.house, story.desk, story.complaint, Hear(word="accepted", note="电话里说可以了"), home.clock()
        )
    )
    assert await story.stage() == 8
    assert await home.one("SELECT kept_how FROM promise WHERE kind = 'call'") == "call"
    await story.do(
        lambda db: complaints.hear(
            db, home.house, story.desk, story.complaint, Hear(word="declined", note="又凉了"), home.clock()
        )
    )
    assert await home.rows("SELECT stage, rounds FROM complaint") == [(3, 1)]
    assert await home.one("SELECT count(*) FROM outbox WHERE purpose = 'follow_up' AND state != 'cancelled'") == 0


async def test_c11_at_a_follow_up_again_means_again(story: Story) -> None:
    home = story.home
    await story.to_the_question()
    await home.hears("认可")
    assert "一定答复" in await home.hears("2"), "nobody asked yet: a bare number is no answer"
    home.clock.on(days=4)
    await home.hears("今天有什么活动")
    await home.send_all()
    assert "没有真的解决" in await home.hears("又发生了")
    assert await home.rows("SELECT stage, rounds FROM complaint") == [(3, 1)]


async def test_c15_progress_at_any_time_without_anybodys_help(home: HomeUnderTest) -> None:
    assert "一定答复" in await home.hears("投诉进度", "stranger")
    await home.hears("饭菜太凉了，我要投诉")
    await home.hears("取消")
    first = await home.hears("我的投诉怎么样了")
    assert "已经受理" in first
    assert "最迟" in first
    story = Story(home)
    story.lead = await home.staff(Role.SUPERVISOR, "何志远", "he")
    story.desk = await home.staff()
    story.director = await home.staff(Role.DIRECTOR, "沈国平", "shen")
    story.nurse = await home.staff(Role.NURSE, "周敏", "zhou")
    story.complaint, story.person = await home.one("SELECT id FROM complaint"), await home.person()
    await story.do(lambda db: answering.log_call(db, story.desk, story.person, "说了会查", home.clock()))
    assert "正在核实" in await home.hears("进展")
    await story.to_the_plan()
    assert "正在定处理办法" in await home.hears("进展")
    await story.plan()
    await story.decide(story.director)
    assert "正在告诉您" in await home.hears("进展")
    await home.send_all()
    asked = await home.hears("进展")
    assert "1 认可" in asked
    assert "最迟" not in asked
    await home.hears("1")
    assert "回访" in await home.hears("进展")


async def test_c13_without_a_question_of_ours_a_number_is_a_message_like_any_other(home: HomeUnderTest) -> None:
    assert "一定答复" in await home.hears("1")
    assert await home.one("SELECT count(*) FROM promise WHERE kind = 'reply'") == 1


async def test_c10_a_family_that_says_nothing_is_called_after_a_day(story: Story) -> None:
    home = story.home
    await story.to_the_question()
    waits = "SELECT due_at - made_at, kept_how FROM promise WHERE kind = 'opinion'"
    assert await home.rows(waits) == [(24 * 3600 * 1_000_000, None)]
    home.clock.on(hours=25)
    await home.database.store(lambda store: clocks.look_at_promises(store, home.house, home.clock()))
    assert [words for _, words in await home.send_all() if "时间到了" in words] == [], "a family owes us nothing"
    items = await home.database.read(
        lambda db: today.look(db, story.desk.sight, date(2026, 11, 23), home.clock()).items
    )
    assert "opinion" in [item.clock.kind for item in items]
    await home.hears("认可")
    assert await home.rows(waits) == [(24 * 3600 * 1_000_000, "answer")]


async def test_fault_t_each_step_of_a_case_leaves_a_trace_and_is_told_to_the_open_pages(story: Story) -> None:
    home, page, hints = story.home, f"case:{story.complaint}", Hints(story.home)
    await story.to_the_question()
    assert page in await hints.told()
    await story.do(lambda db: answering.note_complaint(db, story.desk, story.complaint, "家属下午在", home.clock()))
    assert page in await hints.told()
    await story.do(
        lambda db: complaints.hear(
            db, home.house, story.desk, story.complaint, Hear(word="accepted", note="可以了"), home.clock()
        )
    )
    assert page in await hints.told()
    rows = await home.rows("SELECT actor, action FROM audit WHERE subject = ? ORDER BY id", page)
    who = {f"staff:{story.desk.id}": "desk", f"staff:{story.lead.id}": "lead", f"staff:{story.director.id}": "director"}
    assert [(who.get(actor, "family"), action) for actor, action in rows] == [
        ("family", "open_case"),
        ("desk", "accused_named"),
        ("desk", "assess"),
        ("lead", "inquire"),
        ("lead", "propose"),
        ("director", "approve"),
        ("desk", "note"),
        ("desk", "verdict_accepted"),
    ]


async def test_fault_t_who_takes_on_a_call_is_told_to_the_open_pages_until_somebody_has_called(
    home: HomeUnderTest,
) -> None:
    desk, hints = await home.staff(), Hints(home)
    await home.hears("饭菜太凉了，我要投诉")
    person, case = await home.person(), int(await home.one("SELECT id FROM complaint"))
    await hints.told()
    await home.database.write(lambda db: complaints.take_on(db, desk, case, home.clock()))
    assert {f"case:{case}", "cases"} <= await hints.told()
    await home.database.write(lambda db: answering.log_call(db, desk, person, "打通了", home.clock()))
    await hints.told()
    await home.database.write(lambda db: complaints.take_on(db, desk, case, home.clock()))
    assert await hints.told() == set(), "the family was reached: nothing is left to take on"
    assert await home.one("SELECT count(*) FROM audit WHERE action = 'take_on'") == 1


@pytest.mark.parametrize(
    ("words", "heard", "stage"),
    [
        ("行吧，这次可以，认可了", "谢谢您。C261122-01 我们会再问您几次", 8),
        ("满意👍", "谢谢您。C261122-01 我们会再问您几次", 8),
        ("可以", "谢谢您。C261122-01 我们会再问您几次", 8),
        ("不满意！就这么打发我？", "明白。您不满意的地方我们重新处理", 3),
        ("今天去看还那样，根本没解决", "明白。您不满意的地方我们重新处理", 3),
        ("你们打个电话跟我说", "前给您打电话", 7),
        ("５", "没看明白是哪一个。请回数字：\n1 认可", 7),
    ],
)
async def test_fault_a11_an_open_question_is_answered_in_natural_words(
    story: Story, words: str, heard: str, stage: int
) -> None:
    await story.to_the_question()
    assert heard in await says(story.home, words)
    assert await story.stage() == stage
    assert await story.home.one("SELECT count(*) FROM promise WHERE kind = 'reply' AND kept_at IS NULL") == 0


async def test_c10_where_nobody_asked_for_a_verdict_words_are_a_message_like_any_other(story: Story) -> None:
    home = story.home
    await home.hears("取消")
    for words in ("好的", "可以"):
        assert await says(home, words, intent="verdict_yes") == "好的。有事随时说，要找人请发「人工」。"
    assert "前一定答复" in await says(home, "这个处理公道", intent="verdict_yes")
    assert await story.stage() == 2


async def test_c12_who_complains_no_more_hears_that_the_case_stays(story: Story) -> None:
    home = story.home
    nothing = "好的。您没有登记着的投诉。有事随时说，要找人请发「人工」。"
    assert await says(home, "算了，我不投诉了", "niece") == nothing
    stands = "好，不再问您了。您反映的事 C261122-01 仍会有人处理，并给您答复。"
    assert await says(home, "没事了") == stands
    assert await says(home, "撤诉") == stands, "after the asking has ended as well"
    await home.hears("我要投诉，还有护士也凶")
    assert await says(home, "返回") == stands.replace("-01", "-02")
    assert await home.one("SELECT count(*) FROM complaint WHERE closed_at IS NULL") == 2
    records = f"SELECT count(*) FROM case_record WHERE case_id = {story.complaint:d} AND kind = 'story'"
    assert await home.one(records) == 3, "what was said stands in the case"
