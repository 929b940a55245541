"""A test that failed beside others is tried once more; what fails twice, or is many, fails (engineering 20)."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from scripts.steady import FAILED, MOST, steady


class Runs:
    """What pytest would say, run by run."""

    def __init__(self, codes: Sequence[int], failed: Sequence[str]) -> None:
        self.codes, self.failed, self.asked = list(codes), failed, list[list[str]]()

    def __call__(self, options: Sequence[str]) -> int:
        self.asked.append(list(options))
        where = next((one for one in options if one.startswith("cache_dir=")), "")
        if where:
            kept = Path(where.removeprefix("cache_dir="), "v", "cache", "lastfailed")
            kept.parent.mkdir(parents=True)
            kept.write_text(json.dumps(dict.fromkeys(self.failed, True)))
        return self.codes.pop(0)


@pytest.mark.parametrize(
    ("codes", "failed", "ends", "runs"),
    [
        ((0,), (), 0, 1),
        ((FAILED, 0), ("a.py::one",), 0, 2),
        ((FAILED, FAILED), ("a.py::one",), FAILED, 2),
        ((FAILED, 5), ("a.py::one",), 5, 2),
        ((FAILED,), [f"a.py::{n}" for n in range(MOST + 1)], FAILED, 1),
        ((2,), ("a.py::one",), 2, 1),
        ((FAILED,), (), FAILED, 1),
    ],
)
def test_p7_what_fails_twice_or_in_numbers_fails(
    codes: Sequence[int], failed: Sequence[str], ends: int, runs: int, capsys: pytest.CaptureFixture[str]
) -> None:
    played = Runs(codes, failed)
    assert steady("3", ["--cov", "--in-turns"], played) == ends
    assert len(played.asked) == runs
    if runs == 2:
        again = played.asked[1]
        assert again[-1] == failed[0]
        assert "--in-turns" in again
        assert "--cov" not in again, "the figures are those of the whole run"
        assert again[again.index("--turn") + 1] == played.asked[0][played.asked[0].index("--turn") + 1]
        assert failed[0] in capsys.readouterr().out, "who needed a second try is named"
