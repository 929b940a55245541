"""名单 in the console (B2, N6)."""

import re

from tests.console.browsers import Colleague, House


async def test_n6_a_group_is_made_filled_chosen_and_dropped(house: House, colleagues: dict[str, Colleague]) -> None:
    lead = colleagues["shen"]
    await house.home.hears("你好", "kin3")
    assert "建一个名单" in await lead.get("/announcements/people")
    told = await lead.post("/announcements/groups", {"name": "书画班"})
    page = await told.text()
    group = re.search(r"\?group=(\d+)", page)
    daughter = await house.home.person("kin3")
    assert group
    told = await lead.post(f"/announcements/people/{daughter}?group=0&q=&page=0", {"groups": group[1], "wants": "1"})
    assert "愿意收活动" in await told.text()
    assert "1 位" in await lead.get(f"/announcements/people/list?group={group[1]}")
    assert "没有这样的人" in await lead.get("/announcements/people?q=谁也不是")
    assert "书画班（1 位）" in await lead.get("/announcements")
    told = await lead.post(
        "/announcements", {"words": "周六开放日", "whom": "family", "repeat": "once", "group": group[1]}
    )
    assert "名单「书画班」" in await told.text()
    assert (await lead.post(f"/announcements/groups/{group[1]}/drop", {})).status == 200
    assert "书画班" not in await lead.get("/announcements/people")
