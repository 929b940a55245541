"""The telephone company as a port: Alibaba Cloud Voice Service (dyvmsapi 2017-05-25), one call with keys (IvrCall) and
the reports of what became of it.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

import aiohttp
import msgspec

from bot import aliyun
from bot.aliyun import CODE, WITHIN, number
from care.states import CallOutcome
from care.words import legal
from services import ports
from services.ports import CallReport, CallText, NoTelephone, Placed
from settings import Telephone

KEYS: Final = {"1": CallOutcome.GO, "2": CallOutcome.CANNOT}

# -- what the company says to a call ---------------------------------------------------------------------------------


def _all(codes: Iterable[str], why: str, outcome: CallOutcome = CallOutcome.REFUSED) -> dict[str, Placed]:
    return {code: Placed(outcome=outcome, code=code, why=why) for code in codes}


TABLE: Final[dict[str, Placed]] = {
    **_all(
        ["isv.BUSINESS_LIMIT_CONTROL"],
        "这个号码刚打得太密，阿里云限制每分钟、每小时、每天的次数，过一会儿才能再打",
        CallOutcome.THROTTLED,
    ),
    **_all(["isv.MOBILE_NUMBER_ILLEGAL"], "阿里云说这个号码不是能打的电话号码，请核对", CallOutcome.OFF),
    **{
        code: Placed(outcome=CallOutcome.REFUSED, code=code, why=why)
        for code, why in aliyun.reasons("telephone", "语音服务").items()
    },
    **_all(
        ["isv.DISPLAY_NUMBER_ILLEGAL"],
        "阿里云不认主叫号码，请管理员核对 [telephone] caller 是买来的号码，只写数字",
    ),
    **_all(
        ["isv.BILLID_NOT_EXIST", "BillidNotExist"],
        "主叫号码不在这个阿里云账号名下，请管理员核对 [telephone] caller",
    ),
    **_all(
        ["isv.TTS_TEMPLATE_ILLEGAL", "isv.TEMPLATE_ILLEGAL"],
        "话术模板不存在或没有通过审核，请管理员核对 [telephone] alarm_text 和 check_text",
    ),
    **_all(
        [
            "isv.TEMPLATE_PARAMS_ILLEGAL",
            "TEMPLATE_PARAMS_ILLEGAL",
            "isv.TEMPLATE_MISSING_PARAMETERS",
            "isv.BLACK_KEY_CONTROL_LIMIT",
            "isv.PARAM_LENGTH_LIMIT",
            "isv.PARAM_NOT_SUPPORT_URL",
            "isv.INVALID_JSON_PARAM",
        ],
        "阿里云不收填进话术的字：太长、有禁用的词，或和模板里的空对不上；请管理员核对话术模板",
    ),
    **_all(
        ["isv.INVALID_PARAMETERS", "InvalidParameters"],
        "阿里云说打电话的参数不对，请管理员核对 [telephone] 的主叫号码和模板编号",
    ),
    **_all(
        ["isv.COMPLAINT_REJECT", "ComplaintReject"],
        "电话被防骚扰拦截，没有打出去；请管理员查主叫号码是否被投诉，并联系阿里云客服",
    ),
    **_all(
        ["isv.VOICE_ROBOT_NOT_PERIOD", "isv.VOICE_CALL_PERIOD_ERROR"],
        "阿里云这个时段不让外呼，请管理员到语音服务控制台查呼叫设置",
    ),
    **_all(["isv.VOICE_CALL_FAIL"], "阿里云没能发起呼叫，请管理员到语音服务控制台的业务统计查原因"),
    **_all(
        aliyun.SYSTEM,
        "阿里云系统出错，电话没有打出去，请用别的办法叫人；一直这样就联系阿里云客服",
    ),
}
"""The documented codes. The misspelt one stands so in the company's own list."""

NOT_REACHED: Final = Placed(
    outcome=CallOutcome.REFUSED, code=aliyun.NO_CONNECTION, why="连不上阿里云，电话没有打出去，请管理员检查网络"
)
PRACTISING: Final = Placed(outcome=CallOutcome.REFUSED, code=aliyun.PRACTICE, why="练习中不往外打电话")
NO_ANSWER: Final = Placed(
    outcome=CallOutcome.UNKNOWN, code=aliyun.NO_ANSWER, why="阿里云没应答，不确定电话打出去没有；没有重打"
)
OURS: Final = {placed.code: placed for placed in (NOT_REACHED, PRACTISING, NO_ANSWER)}


def meaning(code: str) -> Placed:
    """What a code other than OK means; one that is not in the table is a refusal that names it."""
    known = TABLE.get(code) or OURS.get(code)
    if known is not None:
        return known
    why = f"阿里云没有打这个电话（代码 {code}），请用别的办法叫人，并请管理员按代码查阿里云的文档"
    if code.startswith("http-"):
        why = f"电话接口没有照办（HTTP {code.removeprefix('http-')}），请管理员核对 [telephone] url"
    return Placed(outcome=CallOutcome.REFUSED, code=code, why=why)


