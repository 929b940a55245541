"""What of 送达 stands on 今日: the calls and the cards that wait (F45)."""

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from care.ways import Last
from services.access import Viewer
from services.outgoing.access import REACH
from services.subject import TodayLine
from storage import tables
from storage.queries import outgoing_families
from storage.unit import Unit

MONDAY: Final = 0


def lines(db: Unit, viewer: Viewer, now: datetime) -> list[TodayLine]:
    """One line for calls, one for cards, on Mondays one for families whom nobody has reached; none where
    nothing is.
    """
    if not viewer.sees(REACH):
        return []
    hand = tables.ByHand
    rows = db.execute(
        select(hand.kind, func.count())
        .where(hand.home_id == viewer.home_id, hand.settled_at.is_(None), viewer.sight.person(hand.person_id))
        .group_by(hand.kind)
    ).all()
    there = {str(kind): int(count) for kind, count in rows}
    found = []
    if calls := there.get(Last.PHONE.value, 0):
        found.append(
            TodayLine(
                "line", "送达", f"{calls} 个电话要打", "微信送不到的，打通了点「说过了」", "/console/reach", "去打"
            )
        )
    if cards := there.get(Last.PRINT.value, 0):
        found.append(
            TodayLine("line", "送达", f"{cards} 张床头卡要送", "印出来送到床头", "/console/reach/cards", "去印")
        )
    zone = ZoneInfo(db.get_one(tables.Home, viewer.home_id).timezone)
    if now.astimezone(zone).weekday() == MONDAY and (silent := outgoing_families.how_many(db, viewer.sight, now)):
        found.append(
            TodayLine(
                "line",
                "找得到",
                f"{silent} 家两周没联系上",
                "打个电话问问近况",
                "/console/reach/families",
                "看是哪几家",
            )
        )
    return found
