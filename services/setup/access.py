"""Who may set up the home (N3)."""

from typing import Final

from care.states import Role
from services.access import Page

SETUP: Final = Page("开始使用", "/setup", frozenset({Role.DIRECTOR, Role.ADMIN}), icon="gear", place=98)
SETTINGS: Final = Page("设置", "/settings", SETUP.may, icon="sliders", place=99)
