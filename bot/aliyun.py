"""What is asked of Alibaba Cloud, for telephone calls and for SMS: one request by the RPC style of its gateway, signed
by version 3 of its rules (ACS3-HMAC-SHA256), and what its answer says.

Signed here as the official SDK signs, which is thirty packages for one call. Neither numbers nor keys are ever logged;
of an answer its code alone is, since the text beside it may repeat a number.
"""

import hashlib
import hmac
import logging
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

import aiohttp
import msgspec
from yarl import URL

from bot import bounded
from bot.way import LeavesTheHouse
from settings.clock import wall

log = logging.getLogger("jiashu.aliyun")
VERSION: Final = "2017-05-25"
WITHIN: Final = 4.8
"""Seconds for a request, connecting included."""
CONNECTING: Final = 0.6
"""The share of them for the connection: who is late there has written nothing, and knows that nobody was heard."""
EXACT: Final = 3600.0
"""aiohttp rounds time-outs up to whole seconds from here on."""
ANSWER: Final = 1 << 16
"""Bytes of an answer; what is beyond is not read."""
BATCH: Final = 256 * 1024
"""Bytes of a push."""
LONGEST: Final = 128
"""Characters of a number of the company's."""
ALGORITHM: Final = "ACS3-HMAC-SHA256"
EMPTY: Final = hashlib.sha256(b"").hexdigest()
"""Everything we say stands in the address, nothing in the body."""
CODE: Final = re.compile(r"(?!.*\d{7})[\w.-]{1,64}", re.ASCII)
"""What a code looks like; seven digits in a row may be somebody's number."""
OK: Final = "OK"
PRACTICE, NO_CONNECTION, NO_ANSWER, UNREADABLE = "practice", "no-connection", "no-answer", "unreadable"
"""In place of a code: in practice nothing leaves; nobody was heard; nobody can know; a code that looks like none."""
UNWRITTEN: Final = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.InvalidURL,
    aiohttp.NonHttpUrlClientError,
)
"""After these nobody has heard of the request."""


@dataclass(frozen=True, slots=True)
class Said:
    """What an answer says: its code, and the company's number of what was asked for."""

    code: str
    ref: str = ""


def reasons(section: str, product: str) -> dict[str, str]:
    """What the documented codes of the account itself mean, in Chinese, for the staff. `section` is that of the
    configuration.
    """
    return {
        **dict.fromkeys(
            ["isv.AMOUNT_NOT_ENOUGH", "isv.AMOUNT_NOT_ENOUG"], f"阿里云余额不足，{product}用不了，请马上充值"
        ),
        "isv.OUT_OF_SERVICE": f"阿里云{product}停机了，多半是欠费，请马上到费用中心充值",
        "isv.ACCOUNT_ABNORMAL": "阿里云账户异常，请先查是否欠费，再联系阿里云客服",
        **dict.fromkeys(
            ["isv.ACCOUNT_NOT_EXISTS", "isp.USER_NOT_EXIST", "isp.RES_OWNER_ID_UNKNOWN"],
            f"阿里云找不到这个账户，请管理员核对 [{section}] key_id 是哪个账号的",
        ),
        **dict.fromkeys(
            ["isv.PRODUCT_UNSUBSCRIBE", "isv.PRODUCT_UN_SUBSCRIPT"], f"阿里云还没有开通{product}，请管理员到控制台开通"
        ),
        **dict.fromkeys(
            ["isp.RAM_PERMISSION_DENY", "Forbidden.RAM", "NoPermission"],
            f"AccessKey 没有{product}的权限，请管理员在阿里云 RAM 里给它",
        ),
        **dict.fromkeys(
            [
                "InvalidAccessKeyId.NotFound",
                "InvalidAccessKeyId.Inactive",
                "InvalidAccessKeyId",
                "MissingAccessKeyId",
            ],
            f"阿里云不认 AccessKey，或它被停用了，请管理员核对 [{section}] key_id",
        ),
        **dict.fromkeys(
            ["SignatureDoesNotMatch", "IncompleteSignature", "InvalidSignature"],
            f"AccessKey 的密钥不对，请管理员核对 [{section}] key_secret",
        ),
        **dict.fromkeys(
            ["InvalidTimeStamp.Expired", "InvalidTimeStamp.Format"],
            "这台服务器的时间不准，阿里云不收，请管理员校准时间",
        ),
        **dict.fromkeys(
            ["Throttling", "Throttling.User", "Throttling.Api"],
            "阿里云说这个账号请求得太密，过一会儿再来；常见就请管理员联系阿里云客服",
        ),
    }


