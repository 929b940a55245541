"""Who may open the page of this subject."""

from typing import Final

from services.access import WORKS, Page

ALARMS: Final = Page("紧急", "/alarms", WORKS)
