"""The telephone company as a port: Alibaba Cloud Voice Service (dyvmsapi 2017-05-25), one call with keys (IvrCall) and
the reports of what became of it.

Requests are signed here, as the official SDK signs them (ACS3-HMAC-SHA256): it is thirty packages for one call. Neither
numbers nor keys are ever logged; of an answer its code alone is, since the text beside it may repeat a number.
"""

import hashlib
import hmac
import json
import logging
import re
import secrets
from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import quote

import aiohttp
import msgspec
from yarl import URL

from bot.way import LeavesTheHouse
from care.states import CallOutcome
from care.words import legal
from services import ports
from services.ports import CallReport, CallText, NoTelephone, Placed
from settings import Telephone
from settings.clock import wall

log = logging.getLogger("jiashu.telephone")
WITHIN: Final = 4.8
"""Seconds for a call to be placed, connecting included."""
CONNECTING: Final = 0.6
"""The share of them for the connection: who is late there has written nothing, and knows that nobody rings."""
EXACT: Final = 3600.0
"""aiohttp rounds time-outs up to whole seconds from here on."""
ANSWER: Final = 1 << 16
"""Bytes of an answer; what is beyond is not read."""
ALGORITHM: Final = "ACS3-HMAC-SHA256"
EMPTY: Final = hashlib.sha256(b"").hexdigest()
"""Everything we say stands in the address, nothing in the body."""
KEYS: Final = {"1": CallOutcome.GO, "2": CallOutcome.CANNOT}
CODE: Final = re.compile(r"(?!.*\d{7})[\w.-]{1,64}", re.ASCII)
"""What a code looks like; seven digits in a row may be somebody's number."""

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
    **_all(["isv.AMOUNT_NOT_ENOUGH", "isv.AMOUNT_NOT_ENOUG"], "阿里云余额不足，电话打不出去，请马上充值"),
    **_all(["isv.OUT_OF_SERVICE"], "阿里云语音服务停机了，多半是欠费，请马上到费用中心充值"),
    **_all(["isv.ACCOUNT_ABNORMAL"], "阿里云账户异常，请先查是否欠费，再联系阿里云客服"),
    **_all(
        ["isv.ACCOUNT_NOT_EXISTS", "isp.USER_NOT_EXIST", "isp.RES_OWNER_ID_UNKNOWN"],
        "阿里云找不到这个账户，请管理员核对 [telephone] key_id 是哪个账号的",
    ),
    **_all(
        ["isv.PRODUCT_UNSUBSCRIBE", "isv.PRODUCT_UN_SUBSCRIPT"],
        "阿里云还没有开通语音服务的语音互动，请管理员到语音服务控制台开通",
    ),
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
        ["isp.RAM_PERMISSION_DENY", "Forbidden.RAM", "NoPermission"],
        "AccessKey 没有打电话的权限，请管理员在阿里云 RAM 里给它语音服务的权限",
    ),
    **_all(
        ["InvalidAccessKeyId.NotFound", "InvalidAccessKeyId.Inactive", "InvalidAccessKeyId", "MissingAccessKeyId"],
        "阿里云不认 AccessKey，或它被停用了，请管理员核对 [telephone] key_id",
    ),
    **_all(
        ["SignatureDoesNotMatch", "IncompleteSignature", "InvalidSignature"],
        "AccessKey 的密钥不对，请管理员核对 [telephone] key_secret",
    ),
    **_all(
        ["InvalidTimeStamp.Expired", "InvalidTimeStamp.Format"],
        "这台服务器的时间不准，阿里云不收，请管理员校准时间",
    ),
    **_all(
        ["Throttling", "Throttling.User", "Throttling.Api"],
        "阿里云说这个账号打得太密，过一会儿再打；常见就请管理员联系阿里云客服",
    ),
    **_all(
        ["isp.SYSTEM_ERROR", "isp.GATEWAY_ERROR", "isp.UNKNOWN", "InternalError", "ServiceUnavailable"],
        "阿里云系统出错，电话没有打出去，请用别的办法叫人；一直这样就联系阿里云客服",
    ),
}
"""The documented codes. The misspelt one stands so in the company's own list."""

