"""接班 shows whether the colleagues' group hears of alarms, and leads try it (F15)."""

from care.group_posts import PostEnd
from services.emergencies import group
from services.ports import Posted
from tests.console.browsers import Colleague

REFUSED = Posted(PostEnd.REFUSED, "93000", "群机器人的地址不对")


async def test_f15_a_lead_tries_the_group_and_reads_what_came_of_it(colleagues: dict[str, Colleague]) -> None:
    nurse, lead = colleagues["tang"], colleagues["shen"]
    home = lead.house.home
    number, house, now = home.ids.home_id, home.house, home.clock()
    assert "群机器人" not in await lead.get("/duty"), "there is none"
    house.robot = True
    assert "发一条试试" not in await nurse.get("/duty"), "she is no lead"
    assert (await nurse.post("/duty/group")).status == 403
    assert "还没有发过" in await lead.get("/duty")
    assert (await lead.post("/duty/group")).status == 200
    assert "发一条试试" not in await lead.get("/duty"), "one try at a time"
    post = await home.database.write(lambda db: group.claim(db, house, number, now))
    assert post is not None
    await home.database.write(lambda db: group.told(db, post.rows, REFUSED, now))
    page = await lead.get("/duty")
    assert "没发出去：群机器人的地址不对" in page
    assert "发一条试试" in page
