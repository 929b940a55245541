"""Who may open the page of this subject."""

from typing import Final

from services.access import WORKS, Page

CHATS: Final = Page("会话", "/chats", WORKS, icon="chat", place=20, key="h", count="chats")
