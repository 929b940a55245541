"""同意一览 and 联系人 on their pages (F47, F30)."""

import re
from datetime import timedelta

import pytest

from console.views import families_consents
from tests.console.browsers import Colleague, House, resident


async def test_f47_f30_consents_are_looked_through_and_contacts_are_named_on_the_page(
    house: House, colleagues: dict[str, Colleague], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, number = colleagues["chen"], await resident(house)
    at = f"/residents/{number}/families"
    assert "还没有定过联系人" in await desk.get("/contacts")
    page = await desk.get(at)
    drawn = re.search(r'/contact"[^>]*>\s*<input type="hidden" name="drawn" value="(\w+)"', page)
    carer = await house.home.one("SELECT id FROM staff WHERE login = 'zhou'")
    assert drawn
    told = await (await desk.post(f"{at}/contact", {"colleague": str(carer), "drawn": drawn[1]})).text()
    assert "家属在家书下面看得到" in told
    assert "这 1 家都交给" in await desk.get("/contacts")
    lead = colleagues["shen"]
    assert "是 1 家的联系人" in await lead.get(f"/staff/{carer}")
    other = await house.home.one("SELECT id FROM staff WHERE login = 'chen'")
    assert "1 家交好了" in await (await desk.post("/contacts", {"of": str(carer), "to": str(other)})).text()
    kin, scopes = await house.home.person("kin3"), {"scopes": "photos", "way": "paper"}
    assert (await desk.post(f"{at}/{kin}/consent", scopes)).status == 200
    assert "还没到一年" in await desk.get("/consents")
    monkeypatch.setattr(families_consents, "MOST", 1)
    assert (await desk.post(f"{at}/{kin}/consent", scopes | {"scopes": "billing"})).status == 200
    assert "还有 1 份没列出来，请在上面选一层看" in await desk.get("/consents")
    assert "没列出来" not in await desk.get("/consents?floor=3")
    year = int(timedelta(days=366).total_seconds() * 1_000_000)
    await house.home.rows("UPDATE consent SET recorded_at = recorded_at - ?", year)
    page = await desk.get("/consents/part?show=due")
    assert "看过，仍然有效" in page
    one = re.search(r'hx-post="/console(/consents/scope/\d+)', page)
    assert one
    assert "记下了，仍然有效" in await (await desk.post(one[1], {})).text()
    floor = await desk.get("/consents?floor=3&show=due")
    drawn = re.search(r'name="floor" value="3">\s*<input type="hidden" name="drawn" value="(\w+)"', floor)
    if drawn:
        told = await (await desk.post("/consents/floor?floor=3", {"floor": "3", "drawn": drawn[1]})).text()
        assert "都记下了，仍然有效" in told
    assert "都过目了" in await desk.get("/consents?floor=3&show=due")
