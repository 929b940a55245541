"""The table of acts names every act that there is and no other, rivals know each other, and each pair of them is
played.
"""

import json

import pytest

from bot.main import Service
from tests.races.acts import ACTS, BY_NAME
from tests.races.acts.act import Key
from tests.races.acts.collected import collect
from tests.races.scenarios import PAIRS, REASONS
from tests.races.sides import SIDES
from tests.service import service

__all__ = ["service"]


@pytest.fixture
def there(service: Service) -> set[Key]:
    """The acts of a service that runs."""
    return collect(service.application(), service.jobs())


async def test_every_act_stands_in_the_table_and_the_table_names_no_other(there: set[Key]) -> None:
    assert sorted(there - set(ACTS)) == [], (
        "acts without a line: say on what they decide, against whom, and what keeps them apart"
    )
    assert sorted(set(ACTS) - there) == [], "lines without an act"
    assert len({act.name for act in ACTS.values()}) == len(ACTS)


def test_rivals_know_each_other_and_an_act_without_a_rival_says_why() -> None:
    for act in ACTS.values():
        assert {rival for rival in act.rivals if act.name not in BY_NAME[rival].rivals} == set(), act.name
        assert act.rivals or act.why, act.name
        assert act.told or act.why, f"{act.name}: what is told who comes second, or why nothing"
        assert act.guard or not act.rivals, f"{act.name}: what keeps the two apart"


def test_every_pair_of_rivals_is_played_or_says_why_not() -> None:
    rivals = {frozenset({act.name, rival}) for act in ACTS.values() for rival in act.rivals}
    played = {pair.acts for pair in PAIRS}
    assert sorted(map(sorted, rivals - played - set(REASONS))) == []
    assert sorted(map(sorted, played - rivals)) == []
    assert sorted(map(sorted, played & set(REASONS))) == []


def test_pairs_have_names_of_their_own_and_can_be_told_to_another_process() -> None:
    assert len({pair.name for pair in PAIRS}) == len(PAIRS)
    assert {side.act for pair in PAIRS for side in (pair.a, pair.b)} <= set(BY_NAME)
    assert set(SIDES) <= set(BY_NAME)
    assert json.dumps([pair.name for pair in PAIRS])


def test_what_the_table_says_who_comes_second_is_told_is_what_some_pair_shows() -> None:
    shown: dict[str, set[str]] = {}
    for pair in PAIRS:
        shown.setdefault(pair.b.act, set()).add(pair.told[0])
        shown.setdefault(pair.a.act, set()).add(pair.told[1])
    assert [act.name for act in ACTS.values() if act.told and act.told not in shown[act.name]] == []
    assert [name for name, told in shown.items() if told - {""} and not BY_NAME[name].told] == []
