"""The stories of a worker share one browser, in which each has windows of its own, and so one loop."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright, expect

from scripts.browser import launch
from tests.stories.warm import Warm

HERE = Path(__file__).parent
expect.set_options(timeout=20_000)
"""Milliseconds that a page may take where three stories share two processors; what holds is seen at once."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents and "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        opened = await launch(playwright)
        yield opened
        await opened.close()


@pytest.fixture(scope="session")
def warm() -> Iterator[Warm]:
    loaded = Warm()
    yield loaded
    loaded.close()
