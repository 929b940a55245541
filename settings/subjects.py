"""Subjects are found by folder: a new one adds its own files and edits none of another's (engineering 9).

The only place that imports by name; a test holds that.
"""

import importlib
import pkgutil
from types import ModuleType
from typing import TypeVar

T = TypeVar("T")


def modules(package: str) -> list[ModuleType]:
    """All modules of a package, those in its folders as well, by name."""
    path = importlib.import_module(package).__path__
    return [
        importlib.import_module(found.name)
        for found in sorted(pkgutil.walk_packages(path, f"{package}."), key=lambda found: found.name)
    ]


def declared(package: str, kind: type[T]) -> list[T]:
    """The values of one type that the modules of a package have by name, alone or in a tuple, each once; by module."""
    found: dict[int, T] = {}
    for module in modules(package):
        for named in vars(module).values():
            for value in named if isinstance(named, tuple) else (named,):
                if isinstance(value, kind):
                    found.setdefault(id(value), value)
    return list(found.values())