SYSTEM: Final = frozenset(
    {"isp.SYSTEM_ERROR", "isp.GATEWAY_ERROR", "isp.UNKNOWN", "InternalError", "ServiceUnavailable"}
)
"""Codes of failures on the side of the provider."""


class Account:
    """Asks; never twice, since what nobody has answered may have been done all the same."""

    def __init__(
        self, url: str, key_id: str, key_secret: str, http: aiohttp.ClientSession, within: float = WITHIN
    ) -> None:
        self._base, self._key_id, self._key_secret, self._http = url.rstrip("/"), key_id, key_secret, http
        self.within = aiohttp.ClientTimeout(total=within, connect=within * CONNECTING, ceil_threshold=EXACT)

    async def ask(self, action: str, asked: Mapping[str, str], ref: str) -> Said:
        """One request; `ref` is the field of the answer that has the company's number. Never raises for what the
        company or the network says.
        """
        query = canonical(asked)
        try:
            url = URL(f"{self._base}/?{query}", encoded=True)
            async with self._http.post(
                url,
                headers=self._headers(action, url, query),
                skip_auto_headers=("Content-Type",),  # there is none to sign
                timeout=self.within,
                allow_redirects=False,
            ) as response:
                said = told_by(response.status, await bounded.body(response, ANSWER), ref)
        except LeavesTheHouse:
            return Said(PRACTICE)
        except UNWRITTEN as error:
            return _without(action, error, NO_CONNECTION)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return _without(action, error, NO_ANSWER)
        if said.code != OK:
            kind = "unanswered" if said.code == NO_ANSWER else "refused"
            log.warning("the company said no", extra={"action": f"{action}_{kind}", "code": said.code})
        return said

    def _headers(self, action: str, url: URL, query: str) -> dict[str, str]:
        """The signed headers and their signature. Each request has a connection of its own: on an old one that the
        company has just closed nobody knows whether it was heard.
        """
        signed = {
            "accept": "application/json",
            "host": url.host_port_subcomponent or "",
            "x-acs-action": action,
            "x-acs-content-sha256": EMPTY,
            "x-acs-date": f"{wall():%Y-%m-%dT%H:%M:%SZ}",
            "x-acs-signature-nonce": secrets.token_hex(16),
            "x-acs-version": VERSION,
        }
        signature = authorization(url.raw_path, query, signed, self._key_id, self._key_secret)
        return {**signed, "Authorization": signature, "Accept-Encoding": "identity", "Connection": "close"}


def told_by(status: int, body: bytes, ref: str) -> Said:
    """What an answer says. Where it has no code: 3xx and 4xx is somebody who does not take requests (`http-404`),
    anything else may have come after it was done.
    """
    try:
        answer = msgspec.json.decode(body, type=dict[str, Any])
    except (ValueError, RecursionError):
        answer = {}
    code = answer.get("Code")
    if code == OK:
        return Said(OK, number(answer.get(ref)))
    if isinstance(code, str) and code:
        return Said(code if CODE.fullmatch(code) else UNREADABLE)
    return Said(f"http-{status}" if 300 <= status < 500 else NO_ANSWER)


def _without(action: str, error: Exception, code: str) -> Said:
    """A request without an answer. The text of the error is left out: it has the address, and with it the number."""
    log.warning(
        "the company has not answered",
        extra={"action": f"{action}_unanswered", "code": code, "why": type(error).__name__},
    )
    return Said(code)


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


def pushed(body: bytes) -> list[msgspec.Raw]:
    """The entries of a push of the company. Raises ValueError for a body that is no array of JSON, or too large."""
    if len(body) > BATCH:
        raise ValueError("a push of this size")
    try:
        return msgspec.json.decode(body, type=list[msgspec.Raw])
    except RecursionError:
        raise ValueError("nested too deeply") from None


def number(found: object) -> str:
    """A number of the company's as text; "" for what is none."""
    text = str(found) if type(found) in {str, int} else ""
    return text if len(text) <= LONGEST and text.isascii() and text.isprintable() else ""
