"""Who may open the page of this subject."""

from typing import Final

from services.access import WORKS, Page

ALARMS: Final = Page("紧急", "/alarms", WORKS)
DUTY: Final = Page("接班", "/duty", WORKS, icon="sound", place=58)
"""Who hears alarms, and on what."""
