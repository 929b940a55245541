"""One form for somebody who moves in with relatives: at most twenty fields, whole or not at all (A1, A4, F29)."""

import re
from typing import Any

import pytest

from care.errors import Invalid
from scripts.stage import ROOT
from services.families import moving_in
from services.families.moving_in import MoveIn
from storage.queries import residents_record
from tests.conftest import HomeUnderTest
from tests.services.test_residents_beds import laid_out

FORM: dict[str, Any] = {
    "name": "王桂兰",
    "room": "301",
    "bed": "1",
    "kin1_name": "李静",
    "kin1_relation": "女儿",
    "kin1_phone": "13902886021",
    "kin2_name": "李明",
    "kin2_relation": "儿子",
}


async def test_a1_a4_a_resident_moves_in_with_two_relatives_and_nothing_is_sent(home: HomeUnderTest) -> None:
    director = await laid_out(home)
    her = await home.database.write(lambda db: moving_in.move_in(db, director, MoveIn(**FORM), home.clock()))
    found = await home.database.read(lambda db: residents_record.contacts(db, her.id))
    assert [(one.name, one.relation, one.phone) for one in found] == [
        ("李静", "女儿", "13902886021"),
        ("李明", "儿子", ""),
    ]
    assert await home.rows("SELECT is_primary, scopes FROM kinship ORDER BY position") == [
        (True, "daily emergency"),
        (False, "daily"),
    ]
    for table in ("outbox", "plan", "promise"):
        assert await home.one(f"SELECT count(*) FROM {table}") == 0


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"kin1_name": ""}, "第 1 位家属没写姓名"),
        ({"kin2_relation": ""}, "什么人"),
        ({"kin1_phone": "1390288602"}, "电话看着不对"),
    ],
)
async def test_a1_a4_a_relative_who_is_wrong_leaves_nobody_behind(
    home: HomeUnderTest, changed: dict[str, str], why: str
) -> None:
    director = await laid_out(home)
    with pytest.raises(Invalid, match=why):
        await home.database.write(lambda db: moving_in.move_in(db, director, MoveIn(**(FORM | changed)), home.clock()))
    assert await home.one("SELECT (SELECT count(*) FROM resident) + (SELECT count(*) FROM bed_stay)") == 0


def test_a1_the_form_with_two_relatives_has_at_most_twenty_fields_before_what_is_folded() -> None:
    template = (ROOT / "console/templates/residents/new.html").read_text(encoding="utf-8")
    open_part = template.partition('<details class="card more">')[0]
    named = set(re.findall(r'name="(\w+)"', open_part)) | set(
        re.findall(r'f\.(?:line|choices|text)\("(\w+)"', open_part)
    )
    kin = 2 * len(re.findall(r'f\.line\("kin%d', open_part))
    others = {"born", "calendar", "place", "care_level"}
    assert len(named | others) + kin <= 20
