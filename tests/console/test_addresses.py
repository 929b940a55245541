"""No address and no question of the console breaks by a number that is none, or too big for any row (S11)."""

import re
from collections.abc import Iterator
from typing import Final

import pytest

from care.states import Role
from care.words import whole
from console.routes import Routes
from settings import subjects
from tests.choice import Choice
from tests.console.browsers import House

NO_ROW: Final = "9" * 18
"""A number, but that of no row."""
ODD: Final = (
    "9" * 22,
    "9" * 19,
    "²",
    "٣",
    "-1",
    "0",
    "1e3",
    "%00",
    "faq-99",
    "C9999-99",
    "0000-00",
    "9999-99",
    "9999-12",
)
ASKED: Final = ("open", "before", "topics", "since", "show", "held", "q", "to", "asked")
BLANK: Final = re.compile(r"\{(\w+)(?::((?:[^{}]|\{[\d,]*\})+))?\}")


def addresses(method: str, chosen: Choice) -> Iterator[str]:
    """Every address, in the place of its blanks the number of no row and a few odd ones, every day others; with
    `--whole` all of them.
    """
    routes = [route for routes in subjects.declared("console.views", Routes) for route in routes.all]
    for nth, route in enumerate(routes):
        if route.method != method or route.path in {"/live", "/logout"}:
            continue
        odds = [NO_ROW, *chosen.of(ODD, 5, shift=nth)]
        if BLANK.search(route.path):
            yield from (BLANK.sub(odd, route.path) for odd in odds)
        elif method == "GET":
            yield from (f"{route.path}?" + "&".join(f"{name}={odd}" for name in ASKED) for odd in odds)


@pytest.fixture
async def settled(house: House) -> House:
    await house.home.staff(Role.DIRECTOR, "沈国平", "shen")
    await house.home.hears("我要投诉饭菜", "kin3")
    return house


async def test_fault_s11_no_page_breaks_by_a_number(settled: House, chosen: Choice) -> None:
    async with settled.browser("shen") as client:
        asked = list(addresses("GET", chosen))
        assert len(asked) > 300
        broken = []
        for path in asked:
            async with client.get(f"/console{path}", allow_redirects=False) as answer:
                if answer.status >= 500:
                    broken.append((answer.status, path))
        assert broken == []


async def test_fault_s11_no_act_breaks_by_a_number(settled: House, chosen: Choice) -> None:
    async with settled.browser("shen") as client:
        token = re.search(r'"X-CSRF": "([^"]+)"', await (await client.get("/console/today")).text())
        assert token
        asked = list(addresses("POST", chosen))
        assert len(asked) > 250
        broken = []
        for path in asked:
            form = dict.fromkeys(("owner", "drawn", "person", "level", "category", "day", "until", "at"), "9" * 22)
            async with client.post(
                f"/console{path}", data=form, headers={"X-CSRF": token[1]}, allow_redirects=False
            ) as answer:
                if answer.status >= 500:
                    broken.append((answer.status, path))
        assert broken == []


async def test_fault_s11_a_stream_of_a_number_that_is_none_does_not_exist(settled: House) -> None:
    async with settled.browser("shen") as client:
        for odd in (*ODD, NO_ROW, "", "9" * 5000):
            async with client.get("/console/live", params={"topics": f"person:{odd}"}) as answer:
                assert answer.status in {404, 400}, odd[:30]
            async with client.get("/console/live", params={"topics": "inbox", "since": f"x.{odd}"}) as answer:
                assert answer.status in {200, 400}, odd[:30]


@pytest.mark.parametrize("text", ["", "²", "٣", "-1", "1.0", " 1", "9" * 19, "9" * 5000])
def test_fault_s11_what_no_row_has_is_no_number(text: str) -> None:
    assert whole(text) is None
    assert whole("0") == 0
    assert whole("9" * 18) == 10**18 - 1
