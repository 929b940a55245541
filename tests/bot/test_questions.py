"""`jiashu answer` and `jiashu triage`: the contract, line by line."""

import io
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bot import questions
from care.errors import ConfigError
from services.knowledge import knowledge
from services.knowledge.forms import FillBlank
from storage.unit import Unit
from tests.conftest import HomeUnderTest


@pytest.fixture(autouse=True, scope="module")
def _one_encoder() -> Iterator[None]:
    """Each command loads the encoder by itself; here it is loaded once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(questions, "second", cache(questions.second))
        yield


def told(command: str, text: str, file: Path | None = None) -> list[dict[str, Any]]:
    target = io.StringIO()
    assert questions.run(command, file, io.StringIO(text), target) == 0
    return [json.loads(line) for line in target.getvalue().splitlines()]


@pytest.mark.slow
def test_q3_answer_reads_the_starter_knowledge_without_a_config() -> None:
    found = told("answer", "怎么收费\n\n有补贴吗\n今天会不会下雨\n")
    assert [set(line) for line in found] == [{"question", "kind", "id", "offers", "score", "answer", "missing"}] * 3
    assert (found[0]["id"], found[0]["answer"], found[0]["missing"]) == ("faq-01", None, ["床位费", "护理费", "餐费"])
    assert (found[1]["id"], found[1]["missing"]) == ("faq-18", [])
    assert "民政" in found[1]["answer"]
    assert (found[2]["id"], found[2]["answer"], found[2]["missing"]) == (None, None, [])
    assert found[2]["score"] < found[0]["score"], "how likely the best entry is"
    (more,) = told("answer", "能开发票吗\n")
    assert (more["kind"], more["id"], more["missing"]) == ("human", None, ["发票怎么开"]), "beside the forty"


@pytest.mark.slow
async def test_q3_answer_reads_the_homes_own_knowledge_with_one(home: HomeUnderTest, tmp_path: Path) -> None:
    import asyncio

    who = await home.staff()

    def work(db: Unit) -> None:
        for name in ("床位费", "护理费", "餐费"):
            knowledge.fill(db, who, FillBlank(name=name, value="一千元", until=None), home.clock())

    await home.database.write(work)
    file = tmp_path / "config.toml"
    wechat = 'app_id = "wx0123456789abcdef"\napp_secret = "s"\ntoken = "tok"\nencoding_aes_key = "' + "a" * 43 + '"'
    copy = tmp_path / "copy.db"
    with closing(sqlite3.connect(home.file)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    keys = f'[security]\nkey_file = "{home.settings.key_file}"'
    file.write_text(f'[wechat]\n{wechat}\n[database]\nurl = "sqlite:///{copy}"\n{keys}\n', encoding="utf-8")
    (line,) = await asyncio.to_thread(told, "answer", "怎么收费\n", file)
    assert "一千元" in line["answer"]
    opened = [link.resolve() for link in Path("/proc/self/fd").iterdir()]
    assert copy.resolve() not in opened, "and the database is closed again"
    file.write_text(
        f'[wechat]\n{wechat}\n[home]\nphone = "0571-1"\n[database]\nurl = "sqlite:///{tmp_path}/none.db"\n',
        encoding="utf-8",
    )
    (line,) = await asyncio.to_thread(told, "answer", "怎么投诉提建议\n", file)
    assert "0571-1" in line["answer"]
    file.write_text('[wechat]\napp_id = "wx"\n', encoding="utf-8")
    with pytest.raises(ConfigError):
        await asyncio.to_thread(told, "answer", "怎么收费\n", file)


def test_e2_triage_says_level_why_and_audience() -> None:
    found = told("triage", "我摔倒了\n护工掐我\n笑死我了\n")
    assert [(line["level"], line["audience"]) for line in found] == [("P0", "floor"), ("P0", "lead"), ("P3", "none")]
    assert found[0]["why"].startswith("跌倒受伤")
    assert set(found[0]) == {"text", "level", "kind", "why", "audience", "ask", "show"}
    assert [line["ask"] for line in found] == [False, False, False]


def test_e2_each_line_is_answered_before_the_next_is_asked() -> None:
    """A program at the other end of the pipe waits for its answer."""
    heard: list[str] = []

    class Pipe(io.StringIO):
        def flush(self) -> None:
            heard.append(self.getvalue().splitlines()[-1])

    def asks() -> Iterator[str]:
        for number, words in enumerate(("我摔倒了\n", "今天天气好\n")):
            assert len(heard) == number
            yield words

    assert questions.run("triage", None, asks(), Pipe()) == 0  # type: ignore[arg-type]
    assert [json.loads(line)["level"] for line in heard] == ["P0", "P3"]
