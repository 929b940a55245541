"""家属与同意 in the console: registered, widened with a proof, narrowed, removed; wishes and dispute (A4, F13, F14,
F34).
"""

import re

from aiohttp import FormData

from tests.console.browsers import Colleague, House, resident

JPEG = b"\xff\xd8\xff" + b"a signed paper" * 20


async def test_a4_l5_a_relative_is_registered_widened_and_removed_on_the_page(
    house: House, colleagues: dict[str, Colleague]
) -> None:
    desk, number = colleagues["chen"], await resident(house)
    at = f"/residents/{number}/families"
    assert "家属与同意" in await desk.get(f"/residents/{number}/families/brief")
    form = {"name": "李明", "relation": "儿子", "phone": "139 1234 6021", "scopes": "daily", "way": "none"}
    answer = await desk.post(at, form | {"phone": "1391234602"})
    assert (answer.status, "11 位" in await answer.text()) == (422, True)
    page = await (await desk.post(at, form)).text()
    assert "李明登记好了" in page
    assert "139****6021" in page
    person = int(await house.home.one("SELECT max(id) FROM person"))
    assert "139****6021" in await desk.get(f"/chats/{person}")  # who never chatted is called from here
    assert "单独问过了" in await desk.get(f"{at}/{person}/more?scope=health")
    sent = FormData({"scopes": "health", "way": "paper", "alone": "1"})
    sent.add_field("proof", JPEG, filename="paper.jpg", content_type="image/jpeg")
    assert "健康 → 李明" in await (await desk.post(f"{at}/{person}/consent", sent)).text()
    proof = int(await house.home.one("SELECT id FROM consent_proof"))
    async with desk.client.get(f"/console{at}/proofs/{proof}") as answer:
        assert (answer.status, answer.content_type) == (200, "image/jpeg")
    bare = int(await house.home.one("SELECT id FROM consent WHERE proof_id IS NULL AND person_id = ?", person))
    assert (await desk.post(f"{at}/consents/{bare}/proof", {})).status == 422
    sent = FormData()
    sent.add_field("proof", JPEG, filename="paper.jpg", content_type="image/jpeg")
    assert "凭据收好了" in await (await desk.post(f"{at}/consents/{bare}/proof", sent)).text()
    side = await desk.get(f"{at}/{person}/less?scope=health")
    assert "信里只写吃饭、睡觉、活动" in side
    assert "院长决定" not in side
    why = {"asked_by": "elder", "why": "她不想让他知道"}
    page = await (await desk.post(f"{at}/{person}/less", why | {"scope": "health"})).text()
    assert "请打电话照这样说" in page
    answer = await desk.post(f"{at}/{person}/edit", {"name": "李明", "relation": "长子", "drawn": "0" * 16})
    assert answer.status == 409
    edits = {"drawn": await desk.drawn(f"{at}/{person}/edit")}
    for act, fields in (
        ("edit", edits | {"name": "李明", "relation": "长子", "frequency": "weekly", "hour": "20"}),
        ("prove", {"proof": "card", "rang": "1"}),
        ("place", {"position": "1"}),
        ("primary", {}),
    ):
        drawn = {}
        if act in {"place", "primary"}:
            found = re.search(rf'{act}"[^>]*>\s*<input type="hidden" name="drawn" value="(\w+)"', await desk.get(at))
            drawn = {"drawn": found[1] if found else ""}
        assert (await desk.post(f"{at}/{person}/{act}", fields | drawn)).status == 200, act
    assert "每周（星期天） 20 点" in re.sub(r"\s+", " ", await desk.get(at))
    assert (await desk.post(f"{at}/{person}/remove", why)).status == 200
    await desk.get(f"{at}/{person}/edit", 404)


async def test_f13_f34_a_wish_and_a_dispute_stand_on_the_page_and_a_carer_has_only_the_list(
    house: House, colleagues: dict[str, Colleague]
) -> None:
    desk, lead, carer, number = colleagues["chen"], colleagues["shen"], colleagues["zhou"], await resident(house)
    at = f"/residents/{number}/families"
    assert "先别告诉我闺女" in await (await desk.post(f"{at}/wishes", {"words": "先别告诉我闺女"})).text()
    assert (await desk.post(f"{at}/dispute", {"why": "兄妹"})).status == 404
    page = await (await lead.post(f"{at}/dispute", {"why": "兄妹争执"})).text()
    assert "争议中" in page
    assert 'class="sw  dead"' in page
    answer = await desk.post(at, {"name": "李明", "relation": "儿子"})
    assert (answer.status, "争议中" in await answer.text()) == (422, True)
    for shown in (f"/letters/{number}", f"/chats/{await house.home.person('kin3')}"):
        assert "老人的话：「先别告诉我闺女」" in await desk.get(shown), shown
    brief = await carer.get(f"{at}/brief")
    assert "先别告诉我闺女" in brief
    assert "兄妹争执" not in brief
    for path in (at, f"{at}/part", f"{at}/side/add"):
        await carer.get(path, 404)
    drawn = re.search(r'name="drawn" value="(\w+)"', page)
    assert drawn
    assert "争议结束了" in await (await lead.post(f"{at}/dispute/end", {"drawn": drawn[1]})).text()
    wish = int(await house.home.one("SELECT id FROM elder_wish"))
    assert "这条心愿去掉了" in await (await desk.post(f"{at}/wishes/{wish}/end", {})).text()
