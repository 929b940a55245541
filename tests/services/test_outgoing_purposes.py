"""Why something is sent: each purpose is declared once, by its subject, and a stored word of a newer release is sent
all the same (P7).
"""

import pytest

from services.outgoing import purposes
from services.outgoing.purposes import Purpose
from services.talks import receive
from tests import facts
from tests.frozen import words


def test_p7_every_purpose_that_is_stored_is_declared_by_a_subject() -> None:
    assert receive.SILENCE is purposes.of("silence")
    stored = {
        word.removeprefix("purpose=") for word in words.listed()["columns_with_words"] if word.startswith("purpose=")
    }
    declared = {name for name in stored if purposes.of(name) is purposes.of(name)}
    assert stored - declared == {"call"}, "a logged call is written down, never sent"
    assert {name for name in stored if purposes.words()[name] == purposes.of("of-tomorrow").words} == set(), (
        "colleagues read what it is"
    )


def test_f11_what_machines_say_by_themselves_is_what_silence_stops() -> None:
    assert set(purposes.of_machines()) == facts.MACHINES


def test_p7_a_purpose_of_a_newer_release_parks_and_keeps_nothing() -> None:
    newer = purposes.of("of-tomorrow")
    assert (newer.name, newer.machine, newer.by_day, newer.parks, newer.on_sent) == (
        "of-tomorrow",
        False,
        False,
        True,
        None,
    )
    assert newer is not purposes.of("of-tomorrow"), "it is not declared by being read"


def test_a_second_purpose_of_one_name_is_refused() -> None:
    with pytest.raises(ValueError, match="two purposes"):
        Purpose("letter")
