"""Pushes to the service as the platform makes them: three tries, 5 s apart, the same MsgId, a new nonce and ciphertext each time."""

import asyncio
import hashlib
import time
from collections.abc import Coroutine
from functools import partial

import aiohttp

from simulator.codec import BadReply, message
from simulator.world import World

TRIES = 3
PATIENCE = 5.0
FAULT_NOTICE = "该公众号提供的服务出现故障，请稍后再试"


class Pusher:
    """Sends what people do on their phones."""

    def __init__(self, world: World, http: aiohttp.ClientSession) -> None:
        self.world, self.http = world, http
        self.running: set[asyncio.Task[None]] = set()

    def act(self, openid: str, kind: str, fields: dict[str, str | int], *, shown: str = "", scene: bool = False, **more: str) -> str:
        """Something happened on a phone: show it, count the quota, push it. Returns what makes the push unique."""
        world = self.world
        base: dict[str, str | int] = {
            "ToUserName": world.account, "FromUserName": openid, "CreateTime": int(world.now()),
            "MsgType": "event" if kind.isupper() or kind in {"subscribe", "unsubscribe"} else kind,
        }  # fmt: skip
        if base["MsgType"] == "event":
            base |= {"Event": kind, **fields}
            key = f"{openid}:{base['CreateTime']}:{kind}:{fields.get('EventKey', '')}"
        else:
            base |= {**fields, "MsgId": world.message_id()}
            key = f"{openid}:{base['MsgId']}"
        if shown:
            world.show(openid, "me", kind, shown, **more)
        if kind not in {"unsubscribe", "VIEW", "LOCATION"}:
            world.spoke(openid, scene=scene)
        inner = message(base)
        copies = 2 if world.faults["duplicate"] else 1
        work = [self._deliver(openid, kind, key, inner, shown or kind) for _ in range(copies)]
        if world.faults["swap"] and not world.held:
            world.held.extend(partial(self._start, one) for one in work)
            return key
        for one in work:
            self._start(one)
        while world.held:
            world.held.pop(0)()
        return key

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self.running.add(task)
        task.add_done_callback(self.running.discard)

    async def _deliver(self, openid: str, kind: str, key: str, inner: str, what: str) -> None:
        world = self.world
        if world.faults["delay"]:
            await asyncio.sleep(6)
        targets = world.targets()
        for attempt in range(1, TRIES + 1):
            started = time.monotonic()
            query, body = world.keys.envelope(inner, openid, world.account, world.now())
            target = targets[attempt % len(targets)]
            common = {
                "to": target, "openid": openid, "key": key, "try": attempt, "plain": inner, "cipher": body, "signature": query, "last": attempt == TRIES,
            }  # fmt: skip
            name = world.phones[openid].name if openid in world.phones else openid
            line = f"{name} · {what}"
            try:
                async with asyncio.timeout(PATIENCE):
                    async with self.http.post(target, params=query, data=body.encode(), headers={"Content-Type": "text/xml"}) as response:
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
            plain = "" if reply is None else repr(sorted(reply.items()))
            known = world.answers.setdefault(key, set())
            again = bool(known)
            known.add(hashlib.sha256(plain.encode()).hexdigest())
            same = "同一应答" if len(known) == 1 else "应答变了"
            result = same if again else ("应答 " + (reply or {}).get("MsgType", "success"))
            text = (reply or {}).get("Content", "")
            world.note("push", kind, line, ok=len(known) == 1, ms=ms, result=result, answer=text or "success", reply=reply, **common)
            if reply is not None and not again:
                world.show(openid, "home", reply.get("MsgType", "text"), text)
            return
        if kind != "unsubscribe":
            world.show(openid, "line", "fault", FAULT_NOTICE)
