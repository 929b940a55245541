"""导入导出 in the console: a sheet put, mended, written, taken back; an export that somebody else lets out (N3, P3)."""

import asyncio
import io
import re
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import pytest
from aiohttp import FormData
from openpyxl import load_workbook

from care.states import Role
from services.access import Viewer
from services.residents import beds
from services.residents.beds import LayOut
from storage.types import micros
from tests.console.browsers import Colleague, House
from tests.imports import messy


@pytest.fixture
async def director(house: House, colleagues: dict[str, Colleague]) -> Colleague:
    home = house.home
    number = await home.one("SELECT id FROM staff WHERE login = 'shen'")
    who, rooms = Viewer(number, home.ids.home_id, "沈国平", Role.DIRECTOR), LayOut(floors="1-3", rooms=12, beds=2)
    await home.database.write(lambda db: beds.lay_out(db, who, rooms, home.clock()))
    return colleagues["shen"]


@pytest.fixture
async def lead(house: House, colleagues: dict[str, Colleague]) -> AsyncIterator[Colleague]:
    assert "he" not in colleagues
    await house.home.staff(Role.SUPERVISOR, "何志远", "he")
    async with house.browser("he") as client:
        yield Colleague(client, house)


async def _put(one: Colleague, data: bytes, name: str = "名册.xlsx") -> str:
    form = FormData()
    form.add_field("file", data, filename=name)
    answer = await one.post("/imports/file", form)
    assert answer.status == 200, await answer.text()
    return urlsplit(answer.headers["HX-Location"]).path.removeprefix("/console")


def _buttons(page: str) -> list[dict[str, str]]:
    """The forms of the rows: where each goes, and what it sends."""
    found = []
    for path, form in re.findall(r'<form[^>]*hx-post="/console(/imports/rows/[^"]+)"(.*?)</form>', page, re.DOTALL):
        found.append({"path": path} | dict(re.findall(r'name="(\w+)" value="([^"]*)"', form)))
    return found


async def test_n3_a_sheet_is_put_mended_written_and_taken_back(house: House, director: Colleague) -> None:
    bad = FormData()
    bad.add_field("file", b"<html><table>", filename="a.xls")
    refused = await director.post("/imports/file", bad)
    assert refused.status == 422
    assert "其实是网页" in await refused.text()
    path = await _put(director, messy.content())
    page = await director.get(path)
    assert "还没有动院里的任何资料" in page
    assert "1938.2.30" in page
    guess = next(one for one in _buttons(page) if one.get("value") == str(messy.people()[5]["born"]))
    after = await (await director.post(guess.pop("path"), guess)).text()
    assert "改好了" in after
    again = await director.post("/imports/rows/" + _buttons(page)[0]["path"].split("/")[3].split("?")[0], guess)
    assert again.status == 409
    assert "刚刚改了第 9 行" in await again.text()
    drawn = re.search(r'/guesses.*?name="drawn" value="(\w+)"', after, re.DOTALL)
    assert drawn
    mended = await (await director.post(f"{path}/guesses?sheet=0", {"sheet": "0", "drawn": drawn[1]})).text()
    last = re.search(r'/apply.*?name="drawn" value="(\w+)"', mended, re.DOTALL)
    assert last
    assert (await director.post(f"{path}/apply", {"drawn": drawn[1]})).status == 409
    assert (await director.post(f"{path}/apply", {"drawn": last[1]})).status == 200
    for _ in range(200):
        if "登记好了" in (page := await director.get(f"{path}/part")):
            break
        await asyncio.sleep(0.05)
    assert "没有给任何人发消息" in page
    assert await house.home.one("SELECT count(*) FROM resident") > 55
    assert await house.home.one("SELECT count(*) FROM outbox") == 0
    slip = await (await director.post(f"{path}/passwords")).text()
    assert "hl01" in slip
    assert "/console/</b>" in slip, "where they log in stands on the slip"
    assert "老人" in await director.get("/imports")
    book = load_workbook(io.BytesIO(await (await director.client.get(f"/console{path}/faults.xlsx")).read()))
    assert "为什么" in [cell.value for cell in book.worksheets[0][1]]
    undone = await (await director.post(f"{path}/undo")).text()
    assert "全部撤回" in undone
    assert await house.home.one("SELECT count(*) FROM resident") == 2
    assert (await director.post(f"{path}/undo")).status == 422


