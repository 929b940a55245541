"""Pushes to the service as the platform makes them: three tries, 5 s apart, the same MsgId, a new nonce and ciphertext
each time.
"""

import asyncio
import hashlib
import secrets
import time
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

import aiohttp

from simulator.codec import BadReply, Keys, cut, xml
from simulator.world import World

TRIES = 3
PATIENCE = 5.0
MESSAGES = {"text", "image", "voice", "video", "shortvideo", "location", "link"}
SCENES = {"subscribe", "SCAN", "CLICK", "scancode_push", "scancode_waitmsg"}
"""Events after which the account may send 3 messages within a minute (wechat.md 4); after others, nothing more."""
FAULT_NOTICE = "该公众号提供的服务出现故障，请稍后再试"


class Pusher:
    """Sends what people do on their phones."""

    def __init__(self, world: World, http: aiohttp.ClientSession) -> None:
        self.world, self.http = world, http
        self.running: set[asyncio.Task[None]] = set()
        world.announce = self.act

    async def knock(self, keys: Keys) -> bool:
        """What 提交 does: a signed greeting at the first webhook; whether it came back as it is."""
        stamp, (nonce, echo) = str(int(self.world.now())), (str(secrets.randbelow(10**10)) for _ in range(2))
        query = {"signature": keys.signature(stamp, nonce), "timestamp": stamp, "nonce": nonce, "echostr": echo}
        good = False
        try:
            async with asyncio.timeout(PATIENCE), self.http.get(self.world.targets()[0], params=query) as answer:
                good = answer.status == 200 and await answer.text() == echo
        except (aiohttp.ClientError, TimeoutError):
            pass
        self.world.note("push", "服务器配置", "平台来敲门", ok=good, key=f"knock:{nonce}", ms=0.0)
        return good

    def act(
        self, openid: str, kind: str, fields: dict[str, Any], *, shown: str = "", scene: bool = False, **more: Any
    ) -> str:
        """Something happened on a phone: show it, count the quota, push it. Returns what makes the push unique.

        `scene`: a message that opens no 48 hours, since it was a tap on a menu message.
        """
        world = self.world
        created, event = int(world.now()), kind not in MESSAGES
        base: dict[str, Any] = {
            "ToUserName": world.account,
            "FromUserName": openid,
            "CreateTime": created,
            "MsgType": "event" if event else kind,
        }
        if event:
            base |= {"Event": kind, **fields}
            key = f"{openid}:{created}:{kind}:{fields.get('EventKey', fields.get('MsgID', ''))}"
        else:
            number = world.message_id()
            base |= {**fields, "MsgId": number}
            key = f"{openid}:{number}"
        if shown:
            world.show(openid, "me", kind, shown, **more)
        if kind in MESSAGES | SCENES:
            world.spoke(openid, scene=scene or event)
        if world.faults["cut"] and kind == "text":
            base["Content"] = cut(str(fields["Content"]))
        inner = xml(base, blank="\n " if world.faults["blanks"] else "")
        copies = 2 if world.faults["duplicate"] else 1
        work: list[Callable[[], Any]] = [
            partial(self._start, self._deliver(openid, kind, key, inner, shown or kind)) for _ in range(copies)
        ]
        if event and world.faults["late"] and not world.late:
            world.late[openid] = work
        elif openid in world.late:
            self._start(self._and_then([start() for start in work], world.late.pop(openid)))
        elif world.faults["swap"] and not world.held:
            world.held.extend(work)
        else:
            for start in work:
                start()
            while world.held:
                world.held.pop(0)()
        return key

    def _start(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self.running.add(task)
        task.add_done_callback(self.running.discard)
        return task

    async def _and_then(self, before: list[asyncio.Task[None]], late: list[Callable[[], Any]]) -> None:
        """What was held back arrives when the push that came after it is over; then the switch goes off by itself."""
        await asyncio.wait(before)
        for start in late:
            start()
        self.world.faults["late"] = False
        self.world.tell("state")

    async def _deliver(self, openid: str, kind: str, key: str, inner: bytes, what: str) -> None:
        world = self.world
        if world.faults["delay"]:
            await asyncio.sleep(6)
        targets, plain = world.targets(), inner.decode("utf-8", "replace")
        for attempt in range(1, TRIES + 1):
            started = time.monotonic()
            query, body = world.keys.push(inner, openid, world.account, world.now())
            target = targets[attempt % len(targets)]
            common = {
                "to": target,
                "openid": openid,
                "key": key,
                "try": attempt,
                "plain": plain,
                "cipher": body.decode("utf-8", "replace"),
                "signature": query,
                "last": attempt == TRIES,
            }
            name = world.phones[openid].name if openid in world.phones else openid
            line = f"{name} · {what}"
            try:
                async with asyncio.timeout(PATIENCE):
                    async with self.http.post(
                        target, params=query, data=body, headers={"Content-Type": "text/xml"}
                    ) as response:
                        answer, status = await response.text(), response.status
                if world.faults["drop"]:
                    world.faults["drop"] = False
                    raise aiohttp.ClientConnectionError("the line was cut by a fault")
                if status != 200:
                    raise BadReply(f"HTTP {status}")
                reply = world.keys.reply(answer)
            except (aiohttp.ClientError, TimeoutError, BadReply, OSError) as error:
                ms = (time.monotonic() - started) * 1000
                result = "断开，没收到应答" if not isinstance(error, BadReply) else f"应答不合格：{error}"
                world.note("push", kind, line, ok=False, ms=ms, result=result, answer="", **common)
                if attempt < TRIES:
                    await asyncio.sleep(max(0.0, PATIENCE - (time.monotonic() - started)))
                continue
            ms = (time.monotonic() - started) * 1000
            said = "" if reply is None else repr(sorted(reply.items()))
            known = world.answers.setdefault(key, set())
            again = bool(known)
            known.add(hashlib.sha256(said.encode()).hexdigest())
            same = "同一应答" if len(known) == 1 else "应答变了"
            result = same if again else ("应答 " + (reply or {}).get("MsgType", "success"))
            text = (reply or {}).get("Content", "")
            world.note(
                "push",
                kind,
                line,
                ok=len(known) == 1,
                ms=ms,
                result=result,
                answer=text or "success",
                reply=reply,
                **common,
            )
            if reply is not None and not again:
                world.show(openid, "home", reply.get("MsgType", "text"), text)
            return
        if kind != "unsubscribe" and openid in world.phones:
            world.show(openid, "line", "fault", FAULT_NOTICE)
