"""Who may open the page of this subject."""

from typing import Final

from care.states import Role
from services.access import HANDLERS, WORKS, Page

CHATS: Final = Page("会话", "/chats", WORKS, icon="chat", place=20, key="h", count="chats")
CANNED: Final = Page("常用语", "/settings/canned", WORKS | {Role.ADMIN})
MAY_EDIT: Final = HANDLERS | {Role.ADMIN}
"""Who writes those of the house; everybody who answers has own ones."""
