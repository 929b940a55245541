"""Errors as pages: what happened, what to do, nothing lost."""

import logging
from collections.abc import Awaitable, Callable

import aiohttp_jinja2
from aiohttp import web

from care.errors import Changed, JiashuError, NotFound

log = logging.getLogger("jiashu.web")


@web.middleware
async def explain(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Turn an error of the house into its sentence; what nobody foresaw is logged and told without detail."""
    try:
        return await handler(request)
    except JiashuError as error:
        return tell(request, error)
    except web.HTTPNotFound:
        return tell(request, NotFound())
    except web.HTTPException:
        raise
    except Exception:
        log.exception("a page failed", extra={"action": "page_failed", "path": request.path})
        return tell(request, JiashuError(), 500)


def tell(request: web.Request, error: JiashuError, status: int | None = None) -> web.Response:
    """The sentence, as a strip above the form for htmx, else as a page."""
    status = status or error.status
    if request.headers.get("HX-Request") and request.path.startswith("/console"):
        response = aiohttp_jinja2.render_template("_error.html", request, {"sentence": error.sentence}, status=status)
        response.headers["HX-Retarget"] = "#problem"
        response.headers["HX-Reswap"] = "innerHTML"
        if isinstance(error, Changed):
            response.headers["X-Drawn"] = error.revision
        return response
    return aiohttp_jinja2.render_template(
        "error.html", request, {"sentence": error.sentence, "status": status}, status=status
    )
