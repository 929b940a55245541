"""The menu of colleagues follows the binding of their own WeChat: the platform gives it to who has a tag (F39)."""

import logging
from datetime import datetime

from services.ports import AccountDesk, NoAccount, PlatformRefused
from services.setup.menu import COLLEAGUES
from services.staff import wechat
from services.subject import Running

log = logging.getLogger("jiashu.menus")


async def follow(running: Running, desk: AccountDesk, now: datetime) -> None:
    """Tag who was bound, and take the tag from who is so no more; what the platform refuses is tried again for a day.
    Without a configured account no API is called; colleagues use the words of their menu.
    """
    database, home_id = running.database, running.home_id
    waiting = await database.read(lambda db: wechat.menus(db, home_id, now))
    if not waiting:
        return
    try:
        tag = await desk.tag(COLLEAGUES)
    except NoAccount:
        return
    except PlatformRefused:
        log.warning("the tag of colleagues cannot be had", extra={"action": "staff_menu"})
        return
    for one in waiting:
        try:
            await (desk.mark if one.gets else desk.unmark)(one.openid, tag)
        except PlatformRefused:
            log.warning("a menu could not follow", extra={"action": "staff_menu", "row": one.id})
            continue
        await database.store(lambda store, one=one: wechat.has_menu(store, one))  # type: ignore[misc]
