"""通知 in the console: a form, who it would reach, the list, whom it reached (N4, N6)."""

import re

from tests.console.browsers import Colleague, House

FORM = {"words": "明天上午停水。", "urgent": "1", "whom": "family", "repeat": "once"}


async def test_n4_written_looked_at_let_go_and_read_person_by_person(
    house: House, colleagues: dict[str, Colleague]
) -> None:
    chen, shen = colleagues["chen"], colleagues["shen"]
    assert "还没有通知" in await chen.get("/announcements")
    shown = await (await chen.post("/announcements/preview", FORM)).text()
    assert "4</b> 位" in shown
    assert "李静" in shown
    said = await (await chen.post("/announcements", FORM)).text()
    assert "等主管放行" in said
    row = await house.home.one("SELECT id FROM announcement")
    refused = await chen.post(f"/announcements/{row}/planned")
    assert refused.status == 422, await refused.text()
    page = await shen.get("/announcements")
    drawn = re.search(r'announcements/\d+/planned" hx-vals=\'{"drawn": "(\w+)"}', page)
    assert drawn is not None
    assert "到时间发" in await (await shen.post(f"/announcements/{row}/planned", {"drawn": drawn[1]})).text()
    assert (await shen.post(f"/announcements/{row}/held", {"drawn": drawn[1]})).status == 409
    assert "改好了" in await shen.get(f"/announcements/{row}")
    await colleagues["tang"].get("/announcements", 404)
    await shen.get("/announcements/7", 404)


async def test_n6_what_is_filled_in_wrongly_is_said_and_nothing_is_lost(
    house: House, colleagues: dict[str, Colleague]
) -> None:
    answer = await colleagues["shen"].post("/announcements", FORM | {"words": " "})
    assert (answer.status, "要说的话" in await answer.text()) == (422, True)
    assert await house.home.one("SELECT count(*) FROM announcement") == 0
