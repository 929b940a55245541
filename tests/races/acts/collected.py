"""The acts that there are: asked of the real router, the real list of jobs, the loops of sender and fetcher and the
executors of the webhook.
"""

import ast
import inspect
import re
from collections.abc import Iterator, Sequence
from types import ModuleType
from typing import Any

from aiohttp import web

from bot import fetcher, sender
from services.subject import Job
from services.talks.dispatch import executors
from tests.races.acts.act import Key


def collect(app: web.Application, jobs: Sequence[Job]) -> set[Key]:
    """All acts of the product as it is built now."""
    found = set(_routes(app))
    found |= {("job", job.name) for job in jobs}
    found |= {("webhook", effect.__name__) for effect in executors()}
    return found | {
        (name, act) for name, module in (("sender", sender), ("fetcher", fetcher)) for act in _asked_of_services(module)
    }


def _routes(app: web.Application) -> Iterator[Key]:
    for route in app.router.routes():
        resource = route.resource
        if (
            resource is None
            or route.method in {"HEAD", "OPTIONS"}
            or (route.method == "GET" and not _writes(route.handler))
        ):
            continue
        found = resource.get_info()
        path = str(found.get("formatter") or found.get("path") or resource.canonical)
        pattern = found.get("pattern")
        words = (
            [_alternatives(names) for names in re.findall(r"\(\?P<\w+>([^()]*)\)", pattern.pattern)]
            if pattern is not None
            else []
        )
        chosen = [one for one in words if one]
        for act in chosen[0] if chosen else (route.handler.__name__,):
            yield f"{route.method} {path}", act
    for resource in app.router.resources():
        if isinstance(resource, web.PrefixedSubAppResource):
            yield from _routes(resource._app)


def _alternatives(pattern: str) -> tuple[str, ...]:
    """The words among which a part of an address chooses; none for a number or a key."""
    words = tuple(pattern.split("|"))
    return words if len(words) > 1 and all(re.fullmatch(r"[a-z-]+", word) for word in words) else ()


def _writes(handler: Any) -> bool:
    """Whether a page that is only looked at writes: it hands work to the writer itself."""
    try:
        source = inspect.getsource(handler)
    except (OSError, TypeError):
        return False
    calls = [node.func for node in ast.walk(ast.parse(inspect.cleandoc(f"\n{source}"))) if isinstance(node, ast.Call)]
    return any(
        isinstance(call, ast.Attribute) and call.attr in {"write", "store"} and _is_database(call.value)
        for call in calls
    )


def _is_database(node: ast.expr) -> bool:
    return "DATABASE" in ast.dump(node) or "database" in ast.dump(node)


def _asked_of_services(module: ModuleType) -> set[str]:
    """What a loop asks of services with a store in its hand."""
    return {
        node.func.attr
        for node in ast.walk(ast.parse(inspect.getsource(module)))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.args
        and isinstance(node.args[0], ast.Name)
        and node.args[0].id == "store"
        and node.func.value.id != "store"
    }
