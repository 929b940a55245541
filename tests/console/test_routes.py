"""Every address of the console stands under a permission, which is asked before anything else (P2)."""

import re
from collections import Counter

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from care.states import Role
from console.routes import COLLEAGUE, MAY, STRANGER, Anybody, May, guard
from services.access import Page
from tests.choice import Choice
from tests.console.browsers import House

AS = {role: f"as-{role.value}" for role in Role}


def served(house: House) -> list[tuple[str, str, May | None]]:
    """Method, address with something in place of each part, permission: of all that the console answers but files."""
    found = []
    for route in house.app.router.resources():
        assert isinstance(route, web.PrefixedSubAppResource)
        for one in route._app.router.routes():
            resource = one.resource
            if one.method == "HEAD" or resource is None or isinstance(resource, web.StaticResource):
                continue
            info = resource.get_info()
            path = str(info.get("path") or _filled(info["pattern"]))
            found.append((one.method, path, getattr(one.handler, MAY, None)))
    return found


def _filled(pattern: "re.Pattern[str]") -> str:
    """An address that fits."""
    path = re.sub(r"\(\?P<\w+>([^()]*(?:\([^()]*\)[^()]*)*)\)", lambda part: _word(part[1]), pattern.pattern)
    path = path.replace("\\", "")
    assert pattern.fullmatch(path), (pattern.pattern, path)
    return path


def _word(wanted: str) -> str:
    return next(
        one
        for one in (
            "1",
            "faq-01",
            "2026-11",
            "2026-11-22",
            "desk.thanks",
            "fall",
            "0" * 20,
            wanted.split("|", maxsplit=1)[0],
        )
        if re.fullmatch(wanted, one)
    )


def test_p2_every_address_has_a_permission(house: House) -> None:
    found = served(house)
    assert len(found) > 60
    assert [path for _, path, may in found if may is None] == []
    station = ["/console/station", "/console/station/alarms", "/console/station/in", "/console/station/lock"]
    assert sorted(path for _, path, may in found if may is STRANGER) == [
        "/console/callout",
        "/console/login",
        "/console/login",
        "/console/start",
        "/console/start",
        *station,
    ]


@pytest.mark.parametrize("role", list(Role))
async def test_p2_who_has_no_permission_finds_nothing_there(house: House, role: Role) -> None:
    await house.home.staff(role, "同事", AS[role])
    refused = 0
    async with house.browser(AS[role]) as client:
        page = await (await client.get("/console/")).text()
        csrf = re.search(r'"X-CSRF": "([^"]+)"', page)
        assert csrf
        for method, path, may in served(house):
            if may is None or isinstance(may, Anybody):
                continue
            allowed = role in (may.may if isinstance(may, Page) else may)
            if allowed:
                continue
            async with client.request(
                method, path, headers={"X-CSRF": csrf[1], "Sec-Fetch-Site": "same-origin"}, data=None
            ) as answer:
                assert answer.status == 404, (method, path)
                refused += 1
    assert refused or role in {Role.SUPERVISOR, Role.DIRECTOR}


async def test_p2_an_address_without_a_permission_is_refused() -> None:
    async def forgotten(_: web.Request) -> web.Response:
        return web.Response(text="open")

    async def meant(_: web.Request) -> web.Response:
        return web.Response(text="open")

    setattr(meant, MAY, COLLEAGUE)

    @web.middleware
    async def explain(request: web.Request, handler: web.RequestHandler) -> web.StreamResponse:
        from care.errors import NotFound

        try:
            return await handler(request)  # type: ignore[operator,no-any-return]
        except NotFound:
            return web.Response(status=404)

    app = web.Application(middlewares=[explain, guard])  # type: ignore[list-item]
    app.router.add_get("/forgotten", forgotten)
    app.router.add_get("/meant", meant)
    async with TestClient(TestServer(app)) as client:
        assert (await client.get("/forgotten")).status == 404
        assert (await client.get("/meant")).status == 200


ASKED = (
    "open",
    "show",
    "after",
    "before",
    "lane",
    "month",
    "first",
    "number",
    "room",
    "result",
    "q",
    "to",
    "held",
    "asked",
    "size",
)
FILLED = (
    "drawn",
    "day",
    "level",
    "owner",
    "accused",
    "done_by",
    "until",
    "at",
    "person",
    "post",
    "shift",
    "staff",
    "out",
    "there",
    "paper",
    "verdict",
    "why",
    "text",
)
JUNK = ("²", "１", "-1", "9" * 40, "1e9", "x\x00y", "9999999999999999.1", "'; --")


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
async def test_fault_c11_no_address_breaks_on_words_where_it_wants_a_number(
    house: House, engine: str, chosen: Choice
) -> None:
    await house.home.staff(Role.DIRECTOR, "沈国平", "shen")
    await house.home.hears("饭菜太凉了，我要投诉", "kin3")
    shift = 4 * (engine == "postgres")
    tried = [
        (junk, one) for nth, one in enumerate(served(house)) for junk in chosen.of(JUNK, len(JUNK), shift=shift + nth)
    ]
    assert {junk for junk, _ in tried} == set(JUNK), "each address with another of them every day"
    async with house.browser("shen") as client:
        csrf = re.search(r'"X-CSRF": "([^"]+)"', await (await client.get("/console/")).text())
        assert csrf
        headers = {"X-CSRF": csrf[1], "Sec-Fetch-Site": "same-origin", "HX-Request": "true"}
        for junk in JUNK:
            async with client.get("/console/live", params={"topics": f"person:{junk}", "since": junk}) as answer:
                assert answer.status == 404, junk
        for junk, (method, path, _) in tried:
            if path.endswith(("/live", "/logout", "/login")):
                continue
            asked = dict.fromkeys(ASKED, junk)
            filled = dict.fromkeys(FILLED, junk) if method == "POST" else None
            async with client.request(method, path, params=asked, data=filled, headers=headers) as answer:
                assert answer.status < 500, (method, path, junk, await answer.text())


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_each_name_of_a_place_stands_on_a_page_once(house: House) -> None:
    """What refuses something is put into the first place of that name, also where another one is in sight."""
    await house.home.staff(Role.DIRECTOR, "沈国平", "shen")
    twice: dict[str, int] = {}
    async with house.browser("shen") as client:
        for method, path, _ in served(house):
            if method != "GET" or path.endswith(("/live", "/logout", "/login")):
                continue
            async with client.get(path) as answer:
                if answer.content_type == "text/html" and answer.status == 200:
                    names = Counter(re.findall(r'\bid="([^"]+)"', await answer.text()))
                    twice |= {f"{path} {name}": many for name, many in names.items() if many > 1}
        found = await house.home.one("SELECT min(id) FROM staff")
        async with client.get(f"/console/staff/{found}") as answer:
            assert (await answer.text()).count('id="problem"') == 1
    assert twice == {}
