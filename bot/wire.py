"""The platform's wire format: signatures and encryption (wechat.md 1). What a push says is read by `bot.pushes`.

Until the signature holds every failure is `Refused` (403, no detail). After it everything is kept: what names nobody
is `NoSender`. The three modes never fall back to one another.
"""

import base64
import binascii
import hashlib
import hmac
import os
import re
import secrets
import struct
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from bot.pushes import NoSender, Push, read
from settings import Mode, Wechat

MAX_BODY: Final = 256 * 1024
"""Bytes; 413 above. 16,000 Chinese characters, encrypted, are 64 KiB."""
BLOCK: Final = 32
DRAWN: Final = 2048
"""Random bytes that are drawn at a time."""
_SEALED: Final = re.compile(rb"<Encrypt>\s*(?:<!\[CDATA\[)?([A-Za-z0-9+/=]+)(?:\]\]>)?\s*</Encrypt>")
_STAMP: Final = re.compile(r"\d{1,12}", re.ASCII)


class Refused(Exception):
    """The push is not proven to come from the platform, is too old, or is another account's: 403
    and not a word more.
    """


class Codec:
    """Opens pushes and closes replies for one account, in one thread. Raises ValueError for keys that cannot be right.

    One cipher context serves all messages: only the first block depends on what went before it, and both sides throw
    its 16 random bytes away.
    """

    def __init__(
        self,
        *,
        token: str,
        app_id: str,
        mode: Mode,
        aes_key: str = "",
        previous_aes_key: str = "",
        max_age_seconds: int = 86_400,
    ) -> None:
        self.token, self.app_id, self.mode, self.max_age_seconds = token, app_id.encode(), mode, max_age_seconds
        self._drawn = b""
        ciphers = [_cipher(key) for key in (aes_key, previous_aes_key) if key]
        self._encryptors, self._decryptors = (
            [cipher.encryptor() for cipher in ciphers],
            [cipher.decryptor() for cipher in ciphers],
        )
        if mode is not Mode.PLAIN and not aes_key:
            message = "an encoding_aes_key is needed"
            raise ValueError(message)

    @classmethod
    def of(cls, wechat: Wechat) -> "Codec":
        """Of the account that is set; without one nobody is let in: the token is one that nobody knows."""
        if not wechat.app_id:
            return cls(token=secrets.token_hex(32), app_id="", mode=Mode.PLAIN)
        return cls(
            token=wechat.token,
            app_id=wechat.app_id,
            mode=wechat.mode,
            aes_key=wechat.encoding_aes_key,
            previous_aes_key=wechat.previous_encoding_aes_key,
            max_age_seconds=wechat.max_age_seconds,
        )

    @property
    def covers_body(self) -> bool:
        """Whether a good signature proves the body: in plain mode it does not."""
        return self.mode is not Mode.PLAIN

    def sign(self, *parts: str) -> str:
        """The SHA-1 over the token and the parts in string order, in hex."""
        # the platform's choice
        return hashlib.sha1("".join(sorted((self.token, *parts))).encode()).hexdigest()  # noqa: S324

    def greet(self, query: Mapping[str, str], now: datetime) -> str:
        """The echostr of the platform's handshake, which is always plain. Raises Refused."""
        self._proven(query.get("signature", ""), query, now)
        echo = query.get("echostr", "")
        if not re.fullmatch(r"[\w\-]{1,128}", echo):
            raise Refused
        return echo

    def open(self, query: Mapping[str, str], body: bytes, now: datetime) -> Push:
        """The push inside a POST. Raises Refused before the signature holds, NoSender after it."""
        if self.mode is Mode.PLAIN:
            if query.get("encrypt_type", "raw") not in {"raw", ""}:
                raise Refused
            self._proven(query.get("signature", ""), query, now)
            return read(body, now)
        if query.get("encrypt_type") != "aes":
            raise Refused
        found = _SEALED.search(body)  # nothing of strangers reaches the XML parser: the signature covers this text
        if found is None:
            raise Refused
        sealed = found[1].decode()
        self._proven(query.get("msg_signature", ""), query, now, sealed)
        return read(self.decrypt(sealed), now)

    def close(self, xml: str, now: datetime) -> bytes:
        """A reply in the account's mode; encrypted ones get a fresh nonce each time."""
        if self.mode is Mode.PLAIN:
            return xml.encode()
        random = self._random(20)
        stamp, nonce, sealed = (
            str(int(now.timestamp())),
            str(int.from_bytes(random[16:], "big")),
            self.encrypt(xml.encode(), random[:16]),
        )
        return (
            f"<xml><Encrypt><![CDATA[{sealed}]]></Encrypt><MsgSignature><![CDATA[{self.sign(stamp, nonce, sealed)}]]>"
            f"</MsgSignature>"
            f"<TimeStamp>{stamp}</TimeStamp><Nonce><![CDATA[{nonce}]]></Nonce></xml>"
        ).encode()

    def encrypt(self, plain: bytes, random: bytes | None = None) -> str:
        """random(16) | length(4, big-endian) | text | app id, PKCS#7 to 32, AES-256-CBC, base64.

        `random` is for test vectors.
        """
        data = (random or self._random(16)) + struct.pack(">I", len(plain)) + plain + self.app_id
        pad = BLOCK - len(data) % BLOCK
        return base64.b64encode(self._encryptors[0].update(data + bytes([pad]) * pad)).decode()

    def _random(self, size: int) -> bytes:
        """Random bytes, each used once; many are drawn together, since each question to the system lets the other
        threads run first.
        """
        if len(self._drawn) < size:
            self._drawn = os.urandom(DRAWN)
        drawn, self._drawn = self._drawn[:size], self._drawn[size:]
        return drawn

    def decrypt(self, sealed: str) -> bytes:
        """The text; the present key first, then the previous one.

        Raises NoSender (the official -40007, -40008), Refused for another app id (-40005).
        """
        try:
            data = base64.b64decode(sealed, validate=True)
        except (binascii.Error, ValueError) as error:
            raise NoSender(sealed.encode()) from error
        if not data or len(data) % 16:
            raise NoSender(sealed.encode())
        anothers = False
        for decryptor in self._decryptors:
            found = _unwrap(decryptor.update(data))
            if found is None:
                continue
            text, app_id = found
            if hmac.compare_digest(app_id, self.app_id):
                return text
            anothers = True
        if anothers:
            raise Refused
        raise NoSender(sealed.encode())

    def _proven(self, given: str, query: Mapping[str, str], now: datetime, *parts: str) -> None:
        stamp, nonce = query.get("timestamp", ""), query.get("nonce", "")
        expected = self.sign(stamp, nonce, *parts)
        if not hmac.compare_digest(expected.encode(), given.encode("utf-8", "replace")):
            raise Refused
        if not _STAMP.fullmatch(stamp):
            raise Refused
        if self.max_age_seconds and abs(now.timestamp() - int(stamp)) > self.max_age_seconds:
            raise Refused


def _unwrap(data: bytes) -> tuple[bytes, bytes] | None:
    """The text and the app id of a block; None when it has not that form."""
    pad = data[-1]
    # 16 + 4 bytes of head
    if not 1 <= pad <= BLOCK or data[-pad:] != bytes([pad]) * pad or len(data) - pad < 20:
        return None
    end = 20 + struct.unpack(">I", data[16:20])[0]
    return None if end > len(data) - pad else (data[20:end], data[end:-pad])


def _cipher(key: str) -> Cipher[modes.CBC]:
    if not re.fullmatch(r"[A-Za-z0-9]{43}", key, re.ASCII):
        message = "an encoding_aes_key has 43 letters and digits"
        raise ValueError(message)
    raw = base64.b64decode(key + "=")
    return Cipher(algorithms.AES(raw), modes.CBC(raw[:16]))
