"""Who practises, who plays the phones, and who goes over (F54)."""

from typing import Final

from care.states import Role
from services.access import WORKS, Page

PRACTICE: Final = Page("练习", "/practice", WORKS | {Role.ADMIN})
PHONES: Final = Page("模拟手机", "/practice/phones", WORKS)
"""Letters and talks are read there, so whoever may not read them in the console plays no phone."""
GOES_OVER: Final = frozenset({Role.DIRECTOR})
