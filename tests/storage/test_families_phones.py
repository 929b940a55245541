"""Devices of rooms that were bound by an older release keep their room (F3)."""

from pathlib import Path

import pytest

from storage import migrate
from tests.storage.sample import ENGINES, run, sample

ASKED = "SELECT max(a.id) FROM application a JOIN follower f ON f.person_id = a.person_id"


@ENGINES
def test_f3_a_device_that_is_bound_already_gets_the_room_of_its_request(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = sample(kind, "phones", tmp_path, request)
    migrate.upgrade(url, "0032")
    run(url, f"UPDATE application SET verdict = 'confirmed', phone_is = 'room' WHERE id = ({ASKED}) RETURNING id")
    holds = f"person_id = (SELECT person_id FROM application WHERE id = ({ASKED}))"
    run(url, f"UPDATE follower SET binding = 'house' WHERE {holds} RETURNING id")
    migrate.upgrade(url)
    room = f"SELECT r.room FROM resident r JOIN application a ON a.resident_id = r.id WHERE a.id = ({ASKED})"
    follower = run(url, "SELECT id, person_id FROM follower WHERE binding = 'house'")
    found = run(url, "SELECT follower_id, place_id, room, one_id, until FROM common_phone")
    assert len(follower) == 1
    assert found == [(*follower[0], run(url, room)[0][0], None, None)]
