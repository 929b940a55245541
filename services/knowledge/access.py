"""Who may open the page of this subject."""

from typing import Final

from care.states import Role
from services.access import HANDLERS, Page

KNOWLEDGE: Final = Page("知识库", "/knowledge", HANDLERS | {Role.ADMIN}, icon="book", place=90, key="k")
