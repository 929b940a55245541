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
    drawn = re.search(rf'people/{daughter}\?.*?name="drawn" value="(\w+)"', page, re.DOTALL)
    assert drawn
    form = {"groups": group[1], "wants": "1", "drawn": drawn[1]}
    told = await lead.post(f"/announcements/people/{daughter}?group=0&q=&page=0", form)
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


async def test_fault_d5_an_older_form_takes_nobody_out_of_a_group_and_brings_no_consent_back(
    house: House, colleagues: dict[str, Colleague]
) -> None:
    first, second = colleagues["shen"], colleagues["chen"]
    await house.home.hears("你好", "kin3")
    page = await (await first.post("/announcements/groups", {"name": "书画班"})).text()
    group, person = re.search(r"\?group=(\d+)", page), await house.home.person("kin3")
    assert group
    here = f"/announcements/people/{person}"

    async def drawn(who: Colleague) -> str:
        found = re.search(
            rf'people/{person}\?.*?name="drawn" value="(\w+)"', await who.get("/announcements/people"), re.DOTALL
        )
        assert found
        return found[1]

    older = await drawn(first)
    told = await second.post(here, {"groups": group[1], "wants": "1", "drawn": await drawn(second)})
    assert told.status == 200
    assert (await first.post(here, {"drawn": older})).status == 409
    assert await house.home.one("SELECT count(*) FROM audience_member") == 1
    older = await drawn(first)
    assert (await second.post(here, {"drawn": older})).status == 200
    told = await first.post(here, {"groups": group[1], "wants": "1", "drawn": older})
    assert (told.status, "改过这一位" in await told.text()) == (409, True)
    assert await house.home.one("SELECT count(*) FROM offer_consent WHERE ended_at IS NULL") == 0
