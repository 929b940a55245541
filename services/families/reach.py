"""Whether somebody may get what nobody asked for: a greeting, a reminder, a questionnaire (F11, F16, H1)."""

from datetime import datetime
from typing import Final

from care import preferences
from services.outgoing import sending
from storage.queries.families import Who

ASK_FIRST: Final = "先问过主管再说"
"""A grave complaint of this person is open; who reads this must not learn that there is one (C14).

Only who complained is left in peace: the elder and the rest of the family get theirs, and the questionnaire answers
whoever asks for it (C-6, F42).
"""
NOT_SIGNED: Final = "刚出院，回院交接还没签"


def why_not(who: Who, occasion: str, now: datetime) -> str:
    """Why this person gets no message of it, in one line; "" when they do. Asked for the preview and at the release."""
    return must_not(who, occasion) or cannot(who, now)


def must_not(who: Who, occasion: str) -> str:
    """Why it is not said to this person at all, by no way."""
    reasons = (
        (who.status == "去世", "老人已去世"),
        (who.status == "退住", "老人已退住"),
        (who.stopped, "静默中"),
        (who.status in {"住院", "病危"} and occasion != "visit", f"老人{who.status}，不发欢快的话"),
        (who.is_elder and who.back, NOT_SIGNED),
        (not who.is_elder and "daily" not in who.scopes, "没有同意看日常"),
        (who.serious, ASK_FIRST),
    )
    return next((words for true, words in reasons if true), "") or preferences.why_not(who.declines, occasion)


def cannot(who: Who, now: datetime) -> str:
    """Why no customer-service message reaches this person now; another way may."""
    reasons = (
        (not who.following, "没有关注公众号，请当面或打电话"),
        (not who.window_until or who.window_until <= now, "48 小时没来信，微信不让发，请当面或打电话"),
        (who.left <= sending.KEPT_FOR_STAFF, "这次来信后能发的条数快用完了，留给同事；对方再来信就能发"),
    )
    return next((words for true, words in reasons if true), "")
