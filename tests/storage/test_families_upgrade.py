"""What relatives might see before the five scopes they see after them, and nothing else (F14, P7)."""

from pathlib import Path

import pytest

from storage import migrate
from tests.storage.sample import ENGINES, run, sample


@ENGINES
def test_f14_who_might_see_photos_under_daily_still_may_and_nothing_is_invented(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = sample(kind, "five_scopes", tmp_path, request)
    migrate.upgrade(url, "0021")
    before = dict(run(url, "SELECT id, scopes FROM kinship"))
    migrate.upgrade(url)
    after = {row[0]: row[1:] for row in run(url, "SELECT id, scopes, proof, rang_at, frequency, hour FROM kinship")}
    assert after.keys() == before.keys()
    for number, scopes in before.items():
        new = {"photos"} if "daily" in scopes.split() else set()
        assert set(after[number][0].split()) == set(scopes.split()) | new
        assert after[number][1:] == (None, None, "daily", None)
    consents = [row[0].split() for row in run(url, "SELECT scopes FROM consent")]
    assert all(("photos" in one) == ("daily" in one) for one in consents)
    places = run(url, "SELECT resident_id, position FROM kinship ORDER BY resident_id, position")
    assert len(set(places)) == len(places)
    assert run(url, "SELECT count(*) FROM consent_proof") == [(0,)]


@ENGINES
def test_f32_photos_that_families_saw_stay_and_those_nobody_read_yet_are_asked_for(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = sample(kind, "photos", tmp_path, request)
    migrate.upgrade(url, "0027")
    letters = run(url, "SELECT id FROM letter ORDER BY id")
    assert run(url, "SELECT count(*) FROM letter_photo") != [(0,)]
    for (letter,) in letters[::2]:
        run(url, f"UPDATE letter SET released_at = NULL WHERE id = {letter}")
    migrate.upgrade(url)
    for company, released in run(
        url, "SELECT p.company, l.released_at FROM letter_photo p JOIN letter l ON l.id = p.letter_id"
    ):
        assert company == (None if released else "unasked")
    assert run(url, "SELECT count(*) FROM consent WHERE looked_at IS NOT NULL") == [(0,)]
    for table in ("photo_consent", "letter_photo_person", "notice_seen", "family_contact"):
        assert run(url, f"SELECT count(*) FROM {table}") == [(0,)], "nothing is invented"
