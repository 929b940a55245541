"""What the doctor says of the keys of a house, without which nobody opens its data (P7, I8)."""

from pathlib import Path

import pytest

from bot import doctor
from settings import Database, Security, Settings
from storage import migrate, seal, words
from tests.conftest import HomeUnderTest


def keys(settings: Settings) -> doctor.Finding:
    """As `jiashu doctor` and `jiashu upgrade` ask."""
    return doctor.after_upgrade(settings)[2]


def test_p7_a_new_house_has_no_keys_yet_and_looking_makes_none(tmp_path: Path, migrated: Path) -> None:
    used = Settings(database=Database(f"sqlite:///{migrated}"), security=Security(key_file=str(tmp_path / "new.keys")))
    found = keys(used)
    assert (found.mark, found.what) == (doctor.Mark.LOOK, "钥匙")
    assert "第一次启动时会建" in found.words
    assert not used.key_file.exists(), "nothing is changed"


async def test_p7_the_doctor_says_which_engine_a_house_has_and_which_schema(home: HomeUnderTest) -> None:
    found = doctor.after_upgrade(home.settings)[0]
    assert (found.mark, found.what, found.words) == (
        doctor.Mark.GOOD,
        "数据库",
        f"SQLite，一个进程，结构 {migrate.head()}",
    )


async def test_p7_the_doctor_opens_the_keys_and_tells_lost_damaged_and_open_ones(home: HomeUnderTest) -> None:
    used, file = home.settings, home.settings.key_file
    assert keys(used).mark is doctor.Mark.GOOD
    for mode in (0o640, 0o604, 0o620, 0o602):
        file.chmod(mode)
        assert keys(used).mark is doctor.Mark.BAD
        assert "chmod 600" in keys(used).words
    file.chmod(0o600)
    whole = file.read_text()
    file.write_text(whole[:40])
    found = keys(used)
    assert (found.mark, found.what) == (doctor.Mark.BAD, "钥匙")
    assert "读不出来" in found.words, "who would only find out at the next start is told today"
    file.unlink()
    found = keys(used)
    assert found.mark is doctor.Mark.BAD
    assert "找不到钥匙文件" in found.words
    assert not file.exists()
    file.write_text(whole)
    file.chmod(0o600)
    assert seal.load(file, may_create=False).fingerprint == home.database.sealer.fingerprint
    assert keys(used).mark is doctor.Mark.GOOD


def test_p7_the_doctor_names_three_strange_words_and_counts_the_others(
    migrated: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    used, found = Settings(database=Database(f"sqlite:///{migrated}")), list[words.Strange]()
    monkeypatch.setattr(words, "strange", lambda _: found)
    assert doctor._words(used).mark is doctor.Mark.GOOD
    found += [words.Strange("letter", "state", "w" * 30, 2, closed=True)]
    said = doctor._words(used)
    assert said.mark is doctor.Mark.BAD
    assert said.words.startswith(f"表 letter 的 state 列有 2 行写着「{'w' * 20}」，这个版本不认识")
    found[:] = [words.Strange("promise", "kind", f"Call {n}", 1, closed=False) for n in range(3)]
    said = doctor._words(used)
    assert said.mark is doctor.Mark.LOOK
    assert all(f"「Call {n}」" in said.words for n in range(3))
    assert "一共" not in said.words
    found += [words.Strange("promise", "kind", "Call 3", 1, closed=False)]
    said = doctor._words(used)
    assert "；一共 4 处，" in said.words
    assert "「Call 3」" not in said.words
