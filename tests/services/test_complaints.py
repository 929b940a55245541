"""A complaint from the first word to its end: each step asks for what it needs, nobody decides their own plan, nothing
ends without the family.
"""

from datetime import datetime, time, timedelta
from typing import Any

import pytest

from care.errors import Conflict, Invalid, NotFound
from care.states import Role
from services.access import Viewer
from services.complaints import complaints, proposals
from services.complaints.access import access_complaint
from services.complaints.forms import Correct, Decide, Inquire, Interim, Learn, Tell
from services.talks import answering
from storage import tables
from storage.queries import complaints as queries
from storage.unit import Unit
from tests.conftest import HomeUnderTest
from tests.services.story import Story, story

__all__ = ["story"]
MINUTES = 60_000_000


async def test_c5_c6_c7_c8_c9_c10_c11_c12_from_the_first_word_to_the_lesson(story: Story) -> None:
    home = story.home
    assert await story.stage() == 2
    await story.to_the_plan()
    assert await story.stage() == 4
    await story.plan()
    assert await story.stage() == 5
    assert await home.one("SELECT (due_at - made_at) / 60000000 FROM promise WHERE kind = 'approval'") == 240
    await story.decide(story.director)
    assert await story.stage() == 6
    sent = [text for _, text in await home.send_all()]
    assert len(sent) == 1
    for words in (
        "C261122-01",
        "02:10 按铃",
        "铃响 3 分钟转 1 楼值班",
        "11月30日前完成",
        "护理部",
        "再次向您道歉",
        "1 认可",
    ):
        assert words in sent[0]
    assert await story.stage() == 7
    assert await home.one("SELECT kept_how FROM promise WHERE kind = 'result'") == "message"
    assert "再问您几次" in await home.hears("1")
    assert await story.stage() == 8
    due = [
        row[0]
        for row in await home.rows("SELECT not_before FROM outbox WHERE purpose = 'follow_up' ORDER BY not_before")
    ]
    assert [round((at - await home.one("SELECT accepted_at FROM complaint")) / MINUTES / 1440) for at in due] == [3, 7]
    with pytest.raises(Conflict):
        await story.do(lambda db: complaints.learn(db, story.lead, story.complaint, Learn(lesson="教训"), home.clock()))
    for days in (4, 4):
        home.clock.on(days=days)
        await home.hears("今天有什么活动")
        assert any("现在好些了吗" in text for _, text in await home.send_all())
        assert "放心" in await home.hears("1")
    assert await story.stage() == 9
    with pytest.raises(Invalid, match="学到了什么"):
        await story.do(lambda db: complaints.learn(db, story.lead, story.complaint, Learn(lesson=" "), home.clock()))
    await story.do(
        lambda db: complaints.learn(db, story.lead, story.complaint, Learn(lesson="夜班双忙有规定了"), home.clock())
    )
    assert await home.one("SELECT closed_at IS NOT NULL FROM complaint") == 1
    assert await home.one("SELECT count(*) FROM promise WHERE case_id IS NOT NULL AND kept_at IS NULL") == 0


async def test_c5_the_assessment_asks_for_what_it_needs(story: Story) -> None:
    home = story.home
    for wrong, why in (
        ({"category": "别的"}, "都要选"),
        ({"scope": "partly"}, "转给了谁"),
        ({"owner": story.nurse.id}, "选一位负责人"),
        ({"level": 4}, "往低改"),
        ({"accused": frozenset({1})}, "不在名单"),
        ({"accused": frozenset({story.lead.id})}, "被投诉的人不能办"),
        ({"accused": frozenset({story.desk.id})}, "被投诉的人不能办"),
    ):
        with pytest.raises(Invalid, match=why):
            await story.assess(**wrong)
    with pytest.raises(Invalid, match="写明理由"):
        await story.assess(story.lead, level=4)
    await story.assess(story.lead, level=4, why="只是口味", scope="partly", passed_to="膳食公司，家属同意")
    assert await home.rows("SELECT stage, level, scope, owner_id FROM complaint") == [(3, 4, "partly", story.lead.id)]
    seen = await home.database.read(lambda db: queries.one(db, access_complaint(db, story.lead, story.complaint)))
    assert seen.passed_to == "膳食公司，家属同意"
    with pytest.raises(Invalid, match="请主管或院长来改"):
        await story.assess(accused=frozenset(), level=4)
    await story.assess(story.lead, accused=frozenset(), level=4)
    assert await home.one("SELECT count(*) FROM accused WHERE state <> 'lifted'") == 0


