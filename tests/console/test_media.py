"""Photos as the console and the families see them: without place and device, never in a cache (S7)."""

import hashlib
import io
from pathlib import Path

from aiohttp import FormData

from conversations import events
from services.media import media
from services.media.bare import bare
from tests.console.browsers import Colleague, House, files, resident
from tests.services.test_media_bare import PLACE, exif, photo, segment

TOLD = photo(segment(0xE1, b"Exif\0\0" + exif(6)), segment(0xFE, PLACE))


async def test_fault_s7_a_photo_of_a_family_is_shown_bare_and_kept_as_it_came(
    house: House, colleagues: dict[str, Colleague], tmp_path: Path
) -> None:
    home = house.home
    await home.hears(events.Image("m1", "http://x"), "kin3")
    person, number = await home.person("kin3"), int(await home.one("SELECT id FROM media"))
    media.write_file(tmp_path, home.database.sealer, number, TOLD)
    want = media.Wanted(number, person, 0, "", 0, home.clock())
    await home.database.store(lambda store: media.kept(store, want, TOLD))
    async with colleagues["chen"].client.get(f"/console/media/{number}") as answer:
        assert await answer.read() == bare(TOLD) != TOLD
        assert PLACE not in await answer.read()
        assert answer.headers["Cache-Control"] == "no-store"
    assert media.read_file(tmp_path, home.database.sealer, number) == TOLD, "the evidence stays as it came"
    assert await home.one("SELECT sha256 FROM media") == hashlib.sha256(TOLD).hexdigest()


async def test_fault_s7_a_photo_for_a_letter_is_kept_without_its_place(
    house: House, colleagues: dict[str, Colleague], tmp_path: Path
) -> None:
    carer, elder = colleagues["zhou"], await resident(house)
    form = FormData({"sentence": "今天晒了太阳", "drawn": await carer.drawn(f"/letters/{elder}")})
    form.add_field("photos", io.BytesIO(TOLD), filename="a.jpg")
    assert (await carer.post(f"/letters/{elder}", form)).status == 204
    number, size = (await house.home.rows("SELECT id, size FROM letter_photo"))[0]
    kept = media.read_file(tmp_path, house.home.database.sealer, number)
    assert (kept, size) == (bare(TOLD), len(bare(TOLD)))
    letter = await house.home.one("SELECT id FROM letter")
    async with carer.client.get(f"/console/letters/{letter}/{number}") as answer:
        assert (await answer.read(), answer.headers["Cache-Control"]) == (kept, "no-store")


async def test_fault_s7_evidence_is_shown_bare_and_its_original_has_the_fingerprint(
    house: House, colleagues: dict[str, Colleague], tmp_path: Path
) -> None:
    await house.home.hears("昨天晚饭是凉的，我要投诉", "angry")
    case, desk = await house.home.one("SELECT id FROM complaint"), colleagues["chen"]
    form = FormData({"what": "送餐记录"})
    form.add_field("file", io.BytesIO(TOLD), filename="a.jpg")
    page = await (await desk.post(f"/complaints/{case}/evidence", form)).text()
    number, digest = (await house.home.rows("SELECT id, sha256 FROM evidence"))[0]
    assert f"/evidence/{number}?original" in page
    async with desk.client.get(f"/console/complaints/{case}/evidence/{number}") as answer:
        assert (await answer.read(), answer.headers["Cache-Control"]) == (bare(TOLD), "no-store")
    async with desk.client.get(f"/console/complaints/{case}/evidence/{number}?original") as answer:
        assert hashlib.sha256(await answer.read()).hexdigest() == digest
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.headers["Cache-Control"] == "no-store"
    assert len(files(tmp_path)) == 1
