"""Numbers of cases: unique over the years, and those of before are asked about (D8)."""

from tests.console.browsers import Desk


async def test_fault_d8_the_first_case_of_a_day_has_another_number_each_year_and_links_name_the_case(
    at_desk: Desk,
) -> None:
    home = at_desk.home
    home.clock.on(days=-365)
    await home.hears("饭菜太凉了，我要投诉", "daughter")
    home.clock.on(days=365)
    await home.hears("没有热水，我要投诉", "son")
    rows = await home.rows("SELECT id, number FROM complaint ORDER BY id")
    assert [number for _, number in rows] == ["C251122-01", "C261122-01"]
    listed = await at_desk.get("/complaints")
    for (number, words), (case_id, _) in zip(
        (("C251122-01", "饭菜太凉了"), ("C261122-01", "没有热水")), rows, strict=True
    ):
        assert f"/console/complaints/{case_id}" in listed
        for way in (case_id, number):
            page = await at_desk.get(f"/complaints/{way}")
            assert words in page
            assert number in page


async def test_fault_d8_a_number_of_before_that_two_cases_have_leads_to_both(at_desk: Desk) -> None:
    home = at_desk.home
    home.clock.on(days=-365)
    await home.hears("饭菜太凉了，我要投诉", "daughter")
    home.clock.on(days=365)
    await home.hears("没有热水，我要投诉", "son")
    await home.rows("UPDATE complaint SET number = 'C1122-01' RETURNING id")
    page = await at_desk.get("/complaints/C1122-01")
    for (case_id,) in await home.rows("SELECT id FROM complaint"):
        assert f"/console/complaints/{case_id}" in page
    assert "饭菜太凉了" in page
    assert "没有热水" in page
