"""Who may open the page of this subject."""

from typing import Final

from services.access import WORKS, Page

SEARCH: Final = Page("搜索", "/search", WORKS, icon="search", place=50)
