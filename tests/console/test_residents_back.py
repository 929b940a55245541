"""回院交接 in the console (F7)."""

from tests.console.browsers import Colleague, House, resident


async def test_f7_what_is_open_when_a_nurse_signs_is_a_task_of_the_floor(
    house: House, colleagues: dict[str, Colleague]
) -> None:
    lead, number = colleagues["tang"], await resident(house)
    for status in ("住院", "在住"):
        page = await lead.drawn(f"/residents/{number}", "status")
        answer = await lead.post(f"/residents/{number}/status", {"status": status, "drawn": page})
        assert answer.status == 200, await answer.text()
    assert "回院交接" in await lead.get(f"/residents/{number}")
    assert "待更新" in await lead.get(f"/residents/{number}/card")
    for item in ("back_note", "back_orders", "back_allergy", "back_diet", "back_falls", "back_told"):
        await lead.post(f"/residents/{number}/tick", {"item": item, "done": "1"})
    assert "还有 1 项" in await (await lead.post(f"/residents/{number}/back", {"note": ""})).text()
    assert "回院交接还差" not in await lead.get("/tasks?show=house")
    assert (await lead.post(f"/residents/{number}/back", {"note": "夜里回来，皮肤明早看"})).status == 200
    assert "回院交接还差：皮肤看过" in await lead.get(f"/residents/{number}/notes")
    assert "待更新" not in await lead.get(f"/residents/{number}/card")
