"""SMS as a port: Alibaba Cloud Short Message Service (dysmsapi 2017-05-25), one SMS (SendSms), the reports of what
became of each (SmsReport) and what people answer (SmsUp).
"""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

import aiohttp
import msgspec

from bot import aliyun
from bot.aliyun import WITHIN, number
from care.states import SmsKind, SmsState
from care.words import legal
from services import ports
from services.ports import NoTexter, SmsReply, SmsReport, Texted
from settings import Sms

# -- what the company says to an SMS ---------------------------------------------------------------------------------


def _all(codes: Iterable[str], why: str, *, account: bool = True) -> dict[str, Texted]:
    return {code: Texted(SmsState.FAILED, code=code, why=why, account=account) for code in codes}


def _later(codes: Iterable[str], why: str) -> dict[str, Texted]:
    """Nobody was heard, and it may be asked again."""
    return {code: Texted(SmsState.ORDERED, code=code, why=why) for code in codes}


TABLE: Final[dict[str, Texted]] = {
    **{
        code: Texted(SmsState.FAILED, code=code, why=why, account=True)
        for code, why in aliyun.reasons("sms", "短信服务").items()
    },
    **_later(["Throttling", "Throttling.User", "Throttling.Api"], "阿里云说这个账号请求得太密"),
    **_all(["isv.MOBILE_NUMBER_ILLEGAL"], "阿里云说这个号码不是手机号，请核对", account=False),
    **_all(
        ["isv.BUSINESS_LIMIT_CONTROL", "isv.MOBILE_COUNT_OVER_LIMIT"],
        "这个号码今天收的短信到了阿里云的上限",
        account=False,
    ),
    **_all(
        ["isv.DAY_LIMIT_CONTROL", "isv.MONTH_LIMIT_CONTROL", "isv.SMS_TEST_NUMBER_LIMIT"],
        "到了阿里云控制台里设的发送量上限，请管理员调整",
    ),
    **_all(
        [
            "isv.SMS_SIGNATURE_ILLEGAL",
            "isv.SMS_SIGN_ILLEGAL",
            "isv.SIGN_STATE_ILLEGAL",
            "isv.SMS_SIGNATURE_SCENE_ILLEGAL",
        ],
        "短信签名不存在、没有通过审核或不能用，请管理员核对 [sms] sign",
    ),
    **_all(
        ["isv.SMS_TEMPLATE_ILLEGAL", "isv.TEMPLATE_ILLEGAL"],
        "短信模板不存在或没有通过审核，请管理员核对 [sms] words_text 和 call_text",
    ),
    **_all(
        [
            "isv.TEMPLATE_MISSING_PARAMETERS",
            "isv.TEMPLATE_PARAMS_ILLEGAL",
            "isv.INVALID_JSON_PARAM",
            "isv.BLACK_KEY_CONTROL_LIMIT",
            "isv.PARAM_LENGTH_LIMIT",
            "isv.PARAM_NOT_SUPPORT_URL",
            "isv.SMS_CONTENT_ILLEGAL",
        ],
        "阿里云不收填进短信的字：太长、有禁用的词，或和模板里的空对不上；请管理员核对短信模板",
    ),
    **_all(["isv.INVALID_PARAMETERS", "InvalidParameters"], "阿里云说短信的参数不对，请管理员核对 [sms]"),
    **_all(["isv.DENY_IP_RANGE"], "阿里云不收这台服务器所在地区的请求，请管理员联系阿里云客服"),
    **_all(aliyun.SYSTEM, "阿里云系统出错，短信没有发出去", account=False),
    aliyun.NO_CONNECTION: Texted(SmsState.ORDERED, code=aliyun.NO_CONNECTION, why="连不上阿里云，请管理员检查网络"),
    aliyun.PRACTICE: Texted(SmsState.FAILED, code=aliyun.PRACTICE, why="练习中不往外发短信"),
    aliyun.NO_ANSWER: Texted(SmsState.UNKNOWN, code=aliyun.NO_ANSWER, why="阿里云没应答，不确定短信发出没有；没有重发"),
}
"""The documented codes, and what stands in place of one."""