# -- the call --------------------------------------------------------------------------------------------------------


class Aliyun:
    """Rings by Alibaba Cloud; never tries twice, since a call that nobody has heard of may ring all the same."""

    connected = True

    def __init__(self, settings: Telephone, http: aiohttp.ClientSession, within: float = WITHIN) -> None:
        self._settings = settings
        self._texts = {
            CallText.ALARM: settings.alarm_text,
            CallText.CHECK: settings.check_text,
            CallText.COMPLAINT: settings.complaint_text,
        }
        self.account = aliyun.Account(settings.url, settings.key_id, settings.key_secret, http, within)

    async def call(self, number: str, text: CallText, words: Mapping[str, str], own: str) -> Placed:
        """Ring a number once. `own` comes back with the reports; the company takes at most 15 bytes of it."""
        said = await self.account.ask("IvrCall", self._asked(number, text, words, own), "CallId")
        return Placed(ref=said.ref) if said.code == aliyun.OK else meaning(said.code)

    def _asked(self, number: str, text: CallText, words: Mapping[str, str], own: str) -> dict[str, str]:
        """The parameters of the call. A key is named without a text of its own (`Code`), which the company lets be left
        out; each would be one more text to have approved.
        """
        spoken = {name: legal(word) for name, word in words.items()}
        return {
            "CalledShowNumber": self._settings.caller,
            "CalledNumber": number.replace("-", ""),
            "StartCode": self._texts[text],
            "StartTtsParams": json.dumps(spoken, ensure_ascii=False, separators=(",", ":")),
            **{f"MenuKeyMap.{place}.Key": key for place, key in enumerate(KEYS, 1)},
            "PlayTimes": "3",
            "Timeout": "5000",
            "OutId": own,
        }


def of(settings: Telephone, http: aiohttp.ClientSession) -> ports.Telephone:
    """The telephone that is set; one that rings nobody where there is none."""
    return Aliyun(settings, http) if settings.provider == "aliyun" else NoTelephone()


# -- what became of it -----------------------------------------------------------------------------------------------

RINGS: Final = "200201"
ENDS: Final = {
    "200000": CallOutcome.NO_KEY,  # heard to the end
    "200001": CallOutcome.NO_KEY,  # hung up early
    "200002": CallOutcome.BUSY,
    "200003": CallOutcome.NO_ANSWER,  # it rang
    "200004": CallOutcome.OFF,  # no such number
    "200005": CallOutcome.NO_ANSWER,  # not reached, or rejected
    "200007": CallOutcome.NO_ANSWER,  # no coverage
    "200008": CallOutcome.NO_KEY,  # no key in time
    "200010": CallOutcome.OFF,
    "200011": CallOutcome.OFF,  # suspended
    "200118": CallOutcome.THROTTLED,  # not at this time of the day
    "200119": CallOutcome.THROTTLED,  # this number too often
    "200121": CallOutcome.THROTTLED,  # too many calls at once
}
"""How a call without a key ended, by the code of its VoiceReport; any other code tells nothing."""


class _Entry(msgspec.Struct):
    """One report of a push, of either kind; `record_file` has the report of a recording, which says nothing here."""

    out_id: str | int
    call_id: str | int
    status_code: str | int | None = None
    dtmf: str | int | None = None
    duration: Any = msgspec.UNSET
    callee: Any = msgspec.UNSET
    voice_type: Any = msgspec.UNSET
    record_file: Any = msgspec.UNSET


def reports(body: bytes) -> list[CallReport]:
    """What a push of the company tells, in its order (VoiceReport and VoiceCallReport, mixed or not). An entry that is
    none of both is passed over; the company pushes again what it is not sure of, so the same may come twice.

    Raises ValueError for a body that is no array of JSON, or too large.
    """
    entries = [_entry(raw) for raw in aliyun.pushed(body)]
    told = [_report(entry) for entry in entries if entry is not None]
    return [report for report in told if report is not None]


def _entry(raw: msgspec.Raw) -> _Entry | None:
    try:
        return msgspec.json.decode(raw, type=_Entry)
    except msgspec.ValidationError:
        return None


def _report(entry: _Entry) -> CallReport | None:
    own, ref, code = number(entry.out_id), number(entry.call_id), str(entry.status_code or "")
    if not own or not ref or entry.record_file is not msgspec.UNSET:
        return None
    key = "" if entry.dtmf is None else str(entry.dtmf).strip()[:1]
    outcome = KEYS.get(key)
    if outcome is None and any(
        found is not msgspec.UNSET for found in (entry.duration, entry.callee, entry.voice_type)
    ):
        outcome = ENDS.get(code, CallOutcome.UNKNOWN)
    ringing = code == RINGS and outcome is None
    return CallReport(own=own, ref=ref, ringing=ringing, outcome=outcome, code=code if CODE.fullmatch(code) else "")
