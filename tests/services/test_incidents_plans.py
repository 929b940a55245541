"""The plans that come with the product, the home's own versions, and whom to call outside (E1, E4, E5)."""

import pytest

from care.errors import Changed, Forbidden, Invalid, NotFound
from care.incidents import NUMBERS, Calls, plan_for
from care.incidents import plans as starters
from care.triage import Audience
from services.access import Viewer
from services.emergencies import alarms
from services.incidents import incidents, plans
from services.incidents.forms import Begin, PutContact, SetPlan
from tests.services.chains import Tower, tower

__all__ = ["tower"]


async def test_e1_a_home_changes_a_plan_after_a_drill_and_who_saves_an_older_one_is_told(tower: Tower) -> None:
    lead: Viewer = tower.who["he"]
    text = "0 分，在场的人，喊人，打 119（说清南门）\n3分钟 护士 关氧气总阀\n15 分，主管，到集合点点人数"

    async def sets(form: SetPlan, who: Viewer = lead, word: str = "fire") -> None:
        await tower.write(lambda db, now: plans.set_plan(db, who, word, form, now))

    await sets(SetPlan(lines=text, why="11 月演练", drawn="0"))
    home = tower.home.ids.home_id
    found = (await tower.home.database.read(lambda db: plans.of_home(db, home)))["fire"]
    assert [(step.within, step.role.words, step.text) for step in found.steps] == [
        (0, "在场的人", "喊人，打 119"),
        (3, "护士", "关氧气总阀"),
        (15, "主管", "到集合点点人数"),
    ]
    assert (found.steps[0].calls, found.steps[0].more) == (Calls.FIRE, "说清南门"), "its own words keep the button"
    assert plans.lines_of(found).splitlines()[1] == "3 分，护士，关氧气总阀"
    with pytest.raises(Changed, match="何志远刚刚改过这份预案"):
        await sets(SetPlan(lines=text, drawn="0"))
    for wrong, why in (
        ("", "至少要有一步"),
        ("关门", "第 1 行看不懂"),
        ("5 分，厨师，关火", "谁来做"),
        ("1 分，护士，关门\n" * 21, "最多 20 步"),
    ):
        with pytest.raises(Invalid, match=why):
            await sets(SetPlan(lines=wrong))
    with pytest.raises(Forbidden):
        await sets(SetPlan(lines=text), tower.who["tang"])
    with pytest.raises(NotFound):
        await sets(SetPlan(lines=text), lead, "nothing")
    await tower.write(lambda db, now: incidents.begin(db, lead, Begin(plan="fire", place="3 楼"), now))
    assert await tower.home.one("SELECT count(*) FROM incident_step") == 3, "the next one goes by it"


async def test_e4_whom_to_call_outside_is_a_list_of_the_home(tower: Tower) -> None:
    lead, home = tower.who["he"], tower.home.ids.home_id

    async def puts(who: Viewer = lead, **form: str) -> None:
        await tower.write(lambda db, now: plans.put_contact(db, who, PutContact(**form), now))

    await puts(name="市三院急诊", number="0571-8800 1234", what_for="送医前先打一声")
    await puts(name="民政", number="12345")
    for wrong, why in (
        ({"name": "", "number": "12345678901"}, "写清打给谁"),
        ({"name": "派出所", "number": "12"}, "不像电话"),
        ({"name": "救护车", "number": "120"}, "已经在单子上"),
        ({"name": "再来", "number": "12345"}, "已经在单子上"),
    ):
        with pytest.raises(Invalid, match=why):
            await puts(lead, **wrong)
    with pytest.raises(Forbidden):
        await puts(tower.who["zhou"], name="x", number="13900000001")
    rows = await tower.home.database.read(lambda db: plans.contacts(db, home))
    assert [(row.name, row.number, row.position) for row in rows] == [
        ("市三院急诊", "0571-88001234", 1),
        ("民政", "12345", 2),
    ]
    number = rows[0].id
    await tower.write(lambda db, now: plans.strike_contact(db, lead, number, now))
    await tower.write(lambda db, now: plans.strike_contact(db, lead, number, now))
    assert [row.name for row in await tower.home.database.read(lambda db: plans.contacts(db, home))] == ["民政"]
    with pytest.raises(NotFound):
        await tower.write(lambda db, now: plans.strike_contact(db, lead, 5, now))
    with pytest.raises(Forbidden):
        await tower.write(lambda db, now: plans.strike_contact(db, tower.who["tang"], number, now))


def test_e1_the_starter_plans_are_there_each_with_its_people_and_its_times() -> None:
    found = starters()
    wanted = (
        "跌倒 出血烫伤 突发疾病 中风 用药差错 噎食 走失 火灾 燃气泄漏 地震 食物中毒 传染病 停电停水 自伤 他伤 极端天气"
    )
    assert [plan.name for plan in found.values()] == wanted.split()
    for plan in found.values():
        assert 5 <= len(plan.steps) <= 8
        assert [step.within for step in plan.steps] == sorted(step.within for step in plan.steps)
        assert all(len(step.text) <= 30 for step in plan.steps)
        for step in plan.steps:
            number = NUMBERS.get(step.calls)
            assert number is None or number in step.text or "燃气" in plan.name, "the button dials what the step says"
    assert plan_for("跌倒受伤") == "fall"
    assert plan_for("语音") == "illness"
    assert alarms.ALARM.name == "alarm"
    assert Audience.LEAD.value == "lead"


def test_e1_gas_and_fire_need_opposite_first_steps_so_a_person_says_which() -> None:
    assert plan_for("险情") == ""
    first = {word: starters()[word].steps[0].text for word in ("gas", "fire")}
    assert "不开关任何电器" in first["gas"]
    assert "119" in first["fire"]
    fire = [step.text for step in starters()["fire"].steps]
    assert next(n for n, one in enumerate(fire) if "带出来" in one) <= next(
        n for n, one in enumerate(fire) if "关门" in one
    )
