"""Who may open the page of this subject."""

from typing import Final

from services.access import HANDLERS, Page, Role

KNOWLEDGE: Final = Page("知识库", "/knowledge", HANDLERS | {Role.ADMIN}, icon="book", place=90, key="k")
