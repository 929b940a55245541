"""Matters: what people write that somebody is to do, under its name, and whose it is (`matters.toml`)."""

import tomllib
from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Final

import msgspec

from care.states import Role

JOINS: Final = timedelta(hours=2)
"""So long further words of the same matter belong to the task that is open."""
MACHINE: Final = 0
"""Who wrote a task that came from a message by itself: no colleague has this number."""
MACHINE_NAME: Final = "机器人"


class Matter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One matter as `matters.toml` has it."""

    name: str
    role: Role
    hours: int
    of_floor: bool = False
    by_night: bool = False
    elder_minutes: int = 0
    reply: bool = True


class Matters(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All of them by intent; `posts`: how people who write are told of a role."""

    elsewhere: Role
    grave: Role
    posts: Mapping[Role, str]
    matters: Mapping[str, Matter]

    def post(self, role: Role, floor: str) -> str:
        """Whose it is, as it is told to who wrote, after 给: 前台, or with a blank before the number 2 楼护士."""
        return f" {floor} 楼{self.posts[role]}" if floor else self.posts[role]


@cache
def table() -> Matters:
    """The table. Raises msgspec.ValidationError for what it may not hold."""
    kept = tomllib.loads(Path(__file__).with_name("matters.toml").read_text(encoding="utf-8"))
    return msgspec.convert(kept, Matters)
