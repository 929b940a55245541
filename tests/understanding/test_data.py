"""What would make a figure untrue is refused (engineering, 17)."""

import csv
import hashlib
from pathlib import Path

import pytest

from training import lines as reading
from training.lines import COLUMNS, DATA, Line, near, unlike

TRAIN, KEPT = (reading.read(DATA / folder) for folder in ("train", "kept"))
SITUATIONS = "371e692c7cadd57ed70d12a93c88ade009a76f722c4c5fdd08de21817c887864"
"""SHA-256 of the list of situations from which the kept lines were written, committed before they were."""


def test_e2_no_family_and_no_voice_stands_in_two_splits() -> None:
    assert not {line.family for line in TRAIN} & {line.family for line in KEPT}
    assert not {line.voice for line in TRAIN} & {line.voice for line in KEPT}


def test_e2_there_is_enough_of_it() -> None:
    assert len(TRAIN) >= 12_000
    assert len({line.family for line in TRAIN}) >= 1_500
    voices = {line.voice for line in TRAIN if line.voice.startswith("t")}
    assert len(voices) >= 20
    assert all(sum(line.voice == voice for line in TRAIN) >= 400 for voice in voices)
    assert len({line.voice for line in KEPT}) >= 5
    kinds = {line.kind for line in KEPT if line.rings}
    assert len(kinds) == 12
    assert all(sum(line.rings and line.kind == kind for line in KEPT) >= 100 for kind in kinds)


def test_e2_the_situations_of_the_kept_lines_are_those_that_were_listed_first() -> None:
    assert hashlib.sha256((DATA / "kept-situations.tsv").read_bytes()).hexdigest() == SITUATIONS


def test_e2_every_file_has_the_columns_and_no_line_is_empty(tmp_path: Path) -> None:
    assert all(line.text.strip() and line.family and line.voice for line in (*TRAIN, *KEPT))
    file = tmp_path / "x.tsv"
    with file.open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target, delimiter="\t")
        writer.writerow(COLUMNS)
        writer.writerow(["t", "elder", "", "emergency", "ring", "flood", "", "t.x", "水"])
    with pytest.raises(ValueError, match="flood"):
        reading.read(tmp_path)


def _line(text: str) -> Line:
    return Line("t", "elder", "", "other", "no", "", "", "t.x", text)


def test_e2_a_line_twice_or_nearly_is_left_out() -> None:
    lines = [_line("今天食堂的鱼有点咸"), _line("今天食堂的鱼有点咸了"), _line("我想去院子里晒太阳")]
    assert [line.text for line in unlike(lines)] == ["今天食堂的鱼有点咸", "我想去院子里晒太阳"]
    assert [line.text for line in near(lines, ["我想去院子里晒太阳"])] == ["我想去院子里晒太阳"]
