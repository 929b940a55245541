"""A company that sends SMS, as Alibaba Cloud's Short Message Service does (dysmsapi 2017-05-25): its refusals, the
phones on which people read them, the reports of what became of each, and what people answer.
"""

import asyncio
import json
import re
import secrets
import time
from collections import deque
from dataclasses import dataclass
from typing import Any

import aiohttp
from aiohttp import web

from simulator.receipts import Receipts, stamp
from simulator.telephone_gateway import SMS_PATH, Gateway, Refused
from simulator.world import World

ACTION = "SendSms"
WORDS = {"matter", "code"}
TEXTS = {
    "words": "{matter}。24 小时内点 {base}/p/s/{code} 看，看时要填本机号码后四位。拒收请回复R",
    "call": "我们打过您的电话。请回电院里，找{name}。",
}
"""What the account had approved, by which blanks are filled."""
PART, FIRST = 67, 70
"""Signs of one SMS, and of one that stands alone."""
MOST_A_DAY = 50
"""Notices of one account that a number gets in a day."""
DOES = {
    "person": "收得到",
    "off": "关机，收不到",
    "nobody": "空号",
    "blocked": "运营商拦截",
    "throttled": "到了每天的上限",
    "refuses": "平台报系统错误",
    "hangs": "平台 10 秒不应答，再发",
    "lost": "发出去，没有回执",
}
FAILS = {"off": ("MK:0012", "用户关机"), "nobody": ("MK:0001", "空号"), "blocked": ("SIGN_BLACK", "运营商拦截")}
REFUSALS = {
    "isv.MOBILE_NUMBER_ILLEGAL": "非法手机号",
    "isv.SMS_SIGNATURE_ILLEGAL": "短信签名不合法",
    "isv.SMS_TEMPLATE_ILLEGAL": "短信模板不合法",
    "isv.TEMPLATE_MISSING_PARAMETERS": "模板缺少变量",
    "isv.INVALID_JSON_PARAM": "JSON参数不合法，只接受字符串值",
    "isv.PARAM_LENGTH_LIMIT": "参数超过长度限制",
    "isv.BUSINESS_LIMIT_CONTROL": "触发天级流控Permits:50",
    "isv.AMOUNT_NOT_ENOUGH": "账户余额不足",
    "isv.OUT_OF_SERVICE": "业务停机",
    "isp.SYSTEM_ERROR": "系统错误",
}
LONGEST = 35
"""Signs of one blank."""


@dataclass
class Text:
    """One SMS as it lies on a phone."""

    number: str
    sign: str
    text: str
    out_id: str
    biz_id: str
    at: float
    state: str = "sent"
    code: str = ""
    why: str = ""
    url: str = ""

    def drawn(self) -> dict[str, Any]:
        """As JSON."""
        return dict(vars(self))


def refused(code: str) -> Refused:
    """A refusal of the company, in its words."""
    return Refused(code, REFUSALS[code])


