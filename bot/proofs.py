"""The files by which the platform sees that a domain is the home's own: `MP_verify_….txt` at its root (fault W6).

Without one no domain can be registered for the web login, and no family opens a page.
"""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from aiohttp import web

from care.errors import ConfigError

NAME: Final = re.compile(r"MP_verify_[A-Za-z0-9]{1,64}\.txt")
BIGGEST: Final = 1024
"""Bytes; the platform's own has sixteen."""


def read(files: str) -> Mapping[str, bytes]:
    """The files of `[http] verify_files`, by name. Raises ConfigError with every one that cannot be served."""
    found, problems = dict[str, bytes](), list[str]()
    for path in map(Path, files.split()):
        try:
            with path.open("rb") as opened:
                found[path.name] = opened.read(BIGGEST + 1)
        except OSError as error:
            problems.append(f"http.verify_files：读不了 {path}（{error.strerror}），请写从公众平台下载的那个文件在哪里")
            continue
        if not NAME.fullmatch(path.name):
            problems.append(f"http.verify_files：{path.name} 要用下载时的名字，例如 MP_verify_AbCd1234EfGh5678.txt")
        elif not 0 < len(found[path.name]) <= BIGGEST or not found[path.name].strip().isalnum():
            problems.append(f"http.verify_files：{path.name} 不是公众平台的验证文件，请重新下载，不要改里面的内容")
    if problems:
        raise ConfigError(problems="".join(f"\n  · {problem}" for problem in problems))
    return found


def add_to(router: web.UrlDispatcher, proofs: Mapping[str, bytes], uploaded: Callable[[], str]) -> None:
    """Serve them at the root: those of the operator's file, and the one that a colleague uploaded (its name and its
    words, with a blank between); nothing else is there.
    """

    async def serve(request: web.Request) -> web.Response:
        asked = request.path.removeprefix("/")
        name, _, words = uploaded().partition(" ")
        body = proofs.get(asked) or (words.encode() if asked == name else None)
        if body is None:
            raise web.HTTPNotFound
        return web.Response(body=body, content_type="text/plain", headers={"X-Content-Type-Options": "nosniff"})

    router.add_get(f"/{{name:{NAME.pattern}}}", serve)
