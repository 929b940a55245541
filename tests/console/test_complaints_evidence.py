"""证据: handed in by colleagues, sealed, seen by who handles the case and by nobody else (C6)."""

import io
import re
from pathlib import Path

from aiohttp import FormData

from tests.console.browsers import PNG, Colleague, House, files

PDF = b"%PDF-1.7\n one page of the records"


def form(what: str, data: bytes = PNG, name: str = "a.png") -> FormData:
    found = FormData({"what": what})
    found.add_field("file", io.BytesIO(data), filename=name)
    return found


async def complaint(house: House) -> str:
    await house.home.hears("昨天晚饭是凉的，我要投诉", "angry")
    return str(await house.home.one("SELECT number FROM complaint"))


async def test_c6_a_photo_of_the_records_is_sealed_and_shown_with_who_when_and_a_fingerprint(
    house: House, colleagues: dict[str, Colleague], tmp_path: Path
) -> None:
    number, desk = await complaint(house), colleagues["chen"]
    page = await (await desk.post(f"/complaints/{number}/evidence", form("22 日晚三楼送餐记录"))).text()
    assert "22 日晚三楼送餐记录" in page
    assert "陈晓雯" in page
    assert re.search(r"指纹\s+[0-9a-f]{8}", page)
    assert "收进一份证据" in page
    (kept,) = files(tmp_path)
    assert PNG not in kept.read_bytes()
    shown = re.search(r'src="(/console/complaints/[^"]+/evidence/\d+)"', page)
    assert shown
    path = shown[1].removeprefix("/console")
    async with desk.client.get(shown[1]) as answer:
        assert (answer.status, answer.content_type, await answer.read()) == (200, "image/png", PNG)
    await colleagues["tang"].get(path, 404)
    await colleagues["zhou"].get(path, 404)
    assert await house.home.one("SELECT count(*) FROM audit WHERE action = 'add_evidence'") == 1
    page = await (await desk.post(f"/complaints/{number}/evidence", form("排班表", PDF, "b.pdf"))).text()
    found = re.search(
        r'href="(/console/complaints/[^"]+/evidence/\d+)">排班表|'
        r'href="(/console/complaints/[^"]+/evidence/\d+)" target="_blank" rel="noopener">排班表',
        page,
    )
    assert found
    async with desk.client.get(found[1] or found[2]) as answer:
        assert answer.headers["Content-Disposition"].startswith("attachment")
    await desk.get(f"/complaints/{number}/evidence/77", 404)


async def test_c6_what_cannot_be_kept_is_said_and_leaves_no_file(
    house: House, colleagues: dict[str, Colleague], tmp_path: Path
) -> None:
    number, desk = await complaint(house), colleagues["chen"]
    for sent, says in (
        (form("照片", b"GIF89a", "a.gif"), "只收 JPG"),
        (form("  "), "这是什么"),
        (FormData({"what": "没有文件"}), "请先选"),
        (form("太大", b"%PDF-" + bytes(13 * 1024 * 1024), "b.pdf"), "12 MB"),
    ):
        answer = await desk.post(f"/complaints/{number}/evidence", sent)
        assert answer.status in {409, 422}
        assert says in await answer.text()
    assert files(tmp_path) == []
    assert (await colleagues["tang"].post(f"/complaints/{number}/evidence", form("偷看"))).status == 404
    await house.home.rows("UPDATE complaint SET closed_at = ? RETURNING id", house.home.clock())
    assert (await desk.post(f"/complaints/{number}/evidence", form("太晚"))).status == 409
    assert files(tmp_path) == []
    assert await house.home.one("SELECT count(*) FROM evidence") == 0


async def test_c14_evidence_of_a_hidden_case_is_for_the_owner_and_the_director(
    house: House, colleagues: dict[str, Colleague]
) -> None:
    number = await complaint(house)
    page = await (await colleagues["shen"].post(f"/complaints/{number}/evidence", form("小王写的纸条"))).text()
    path = re.search(r'src="/console(/complaints/[^"]+/evidence/\d+)"', page)
    assert path
    director = await house.home.one("SELECT id FROM staff WHERE login = 'shen'")
    await house.home.rows("UPDATE complaint SET hide_name = 1, owner_id = ? RETURNING id", director)
    assert "小王" not in await colleagues["chen"].get(f"/complaints/{number}/body")
    await colleagues["chen"].get(path[1], 404)
    async with colleagues["shen"].client.get(f"/console{path[1]}") as answer:
        assert answer.status == 200
