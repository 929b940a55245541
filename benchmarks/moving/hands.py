"""Hands on a page: what they press and type is counted."""

import re
from dataclasses import dataclass, field
from typing import Literal

from playwright.async_api import Dialog, Locator, Page

Words = str | re.Pattern[str]


@dataclass
class Hands:
    """One browser of one person. `clicks` are presses and choices, `fields` what was typed; `errors` what the page
    itself complained of.
    """

    page: Page
    clicks: int = 0
    fields: int = 0
    errors: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.set_default_timeout(45_000)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("dialog", self._answered)

    async def _answered(self, dialog: Dialog) -> None:
        self.clicks += 1
        await dialog.accept()

    async def press(self, what: Words | Locator, *, role: Literal["button", "link"] = "button") -> None:
        """A button by its words, or whatever was found."""
        found = what if isinstance(what, Locator) else self.page.get_by_role(role, name=what).first
        self.clicks += 1
        await found.click()

    async def go(self, words: Words) -> None:
        """A link by its words."""
        await self.press(words, role="link")

    async def type(self, label: Words | Locator, words: str) -> None:
        """A field by its label."""
        found = label if isinstance(label, Locator) else self.page.get_by_label(label).first
        self.fields += 1
        await found.fill(words)

    async def choose(self, label: Words | Locator, words: str) -> None:
        """An entry of a list."""
        found = label if isinstance(label, Locator) else self.page.get_by_label(label).first
        self.clicks += 1
        await found.select_option(label=words)

    async def file(self, place: str | Locator, name: str, kind: str, data: bytes) -> None:
        """A file from the disk."""
        found = self.page.locator(place) if isinstance(place, str) else place
        self.clicks += 1
        await found.set_input_files({"name": name, "mimeType": kind, "buffer": data})

    def begin(self) -> None:
        """Count anew."""
        self.clicks = self.fields = 0
