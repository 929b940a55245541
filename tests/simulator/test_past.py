"""A past that was played elsewhere, as the phones show it."""

from tests.simulator.conftest import DAUGHTER, Platform


async def test_a_phone_shows_what_was_said_before_and_knows_how_much_may_still_be_sent(platform: Platform) -> None:
    now = platform.world.now()
    chat = [{"side": "me", "kind": "text", "content": "能开发票吗", "at": now - 7200}]
    new = {"openid": "oSim_kin", "name": "何燕", "kind": "family", "note": "家属", "chat": chat}
    for one in (new | {"heard": now - 7200, "left": 2}, {"openid": DAUGHTER, "name": "李静", "chat": chat}):
        async with platform.http.post(f"{platform.base}/api/person", json=one) as answer:
            assert answer.status == 200
    phones = platform.world.phones
    assert (phones["oSim_kin"].kind, phones["oSim_kin"].quota(now)[0]) == ("family", 2)
    assert [line["content"] for line in phones[DAUGHTER].chat] == ["能开发票吗"]
    assert (phones[DAUGHTER].note, phones[DAUGHTER].quota(now)[0]) == ("女儿", 0)
    async with platform.http.get(f"{platform.base}/api/state") as answer:
        order = [phone["openid"] for phone in (await answer.json())["phones"]]
    assert order[-1] == "oSim_kin", "who was there at first stands first"
