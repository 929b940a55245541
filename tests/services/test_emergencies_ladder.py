"""The ladder as arithmetic: whom a step rings, what comes above it, how a call is named (F1, F2, F27)."""

import pytest

from care.chain import LADDERS, About, Reachable, Step, above, rung
from care.states import Role
from care.triage import Audience, Urgency
from services.calling import orders
from services.emergencies import calls


def _one(number: str, role: Role, *floors: str, duty: bool = True, staff: int = 1) -> Reachable:
    return Reachable(number, number, role, staff, None, frozenset(floors), on_duty=duty)


def test_f1_each_step_rings_its_own_people() -> None:
    people = [
        _one("1", Role.CARER, "3"),
        _one("2", Role.CARER, "2"),
        _one("3", Role.NURSE),
        _one("4", Role.SUPERVISOR, duty=False),
        _one("5", Role.SUPERVISOR),
        _one("6", Role.DIRECTOR, duty=False),
        _one("", Role.CARER, "3"),
        _one("1", Role.CARER, "3"),
    ]
    about = About(Audience.FLOOR, frozenset({"3"}))
    found = {step: "".join(one.number for one in rung(step, people, about, set())) for step in Step}
    assert found == {Step.FLOOR: "135", Step.OTHERS: "2", Step.LEAD: "5", Step.DIRECTOR: "6"}
    assert [one.number for one in rung(Step.LEAD, people[:4], about, set())] == ["4"]
    assert rung(Step.FLOOR, people, about, {"1", "3", "5"}) == []
    nowhere = About(Audience.FLOOR)
    assert len(rung(Step.FLOOR, people, nowhere, set())) == 4, "of whom no floor is known everybody on duty is rung"


def test_f27_roles_that_are_accused_are_left_out_on_their_floor() -> None:
    people = [_one("1", Role.CARER, "3", staff=1), _one("2", Role.CARER, "2", staff=2), _one("3", Role.NURSE, staff=3)]
    about = About(Audience.FLOOR, frozenset({"3"}), frozenset({3}), frozenset({("carer", "3")}))
    assert rung(Step.FLOOR, people, about, set()) == []
    assert [one.number for one in rung(Step.OTHERS, people, about, set())] == ["2"]


@pytest.mark.parametrize(
    ("audience", "step", "expected"),
    [("floor", 0, 2), ("floor", 3, 3), ("floor", 9, 3), ("lead", 0, 0), ("none", 0, 0)],
)
def test_f2_one_level_up_is_at_least_the_leads(audience: str, step: int, expected: int) -> None:
    assert above(LADDERS[Audience(audience)], step) == expected


def test_f1_a_call_has_a_short_name_that_leads_back_to_it() -> None:
    for number in (1, 35, 36, 2**63 - 1):
        name = orders.name_of_call(number)
        assert len(name) <= 15, "the company keeps fifteen signs"
        assert orders.number_of(name) == number
    assert orders.number_of("") == orders.number_of("-1") == orders.number_of("９") == orders.number_of("z" * 14) == 0
    assert {Urgency.P0, Urgency.P1} == set(calls.LEVELS)