async def test_n3_columns_are_mapped_on_the_page_and_nothing_typed_is_lost(director: Colleague) -> None:
    path = await _put(director, "名字,几号房,唱\n周德厚,101-1,川剧\n".encode("gbk"), "名册.csv")
    assert "这不像花名册" in await director.get(path)
    form = {"kind": "residents", "head": "1", "wanted": "1", "c0": "name", "c1": "place", "c2": "habits"}
    form["drawn"] = await director.drawn(path, r"sheets/0\?sheet=0")
    assert "这一列不要" in await (await director.post(f"{path}/sheets/0", form)).text()
    assert (await director.post(f"{path}/sheets/0", form)).status == 409
    form["drawn"] = await director.drawn(path, r"sheets/0\?sheet=0")
    done = await director.post(f"{path}/sheets/0", form)
    assert done.status == 200
    assert "登记 1 行" in await done.text()
    form["drawn"] = await director.drawn(path, r"sheets/0\?sheet=0")
    wrong = await director.post(f"{path}/sheets/0", form | {"c2": "name"})
    assert wrong.status == 422
    assert "有两列都对成了「姓名」" in await wrong.text()


async def test_p3_an_export_leaves_with_a_reason_and_a_second_persons_word_for_an_hour(
    house: House, director: Colleague, lead: Colleague
) -> None:
    assert (await director.post("/imports/exports", {"kind": "relatives", "reason": "要"})).status == 422
    page = await (await director.post("/imports/exports", {"kind": "relatives", "reason": "民政局年检"})).text()
    assert "等另一位主管或院长放行" in page
    number = await house.home.one("SELECT id FROM export_ask")
    assert (await director.post(f"/imports/exports/{number}/file")).status == 422
    own = await director.post(f"/imports/exports/{number}", {"release": "1"})
    assert "另一位主管或院长" in await own.text()
    assert (await lead.post(f"/imports/exports/{number}", {"release": "1"})).status == 200
    assert (await lead.post(f"/imports/exports/{number}", {"release": "0"})).status == 409
    assert (await lead.post(f"/imports/exports/{number}/file")).status == 422
    await house.home.rows("UPDATE staff SET name = '=1+1' WHERE login = 'shen'")
    answer = await director.post(f"/imports/exports/{number}/file")
    book = load_workbook(io.BytesIO(await answer.read()))
    rows = [[cell.value for cell in row] for row in book.active]
    assert rows[0] == ["老人姓名", "房间", "床位", "家属姓名", "关系", "电话", "主要联系人", "顺序", "导出"]
    assert ["王桂兰", "李静", "13800002107"] in [[row[0], row[3], row[5]] for row in rows]
    assert "f" not in {cell.data_type for row in book.active for cell in row}, "a text is never a formula"
    assert all("导出，请勿外传" in row[-1] for row in rows[1:])
    await house.home.rows("UPDATE export_ask SET until_at = ?", micros(house.home.clock()))
    late = await director.post(f"/imports/exports/{number}/file")
    assert "满一小时" in await late.text()
    told = await house.home.rows("SELECT action FROM audit WHERE action LIKE '%_export' ORDER BY id")
    assert [row[0] for row in told] == ["ask_export", "release_export", "fetch_export"]


async def test_p3_every_kind_of_sheet_goes_out_and_comes_in_again(
    house: House, director: Colleague, lead: Colleague
) -> None:
    for kind in ("residents", "relatives", "staff", "rota"):
        await director.post("/imports/exports", {"kind": kind, "reason": "换系统，留底"})
        number = await house.home.one("SELECT id FROM export_ask ORDER BY id DESC LIMIT 1")
        await lead.post(f"/imports/exports/{number}", {"release": "1"})
        data = await (await director.post(f"/imports/exports/{number}/file")).read()
        page = await director.get(await _put(director, data))
        assert "没认出来，请选</option>" in page
        assert re.search(rf'<option value="{kind}" selected>', page) or kind == "rota", kind


async def test_n3_the_template_is_understood_and_its_examples_are_nobody(director: Colleague) -> None:
    data = await (await director.client.get("/console/imports/template.xlsx")).read()
    book = load_workbook(io.BytesIO(data))
    assert book.sheetnames == ["怎么填", "老人", "家属", "同事", "值班"]
    page = await director.get(await _put(director, data))
    assert "登记 0 行" in page


async def test_n3_carers_nurses_and_the_desk_have_no_such_page(colleagues: dict[str, Colleague]) -> None:
    for login in ("zhou", "tang", "chen"):
        await colleagues[login].get("/imports", 404)
        assert (await colleagues[login].post("/imports/exports", {"kind": "staff", "reason": "看看而已"})).status == 404
