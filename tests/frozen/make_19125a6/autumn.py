"""Autumn: two festivals, questionnaires, and what is under way when a backup is made and restored."""

# mypy: ignore-errors
# (The types hold on 19125a6; what is imported here moves in later commits.)

from collections.abc import Sequence
from datetime import timedelta

from services import desk, epochs, letters, occasions, pulse, staff, surveys

from .facts import MACHINE
from .play import Play


async def autumn(play: Play) -> None:
    """Two festivals, a questionnaire, and three plans that a colleague decides."""
    play.until("2026-09-25 08:20")  # 中秋
    for openid in ("grandma", "daughter", "son", "cousin"):
        await play.says(openid, "谢谢")
    play.until("2026-09-25 08:30")
    await play.jobs(plans=True)
    play.until("2026-09-25 09:00")
    await play.jobs()
    await play.leaves()
    rows = await play.rows("SELECT id FROM plan WHERE occasion = 'double-ninth' ORDER BY id")
    verdicts = (("held",), ("cancelled",), ("cancelled", "planned"), ("held", "planned"))
    for (number,), told in zip(rows, verdicts, strict=False):
        for word in told:
            await play.do(
                lambda db, n=number, w=word: occasions.decide(  # type: ignore[misc]
                    db, play.staff_of["chen"], n, w, play.clock()
                )
            )
    play.until("2026-10-18 08:10")  # 重阳
    for openid in ("grandma", "grandpa", "niece", "visitor"):
        await play.says(openid, "谢谢")
    play.until("2026-10-18 08:30")
    await play.jobs(plans=True)
    play.until("2026-10-18 09:00")
    await play.jobs()
    await play.leaves()
    play.until("2026-10-19 10:00")
    await questionnaire(play, answered=("niece", "visitor"))
    row = int(await play.one("SELECT id FROM campaign"))
    await play.do(lambda db: surveys.end(db, play.staff_of["he"], row, play.clock()))


async def questionnaire(play: Play, answered: Sequence[str]) -> None:
    """A questionnaire is started; the first answers on the page, the second in the chat."""
    for openid in answered:
        await play.says(openid, "谢谢")
    await play.do(lambda db: surveys.begin(db, play.house, play.staff_of["he"], play.clock()))
    await play.leaves()
    page, chat = answered
    await play.do(
        lambda db: surveys.keep(
            db, letters.who_reads(db, page), {"attitude": 5, "quality": 4, "safety": 2}, "希望走廊的灯亮一点"
        )
    )
    await play.says(chat, "问卷")
    count = len(str(await play.one("SELECT items FROM campaign ORDER BY id DESC")).split())
    await play.says(chat, *("5", "2", "不清楚", "满意", "跳过", "1", "3")[:count], "早饭再热一点")


async def before_the_restore(play: Play) -> None:
    """What is under way when the backup is made: a follow-up for later, a colleague's words, an
    apology of the machine.
    """
    play.until("2026-10-20 09:00")
    await play.to_the_result("early", "饭菜太凉了，我要投诉")
    await play.says("early", "1")
    await play.says("late-one", "请问车能停在院里吗")
    play.until("2026-10-20 10:30")
    await play.jobs()
    person = await play.person("early")
    await play.do(
        lambda db: desk.answer(
            db, play.staff_of["chen"], person, "您放心，都记着。", "before-the-restore", play.clock()
        )
    )
    token = await play.do(lambda db: staff.log_in(db, play.staff_of["tang"].id, ("name:tang",), play.clock(), 12))
    assert token


async def after_the_restore(play: Play) -> None:
    """The director opens the way out again; 停机 is seen and noted."""
    closed = await play.database.read(lambda db: epochs.closed(db, play.ids.home_id))
    assert closed is not None
    await play.do(lambda db: epochs.confirm(db, play.staff_of["shen"], closed.id, epochs.CONFIRM, play.clock()))
    for hours in (1, 3):
        await play.database.store(
            lambda store, h=hours: pulse.woke(store, play.ids.home_id, MACHINE + timedelta(hours=h))
        )  # type: ignore[misc]
    gap = (await play.database.read(lambda db: pulse.unseen(db, play.ids.home_id)))[0]
    await play.do(lambda db: pulse.take_note(db, play.staff_of["tang"], gap.id, play.clock()))
    play.until("2026-10-23 10:01")
    await play.says("early", "谢谢")
    await play.leaves()
    await play.says("early", "2", "菜还是凉的", "好了")
