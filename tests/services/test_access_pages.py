"""Who has no page reaches nothing of it by another address: each use case asks for its page first (P2)."""

import ast
import importlib
import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest

import services
from care.errors import NotFound
from care.states import Role
from services.access import Page, Viewer

FOLDER = Path(services.__file__).parent


def _behind() -> Iterator[tuple[str, Page, Callable[..., Any]]]:
    """Every function of the services that asks for a page, with that page."""
    for path in sorted(FOLDER.glob("*/*.py")):
        name = ".".join(path.relative_to(FOLDER).with_suffix("").parts)
        module = importlib.import_module(f"services.{name}")
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            asked = [
                call.args[1].id
                for call in ast.walk(node)
                if isinstance(call, ast.Call)
                and ast.unparse(call.func) == "access_page"
                and ast.unparse(call.args[0]) == "viewer"
                and isinstance(call.args[1], ast.Name)
            ]
            if isinstance(node, ast.FunctionDef) and asked and hasattr(module, asked[0]):
                yield f"{name}.{node.name}", getattr(module, asked[0]), getattr(module, node.name)


BEHIND = list(_behind())


@pytest.mark.parametrize(("page", "use"), [case[1:] for case in BEHIND], ids=[case[0] for case in BEHIND])
def test_p2_who_has_no_such_page_reaches_nothing_of_it_by_another_address(page: Page, use: Callable[..., Any]) -> None:
    wanted = [one for one in inspect.signature(use).parameters.values() if one.default is one.empty]
    for role in set(Role) - page.may:
        given = {one.name: Mock(spec=()) for one in wanted} | {"viewer": Viewer(1, 1, "外人", role)}
        with pytest.raises(NotFound):
            use(**given)


def test_p2_many_use_cases_ask_for_a_page() -> None:
    assert len(BEHIND) > 45
    assert {"residents.access.access_resident", "tasks.access.access_task", "setup.steps.checked"} <= {
        name for name, _, _ in BEHIND
    }
