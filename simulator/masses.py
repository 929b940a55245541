"""Mass sends (群发): one call for many phones, four times a month for each; how it went is told by an event."""

import re
import time
from typing import Any

from simulator.frame import OK, Answer, Call, Refused, Row
from simulator.messages import filled

MOST, LEAST = 10_000, 2
A_MONTH = 4
ONCE_FOR = 86_400
"""Seconds for which a `clientmsgid` is known."""
TOO_SOON = 60
"""Seconds within which the same one is not even looked at."""
HELPER = "mphelper"
"""Who tells how it went."""


def _own(call: Call) -> str:
    """The sender's own number of it. Raises Refused."""
    own = str(call.asked.get("clientmsgid") or "")
    if len(own) > 32:
        raise Refused(45067)
    return own


async def send(call: Call) -> Answer:
    """To a list of phones. Raises Refused."""
    world, desk = call.world, call.world.desk
    if world.errcodes:
        raise Refused(world.errcodes.popleft())
    openids = call.asked.get("touser")
    if not isinstance(openids, list) or len(openids) < LEAST:
        raise Refused(40130)
    if len(openids) > MOST:
        raise Refused(40032)
    if call.asked.get("msgtype") != "text":
        raise Refused(40008)
    text, own = filled((call.asked.get("text") or {}).get("content")), _own(call)
    call.what, call.note["content"] = f"{len(openids)} 位 · {text[:20]}", text
    at, number = desk.mass_sends.get(own, (float("-inf"), 0))
    if own and world.now() - at < ONCE_FOR:
        raise Refused(45066 if world.now() - at < TOO_SOON else 45065, told={"msg_id": number})
    desk.job += 1
    desk.mass_sends[own or str(desk.job)] = world.now(), desk.job
    reached = [openid for openid in dict.fromkeys(map(str, openids)) if _may(world, openid)]
    for openid in reached:
        desk.mass_reached[openid, _month(world.now())] += 1
        world.show(openid, "home", "mass", text)
    desk.mass_results[desk.job] = len(reached)
    call.note["openids"] = reached
    following = sum(one in world.phones and world.phones[one].following for one in openids)
    told = {
        "MsgID": desk.job,
        "Status": "send success",
        "TotalCount": len(openids),
        "FilterCount": following,
        "SentCount": len(reached),
        "ErrorCount": following - len(reached),
    }
    world.announce(HELPER, "MASSSENDJOBFINISH", told)
    return OK | {"errmsg": "send job submission success", "msg_id": desk.job, "msg_data_id": desk.job}


def _month(now: float) -> str:
    return time.strftime("%Y-%m", time.gmtime(now + 8 * 3600))


def _may(world: Any, openid: str) -> bool:
    phone = world.phones.get(openid)
    return phone is not None and phone.following and world.desk.mass_reached[openid, _month(world.now())] < A_MONTH


async def result(call: Call) -> Answer:
    """How a mass send went."""
    number = str(call.asked.get("msg_id", ""))
    if not re.fullmatch(r"\d{1,19}", number) or int(number) not in call.world.desk.mass_results:
        raise Refused(40007)
    return {"msg_id": int(number), "msg_status": "SEND_SUCCESS"}


ROWS = (
    Row("POST", "/cgi-bin/message/mass/send", "mass/send", send),
    Row("POST", "/cgi-bin/message/mass/get", "mass/get", result),
)
