"""The first start, from the printed address to the menu, with its ceilings."""

from playwright.async_api import expect

from benchmarks.moving.hands import Hands
from benchmarks.moving.house import OWN, House
from scripts.stage import APP_ID, SECRET

CLICKS, FIELDS = 40, 25


async def first_start(home: House) -> None:
    """The director alone: home, beds, account, domain, menu, the look at everything."""
    for place, status in (("/console/today", 503), ("/p/letters", 503), ("/readyz", 200)):
        async with home.http.get(home.url + place) as answer:
            home.look(f"before anybody is there {place} says {status}", answer.status == status, answer.status)
    boss = await home.window("shen")
    page = boss.page
    await page.goto(f"{home.url}/console/start#{home.code()}")
    for label, words in (("院长姓名", "沈国平"), ("登录名", "shen"), ("密码", OWN)):
        await boss.type(label, words)
    await home.picture(boss, "start")
    await boss.press("开始")
    await boss.press("我看完了，我承诺")
    await expect(page.get_by_role("heading", name="先说说我们家")).to_be_visible()
    await boss.type("院名", "青禾颐养院")
    await boss.type("有急事打的电话", "0571-88000101")
    await boss.press("存好")
    await expect(page.locator(".rail .on")).to_contain_text("青禾颐养院")
    await boss.type("哪几层", "1-3")
    await boss.press("排好")
    await expect(page.get_by_text("现在 72 张床")).to_be_visible()
    await boss.go("下一步：接公众号")
    await _account(home, boss)
    await boss.go("下一步")
    await boss.go("下一步")
    await expect(page.locator(".wxmenu").first).to_be_visible()
    await boss.press("推送我们的菜单")
    await expect(page.get_by_text("已推上去", exact=True)).to_be_visible()
    await boss.go("下一步")
    await expect(page.locator(".looked")).to_contain_text("微信账号", timeout=30_000)
    await home.picture(boss, "check")
    bad = await page.locator(".looked li:has(.st.bad)").all_inner_texts()
    home.look("the look at everything finds nothing red", not bad, bad)
    home.look(f"the first start takes at most {CLICKS} clicks", boss.clicks <= CLICKS, boss.clicks)
    home.look(f"and at most {FIELDS} typed fields", boss.fields <= FIELDS, boss.fields)
    phones = (await home.state())["phones"]
    home.look("the menu is on the phones", any(one["name"] == "今天的家书" for one in _flat(phones[0]["menu"])))


def _flat(menu: list[dict[str, object]]) -> list[dict[str, object]]:
    return [one for button in menu for one in (button, *button.get("sub_button", []))]  # type: ignore[misc]


async def _account(home: House, boss: Hands) -> None:
    """Keys that the page makes by itself are carried to the platform by hand; then it knocks."""
    page = boss.page
    await boss.type("AppID", APP_ID)
    await boss.type("AppSecret", SECRET)
    await boss.press("存好，试一试")
    await expect(page.locator(".looks")).to_contain_text("通了")
    await boss.go("先写好网址")
    await boss.type("网址", home.url)
    await boss.file("#proof", "MP_verify_AbCd1234.txt", "text/plain", b"AbCd1234")
    await boss.press("存好")
    await expect(page.get_by_text("已放好")).to_be_visible()
    await boss.go("接公众号")
    await expect(page.locator("[data-copy]")).to_have_count(3)
    copied = await page.locator("[data-copy]").evaluate_all("all => all.map(one => one.dataset.copy)")
    address, token, key = copied
    for _ in copied:
        boss.clicks += 1
    agreed = await home.act("server", token=token, aes_key=key)
    home.look("the platform knocks and is let in", agreed["good"] and address == f"{home.url}/wechat", address)
    await expect(page.locator(".looks")).to_contain_text("平台来敲过门", timeout=20_000)
    await home.picture(boss, "account")
