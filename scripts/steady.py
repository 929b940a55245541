"""A run of the tests, after which the few that failed are tried once more, alone: `python -m scripts.steady 3 --cov`
(how many workers, then what pytest is given).

Stories drive a browser and several services on two cores of a machine that others use as well: now and then one of them
is late for reasons of that machine. What fails twice is broken, and so is a run in which more than `MOST` failed. Each
test that needed its second try is named at the end: whoever sees the same name twice mends the test, or the product.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

MOST: Final = 3
FAILED: Final = 1
"""What pytest ends with when tests failed, and nothing else was wrong."""
MEMORY: Final = Path("/dev", "shm")
ROOM: Final = 4 * 1024**3
"""Bytes that must be free there: a run needs one of them."""
Run = Callable[[Sequence[str]], int]


def _pytest(options: Sequence[str], memory: Path = MEMORY) -> int:
    """Thousands of databases live for a moment each: in memory where there is room, else on the disk."""
    roomy = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > ROOM
    with tempfile.TemporaryDirectory(prefix="jiashu-", dir=memory if roomy else None) as place:
        Path(place).chmod(0o711)  # PostgreSQL runs as somebody else
        there = {**os.environ, "TMPDIR": place}
        return subprocess.run([sys.executable, "-m", "pytest", *options], check=False, env=there).returncode


def steady(workers: str, options: Sequence[str], run: Run = _pytest) -> int:
    """The exit code of pytest: that of the second try, where there was one."""
    turn = ["--turn", str(datetime.now(UTC).timetuple().tm_yday)]  # the same part of long rows both times
    with tempfile.TemporaryDirectory() as cache:
        code = run(["-n", workers, "--dist", "worksteal", "-o", f"cache_dir={cache}", *turn, *options])
        kept = Path(cache, "v", "cache", "lastfailed")
        failed = list(json.loads(kept.read_text())) if kept.exists() else []
    if code != FAILED or not 0 < len(failed) <= MOST:
        return code
    print(f"\nonce more, alone: {', '.join(failed)}", flush=True)
    again = [one for one in options if one != "--cov"]
    code = run(["-n", "0", "-p", "no:cacheprovider", *turn, *again, *failed])
    print(f"unsteady, {'and failed twice' if code else 'passed alone'}: {', '.join(failed)}", flush=True)
    return code


if __name__ == "__main__":
    sys.exit(steady(sys.argv[1], sys.argv[2:]))
