"""The account's menu: ours, the one that stood there before, and the way back (N3)."""

import json
from datetime import datetime
from typing import Any, Final

from services.access import Viewer, access_page
from services.setup import settings
from services.setup.access import SETUP
from storage.unit import Unit

Button = dict[str, Any]
ELDERS: Final = "老人"
"""The tag of phones that an elder holds."""
FAMILY: Final[tuple[Button, ...]] = (
    {"type": "click", "name": "今天的家书", "key": "LETTER"},
    {"type": "click", "name": "投诉", "key": "COMPLAINT"},
    {
        "name": "找我们",
        "sub_button": [
            {"type": "click", "name": "找人", "key": "HUMAN"},
            {"type": "click", "name": "联系我们", "key": "CONTACT"},
            {"type": "click", "name": "绑定老人", "key": "BIND"},
        ],
    },
)
ELDER: Final[tuple[Button, ...]] = (
    {"type": "click", "name": "叫护士", "key": "NURSE"},
    {"type": "click", "name": "看家书", "key": "LETTER"},
    {"type": "click", "name": "找人", "key": "HUMAN"},
)
"""Three words that never change their place (practice F22)."""
COLLEAGUES: Final = "同事"
"""The tag of phones that are a colleague's own (F39)."""
COLLEAGUE: Final[tuple[Button, ...]] = (
    {"type": "click", "name": "接班", "key": "SHIFT"},
    {"type": "click", "name": "我的任务", "key": "TASKS"},
    {"type": "click", "name": "记一笔", "key": "NOTE"},
)
BY_API: Final = frozenset({"click", "view", "scancode_push", "scancode_waitmsg", "pic_sysphoto", "location_select"})


def shown(menu: dict[str, Any]) -> list[Button]:
    """A menu as the platform tells it, in the form in which it is made."""
    return [_button(one) for one in menu.get("button", [])]


def _button(one: dict[str, Any]) -> Button:
    below = one.get("sub_button")
    if isinstance(below, dict):
        return {"name": one["name"], "sub_button": [_button(each) for each in below.get("list", [])]}
    return {name: one[name] for name in ("type", "name", "key", "url", "value") if name in one}


def by_hand(buttons: list[Button]) -> list[str]:
    """The buttons that only a hand can make again on the platform: pictures, texts, articles."""
    flat = [each for one in buttons for each in one.get("sub_button", [one])]
    return [str(one["name"]) for one in flat if one.get("type") not in BY_API]


def remember(db: Unit, viewer: Viewer, menu: list[Button], now: datetime) -> None:
    """Keep what stood there before ours, once. Raises NotFound."""
    access_page(viewer, SETUP)
    if settings.stored(db, viewer.home_id).get("setup.menu_before") is None:
        settings.put(db, viewer, {"setup.menu_before": json.dumps(menu, ensure_ascii=False)}, now)


def pushed(db: Unit, viewer: Viewer, app_id: str, tag: int, now: datetime) -> None:
    """Ours stands there now. Raises NotFound."""
    access_page(viewer, SETUP)
    settings.put(db, viewer, {"setup.menu": app_id, "setup.elders_tag": str(tag)}, now)
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "push_menu", f"home:{viewer.home_id}")


def undone(db: Unit, viewer: Viewer, now: datetime) -> None:
    """The one of before stands there again. Raises NotFound."""
    access_page(viewer, SETUP)
    settings.put(db, viewer, {"setup.menu": None, "setup.menu_before": None}, now)
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "undo_menu", f"home:{viewer.home_id}")
