"""Who may open 回访: the only door to it (architecture, decision 7)."""

from typing import Final

from services.access import WORKS, Page

FOLLOW_UPS: Final = Page("回访", "/followups", WORKS, icon="people", place=73)
"""Who is to be asked how they are, and what they said."""
