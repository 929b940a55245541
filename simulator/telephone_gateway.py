"""The gateway before the telephone company and the one for SMS: what its account signed by version 3 of the rules
(ACS3-HMAC-SHA256) is let through.
"""

import hashlib
import hmac
import re
import time
from collections import deque
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from urllib.parse import parse_qsl, quote

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from simulator.world import World

PATH, SMS_PATH = "/telephone", "/sms"
SCHEME, VERSION = "ACS3-HMAC-SHA256", "2017-05-25"
SIGNED = {"host", "x-acs-action", "x-acs-content-sha256", "x-acs-date", "x-acs-signature-nonce", "x-acs-version"}
VALID = 15 * 60
"""Seconds for which a signature holds, before and after."""
AUTHORIZATION = re.compile(SCHEME + r" Credential=([^,]+),\s*SignedHeaders=([^,]+),\s*Signature=([0-9a-f]{64})")


class Refused(Exception):
    """No call: by the gateway with an HTTP status, by the company with 200 and a code of its own."""

    def __init__(self, code: str, message: str, status: int = 200) -> None:
        super().__init__(message)
        self.code, self.status = code, status


def signature(
    secret: str, uri: str, query: Iterable[tuple[str, str]], headers: Mapping[str, str], signed: str, payload: str
) -> str:
    """Of a POST; `signed` names the headers in their order, `payload` is the hash of the body."""
    asked = "&".join(f"{quote(name, safe='~')}={quote(value, safe='~')}" for name, value in sorted(query))
    shown = "".join(f"{name}:{headers.get(name, '').strip()}\n" for name in signed.split(";"))
    whole = f"POST\n{uri}\n{asked}\n{shown}\n{signed}\n{payload}"
    text = f"{SCHEME}\n{hashlib.sha256(whole.encode()).hexdigest()}"
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def unless_called(door: Middleware) -> Middleware:
    """That door for everything but calls of the account, which are signed."""

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.method == "POST" and request.path.removesuffix("/") in {PATH, SMS_PATH}:
            return await handler(request)
        return await door(request, handler)

    return check


class Gateway:
    """Who may call, with the nonces that were used."""

    def __init__(self, world: World, key_id: str, secret: str) -> None:
        self.world, self.key_id, self.secret = world, key_id, secret
        self._nonces: deque[str] = deque(maxlen=1000)

    async def opened(self, request: web.Request, action: str) -> dict[str, str]:
        """The parameters of what is asked for, of query and body. Raises Refused."""
        headers, body = request.headers, await request.read()
        query = parse_qsl(request.rel_url.raw_query_string, keep_blank_values=True)
        found = AUTHORIZATION.fullmatch(headers.get("Authorization", ""))
        if found is None:
            raise Refused("IncompleteSignature", "The request signature does not conform to the standard.", 400)
        (key_id, names, proof), payload = found.groups(), hashlib.sha256(body).hexdigest()
        if key_id != self.key_id:
            raise Refused("InvalidAccessKeyId.NotFound", "Specified access key is not found.", 404)
        must = SIGNED | {name.lower() for name in headers if name.lower().startswith("x-acs-")}
        whole = must <= set(names.split(";")) and headers.get("x-acs-content-sha256") == payload
        uris = {"/", request.path}  # RPC style signs /, which at the real address is the path as well
        proofs = [signature(self.secret, uri, query, headers, names, payload) for uri in uris]
        if not whole or not any(hmac.compare_digest(proof, each) for each in proofs):
            raise Refused("SignatureDoesNotMatch", "Specified signature is not matched with our calculation.", 400)
        self._require_fresh(headers.get("x-acs-date", ""), headers.get("x-acs-signature-nonce", ""))
        if headers.get("x-acs-version") != VERSION:
            raise Refused("InvalidVersion", "Specified parameter Version is not valid.", 400)
        if headers.get("x-acs-action") != action:
            raise Refused("InvalidAction.NotFound", "Specified api is not found.", 404)
        return dict(query) | dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))

    def _require_fresh(self, date: str, nonce: str) -> None:
        """Near the real clock or the moved one, by which the account may go; and not seen before."""
        try:
            at = datetime.strptime(date, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp()
        except ValueError:
            at = 0.0
        if min(abs(at - time.time()), abs(at - self.world.now())) > VALID:
            raise Refused("InvalidTimeStamp.Expired", "Specified time stamp or date value is expired.", 400)
        if not nonce or nonce in self._nonces:
            raise Refused("SignatureNonceUsed", "Specified signature nonce was used already.", 400)
        self._nonces.append(nonce)
