"""Who has no page reaches nothing of it by another address: each use case asks for its page first (P2)."""

import ast
import importlib
import inspect
from pathlib import Path
from typing import Final
from unittest.mock import Mock

import pytest

import services
from care.errors import NotFound
from care.states import Role
from services.access import Page, Viewer
from services.complaints.access import COMPLAINTS
from services.emergencies.access import ALARMS
from services.imports.access import IMPORTS
from services.knowledge.access import KNOWLEDGE
from services.launch.access import LAUNCH
from services.practice.access import PRACTICE
from services.residents.access import RESIDENTS
from services.roster.access import CALENDAR, ROSTER
from services.search.access import SEARCH
from services.setup.access import SETTINGS, SETUP
from services.staff.access import COLLEAGUES
from services.staff.unit import UNIT
from services.surveys.access import SURVEYS
from services.talks.access import CANNED
from services.tasks.access import TASKS
from services.upkeep.access import JOBS, RESTORE
from services.week.access import WEEK

BEHIND: Final[tuple[tuple[Page, str, str], ...]] = (
    (COMPLAINTS, "complaints.access", "access_complaint"),
    (ALARMS, "emergencies.unreadable", "take_note"),
    (IMPORTS, "imports.access", "access_run access_row access_ask"),
    (IMPORTS, "imports.exports", "ask asked"),
    (IMPORTS, "imports.staging", "stage runs"),
    (KNOWLEDGE, "knowledge.knowledge", "save_entry switch restore fill"),
    (KNOWLEDGE, "knowledge.missed", "missed"),
    (KNOWLEDGE, "knowledge.teaching", "lessons teach unteach words_of"),
    (LAUNCH, "launch.first_day", "reached"),
    (LAUNCH, "launch.launch", "switch"),
    (PRACTICE, "practice.exercises", "done phones"),
    (PRACTICE, "practice.going_over", "account"),
    (PRACTICE, "practice.practice", "may_go_over"),
    (SETUP, "practice.practice", "begin"),
    (RESIDENTS, "residents.access", "access_resident"),
    (ROSTER, "roster.access", "access_rota access_post access_change"),
    (CALENDAR, "roster.access", "access_calendar"),
    (SEARCH, "search.search", "look"),
    (SETTINGS, "setup.changes", "begin"),
    (SETTINGS, "setup.choices", "history"),
    (SETUP, "setup.menu", "remember pushed undone"),
    (SETUP, "setup.steps", "state set_home set_account set_domain keep_proof checked"),
    (COLLEAGUES, "staff.access", "access_colleague"),
    (COLLEAGUES, "staff.stations", "access_station"),
    (UNIT, "staff.unit", "look"),
    (SURVEYS, "surveys.surveys", "begin end"),
    (CANNED, "talks.canned", "listed _held"),
    (TASKS, "tasks.access", "access_task"),
    (TASKS, "tasks.tasks", "add"),
    (RESTORE, "upkeep.epochs", "account confirm"),
    (JOBS, "upkeep.jobs", "shown"),
    (WEEK, "week.access", "access_week"),
)
"""A page, a module of services, and what in it belongs to the page."""


@pytest.mark.parametrize(("page", "module", "names"), BEHIND)
def test_p2_who_has_no_such_page_reaches_nothing_of_it_by_another_address(page: Page, module: str, names: str) -> None:
    place = importlib.import_module(f"services.{module}")
    for name in names.split():
        use = getattr(place, name)
        wanted = [one for one in inspect.signature(use).parameters.values() if one.default is one.empty]
        for role in set(Role) - page.may:
            given = {one.name: Mock(spec=()) for one in wanted} | {"viewer": Viewer(1, 1, "外人", role)}
            with pytest.raises(NotFound):
                use(**given)


def test_p2_each_use_case_that_asks_for_a_page_stands_in_the_table() -> None:
    folder = Path(services.__file__).parent
    found = {
        (".".join(path.relative_to(folder).with_suffix("").parts), node.name)
        for path in folder.glob("*/*.py")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef) and ast.unparse(node).count("access_page(viewer, ")
    }
    assert found == {(module, name) for _, module, names in BEHIND for name in names.split()}