async def test_fault_d6_owner_level_and_whom_it_is_about_are_corrected_later_with_a_reason(story: Story) -> None:
    await story.to_the_plan()
    held = await story.home.database.read(
        lambda db: {row.staff_id for row in db.scalars(queries.named(db.get_one(tables.Complaint, story.complaint)))}
    )
    asked: dict[str, Any] = {
        "category": "护理质量",
        "level": 1,
        "owner": story.director.id,
        "why": "家属补充：夜班没有人",
    }

    async def correct(who: Viewer, **more: Any) -> None:
        form = Correct(**(asked | {"accused": frozenset(held)} | more))
        await story.do(
            lambda db: complaints.correct(db, story.home.house, who, story.complaint, form, story.home.clock())
        )

    for wrong, why in (
        ({"why": " "}, "为什么更正"),
        ({"category": "没有的"}, "都要选"),
        ({"owner": story.nurse.id}, "选一位负责人"),
        ({"level": 4}, "往低改"),
        ({"accused": frozenset({story.director.id})}, "不能办"),
        ({"accused": frozenset()}, "请主管或院长来改"),
    ):
        with pytest.raises(Invalid, match=why):
            await correct(story.desk, **wrong)
    await correct(story.desk)
    assert await story.home.rows("SELECT level, owner_id, stage FROM complaint") == [(1, story.director.id, 4)]
    with pytest.raises(Invalid, match="没有要更正的"):
        await correct(story.desk)
    await correct(story.lead, accused=frozenset(), why="不是周敏，是外包的阿姨")
    seen = await story.home.database.read(lambda db: queries.one(db, access_complaint(db, story.lead, story.complaint)))
    told = [line.words for line in seen.records]
    assert any("更正：等级" in line and "→ 1" in line and "夜班没有人" in line for line in told)
    assert any("更正：说到的人。不是周敏" in line for line in told)
    assert await story.home.one("SELECT count(*) FROM accused WHERE state <> 'lifted'") == 0


async def test_fault_d6_who_left_stays_named_and_a_hidden_name_is_not_opened_by_a_correction(story: Story) -> None:
    await story.to_the_plan()
    await story.home.rows("UPDATE staff SET left_at = 1 WHERE id = ?", story.nurse.id)
    form = Correct(category="护理质量", level=1, owner=story.lead.id, why="夜班没有人")
    now = story.home.clock

    def work(who: Viewer) -> Any:
        return lambda db: complaints.correct(db, story.home.house, who, story.complaint, form, now())

    await story.do(work(story.director))
    assert await story.home.rows("SELECT staff_id, state FROM accused") == [(story.nurse.id, "confirmed")]
    await story.home.rows("UPDATE complaint SET hide_name = TRUE")
    form = Correct(category="护理质量", level=1, owner=story.desk.id, why="我来办")
    with pytest.raises(NotFound):
        await story.do(work(story.desk))


async def test_c6_the_accused_cannot_touch_the_case_once_it_is_named(story: Story) -> None:
    await story.assess(accused=frozenset({story.director.id}))
    for work in (
        lambda db: complaints.inquire(db, story.director, story.complaint, Inquire(finding="没事"), story.home.clock()),
        lambda db: proposals.decide(
            db,
            story.home.house,
            story.director,
            story.complaint,
            Decide(paper=1, verdict="approve", why=""),
            story.home.clock(),
        ),
        lambda db: answering.answer(db, story.director, story.person, "x", "k", story.home.clock()),
    ):
        with pytest.raises(NotFound):
            await story.do(work)


async def test_c7_c9_a_plan_needs_cause_people_date_and_an_apology(story: Story) -> None:
    await story.to_the_plan()
    for wrong, why in (
        ({"cause": ""}, "原因"),
        ({"measures": " "}, "措施"),
        ({"department": "天上"}, "都要选"),
        ({"responsible": 1}, "都要选"),
        ({"done_by": None}, "哪天"),
        ({"reply": "没事"}, "道歉"),
        ({"reply": "对不起" * 700}, "太长"),
    ):
        with pytest.raises(Invalid, match=why):
            await story.plan(**wrong)


