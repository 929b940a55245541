"""Stories with browsers and processes run one after the other, on one of the two workers: side by side they would wait
for each other. They share one browser, in which each has windows of its own, and so one loop.
"""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Final

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from tests.stories.warm import Warm

HERE = Path(__file__).parent
FLAGS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


@pytest.hookimpl(tryfirst=True)  # before the names of groups are read
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("stories"))
            if "browser" in getattr(item, "fixturenames", ()):
                item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        yield opened
        await opened.close()


@pytest.fixture(scope="session")
def warm() -> Iterator[Warm]:
    loaded = Warm()
    yield loaded
    loaded.close()