class SmsCompany:
    """Its numbers and their SMS."""

    def __init__(
        self,
        world: World,
        http: aiohttp.ClientSession,
        gateway: Gateway,
        *,
        receipts: str = "",
        base: str = "",
        seconds: float = 1.0,
        holds: float = 10.0,
    ) -> None:
        """`base`: the address of the home, which stands in the approved text."""
        self.world, self.gateway, self.base, self.seconds, self.holds = world, gateway, base, seconds, holds
        self._receipts = Receipts(world, http, receipts, "sms", seconds)
        self.does: dict[str, str] = {}
        self.texts: deque[Text] = deque(maxlen=500)
        self.refuses = ""
        self._running: set[asyncio.Task[None]] = set()

    def routes(self, router: web.UrlDispatcher) -> None:
        """The company's API, and what the page presses."""
        router.add_post(SMS_PATH, self.serve)
        router.add_post(f"{SMS_PATH}/", self.serve)
        router.add_get("/api/sms", self.state)
        router.add_post("/api/sms/number", self.number)
        router.add_post("/api/sms/account", self.account)
        router.add_post("/api/sms/answer", self.answer)

    async def close(self) -> None:
        """Nothing is told any more."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        await self._receipts.close()

    async def serve(self, request: web.Request) -> web.Response:
        """The refusals of the gateway, then those of the company, else it lies on the phone."""
        if self.world.faults["delay"]:
            await asyncio.sleep(6)
        started, what = time.monotonic(), f"{request.method} {request.path}"
        answer, status, code, result = {"RequestId": secrets.token_hex(16).upper()}, 200, "OK", "OK"
        try:
            text = self._read(await self.gateway.opened(request, ACTION))
            what = f"短信给 {text.number}：{text.text}"
            await self._accept(text)
            answer |= {"Code": "OK", "Message": "OK", "BizId": text.biz_id}
        except Refused as error:
            status, code, result = error.status, error.code, f"{error.code} {error}"
            answer |= {"Code": code, "Message": str(error)}
        ms = (time.monotonic() - started) * 1000
        self.world.note("call", ACTION, what, ok=code == "OK", code=code, ms=ms, result=result)
        said = json.dumps(answer, ensure_ascii=False)
        return web.Response(text=said, status=status, content_type="application/json")

    def _read(self, asked: dict[str, str]) -> Text:
        """What a request asks for. Raises Refused for what the documentation does not allow."""
        number, sign = asked.get("PhoneNumbers", ""), asked.get("SignName", "")
        if not re.fullmatch(r"1[3-9]\d{9}", number):
            raise refused("isv.MOBILE_NUMBER_ILLEGAL")
        if not 2 <= len(sign) <= 20:
            raise refused("isv.SMS_SIGNATURE_ILLEGAL")
        if not re.fullmatch(r"SMS_\d{1,20}", asked.get("TemplateCode", "")):
            raise refused("isv.SMS_TEMPLATE_ILLEGAL")
        try:
            words = json.loads(asked.get("TemplateParam", "{}"))
        except ValueError as error:
            raise refused("isv.INVALID_JSON_PARAM") from error
        if not isinstance(words, dict) or not all(isinstance(one, str) for one in words.values()):
            raise refused("isv.INVALID_JSON_PARAM")
        if any(len(word) > LONGEST for word in words.values()):
            raise refused("isv.PARAM_LENGTH_LIMIT")
        kind = "words" if set(words) == WORDS else "call" if set(words) == {"name"} else ""
        if not kind:
            raise refused("isv.TEMPLATE_MISSING_PARAMETERS")
        text = f"【{sign}】" + TEXTS[kind].format(base=self.base, **words)
        biz = f"{secrets.randbelow(9 * 10**17) + 10**17}^0"
        url = f"{self.base}/p/s/{words['code']}" if kind == "words" else ""
        return Text(number, sign, text, asked.get("OutId", ""), biz, self.world.now(), url=url)

    async def _accept(self, text: Text) -> None:
        does = self.does.setdefault(text.number, "person")
        if self.refuses:
            raise refused(self.refuses)
        today = [one for one in self.texts if one.number == text.number and one.at > text.at - 86_400]
        if does == "throttled" or len(today) >= MOST_A_DAY:
            raise refused("isv.BUSINESS_LIMIT_CONTROL")
        if does == "refuses":
            raise refused("isp.SYSTEM_ERROR")
        self.texts.append(text)
        self.world.tell("sms")
        if does == "lost":
            return
        task = asyncio.create_task(self._arrive(text, does))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        if does == "hangs":
            await asyncio.sleep(self.holds)

    async def _arrive(self, text: Text, does: str) -> None:
        await asyncio.sleep((self.holds if does == "hangs" else 1.0) * self.seconds)
        code, why = FAILS.get(does, ("DELIVERED", "用户接收成功"))
        text.state, text.code, text.why = "failed" if does in FAILS else "delivered", code, why
        parts = 1 if len(text.text) <= FIRST else -(-len(text.text) // PART)
        told = {
            "phone_number": text.number,
            "send_time": stamp(text.at),
            "report_time": stamp(self.world.now()),
            "success": does not in FAILS,
            "err_code": code,
            "err_msg": why,
            "sms_size": str(parts),
            "biz_id": text.biz_id,
            "out_id": text.out_id,
        }
        self._receipts.report("SmsReport", told, f"{text.out_id} {code}", f"{text.biz_id}:{code}")

    # -- the page ------------------------------------------------------------------------------------------------------

    def drawn(self) -> dict[str, Any]:
        """Everything: numbers and what they do, and their SMS."""
        return {
            "numbers": [{"number": number, "does": does} for number, does in self.does.items()],
            "texts": [text.drawn() for text in self.texts],
            "refuses": self.refuses,
            "behaviours": DOES,
        }

    async def state(self, _: web.Request) -> web.Response:
        """What the page draws."""
        return web.json_response(self.drawn())

    async def number(self, request: web.Request) -> web.Response:
        """What a number does from the next SMS on: {"number", "does"}."""
        asked = await request.json()
        number, does = str(asked.get("number", "")), str(asked.get("does", ""))
        if not re.fullmatch(r"1\d{10}", number) or does not in DOES:
            raise web.HTTPUnprocessableEntity
        self.does[number] = does
        return self._noted(f"{number} {DOES[does]}")

    async def account(self, request: web.Request) -> web.Response:
        """Of the whole account: {"refuses": a code that every request gets, or ""}."""
        refuses = str((await request.json()).get("refuses", ""))
        if refuses and refuses not in REFUSALS:
            raise web.HTTPUnprocessableEntity
        self.refuses = refuses
        return self._noted(f"账户：{REFUSALS.get(refuses, '正常')}")

    async def answer(self, request: web.Request) -> web.Response:
        """Somebody answers: {"number", "text"}."""
        asked = await request.json()
        number, words = str(asked.get("number", "")), str(asked.get("text", ""))[:200]
        if not re.fullmatch(r"1\d{10}", number) or not words:
            raise web.HTTPUnprocessableEntity
        sign = next((one.sign for one in reversed(self.texts) if one.number == number), "")
        told = {
            "phone_number": number,
            "send_time": stamp(self.world.now()),
            "content": words,
            "sign_name": sign,
            "dest_code": "1069",
            "sequence_id": secrets.randbelow(10**9),
        }
        self._receipts.report("SmsUp", told, f"{number} {words}", f"{number}:{told['sequence_id']}")
        return self._noted(f"{number} 回复 {words}")

    def _noted(self, words: str) -> web.Response:
        self.world.note("sim", "短信", words, ok=True)
        self.world.tell("sms")
        return web.json_response({})
