"""The clocks of the home and the hour of its letters, set without a restart; what was promised stays as it was promised
(C4, C9, Q4, C8).
"""

from datetime import datetime
from typing import Final

from care.errors import Invalid
from services.access import Viewer
from services.setup import changes, settings
from services.setup.forms import SetClocks, SetLetterHour
from services.setup.steps import FIXED
from settings import Home, Settings
from settings.keys import checked
from storage.unit import Unit

CLOCKS: Final = {
    "first_feedback_minutes": ("投诉先回话", "分钟", "从投诉的第一个字算，昼夜都走"),
    "serious_feedback_minutes": ("受伤、虐待这类，先打电话", "分钟", "1 级投诉；老人说话没人答也照这个"),
    "result_hours": ("投诉给结果", "小时", "从第一个字算；做不完要先说原因和新时间"),
    "approval_hours": ("处理方案批下来", "小时", "不会晚过给结果的时间；到点给能代批的人"),
    "reply_minutes": ("平常来信有人答", "分钟", "只走客服台有人的时间"),
}
"""What is called by which words, in what it is counted, and when it runs."""
PROMISED: Final = {"first_feedback_minutes": 60, "serious_feedback_minutes": 15, "result_hours": 24}
"""The home's word (C4, C9): shorter is free, longer needs a reason."""
KEYS: Final = tuple(f"home.{name}" for name in CLOCKS)
WHY: Final = "choice.clocks_why"
LETTER: Final = "home.letter_time"


def set_clocks(db: Unit, viewer: Viewer, base: Settings, form: SetClocks, now: datetime) -> list[str]:
    """From now on; a promise that runs keeps its hour. Gives the keys that changed.

    Raises Invalid with every sentence, Changed, NotFound.
    """
    changes.begin(db, viewer, KEYS, form.drawn, "时限")
    was = settings.now(db, base, viewer.home_id).home
    wanted = _wanted(base, form, was)
    free = {f"home.{name}": str(value) for name, value in wanted.items() if value != getattr(was, name)}
    if not free:
        return []
    longer = [
        f"{CLOCKS[name][0]} {wanted[name]} {CLOCKS[name][1]}"
        for name, most in PROMISED.items()
        if wanted[name] > most and wanted[name] > getattr(was, name)
    ]
    reason = " ".join(form.reason.split())
    if longer and len(reason) < 2:
        raise Invalid(
            why=f"{'、'.join(longer)}，比答应家属的（1 小时、15 分钟、24 小时）长。要这样，请写为什么，会记下来。"
        )
    if len(reason) > 120:
        raise Invalid(why="原因最多写 120 个字。")
    if longer:
        db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "lengthen_clock", f"home:{viewer.home_id}", reason)
    return settings.put(db, viewer, free | ({WHY: reason} if longer else {}), now)


def _wanted(base: Settings, form: SetClocks, was: Home) -> dict[str, int]:
    """Each clock as it is to be; what the operator has fixed stays. Raises Invalid."""
    wanted: dict[str, int] = {}
    for name, (words, *_) in CLOCKS.items():
        if f"home.{name}" not in base.open:
            wanted[name] = getattr(was, name)
            continue
        try:
            wanted[name] = int(str(checked("home", name, getattr(form, name).strip())))
        except ValueError as error:
            raise Invalid(why=f"{words}：{error}。") from error
    if wanted["serious_feedback_minutes"] > wanted["first_feedback_minutes"]:
        raise Invalid(why="受伤、虐待这类，不能比平常的投诉还慢。")
    if wanted["first_feedback_minutes"] > wanted["result_hours"] * 60:
        raise Invalid(why="先回话的时间，不能比给结果还晚。")
    if wanted["approval_hours"] > wanted["result_hours"]:
        raise Invalid(why="处理方案要在给结果之前批下来。")
    return wanted


def set_letter_hour(db: Unit, viewer: Viewer, base: Settings, form: SetLetterHour, now: datetime) -> None:
    """When the letters of a day may be read. Raises Invalid, Changed, NotFound."""
    changes.begin(db, viewer, [LETTER], form.drawn, "家书几点发")
    if LETTER not in base.open:
        raise Invalid(why=FIXED)
    settings.put(db, viewer, {LETTER: form.letter_time.strip().replace("：", ":").zfill(5)}, now)
