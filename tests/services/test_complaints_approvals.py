"""Who may decide a paper, and whom words may mean: by name, by a role, by a role of a floor (C6, C8, C14)."""

import pytest

from care.accusations import Accusation, Colleague, Names
from care.states import Role
from services.access import Viewer
from services.accusations import accusations
from services.complaints import approvals
from services.complaints.approvals import Approval
from storage import tables

MEANT = [
    ((1, "", ""), (1, Role.DIRECTOR, ""), True),
    ((1, "", ""), (2, Role.DIRECTOR, ""), False),
    ((None, Role.SUPERVISOR, ""), (2, Role.SUPERVISOR, "3"), True),
    ((None, Role.SUPERVISOR, ""), (2, Role.DIRECTOR, "3"), False),
    ((None, Role.SUPERVISOR, "3"), (2, Role.SUPERVISOR, "3 4"), True),
    ((None, Role.SUPERVISOR, "3"), (2, Role.SUPERVISOR, ""), True),
    ((None, Role.SUPERVISOR, "3"), (2, Role.SUPERVISOR, "2"), False),
    ((None, Role.SUPERVISOR, "3"), (2, Role.DIRECTOR, "3"), False),
]
"""Whom a case names (colleague, role, floor), who stands there (number, role, floors), whether it is about them."""


@pytest.mark.parametrize(("named", "one", "meant"), MEANT)
def test_c8_who_is_meant_by_name_or_by_role_and_floor_does_not_decide(
    named: tuple[int | None, str, str], one: tuple[int, Role, str], meant: bool
) -> None:
    row = tables.Accused(staff_id=named[0], role=named[1], floor=named[2])
    assert approvals._means(row, tables.Staff(id=one[0], role=one[1], floors=one[2])) == meant
    words = Accusation(
        staff=frozenset({named[0]} - {None}),  # type: ignore[arg-type]
        roles=frozenset({(named[1], named[2])} if named[1] else ()),
    )
    assert accusations.means(words, Colleague(one[0], "何志远", one[1], frozenset(one[2].split()))) == meant


@pytest.mark.parametrize(
    ("roles", "accused", "wanted", "reach"),
    [
        ((Role.SUPERVISOR, Role.DESK), {}, "lead", "lead"),
        ((Role.SUPERVISOR, Role.DESK), {1}, "lead", "desk"),
        ((Role.SUPERVISOR, Role.DESK), {1, 2}, "lead", "all"),
        ((Role.SUPERVISOR, Role.DESK), {2}, "desk", "desk"),
        ((Role.SUPERVISOR, Role.DESK), {1, 2}, "desk", "all"),
        ((Role.SUPERVISOR, Role.SUPERVISOR), {1}, "lead", "lead"),
        ((Role.CARER, Role.NURSE), {}, "lead", "all"),
        ((Role.CARER, Role.DESK), {}, "lead", "desk"),
    ],
)
def test_c14_somebody_is_always_left_who_may_read_what_was_said(
    roles: tuple[Role, ...], accused: set[int], wanted: str, reach: str
) -> None:
    house = Names(Colleague(at, f"同事{at}", role, frozenset()) for at, role in enumerate(roles, 1))
    found = Accusation(staff=frozenset(accused), roles=frozenset())
    assert accusations._reach(house, found, wanted) == reach


def _approval(*colleagues: int, outside: bool = False, director: bool = False, made: bool = False) -> Approval:
    return Approval(
        frozenset(colleagues), outside=outside, by_director=director, by_director_made=made, stands_in=False
    )


@pytest.mark.parametrize(
    ("approval", "said", "unsaid"),
    [
        (_approval(1, made=True, director=True), "要另一位院长来批", "上级单位"),
        (_approval(1, made=True, director=True, outside=True), "请上级单位或举办方在电话里批", "院里没有别的院长"),
        (_approval(made=True, director=True, outside=True), "院里没有别的院长", "另一位院长"),
        (_approval(outside=True), "院里没有别人能批", "主管或院长都可以批"),
        (_approval(1, director=True), "这一件要院长批", "主管或院长都可以批"),
        (_approval(1), "主管或院长都可以批", "上级单位"),
    ],
)
def test_c8_who_may_not_decide_is_told_who_does(approval: Approval, said: str, unsaid: str) -> None:
    assert said in approval.who
    assert unsaid not in approval.who
    assert [approval.may(Viewer(number, 1, "何志远", Role.SUPERVISOR)) for number in (1, 2)] == [
        bool(approval.colleagues),
        False,
    ]
