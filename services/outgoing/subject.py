"""What this subject gives to the house."""

from datetime import datetime
from typing import Final

from services.outgoing import by_hand, cut_off, outbox, proofs, sms_results, today
from services.subject import Job, Running, Subject


async def _give_up(running: Running, now: datetime) -> None:
    await running.database.store(lambda store: outbox.give_up_parked(store, now))
    await running.database.store(lambda store: by_hand.expire(store, now))
    await running.database.store(lambda store: proofs.assume(store, now))
    await running.database.store(lambda store: sms_results.unopened(store, now))


async def _go_on(running: Running, now: datetime) -> None:
    if not running.house.choices.cut_off:
        await running.database.store(lambda store: cut_off.go_on(store, now))


SUBJECT: Final = Subject(
    name="outgoing",
    jobs=(
        Job("parked", 60.0, _give_up, "过时的不再等；要打电话的，过时了不再打；短信没人点开的，改成电话"),
        Job("cut-off", 10.0, _go_on, "公众号恢复以后，把停发期间同事写的发出去"),
    ),
    actions={
        "reach": "送达",
        "by_hand_spoken": "在电话里说了",
        "by_hand_no_answer": "打电话没人接",
        "by_hand_printed": "印好送去了",
        "by_hand_not_needed": "不用再说了",
        "sms_call_back": "发短信请回电",
        "bind_template": "绑模板消息",
    },
    things={"outbox": "消息", "template": "模板消息"},
    topics=("reach",),
    today=today.lines,
)
