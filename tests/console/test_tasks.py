"""任务 and 记一笔 in the console: one line, one tap, a note that the letter takes in (engineering 19, F30, F39)."""

import html
import re

import pytest

from care.states import Role
from tests.console.browsers import Colleague, House, resident
from tests.services import reads
from tests.services.heard import RINGS, SHOWN, says, unweighted

__all__ = ["unweighted"]


def text(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", "", page)).split())


async def test_a_line_is_written_taken_done_and_undone_by_taps(house: House, colleagues: dict[str, Colleague]) -> None:
    nurse, carer = colleagues["tang"], colleagues["zhou"]
    assert "没有要做的" in await carer.get("/tasks")
    refused = await nurse.post("/tasks/add", {"what": " "})
    assert (refused.status, "写一句要做什么" in await refused.text()) == (422, True)
    await nurse.post(
        "/tasks/add", {"what": "给王奶奶拿薄被", "whom": "floor:3", "resident": str(await resident(house))}
    )
    page = await carer.get("/tasks")
    assert "306-1 王桂兰" in text(page)
    number = await house.home.one("SELECT id FROM task")
    found = re.search(r'class="acts".*?name="drawn" value="(\w+)"', page, re.DOTALL)
    assert found
    taken = await carer.post(f"/tasks/{number}/take", {"drawn": found[1]})
    assert "在我手上" in await taken.text()
    late = await nurse.post(f"/tasks/{number}/hand?show=all", {"drawn": found[1], "whom": "me"})
    assert (late.status, "周敏刚刚动过这件事" in await late.text()) == (409, True)
    assert "周敏接了" in text(await nurse.get(f"/tasks/{number}/more"))
    done = text(await (await carer.post(f"/tasks/{number}/done", {})).text())
    assert "今天做好的 1" in done
    assert "没有要做的" in done
    assert "给王奶奶拿薄被" in text(await (await carer.post(f"/tasks/{number}/undo", {})).text())
    await house.home.staff(Role.CARER, "王芳", "wang", "2")
    async with house.browser("wang") as other:
        assert (await other.get(f"/console/tasks/{number}/more")).status == 404


async def test_a_task_is_written_from_a_talk_and_from_a_complaint(
    house: House, colleagues: dict[str, Colleague]
) -> None:
    desk, person = colleagues["chen"], await house.home.person("kin3")
    await house.home.hears("我要投诉，饭菜总是凉的", "kin3")
    case = await house.home.one("SELECT id FROM complaint")
    assert "李静的会话" in text(await desk.get(f"/tasks?talk={person}"))
    await desk.get(f"/tasks?talk={10**17}", 404)
    await desk.post("/tasks/add", {"what": "把药费单发给李静", "talk": str(person), "whom": "role:desk"})
    await desk.post("/tasks/add", {"what": "查送餐车", "case": str(case), "whom": "role:nurse"})
    page = text(await desk.get("/tasks?show=all"))
    assert "李静的会话" in page
    assert "投诉 C" in page
    assert "查送餐车" not in text(await colleagues["tang"].get("/tasks?show=all")), "a nurse handles no complaint"


async def test_fault_a12_a_task_of_the_machine_says_so_and_leads_to_the_talk(
    house: House, colleagues: dict[str, Colleague]
) -> None:
    await reads.says(house.home, "请给我妈买两包纸尿裤", "kin3", "request")
    await reads.says(house.home, "再买一盒牛奶", "kin3", "request")
    number, carer = await house.home.one("SELECT id FROM task"), colleagues["zhou"]
    page = text(await carer.get("/tasks"))
    assert "306-1 王桂兰 代办：请给我妈买两包纸尿裤；再买一盒牛奶 给 3 楼护理，还没人接 · 机器人" in page
    assert "从来信记下的 · 李静的会话" in page
    beside = text(await colleagues["chen"].get(f"/chats/{await house.home.person('kin3')}"))
    assert "任务 代办：请给我妈买两包纸尿裤；再买一盒牛奶 给 3 楼护理，还没人接" in beside
    more = text(await carer.get(f"/tasks/{number}/more"))
    assert "机器人改过：又来信：再买一盒牛奶" in more
    assert "不用做了，为什么" not in more
    await carer.post(f"/tasks/{number}/take", {})
    assert "不用做了" in text(await carer.get(f"/tasks/{number}/more"))
    await carer.post(f"/tasks/{number}/drop", {"why": "家里带来了"})
    assert "周敏" in text(await carer.get("/tasks"))


async def test_f39_a_note_is_offered_to_the_letter_and_is_used_when_the_letter_is_kept(
    house: House, colleagues: dict[str, Colleague]
) -> None:
    carer, nurse, number = colleagues["zhou"], colleagues["tang"], await resident(house)
    page = await (await nurse.post(f"/residents/{number}/notes", {"words": "王奶奶今天唱了歌"})).text()
    assert "写家书的人看得到" in page
    await nurse.post(f"/residents/{number}/notes", {"words": "袜子破了", "inside": "1"})
    entry = await carer.get(f"/letters/{number}")
    assert "王奶奶今天唱了歌" in entry
    assert "袜子破了" not in entry, "it is for staff only"
    note = await house.home.one("SELECT id FROM note WHERE use = 'offered'")
    form = {"sentence": "王奶奶今天唱了歌", "notes": str(note), "drawn": await carer.drawn(f"/letters/{number}")}
    assert (await carer.post(f"/letters/{number}", form)).status == 204
    assert await house.home.rows("SELECT use FROM note ORDER BY id") == [("used",), ("inside",)]
    refused = await nurse.post(f"/notes/{note}/back", {})
    assert (refused.status, "周敏刚刚已经把这一笔写进了家书" in await refused.text()) == (409, True)
    told = text(await nurse.get(f"/residents/{number}/timeline?kind=note"))
    assert "王奶奶今天唱了歌（写进了家书）" in told
    assert "袜子破了" in told


async def test_f39_a_note_is_kept_inside_offered_again_and_taken_back_by_its_writer(
    house: House, colleagues: dict[str, Colleague]
) -> None:
    carer, nurse, number = colleagues["zhou"], colleagues["tang"], await resident(house)
    await nurse.post(f"/residents/{number}/notes", {"words": "下午在院子里坐了半小时"})
    note = await house.home.one("SELECT id FROM note")
    assert "只给同事看" in await (await carer.post(f"/notes/{note}/inside", {})).text()
    assert "下午在院子里" not in await carer.get(f"/letters/{number}")
    await carer.post(f"/notes/{note}/offer", {})
    assert "下午在院子里" in await carer.get(f"/letters/{number}")
    refused = await carer.post(f"/notes/{note}/back", {})
    assert "唐雨记的" in await refused.text()
    assert "今天还没有人记" in await (await nurse.post(f"/notes/{note}/back", {})).text()
    assert (await nurse.post(f"/notes/{note}/offer", {})).status == 409
    two = await resident(house, "201")
    assert (await carer.post(f"/residents/{two}/notes", {"words": "别层的"})).status == 404


async def test_f30_tasks_of_who_was_put_out_stand_on_her_page_and_go_to_another(
    house: House, colleagues: dict[str, Colleague]
) -> None:
    lead, carer = colleagues["shen"], await house.home.one("SELECT id FROM staff WHERE login = 'zhou'")
    nurse = await house.home.one("SELECT id FROM staff WHERE login = 'tang'")
    await lead.post("/tasks/add", {"what": "周二陪诊", "whom": f"staff:{carer}"})
    await lead.post(f"/staff/{carer}/out", {})
    assert "周二陪诊" in await lead.get(f"/staff/{carer}")
    page = await (await lead.post(f"/staff/{carer}/hand-over", {"tasks": str(nurse)})).text()
    assert "交出去 1 件" in page
    assert "周二陪诊" in await colleagues["tang"].get("/tasks")


@pytest.mark.usefixtures("unweighted")
async def test_f26_a_message_that_may_matter_is_marked_on_the_task_on_today_and_in_the_talk(
    house: House, colleagues: dict[str, Colleague]
) -> None:
    nurse, person = colleagues["tang"], await house.home.person("kin3")
    await says(house.home, "我妈这两天腿不得劲", SHOWN, "kin3")
    page = text(await nurse.get("/tasks"))
    assert "请看一眼 请看一眼来信" in page
    assert "「我妈这两天腿不得劲」" in page
    assert "机器人" in page
    assert "有 1 件等您看一眼" in text(await nurse.get("/today"))
    assert "可能要紧，请同事看一眼" in text(await nurse.get(f"/chats/{person}"))
    assert "要主管马上来" not in page, "nobody looks in"


@pytest.mark.usefixtures("unweighted")
async def test_f28_who_looks_in_has_a_button_that_rings_the_lead(
    house: House, colleagues: dict[str, Colleague]
) -> None:
    nurse = colleagues["tang"]
    person = await house.home.person("kin3")
    await house.home.rows("UPDATE person SET kind = 'elder' WHERE id = ?", person)
    for _ in range(2):
        await says(house.home, "周敏打我", RINGS, "kin3", kind="abuse")
        await house.home.rows("UPDATE alarm SET arrived_at = latest_at")
        house.home.clock.on(minutes=3)
    assert "要主管马上来" in await nurse.get("/tasks?show=all")
    number = await house.home.one("SELECT id FROM task")
    done = await (await nurse.post(f"/tasks/{number}/lead?show=all", {})).text()
    assert "已经响铃叫主管和院长" in done
    assert await house.home.one("SELECT count(*) FROM alarm WHERE arrived_at IS NULL AND audience = 'lead'") == 1
