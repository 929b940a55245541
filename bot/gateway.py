"""The outbound side of WeChat: customer-service messages and media, each answer turned into an outcome that staff can
read.
"""

import json
import logging
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import aiohttp
from yarl import URL

from bot import errcodes, way
from bot.desk import Desk
from bot.rates import Rates
from bot.tokens import TokenRefused, Tokens
from care.words import legal
from services.ports import Card, CodeUsed, MediaGone, MediaLater, NotIdentified, Outcome
from settings import Wechat

log = logging.getLogger("jiashu.gateway")
UPLOADED_FOR: Final = 60 * 60 * 60.0
"""Seconds for which an uploaded sound is used; the platform keeps it for 72 h."""
TOO_OFTEN: Final = {"45011"}
REST: Final = 60.0
OLD_CODES: Final = {40029, 40163}
FORGOTTEN: Final = {"40007", "40004"}
MEDIA_BYTES: Final = 12 * 1024 * 1024
TIMEOUT: Final = aiohttp.ClientTimeout(total=10, sock_connect=4)


class Gateway:
    """One account's API. No method raises for what the platform says."""

    def __init__(self, wechat: Wechat, http: aiohttp.ClientSession, rates: Rates | None = None) -> None:
        self._rates, self._http = rates or Rates(""), http
        self.desk = Desk()
        self.use(wechat)

    def use(self, wechat: Wechat) -> None:
        """Go on with this account: what was uploaded and the token belong to the one before."""
        wechat = way.own(wechat)
        self.wechat, self._base = wechat, wechat.api_base_url.rstrip("/")
        self.tokens = Tokens(wechat, self._http)
        self.desk.use(wechat, self.tokens)
        self._uploaded: dict[bytes, tuple[str, float]] = {}

    async def send_text(self, openid: str, text: str) -> Outcome:
        """A customer-service text. Nothing dedupes it at the platform, so no answer means *unknown*, never a blind
        retry.
        """
        body = {"touser": openid, "msgtype": "text", "text": {"content": legal(text)}}
        return await self._send("/cgi-bin/message/custom/send", body)

    async def send_template(self, openid: str, card: Card) -> Outcome:
        """A template message. The platform dedupes our number of it for ten minutes, so that no answer is a retry and
        not *unknown* (wechat.md 5a).
        """
        body = {
            "touser": openid,
            "template_id": card.template_id,
            "client_msg_id": card.own,
            "data": {key: {"value": value} for key, value in card.data.items()},
        }
        if card.url:
            body["url"] = card.url
        return await self._send("/cgi-bin/message/template/send", body)

    async def send_mass(self, openids: Sequence[str], text: str, own: str) -> Outcome:
        """A mass send. The platform knows our number of it for 24 hours, so that no answer is asked again under it
        (wechat.md 6).
        """
        body = {"touser": list(openids), "msgtype": "text", "text": {"content": legal(text)}, "clientmsgid": own}
        return await self._send("/cgi-bin/message/mass/send", body)

    async def send_voice(self, openid: str, sound: bytes) -> Outcome:
        """A customer-service voice message.

        The sound is uploaded once and used until shortly before the platform forgets it (wechat.md 6).
        """
        for _ in range(2):
            media = await self._media_of(sound)
            if isinstance(media, Outcome):
                return media
            outcome = await self._send(
                "/cgi-bin/message/custom/send", {"touser": openid, "msgtype": "voice", "voice": {"media_id": media}}
            )
            if outcome.code not in FORGOTTEN:
                return outcome
            self._uploaded.clear()
        return outcome

    async def _media_of(self, sound: bytes) -> str | Outcome:
        """The platform's handle of a sound, or why there is none; nothing was sent, so whatever fails may be tried
        again.
        """
        if not self.wechat.app_id:
            return errcodes.NO_ACCOUNT
        known = self._uploaded.get(sound)
        if known is not None and known[1] > time.monotonic():
            return known[0]
        try:
            token = await self.tokens.get()
            for _ in range(2):
                form = aiohttp.FormData()
                form.add_field("media", sound, filename="voice.mp3", content_type="audio/mpeg")
                params = {"access_token": token, "type": "voice"}
                async with self._http.post(
                    f"{self._base}/cgi-bin/media/upload", params=params, data=form, timeout=TIMEOUT
                ) as response:
                    answer = json.loads((await response.read()).decode("utf-8", "replace"))
                if isinstance(answer, dict) and answer.get("media_id"):
                    media = str(answer["media_id"])
                    self._uploaded[sound] = media, time.monotonic() + UPLOADED_FOR
                    return media
                code = int(answer.get("errcode", -1))
                if not errcodes.meaning(code).renew_token:
                    return self._told(code, str(answer.get("errmsg", "")))
                token = await self.tokens.renew(token)
        except TokenRefused as refused:
            return self._told(refused.code, str(refused))
        except (aiohttp.ClientError, TimeoutError, ValueError, AttributeError):
            return errcodes.NOT_REACHED
        return errcodes.NOT_REACHED

    async def identify(self, code: str) -> str:
        """The openid behind a one-time code of the platform's web login (wechat.md 6).

        Raises NotIdentified for a virtual one as well, CodeUsed when the code was used before or is too old.
        """
        params = {
            "appid": self.wechat.app_id,
            "secret": self.wechat.app_secret,
            "code": code,
            "grant_type": "authorization_code",
        }
        try:
            async with self._http.get(
                f"{self._base}/sns/oauth2/access_token", params=params, timeout=TIMEOUT
            ) as response:
                answer = json.loads((await response.read()).decode("utf-8", "replace"))
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise NotIdentified from error
        openid = answer.get("openid") if isinstance(answer, dict) else None
        if not openid or answer.get("is_snapshotuser"):
            log.warning(
                "nobody behind a web login",
                extra={"action": "not_identified", "code": answer.get("errcode", "virtual")},
            )
            raise CodeUsed if isinstance(answer, dict) and answer.get("errcode") in OLD_CODES else NotIdentified
        return str(openid)

    async def fetch_media(self, media_id: str) -> bytes:
        """The bytes of an inbound file. Errors come as HTTP 200 with JSON: the first byte tells.

        Raises MediaGone or MediaLater.
        """
        if not self.wechat.app_id:
            raise MediaLater
        try:
            token = await self.tokens.get()
            for _ in range(2):
                code, data = await self._get_media(token, media_id)
                meaning = errcodes.meaning(code)
                if code == 0:
                    return data
                if not meaning.renew_token:
                    break
                token = await self.tokens.renew(token)
        except (aiohttp.ClientError, TimeoutError, TokenRefused) as error:
            raise MediaLater from error
        if code in {40007, 40003}:
            raise MediaGone
        raise MediaLater

    async def _get_media(self, token: str, media_id: str) -> tuple[int, bytes]:
        """The errcode (0 = none) and the bytes; a video comes as an address of the platform that is followed once
        (wechat.md 6).
        """
        params = {"access_token": token, "media_id": media_id}
        data = await self._read(f"{self._base}/cgi-bin/media/get", params)
        if data[:1] != b"{":
            return 0, data
        answer = json.loads(data)
        if "errcode" in answer:
            return int(answer["errcode"]), b""
        address = URL(str(answer.get("video_url", "")))
        if address.host is None or not (address.host == URL(self._base).host or address.host.endswith(".qq.com")):
            raise MediaGone
        return 0, await self._read(str(address), {})

    async def _read(self, url: str, params: dict[str, str]) -> bytes:
        async with self._http.get(url, params=params, timeout=TIMEOUT) as response:
            if response.status != 200:
                raise MediaLater
            parts = [part async for part in response.content.iter_chunked(65_536)]
        data = b"".join(parts)
        if len(data) > MEDIA_BYTES:
            raise MediaGone
        return data

    async def _send(self, path: str, body: dict[str, Any]) -> Outcome:
        delay = await self._rates.delay(path)
        if delay:
            return replace(errcodes.TOO_FAST, retry_after=delay)
        outcome = await self._ask(path, body)
        if outcome.code in TOO_OFTEN:
            await self._rates.refused(path, outcome.retry_after or REST)
        return outcome

    async def _ask(self, path: str, body: dict[str, Any]) -> Outcome:
        if not self.wechat.app_id:
            return errcodes.NO_ACCOUNT
        try:
            token = await self.tokens.get()
        except TokenRefused as refused:
            return self._told(refused.code, str(refused))
        except (aiohttp.ClientError, TimeoutError):
            return errcodes.NOT_REACHED
        found = await self._post(path, token, body)
        if isinstance(found, Outcome):
            return found
        try:
            token = await self.tokens.renew(token)
        except TokenRefused as refused:
            return self._told(refused.code, str(refused))
        except (aiohttp.ClientError, TimeoutError):
            return errcodes.NOT_REACHED
        found = await self._post(path, token, body)
        return found if isinstance(found, Outcome) else errcodes.meaning(found).outcome

    async def _post(self, path: str, token: str, body: dict[str, Any]) -> Outcome | int:
        """What came of it; the errcode alone where the token must be renewed first."""
        data = json.dumps(body, ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json; charset=utf-8"}
        try:
            async with self._http.post(
                f"{self._base}{path}", params={"access_token": token}, data=data, headers=headers, timeout=TIMEOUT
            ) as response:
                if response.status >= 500:
                    return errcodes.NO_ANSWER
                answer = json.loads((await response.read()).decode("utf-8", "replace"))
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            return errcodes.NOT_REACHED
        except (aiohttp.ClientError, TimeoutError, ValueError):
            return errcodes.NO_ANSWER
        if not isinstance(answer, dict) or "errcode" not in answer:
            return errcodes.NO_ANSWER
        code = int(answer["errcode"])
        if code:
            self._told(code, str(answer.get("errmsg", "")))
        meaning = errcodes.meaning(code)
        ref = str(answer.get("msgid") or answer.get("msg_id") or "")
        return code if meaning.renew_token else replace(meaning.outcome, ref=ref) if ref else meaning.outcome

    def _told(self, code: int, text: str) -> Outcome:
        outcome = errcodes.meaning(code).outcome
        level = logging.ERROR if outcome.alert else logging.WARNING
        log.log(level, "the platform said no", extra={"action": "errcode", "code": code, "errmsg": text[:200]})
        return outcome