NOT_REACHED: Final = Placed(
    outcome=CallOutcome.REFUSED, code="no-connection", why="连不上阿里云，电话没有打出去，请管理员检查网络"
)
PRACTISING: Final = Placed(outcome=CallOutcome.REFUSED, code="practice", why="练习中不往外打电话")
NO_ANSWER: Final = Placed(
    outcome=CallOutcome.UNKNOWN, code="no-answer", why="阿里云没应答，不确定电话打出去没有；没有重打"
)


def meaning(code: str) -> Placed:
    """What a code other than OK means; one that is not in the table is a refusal that names it."""
    return TABLE.get(code) or Placed(
        outcome=CallOutcome.REFUSED,
        code=code,
        why=f"阿里云没有打这个电话（代码 {code}），请用别的办法叫人，并请管理员按代码查阿里云的文档",
    )


class _Answer(msgspec.Struct):
    code: Any = msgspec.field(name="Code", default="")
    call_id: Any = msgspec.field(name="CallId", default="")


def told_by(status: int, body: bytes) -> Placed:
    """What an answer says. Where it has no code: 3xx and 4xx is somebody who does not take calls, anything else may
    have come after the call was placed.
    """
    try:
        answer = msgspec.json.decode(body, type=_Answer)
    except (ValueError, RecursionError):
        answer = _Answer()
    if answer.code == "OK":
        return Placed(ref=_number(answer.call_id))
    if isinstance(answer.code, str) and answer.code:
        return meaning(answer.code if CODE.fullmatch(answer.code) else "unreadable")
    if 300 <= status < 500:
        why = f"电话接口没有照办（HTTP {status}），请管理员核对 [telephone] url"
        return Placed(outcome=CallOutcome.REFUSED, code=f"http-{status}", why=why)
    return NO_ANSWER


# -- the call --------------------------------------------------------------------------------------------------------

UNWRITTEN: Final = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.InvalidURL,
    aiohttp.NonHttpUrlClientError,
)
"""After these nobody has heard of the call."""


class Aliyun:
    """Rings by Alibaba Cloud; never tries twice, since a call that nobody has heard of may ring all the same."""

    connected = True

    def __init__(self, settings: Telephone, http: aiohttp.ClientSession, within: float = WITHIN) -> None:
        self._settings, self._http = settings, http
        self._base = settings.url.rstrip("/")
        self._within = aiohttp.ClientTimeout(total=within, connect=within * CONNECTING, ceil_threshold=EXACT)

    async def call(self, number: str, text: CallText, words: Mapping[str, str], own: str) -> Placed:
        """Ring a number once. `own` comes back with the reports; the company takes at most 15 bytes of it."""
        query = canonical(self._asked(number, text, words, own))
        try:
            url = URL(f"{self._base}/?{query}", encoded=True)
            async with self._http.post(
                url,
                headers=self._headers(url, query),
                skip_auto_headers=("Content-Type",),  # there is none to sign
                timeout=self._within,
                allow_redirects=False,
            ) as response:
                placed = told_by(response.status, await _start_of(response))
        except LeavesTheHouse:
            return PRACTISING
        except UNWRITTEN as error:
            return _without(error, NOT_REACHED)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return _without(error, NO_ANSWER)
        if placed.outcome is not None:
            action = "call_unanswered" if placed is NO_ANSWER else "call_refused"
            log.warning("the telephone company said no", extra={"action": action, "code": placed.code})
        return placed

    def _asked(self, number: str, text: CallText, words: Mapping[str, str], own: str) -> dict[str, str]:
        """The parameters of the call. A key is named without a text of its own (`Code`), which the company lets be left
        out; each would be one more text to have approved.
        """
        spoken = {name: legal(word) for name, word in words.items()}
        return {
            "CalledShowNumber": self._settings.caller,
            "CalledNumber": number.replace("-", ""),
            "StartCode": self._settings.alarm_text if text is CallText.ALARM else self._settings.check_text,
            "StartTtsParams": json.dumps(spoken, ensure_ascii=False, separators=(",", ":")),
            **{f"MenuKeyMap.{place}.Key": key for place, key in enumerate(KEYS, 1)},
            "PlayTimes": "3",
            "Timeout": "5000",
            "OutId": own,
        }

    def _headers(self, url: URL, query: str) -> dict[str, str]:
        """The signed headers and their signature. Each call has a connection of its own: on an old one that the
        company has just closed nobody knows whether the call was heard.
        """
        signed = {
            "accept": "application/json",
            "host": url.host_port_subcomponent or "",
            "x-acs-action": "IvrCall",
            "x-acs-content-sha256": EMPTY,
            "x-acs-date": f"{wall():%Y-%m-%dT%H:%M:%SZ}",
            "x-acs-signature-nonce": secrets.token_hex(16),
            "x-acs-version": "2017-05-25",
        }
        signature = authorization(url.raw_path, query, signed, self._settings.key_id, self._settings.key_secret)
        return {**signed, "Authorization": signature, "Accept-Encoding": "identity", "Connection": "close"}