async def test_c8_maker_is_not_checker_and_a_plan_comes_back_with_words(story: Story) -> None:
    home = story.home
    await story.to_the_plan()
    await story.plan(story.lead)
    for who in (story.lead, story.desk):
        with pytest.raises(Invalid, match="不能批"):
            await story.decide(who)
    with pytest.raises(Invalid, match="改什么"):
        await story.decide(story.director, approve=False)
    await story.decide(story.director, approve=False, why="措施写具体")
    assert await story.stage() == 4
    assert await home.one("SELECT count(*) FROM promise WHERE kind = 'approval' AND kept_at IS NULL") == 0
    assert await home.send_all() == []
    await story.plan(story.desk)
    await story.decide(story.lead)
    with pytest.raises(Conflict):
        await story.decide(story.director)
    assert len(await home.send_all()) == 1


async def test_c8_c9_a_serious_case_is_decided_by_the_director_and_told_by_voice_first(home: HomeUnderTest) -> None:
    story = await Story(home).begin("你们把我妈摔了，我要投诉")
    await story.to_the_plan()
    await story.plan(story.desk)
    with pytest.raises(Invalid, match="院长"):
        await story.decide(story.lead)
    await story.decide(story.director)
    assert await home.send_all() == []
    assert await story.stage() == 6
    for way, note in (("短信", "x"), ("电话", "")):

        def work(db: Unit, way: str = way, note: str = note) -> None:
            complaints.tell(db, home.house, story.lead, story.complaint, Tell(way=way, note=note), home.clock())

        with pytest.raises(Invalid):
            await story.do(work)
    await story.do(
        lambda db: complaints.tell(
            db, home.house, story.lead, story.complaint, Tell(way="电话", note="女儿说想看录像"), home.clock()
        )
    )
    assert await story.stage() == 7
    assert await home.rows("SELECT kept_how FROM promise WHERE kind = 'result'") == [("call",)]
    assert await home.rows("SELECT actor FROM audit WHERE action = 'tell'") == [(f"staff:{story.lead.id}",)]
    assert "1 认可" in (await home.send_all())[0][1]
    await home.hears("1")
    assert await home.one("SELECT count(*) FROM promise WHERE kind = 'follow_up'") == 3


async def test_c9_what_takes_longer_is_told_with_a_reason_and_a_date_that_the_director_allows(story: Story) -> None:
    home = story.home
    await story.assess()
    later = home.clock() + timedelta(days=3)

    async def ask(reply: str, due: Any) -> None:
        await story.do(
            lambda db: proposals.interim(
                db,
                home.house,
                story.lead,
                story.complaint,
                Interim(reply=reply, until=due and due.date()),
                home.clock(),
            )
        )

    for reply, due in (("", later), ("录像还没拿到", None), ("录像还没拿到", home.clock() - timedelta(days=1))):
        with pytest.raises(Invalid):
            await ask(reply, due)
    await ask("录像还没拿到，对不起，要到周四", later)
    with pytest.raises(Invalid, match="已有一份"):
        await ask("再来一份", later)
    await story.decide(story.director)
    assert [text for _, text in await home.send_all()] == ["录像还没拿到，对不起，要到周四"]
    due = await home.one("SELECT due_at FROM promise WHERE kind = 'result'")
    until = datetime.combine(later.date(), time(18), home.settings.home.zone)
    assert due == int(until.timestamp() * 1_000_000)
    assert await home.one("SELECT kept_at IS NULL FROM promise WHERE kind = 'result'") == 1
    assert await story.stage() == 3


async def test_c8_when_the_director_does_not_decide_in_time_a_supervisor_stands_in_and_the_case_says_so(
    home: HomeUnderTest,
) -> None:
    story = await Story(home).begin("护工打了我妈，我要投诉")
    await story.to_the_plan()
    await story.plan(story.desk)
    with pytest.raises(Invalid, match="主管可以代批"):
        await story.decide(story.lead)
    home.clock.on(hours=5)
    await story.decide(story.lead)
    assert await story.stage() == 6
    lines = await home.database.read(lambda db: queries.one(db, db.get_one(tables.Complaint, story.complaint)).records)
    assert "审批时限已过，代院长批准方案" in [line.words for line in lines]


