"""Waits for what comes about by itself."""

import asyncio
from collections.abc import Callable


async def until(so: Callable[[], object], seconds: float = 20.0) -> None:
    """Until something holds, looked at as a page or a message does. Raises TimeoutError."""
    for _ in range(int(seconds * 100)):
        if so():
            return
        await asyncio.sleep(0.01)
    raise TimeoutError
