"""Named moments at which a test may kill or hold the process: honoured only when the platform is a stand-in on
loopback.

`JIASHU_POINTS="before_commit=kill@5,after_send=hold:2.5@1"`: at the 5th time that the point is reached, kill -9; at
the first, wait 2.5 s. The points (the first two count the batches of messages): before_commit, after_commit,
after_spool (on disk there, not yet said), before_answer, after_send.
"""

import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable

POINTS = frozenset({"before_commit", "after_commit", "after_spool", "before_answer", "after_send"})


def parse(spec: str) -> dict[str, tuple[str, int]]:
    """The wanted act and count of each point. Raises ValueError for an unknown point."""
    wanted: dict[str, tuple[str, int]] = {}
    for part in filter(None, (piece.strip() for piece in spec.split(","))):
        point, _, rest = part.partition("=")
        act, _, count = rest.partition("@")
        if point not in POINTS:
            message = f"no point is called {point}"
            raise ValueError(message)
        wanted[point] = (act, int(count or 1))
    return wanted


def armed(spec: str) -> Callable[[str], None]:
    """The function that code calls at each point."""
    wanted = parse(spec)
    seen: Counter[str] = Counter()
    lock = threading.Lock()

    def reach(point: str) -> None:
        if point not in wanted:
            return
        with lock:
            seen[point] += 1
            count = seen[point]
        act, at = wanted[point]
        if count != at:
            return
        if act == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        elif act.startswith("hold:"):
            time.sleep(float(act.removeprefix("hold:")))

    return reach


def none(_: str) -> None:
    """Reach nothing: the service in earnest."""
