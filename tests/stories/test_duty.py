"""接班 at the browser: the screen of who took over goes on hearing when nobody sits at it (F1)."""

import pytest
from playwright.async_api import expect

from scripts.evening import log_in
from tests.stories.test_demo import Demo, demo
from tests.stories.test_emergencies import shot
from tests.stories.test_every_page import ELDER, SIZES, act, looked_at

pytestmark = pytest.mark.browser
__all__ = ["demo"]


@pytest.mark.part(2)
@pytest.mark.parametrize("width", SIZES)
async def test_f1_the_nurse_goes_to_a_bed_and_her_screen_still_hears(demo: Demo, width: int) -> None:
    nurse = await log_in(demo.browser, demo.console, "tang", width, SIZES[width])
    await nurse.clock.install()
    await nurse.goto(f"{demo.console}duty")
    await nurse.get_by_role("button", name="接班").first.click()
    await nurse.get_by_role("button", name="听见了", exact=True).click()
    await expect(nurse.locator("body")).to_have_attribute("data-takes", "")
    await nurse.clock.fast_forward("24:01:00")
    await nurse.clock.run_for(2000)
    await expect(nurse.locator("#veil")).to_be_visible()
    await expect(nurse).to_have_url(f"{demo.console}duty")
    await looked_at(nurse, "a veiled screen")
    await shot(nurse, f"veil-{width}")
    await act(demo, "text", openid=ELDER, text="我摔倒了")
    go = nurse.locator("#alarms .go")
    await expect(go).to_be_visible()
    lost = await nurse.locator("#lost").bounding_box()
    assert lost is None or lost["height"] < 100, "no strip covers the alarm"
    await shot(nurse, f"veil-alarm-{width}")
    await go.click()
    await expect(go).to_have_count(0)
    await expect(nurse.locator("#veil")).to_be_visible()
    await nurse.get_by_role("button", name="我回来了").click()
    await expect(nurse.locator("#veil")).to_be_hidden()  # the clock of the house stood still: she is still logged in