def _without(error: Exception, placed: Placed) -> Placed:
    """What a call without an answer comes to. The text of the error is left out: it has the address, and with it the
    number.
    """
    log.warning(
        "the telephone company has not answered",
        extra={"action": "call_unanswered", "code": placed.code, "why": type(error).__name__},
    )
    return placed


async def _start_of(response: aiohttp.ClientResponse) -> bytes:
    said = b""
    while len(said) < ANSWER and (more := await response.content.read(ANSWER - len(said))):
        said += more
    return said


def canonical(query: Mapping[str, str]) -> str:
    """The parameters as they are signed and sent: sorted by name, all but letters, digits and -_.~ in per cent."""
    return "&".join(f"{quote(name, safe='')}={quote(query[name], safe='')}" for name in sorted(query))


def authorization(path: str, query: str, headers: Mapping[str, str], key_id: str, key_secret: str) -> str:
    """The header that proves whose request it is: a POST without a body. All headers given are signed, their names in
    small letters.
    """
    names = sorted(headers)
    lines = "".join(f"{name}:{headers[name].strip()}\n" for name in names)
    request = "\n".join(("POST", path, query, lines, ";".join(names), EMPTY))
    text = f"{ALGORITHM}\n{hashlib.sha256(request.encode()).hexdigest()}"
    signature = hmac.new(key_secret.encode(), text.encode(), hashlib.sha256).hexdigest()
    return f"{ALGORITHM} Credential={key_id},SignedHeaders={';'.join(names)},Signature={signature}"


def of(settings: Telephone, http: aiohttp.ClientSession) -> ports.Telephone:
    """The telephone that is set; one that rings nobody where there is none."""
    return Aliyun(settings, http) if settings.provider == "aliyun" else NoTelephone()


# -- what became of it -----------------------------------------------------------------------------------------------

BATCH: Final = 256 * 1024
"""Bytes of a push."""
LONGEST: Final = 128
"""Characters of a number of a call."""
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
    if len(body) > BATCH:
        raise ValueError("a push of this size")
    try:
        entries = [_entry(raw) for raw in msgspec.json.decode(body, type=list[msgspec.Raw])]
    except RecursionError:
        raise ValueError("nested too deeply") from None
    told = [_report(entry) for entry in entries if entry is not None]
    return [report for report in told if report is not None]


def _entry(raw: msgspec.Raw) -> _Entry | None:
    try:
        return msgspec.json.decode(raw, type=_Entry)
    except msgspec.ValidationError:
        return None


def _report(entry: _Entry) -> CallReport | None:
    own, ref, code = _number(entry.out_id), _number(entry.call_id), str(entry.status_code or "")
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


def _number(found: object) -> str:
    """The number of a call as text; "" for what is none."""
    text = str(found) if type(found) in {str, int} else ""
    return text if len(text) <= LONGEST and text.isascii() and text.isprintable() else ""
