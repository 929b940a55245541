"""The browser of tests, pictures and proofs: Debian's Chromium without its windows."""

import shutil
from typing import Final

from playwright.async_api import Browser, Playwright

NAMES: Final = ("chromium-headless-shell", "chromium")
"""By preference: the shell is the same engine without the frame around a page, whose own pages cost eight times as
much CPU for each window that is opened.
"""
FLAGS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


async def launch(playwright: Playwright) -> Browser:
    """Raises RuntimeError when none is installed."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        raise RuntimeError("no browser: run `make test-setup`")
    return await playwright.chromium.launch(executable_path=found, args=FLAGS)