async def test_c9_the_name_of_an_accused_colleague_never_goes_to_the_family(story: Story) -> None:
    await story.assess()
    await story.do(
        lambda db: complaints.inquire(
            db, story.lead, story.complaint, Inquire(finding="周敏当时在岗，没有应铃"), story.home.clock()
        )
    )
    with pytest.raises(Invalid, match="周敏的名字"):
        await story.plan()
    await story.plan(reply="护理员当时在岗，没有及时应铃，对不起。")
    assert await story.stage() == 5


async def test_c12_an_internal_note_is_on_the_case(home: HomeUnderTest) -> None:
    who = await home.staff()
    await home.hears("我要投诉")
    complaint = await home.one("SELECT id FROM complaint")
    await home.database.write(lambda db: answering.note_complaint(db, who, complaint, "先看录像", home.clock()))
    assert await home.one("SELECT count(*) FROM case_record WHERE kind = 'note'") == 1


async def _outside(story: Story, who: Viewer, **more: str) -> None:
    row = await story.home.one("SELECT id FROM proposal WHERE verdict IS NULL")
    said = {"body": "青禾集团", "person": "王建民，副总", "why": "同意"} | more
    await story.do(
        lambda db: proposals.decide(
            db,
            story.home.house,
            who,
            story.complaint,
            Decide(paper=row, verdict=said.pop("verdict", "approve"), **said),
            story.home.clock(),
        )
    )


async def test_fault_c3_what_a_director_wrote_is_never_decided_by_a_subordinate(story: Story) -> None:
    home = story.home
    await story.to_the_plan()
    await story.plan(story.director)
    home.clock.on(hours=5)
    for who in (story.lead, story.desk, story.director):
        with pytest.raises(Invalid, match="下级不能批"):
            await story.decide(who)
    assert await story.stage() == 5
    for missing in ("person", "why"):
        with pytest.raises(Invalid):
            await _outside(story, story.director, **{missing: " "})
    await _outside(story, story.director)
    assert await story.stage() == 6
    lines = await home.database.read(lambda db: queries.one(db, db.get_one(tables.Complaint, story.complaint)).records)
    assert "青禾集团 王建民，副总 在电话里批准：同意" in [line.words for line in lines]


async def test_fault_c3_another_director_decides_and_outside_waits_until_nobody_else_can(story: Story) -> None:
    home = story.home
    second = await home.staff(Role.DIRECTOR, "顾敏", "gu")
    await story.to_the_plan()
    await story.plan(story.director)
    with pytest.raises(Invalid, match="院里还有人能批"):
        await _outside(story, story.director)
    await story.decide(second, approve=False, why="措施写具体")
    await story.plan(story.director)
    home.clock.on(hours=5)
    await _outside(story, story.director, verdict="return", why="再写细一点")
    assert await story.stage() == 4
    await story.plan(story.lead)
    await story.decide(second)
    assert await story.stage() == 6


async def test_fault_c3_where_the_case_is_about_everybody_above_the_house_is_not_its_own_judge(story: Story) -> None:
    await story.to_the_plan()
    await story.home.rows("UPDATE staff SET left_at = ? WHERE id = ?", 1, story.director.id)
    await story.plan(story.lead)
    with pytest.raises(Invalid, match="上级单位"):
        await story.decide(story.lead)
    await _outside(story, story.desk)
    assert await story.stage() == 6


async def test_fault_c4_a_day_that_is_over_or_far_off_is_never_told_to_a_family(story: Story) -> None:
    home = story.home
    today = home.clock().astimezone(home.settings.home.zone).date()
    await story.to_the_plan()
    for day, why in (
        (today - timedelta(days=1), "已经过了"),
        (today + timedelta(days=400), "一年以后"),
        (today.replace(year=1), "已经过了"),
    ):
        with pytest.raises(Invalid, match=why):
            await story.plan(done_by=day)
    with pytest.raises(Invalid, match="已经过了"):
        await story.do(
            lambda db: proposals.interim(
                db,
                home.house,
                story.lead,
                story.complaint,
                Interim(reply="录像还没拿到", until=today - timedelta(days=1)),
                home.clock(),
            )
        )
    await story.plan(done_by=today)
    home.clock.on(days=1)
    with pytest.raises(Invalid, match="请退回"):
        await story.decide(story.director)
    await story.decide(story.director, approve=False, why="日期过了")
    assert await home.send_all() == []
