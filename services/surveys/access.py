"""Who may open the page of this subject."""

from typing import Final

from services.access import HANDLERS, Page

SURVEYS: Final = Page("问卷", "/surveys", HANDLERS, icon="paper", place=80)
