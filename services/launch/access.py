"""Who may let the machine begin to speak."""

from typing import Final

from services.access import LEADS, Page

LAUNCH: Final = Page("按楼层启用", "/launch", LEADS, icon="go", place=97)
