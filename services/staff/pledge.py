"""保密承诺: what a colleague pledges before she sees anybody's data, and again each year (P6)."""

from datetime import datetime, timedelta
from typing import Final

from storage import tables
from storage.unit import Unit

PLEDGE: Final = "v1"
"""Which text this is; another text is pledged anew."""
YEAR: Final = timedelta(days=365)
SOON: Final = timedelta(days=30)
"""So long before its end the lead reads it on the page of colleagues."""
TEXT: Final = (
    "我在这里看到、听到的老人和家属的姓名、住址、电话、病情、账目、照片、录音和家里的事，只用来照护老人、答复家属。",
    "不告诉无关的人，不拍屏幕，不截图外发，不带出本院，不发到个人微信和任何群里。",
    "用自己的名字登录，不借账号，离开电脑就退出；手机或电脑丢了马上告诉主管。",
    "拿不准能不能说的，先问主管。看到泄露，当天报告。",
    "不再在本院工作以后，这份承诺仍然有效。",
)
NOTICE: Final = (
    "系统会记下谁在什么时候看过、改过哪位老人的资料，只用来查清事情，不用来排名、考核谁快谁慢。",
    "您的姓名和岗位会让家属看到；手机号只有院里能看到，加密保存。",
    "离开本院后，账号当天停用。",
)
"""What a colleague is told about her own data (F44)."""


def holds(row: tables.Staff, until: datetime) -> bool:
    """Whether the pledge stands until a moment, so that it never runs out in the middle of a shift."""
    return stands(row.pledge, row.pledged_at, until)


def stands(words: str, at: datetime | None, until: datetime) -> bool:
    """The same of what was read from the row."""
    return at is not None and words == PLEDGE and at + YEAR > until


def give(db: Unit, staff_id: int, now: datetime) -> None:
    """Write it down, with its day and its text."""
    row = db.get_one(tables.Staff, staff_id, with_for_update={"key_share": True})
    row.pledged_at, row.pledge = now, PLEDGE
    db.store.audit(row.home_id, now, f"staff:{row.id}", "pledge", f"staff:{row.id}", PLEDGE)
    db.store.hint("colleagues")
