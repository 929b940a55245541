"""The flows of the product: proofs, drawings, golden snapshots, and no sequence of messages unanswered."""

import json
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from conversations import events, phrases
from conversations.effects import Quiet, Say
from conversations.engine import Flow, Snapshot
from conversations.events import Image, Message, Text, Voice
from conversations.flows import complaints
from conversations.flows.complaints import Complaint, flow
from conversations.proofs import check, mermaid
from conversations.registry import standard
from conversations.routing import Intent
from tests.conversations.steps import DUE, settle

DOCS = Path(__file__).parents[2] / "docs" / "flows"


@pytest.mark.parametrize("used", standard().flows.values(), ids=lambda used: used.name)
def test_c13_every_flow_answers_every_kind_of_message(used: Flow[object]) -> None:
    assert check(used) == []


@pytest.mark.parametrize("used", standard().flows.values(), ids=lambda used: used.name)
def test_the_drawings_in_the_docs_are_the_flows(used: Flow[object]) -> None:
    assert mermaid(used) in (DOCS / f"{used.name}.md").read_text(encoding="utf-8")


GOLDEN = json.loads((Path(__file__).parent / "golden.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("stored", GOLDEN, ids=lambda stored: f"{stored['flow']}-{stored['version']}-{stored['state']}")
def test_snapshots_of_every_release_resume_for_ever(stored: dict[str, object]) -> None:
    snapshot = Snapshot(
        str(stored["flow"]),
        int(str(stored["version"])),
        3,
        str(stored["state"]),
        json.dumps(stored["slots"]).encode(),
        ("story",),
    )
    used = standard().of(snapshot)
    assert used.advance(snapshot, Text("王桂兰")).effects


messages = some.one_of(
    some.sampled_from(["好了", "取消", "返回", "稍后", "跳过", "人工", "谢谢", "", "😀"]).map(Text),
    some.text(max_size=40).map(Text),
    some.sampled_from(
        [Image("m"), Voice("m"), events.Video("m"), events.Location(1.0, 2.0), events.Link("t"), events.Other("file")]
    ),
)


@given(some.lists(messages, max_size=12))
def test_c13_no_sequence_of_messages_raises_or_stays_unanswered(sequence: list[Message]) -> None:
    turn, _ = settle(flow, flow.begin(Intent.COMPLAINT, Text("我要投诉")))  # type: ignore[arg-type]
    for message in sequence:
        if turn.ended:
            break
        turn, seen = settle(flow, flow.advance(turn.snapshot, message))  # type: ignore[arg-type]
        assert any(isinstance(effect, Say | Quiet) for effect in seen)
        for effect in seen:
            if isinstance(effect, Say):
                reader = phrases.Reader(DUE, ZoneInfo("Asia/Shanghai"), phrases.always("青禾", ""))
                assert phrases.render(effect.key, effect.params, reader)


def test_slots_are_what_the_docs_say() -> None:
    assert Complaint() == Complaint(None, None, None, None, None)
    assert {"好了", "说完了"} <= complaints.ENOUGH
