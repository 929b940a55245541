"""A telephone company that rings numbers and asks for a key, as Alibaba Cloud's Voice Service does (dyvmsapi
2017-05-25): its refusals and limits, calls that people take on the page, receipts of what became of each.
"""

import asyncio
import json
import re
import secrets
import time
from collections import deque
from collections.abc import Coroutine
from typing import Any

import aiohttp
from aiohttp import web

from simulator.receipts import Receipts, stamp
from simulator.telephone_calls import ANSWER, DOES, ENDS, FAILS, GOING, HANG_UP, REFUSALS, SCRIPTS, Call, read, refused
from simulator.telephone_gateway import PATH, Gateway, Refused
from simulator.world import World

ACTION = "IvrCall"
LIMITS = ((60, 1, "分钟"), (3600, 5, "小时"), (86_400, 20, "天"))
"""Of calls to one number that were accepted, whatever became of them."""
DIALS, RINGS, ANSWERS, PRESSES, AFTER = 1.0, 30.0, 2.0, 1.0, 1.0
"""Seconds of a call."""


class Company:
    """Its numbers, its calls, and who is told of them."""

    def __init__(
        self,
        world: World,
        http: aiohttp.ClientSession,
        gateway: Gateway,
        *,
        receipts: str = "",
        seconds: float = 1.0,
        holds: float = 10.0,
    ) -> None:
        """`receipts` is where they are pushed to. A second of a call lasts `seconds`; those that `hangs` holds are
        real ones.
        """
        self.world, self.gateway, self.seconds, self.holds = world, gateway, seconds, holds
        self._receipts = Receipts(world, http, receipts, "telephone", seconds)
        self.does: dict[str, str] = {}
        self.calls: deque[Call] = deque(maxlen=300)
        self.expected: set[str] | None = None
        self.refuses = ""
        """Why nothing goes for the whole account: a code of REFUSALS."""
        self.limited = True
        self._accepted: dict[str, deque[float]] = {}
        self._running: set[asyncio.Task[None]] = set()

    def routes(self, router: web.UrlDispatcher) -> None:
        """The company's API, and what the page and tests ask and press; before the routes that take all the rest."""
        router.add_post(PATH, self.serve)
        router.add_post(f"{PATH}/", self.serve)
        router.add_get("/api/telephone", self.state)
        router.add_post("/api/telephone/number", self.number)
        router.add_post("/api/telephone/expect", self.expect)
        router.add_post("/api/telephone/account", self.account)
        router.add_post("/api/telephone/answer", self.answer)
        router.add_post("/api/telephone/press", self.press)
        router.add_post("/api/telephone/hang_up", self.hang_up)

    async def close(self) -> None:
        """Nothing rings any more."""
        await self._receipts.close()
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    # -- the API -------------------------------------------------------------------------------------------------------

    async def serve(self, request: web.Request) -> web.Response:
        """The refusals of the gateway, then those of the company, else the number is rung."""
        if self.world.faults["delay"]:
            await asyncio.sleep(6)
        started, what = time.monotonic(), f"{request.method} {request.path}"
        answer, status, code, result = {"RequestId": secrets.token_hex(16).upper()}, 200, "OK", "OK"
        try:
            call = read(await self.gateway.opened(request, ACTION), self.world.now())
            what = f"打给 {call.number}：{call.text}"
            await self._accept(call)
            answer |= {"Code": "OK", "Message": "OK", "CallId": call.call_id}
        except Refused as error:
            status, code, result = error.status, error.code, f"{error.code} {error}"
            answer |= {"Code": code, "Message": str(error)}
        ms = (time.monotonic() - started) * 1000
        self.world.note("call", ACTION, what, ok=code == "OK", code=code, ms=ms, result=result)
        text = json.dumps(answer, ensure_ascii=False)
        return web.Response(text=text, status=status, content_type="application/json")

    async def _accept(self, call: Call) -> None:
        """Ring a number, or raise Refused."""
        does = self.does.setdefault(call.number, "person")
        call.unexpected = self.expected is not None and call.number not in self.expected
        talks = any(other.number == call.number and other.state in GOING for other in self.calls)
        self.calls.append(call)
        try:
            self._require_allowed(call.number, does)
        except Refused as error:
            call.state, call.code, call.why = "refused", error.code, str(error)
            raise
        call.call_id = f"{secrets.randbelow(9 * 10**11) + 10**11}^{secrets.randbelow(9 * 10**11) + 10**11}"
        self._accepted.setdefault(call.number, deque(maxlen=20)).append(call.at)
        if does == "lost":
            call.state = "lost"
            return
        holds, fails = self.holds if does == "hangs" else 0.0, FAILS["busy"] if talks else FAILS.get(does, "")
        self._start(self._play(call, holds, fails, SCRIPTS.get(does, ())))
        self.world.tell("telephone")
        await asyncio.sleep(holds)

    def _require_allowed(self, number: str, does: str) -> None:
        if self.refuses:
            raise refused(self.refuses)
        now, before = self.world.now(), self._accepted.get(number, ())
        for window, most, word in LIMITS if self.limited else ():
            if sum(now - window * self.seconds < at <= now for at in before) >= most:
                raise refused("isv.BUSINESS_LIMIT_CONTROL", f"触发{word}级流控Permits:{most}")
        if does == "throttled":
            raise refused("isv.BUSINESS_LIMIT_CONTROL")
        if does == "refuses":
            raise refused("isp.SYSTEM_ERROR")

    # -- a call --------------------------------------------------------------------------------------------------------

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _wait(self, seconds: float) -> None:
        await asyncio.sleep(seconds * self.seconds)

    async def _play(self, call: Call, holds: float, fails: str, script: tuple[str, ...]) -> None:
        """From the first to the last, which begins late by what `holds`: `fails` never rings; by `script` it is
        answered when nobody does so before.
        """
        acts = [act for act in script if act == ANSWER or act in call.keys]

        async def done(within: float, by_itself: float = 0.0) -> str:
            """What somebody does next; nothing when nobody does anything."""
            try:
                async with asyncio.timeout((by_itself if acts else within) * self.seconds):
                    return await call.acts.get()
            except TimeoutError:
                return acts.pop(0) if acts else ""

        await asyncio.sleep(holds)
        call.state = "dials"
        self._step(call, "200101")
        await self._wait(DIALS)
        if fails:
            self._end(call, fails)
            return
        call.state, call.rang_at = "rings", self.world.now()
        self._step(call, "200201")
        act = await done(RINGS, ANSWERS)
        if act in {"", HANG_UP}:
            self._end(call, "200005" if act else "200003", by_user=bool(act))
            return
        call.state, call.answered_at = "answered", self.world.now()
        self._step(call, "200102")
        while act == ANSWER:
            act = await done(call.hears, PRESSES)
        if act in {"", HANG_UP}:
            unheard = "200000" if script == SCRIPTS["voicemail"] else "200008"
            self._end(call, "200001" if act else unheard, by_user=bool(act))
            return
        call.key = act
        self._step(call, "300000", dtmf=act)
        acts.clear()
        act = await done(AFTER)
        self._end(call, "200001" if act == HANG_UP else "200000", by_user=act == HANG_UP)

    def _step(self, call: Call, code: str, **more: str) -> None:
        told = {"call_id": call.call_id, "status_code": code, "status_time": stamp(self.world.now())}
        self._tell("VoiceCallReport", told | {"out_id": call.out_id} | more)

    def _end(self, call: Call, code: str, *, by_user: bool = False) -> None:
        now = self.world.now()
        call.state, call.code, call.why, call.ended_at = "ended", code, ENDS[code], now
        self._step(call, "200100")
        told = {
            "call_id": call.call_id,
            "start_time": stamp(call.answered_at),
            "end_time": stamp(now),
            "duration": str(round(now - call.answered_at) if call.answered_at else 0),
            "caller": call.caller,
            "callee": call.number,
            "status_code": code,
            "hangup_direction": "用户" if by_user else "机器",
            "status_msg": ENDS[code],
            "out_id": call.out_id,
            "dtmf": call.key,
            "voice_type": "voice",
            "originate_time": stamp(call.at),
            "ring_time": stamp(call.rang_at),
        }
        self._tell("VoiceReport", told)

    def _tell(self, kind: str, told: dict[str, Any]) -> None:
        shown = f"{told['out_id'] or told['call_id']} {told['status_code']}"
        self._receipts.report(kind, told, shown, f"{told['call_id']}:{told['status_code']}")

    # -- the page ------------------------------------------------------------------------------------------------------

    def drawn(self) -> dict[str, Any]:
        """Everything: numbers and what they do, calls, and those that nobody expected."""
        return {
            "numbers": [{"number": number, "does": does} for number, does in self.does.items()],
            "calls": [call.drawn() for call in self.calls],
            "expected": None if self.expected is None else sorted(self.expected),
            "unexpected": [call.drawn() for call in self.calls if call.unexpected],
            "refuses": self.refuses,
            "limited": self.limited,
            "behaviours": DOES,
        }

    async def state(self, _: web.Request) -> web.Response:
        """What the page draws."""
        return web.json_response(self.drawn())

    async def number(self, request: web.Request) -> web.Response:
        """What a number does from the next call on: {"number", "does"}."""
        asked = await request.json()
        number, does = str(asked.get("number", "")), str(asked.get("does", ""))
        if not re.fullmatch(r"\d{5,16}", number) or does not in DOES:
            raise web.HTTPUnprocessableEntity
        self.does[number] = does
        return self._noted(f"{number} {DOES[does]}")

    async def expect(self, request: web.Request) -> web.Response:
        """Whom calls may ring from now on: {"numbers": […]}; null is whomever."""
        numbers = (await request.json()).get("numbers")
        self.expected = None if numbers is None else set(map(str, numbers))
        return self._noted("该打的号码：" + ("不限" if self.expected is None else "、".join(sorted(self.expected))))

    async def account(self, request: web.Request) -> web.Response:
        """Of the whole account: {"refuses": a code that every call gets, or ""}, {"limited": whether there are
        limits for one number}.
        """
        asked = await request.json()
        refuses, limited = str(asked.get("refuses", self.refuses)), bool(asked.get("limited", self.limited))
        if refuses and refuses not in REFUSALS:
            raise web.HTTPUnprocessableEntity
        self.refuses, self.limited = refuses, limited
        return self._noted(f"账户：{REFUSALS.get(refuses, '正常')}，{'有' if limited else '没有'}流控")

    async def answer(self, request: web.Request) -> web.Response:
        """Somebody picks up: {"call_id"}."""
        call = self._going(await request.json())
        return self._did(call, ANSWER, "接听")

    async def press(self, request: web.Request) -> web.Response:
        """Somebody presses a key, and picks up before where it still rings: {"call_id", "key"}."""
        asked = await request.json()
        call, key = self._going(asked), str(asked.get("key", ""))
        if key not in call.keys:
            raise web.HTTPUnprocessableEntity
        if call.key:
            raise web.HTTPConflict
        return self._did(call, key, f"按 {key}")

    async def hang_up(self, request: web.Request) -> web.Response:
        """Somebody ends the call, or does not take it: {"call_id"}."""
        call = self._going(await request.json())
        return self._did(call, HANG_UP, "挂断")

    def _going(self, asked: dict[str, Any]) -> Call:
        """404 for a call that never was, 409 for one that is over."""
        given = str(asked.get("call_id", ""))
        call = next((each for each in self.calls if given and each.call_id == given), None)
        if call is None:
            raise web.HTTPNotFound
        if call.state not in GOING:
            raise web.HTTPConflict
        return call

    def _did(self, call: Call, act: str, words: str) -> web.Response:
        call.acts.put_nowait(act)
        return self._noted(f"{call.number} {words}")

    def _noted(self, words: str) -> web.Response:
        self.world.note("sim", "电话", words, ok=True)
        self.world.tell("telephone")
        return web.json_response({})
