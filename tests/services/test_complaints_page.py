"""What the page of a case shows to who handles it: who wrote, who decided, what did not arrive, what came back."""

from conversations import events
from services.complaints.access import access_complaint
from services.ports import Fate, Outcome
from services.talks import answering
from storage.queries import complaints as queries
from tests.services.story import Story, story

__all__ = ["story"]


async def page(story: Story) -> queries.Case:
    return await story.home.database.read(
        lambda db: queries.one(db, access_complaint(db, story.director, story.complaint))
    )


async def test_fault_t_a_plan_says_who_wrote_who_decided_and_whether_it_waits_or_came_back(story: Story) -> None:
    await story.to_the_plan()
    assert (await page(story)).owner == "何志远"
    await story.plan(measures="第一稿")
    case = await page(story)
    (first,) = case.papers
    assert (first.maker, first.decider, first.responsible) == ("何志远", "", "周敏")
    assert case.waiting("plan") == first
    assert (case.waiting("interim"), case.returned) == (None, None)
    await story.decide(story.director, approve=False, why="日子太远")
    case = await page(story)
    assert (case.waiting("plan"), case.returned) == (None, case.papers[0])
    assert (case.papers[0].decider, case.papers[0].why) == ("沈国平", "日子太远")
    await story.plan(measures="第二稿")
    case = await page(story)
    assert [paper.measures for paper in case.papers] == ["第二稿", "第一稿"], "the newest first"
    assert (case.waiting("plan"), case.returned) == (case.papers[0], None), "what is mended came back no more"
    await story.decide(story.director)
    case = await page(story)
    assert (case.waiting("plan"), case.returned) == (None, None)


async def test_fault_t_a_line_of_a_case_says_who_wrote_it_and_why_it_did_not_arrive(story: Story) -> None:
    home = story.home
    await home.hears(events.Image("m1"))
    await story.do(lambda db: answering.answer(db, story.desk, story.person, "我们查到了", "k1", home.clock()))
    await home.send_all(lambda _openid, _text: Outcome(Fate.GIVEN_UP, "对方取消了关注，只能打电话"))
    records = (await page(story)).records
    told = next(record for record in records if record.words == "我们查到了")
    assert (told.author, told.delivery, told.why) == ("陈晓雯", "given_up", "对方取消了关注，只能打电话")
    heard = next(record for record in records if "饭菜太凉" in record.words)
    assert (heard.author, heard.delivery, heard.why, heard.media) == ("", "", "", None)
    assert [record.media.media_id for record in records if record.media] == ["m1"]
