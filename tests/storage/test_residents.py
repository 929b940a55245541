"""Whoever lived in a house before it knew of beds has one afterwards (N3)."""

from pathlib import Path

import pytest

from storage import migrate
from tests.storage.sample import ENGINES, run, sample


@ENGINES
def test_n3_an_upgrade_gives_a_bed_to_whoever_lives_here_and_invents_nothing(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = sample(kind, "beds", tmp_path, request)
    migrate.upgrade(url, "0021")
    lives = "status NOT IN ('退住', '去世') AND room <> '' AND bed <> ''"
    run(url, f"UPDATE resident SET status = '退住' WHERE id = (SELECT min(id) FROM resident WHERE {lives})")
    people = run(url, f"SELECT id, floor, room, bed FROM resident WHERE {lives} ORDER BY id")
    assert people
    migrate.upgrade(url)
    stays = run(
        url,
        "SELECT s.resident_id, b.floor, b.room, b.name FROM bed_stay s JOIN bed b ON b.id = s.bed_id "
        "WHERE s.ended_at IS NULL ORDER BY s.resident_id",
    )
    places = {(room, bed) for _, _, room, bed in people}
    assert [row for row in stays if row in people] == stays
    assert {(room, bed) for _, _, room, bed in stays} == places, "of two in one bed the first keeps it"
    assert run(url, "SELECT count(*) FROM resident_record") == [(0,)], "what nobody filled in is not there"