def meaning(code: str) -> Texted:
    """What a code other than OK means; one that is not in the table is a refusal that names it."""
    known = TABLE.get(code)
    if known is not None:
        return known
    if code.startswith("http-"):
        status = code.removeprefix("http-")
        why = f"短信接口没有照办（HTTP {status}），请管理员核对 [sms] url"
        return Texted(SmsState.FAILED, code=code, why=why, account=True)
    return Texted(SmsState.FAILED, code=code, why=f"阿里云没有发（代码 {code}），请管理员按代码查阿里云的文档")


# -- the SMS ---------------------------------------------------------------------------------------------------------


class Aliyun:
    """Sends by Alibaba Cloud; never tries twice what may have been heard."""

    connected = True

    def __init__(self, settings: Sms, http: aiohttp.ClientSession, within: float = WITHIN) -> None:
        self._settings = settings
        self.account = aliyun.Account(settings.url, settings.key_id, settings.key_secret, http, within)

    async def send(self, number: str, kind: SmsKind, words: Mapping[str, str], own: str) -> Texted:
        """Send one. `own` comes back with the report."""
        filled = {name: legal(word) for name, word in words.items()}
        asked = {
            "PhoneNumbers": number,
            "SignName": self._settings.sign,
            "TemplateCode": self._settings.words_text if kind is SmsKind.WORDS else self._settings.call_text,
            "TemplateParam": json.dumps(filled, ensure_ascii=False, separators=(",", ":")),
            "OutId": own,
        }
        said = await self.account.ask("SendSms", asked, "BizId")
        return Texted(SmsState.HANDED, ref=said.ref) if said.code == aliyun.OK else meaning(said.code)


def of(settings: Sms, http: aiohttp.ClientSession) -> ports.Texter:
    """The company that is set; one that sends nothing where there is none."""
    return Aliyun(settings, http) if settings.provider == "aliyun" else NoTexter()


# -- what became of it -----------------------------------------------------------------------------------------------

MOST_PARTS: Final = 20
CODE: Final = re.compile(r"(?!.*\d{7})[\w.:-]{1,32}", re.ASCII)
"""What the code of a report looks like: MK:0012; seven digits in a row may be somebody's number."""


class _Entry(msgspec.Struct):
    """One entry of a push, of either kind: a report has `out_id`, what somebody answered has `content`."""

    phone_number: str | int = ""
    out_id: str | int | None = None
    success: Any = None
    err_code: str | int | None = None
    sms_size: str | int | None = None
    content: Any = msgspec.UNSET


def reports(body: bytes) -> list[SmsReport | SmsReply]:
    """What a push tells, in its order (SmsReport and SmsUp, mixed or not). An entry that is none of both is passed
    over; the company pushes again what it is not sure of, so the same may come twice.

    Raises ValueError for a body that is no array of JSON, or too large.
    """
    found = [_told(raw) for raw in aliyun.pushed(body)]
    return [one for one in found if one is not None]


def _told(raw: msgspec.Raw) -> SmsReport | SmsReply | None:
    try:
        entry = msgspec.json.decode(raw, type=_Entry)
    except (msgspec.ValidationError, RecursionError):
        return None
    if isinstance(entry.content, str):
        whose = number(entry.phone_number)
        return SmsReply(whose, entry.content[:200]) if whose else None
    own, code = number(entry.out_id), str(entry.err_code or "")
    if not own or not isinstance(entry.success, bool):
        return None
    size = number(entry.sms_size)
    parts = min(int(size), MOST_PARTS) if size.isdecimal() and len(size) < len(str(MOST_PARTS)) + 1 else None
    return SmsReport(own, entry.success, "" if entry.success or not CODE.fullmatch(code) else code, parts)
