"""就医 in the console (R1, V3)."""

import re

from sqlalchemy import select

from storage import tables
from storage.unit import Unit
from tests.console.browsers import Colleague, House, resident

FORM = {"at": "2026-11-24T09:00", "what": "骨科复查", "place": "市一院", "companion": "family", "every": "once"}


async def test_r1_a_nurse_writes_one_down_changes_it_and_says_how_it_was(
    house: House, colleagues: dict[str, Colleague]
) -> None:
    nurse, number = colleagues["tang"], await resident(house)
    assert "没有约好的" in await nurse.get("/appointments")
    refused = await nurse.post("/appointments", FORM | {"resident": str(number)})
    assert "还没有能看健康的家属" in await refused.text()
    await house.home.database.write(_of_health)
    kin = await nurse.get(f"/appointments/relatives?resident={number}")
    daughter = re.search(r'<option value="(\d+)" selected>', kin)
    assert daughter
    assert "没有能看健康的家属" not in kin
    assert "不告诉家属" in await nurse.get("/appointments/relatives?resident=x")
    told = await nurse.post("/appointments", FORM | {"resident": str(number), "told": daughter[1]})
    assert "骨科复查" in await told.text()
    page = await nurse.get("/appointments/list")
    at = re.search(r'hx-post="/console(/appointments/\d+)/end"', page)
    drawn = re.search(r'name="drawn" value="(\w+)"', page)
    assert at
    assert drawn
    assert "到时候提醒" in page
    changed = await nurse.post(f"{at[1]}/edit", FORM | {"what": "骨科拍片", "told": daughter[1], "drawn": drawn[1]})
    assert "骨科拍片" in await changed.text()
    late = await nurse.post(f"{at[1]}/end", {"stage": "missed", "drawn": drawn[1]})
    assert late.status == 409
    drawn = re.search(r'name="drawn" value="(\w+)"', await nurse.get("/appointments/list"))
    assert drawn
    over = await nurse.post(f"{at[1]}/end", {"stage": "missed", "result": "下雨没去", "drawn": drawn[1]})
    assert "没去成" in await over.text()
    assert "下雨没去" in await nurse.get("/appointments")


def _of_health(db: Unit) -> None:
    """The elder agreed that her daughter may know of health."""
    daughter = db.scalar(
        select(tables.Kinship.person_id)
        .join(tables.Resident, tables.Resident.id == tables.Kinship.resident_id)
        .where(tables.Resident.room == "306")
        .order_by(tables.Kinship.id)
        .limit(1)
    )
    assert daughter
    db.lock_persons(daughter)
    tie = db.scalars(select(tables.Kinship).where(tables.Kinship.person_id == daughter)).one()
    tie.scopes = "daily health"
    db.store.audit(tie.home_id, tie.created_at, "test", "consent", f"resident:{tie.resident_id}")
    db.store.hint("families", "residents", "letters", f"person:{tie.person_id}")


async def test_r1_who_carries_out_reads_and_does_not_write(house: House, colleagues: dict[str, Colleague]) -> None:
    carer, number = colleagues["zhou"], await resident(house)
    assert "记一次" not in await carer.get("/appointments")
    assert (await carer.post("/appointments", FORM | {"resident": str(number)})).status == 404


async def test_r1_the_page_of_a_resident_says_when_the_doctor_comes_and_begins_one(
    house: House, colleagues: dict[str, Colleague]
) -> None:
    nurse, number = colleagues["tang"], await resident(house)
    assert f'hx-get="/console/appointments/of/{number}"' in await nurse.get(f"/residents/{number}")
    assert "没有约好的" in await nurse.get(f"/appointments/of/{number}")
    assert re.search(rf'value="{number}" selected', await nurse.get(f"/appointments?resident={number}"))
    told = await nurse.post("/appointments", FORM | {"resident": str(number), "companion": "house", "told": "0"})
    assert told.status == 200
    page = await nurse.get(f"/appointments/of/{number}")
    assert "骨科复查" in page
    assert "市一院" in page
    await nurse.get("/appointments/of/999999999", 404)
