"""What a browser sends, read: a body that nobody can read is told in a sentence, and is no fault of ours in the log."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aiohttp import web
from multidict import MultiDictProxy

from care.errors import JiashuError


class Unreadable(JiashuError):
    """发来的内容在路上断了，读不出来，没有存。您写的还在，请再按一次；还不行就换一个浏览器。"""


class TooMuch(JiashuError):
    """一次写得太多了，没有存。您写的还在，请分几次写。"""

    status = 413


@contextmanager
def reading() -> Iterator[None]:
    """Raises Unreadable for a body that breaks off, and for signs and encodings that there are not."""
    try:
        yield
    except (ValueError, LookupError) as error:
        raise Unreadable from error


async def fields(request: web.Request) -> MultiDictProxy[Any]:
    """The fields of a form. Raises Unreadable, TooMuch."""
    try:
        with reading():
            return await request.post()
    except web.HTTPRequestEntityTooLarge as error:
        raise TooMuch from error
