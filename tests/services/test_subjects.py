"""Subjects are found by folder: each says what it gives in one value, and nothing is given twice (engineering 9)."""

import ast
import pkgutil
import re
import tomllib
from pathlib import Path

import pytest

import services
from conversations.effects import Effect, Say
from conversations.registry import standard
from scripts.stage import ROOT
from services import subject
from services.subject import Subject, gathered, subjects
from services.talks import dispatch
from settings import subjects as folders
from tests import facts
from tests.services.test_time import OURS


def test_each_subject_stands_in_the_folder_of_its_name() -> None:
    places = {
        value.name: module.__name__
        for module in folders.modules("services")
        for value in vars(module).values()
        if isinstance(value, Subject)
    }
    assert len(places) == len(subjects()) > 10
    assert places == {name: f"services.{name}.subject" for name in places}


def test_every_effect_of_every_flow_is_carried_out_by_one_subject() -> None:
    standard()
    said = {"Say", "Quiet"}  # the engine's own
    known = {effect.__name__ for effect in Effect.__subclasses__() if effect.__module__.startswith("conversations.")}
    assert known - said == {effect.__name__ for effect in dispatch.executors()}


def test_two_subjects_never_carry_out_one_effect_or_own_one_word(monkeypatch: pytest.MonkeyPatch) -> None:
    first = Subject(name="one", executors={Say: lambda _context, _effect: None}, actions={"note": "备注"})
    second = Subject(name="two", executors={Say: lambda _context, _effect: None}, actions={"note": "留言"})
    monkeypatch.setattr(dispatch, "subjects", lambda: (first, second))
    with pytest.raises(ValueError, match="two: Say is carried out by another subject"):
        dispatch.executors.__wrapped__()
    monkeypatch.setattr(subject, "subjects", lambda: (first, second))
    with pytest.raises(ValueError, match="two: note is another subject's word"):
        gathered(lambda one: one.actions)


def test_what_is_said_of_the_acts_that_pages_hear_of_is_said_of_acts_that_there_are() -> None:
    acts = {act for one in subjects() for act in one.actions}
    assert facts.HEARD.keys() | facts.QUIET <= acts
    assert facts.HEARD.keys().isdisjoint(facts.QUIET)
    assert facts.untold({"edit_week", "log_in"}, {"week"}) == {"edit_week": ["knowledge"]}


def test_a_subject_that_the_contracts_do_not_name_yet_knows_no_other_subject() -> None:
    """Contract 1b of pyproject.toml lists the layers of services; a new package begins as a subject among subjects."""
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    layers = [
        [one.strip().removeprefix("services.") for one in re.split(r"[|:]", layer)]
        for layer in next(one for one in listed if one["name"].startswith("1b."))["layers"]
    ]
    named, beside = {one for layer in layers for one in layer}, set(layers[1])
    here = {one.name for one in pkgutil.iter_modules(services.__path__)}
    assert named <= here
    wrong = {}
    for new in here - named - {"install"}:
        files = [file.read_text(encoding="utf-8") for file in (ROOT / "services" / new).rglob("*.py")]
        known = {word for text in files for word in re.findall(r"^from services\.(\w+)", text, re.MULTILINE)}
        wrong[new] = known & (beside | {"talks"})
    assert {new: known for new, known in wrong.items() if known} == {}


def test_names_of_jobs_are_given_once() -> None:
    names = [job.name for one in subjects() for job in one.jobs]
    assert sorted(names) == sorted(set(names))


def test_one_file_alone_imports_by_name() -> None:
    """What is imported by name is seen by no check of the layers."""
    found = {
        file.relative_to(ROOT).as_posix() for folder in OURS for file in (ROOT / folder).rglob("*.py") if _by_name(file)
    }
    assert found == {"settings/subjects.py"}


def _by_name(file: Path) -> bool:
    names = {
        getattr(node, "attr", getattr(node, "id", "")) for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
    }
    return bool(names & {"import_module", "__import__"})
