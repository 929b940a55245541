"""The platform's half of the wire: signs and encrypts pushes, checks and opens replies.

Written apart from the service on purpose.
"""

import base64
import hashlib
import secrets
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes


class BadReply(Exception):
    """The answer would make the real platform show its fault notice."""


@dataclass(frozen=True)
class Keys:
    """What the account has agreed with the platform."""

    app_id: str
    secret: str
    token: str
    aes_key: str
    mode: str

    def signature(self, *fields: str) -> str:
        """SHA-1 over the sorted fields."""
        return hashlib.sha1("".join(sorted([self.token, *fields])).encode("utf-8")).hexdigest()

    def _cipher(self) -> Cipher[modes.CBC]:
        key = base64.b64decode(self.aes_key + "=")
        return Cipher(algorithms.AES(key), modes.CBC(key[:16]))

    def lock(self, content: bytes) -> str:
        """Encrypt an XML for the account."""
        block = secrets.token_bytes(16) + len(content).to_bytes(4, "big") + content + self.app_id.encode()
        padder = padding.PKCS7(256).padder()
        padded = padder.update(block) + padder.finalize()
        work = self._cipher().encryptor()
        return base64.b64encode(work.update(padded) + work.finalize()).decode("ascii")

    def unlock(self, sealed: str) -> str:
        """Decrypt what the account answered. Raises BadReply."""
        try:
            work = self._cipher().decryptor()
            padded = work.update(base64.b64decode(sealed)) + work.finalize()
            stripper = padding.PKCS7(256).unpadder()
            block = stripper.update(padded) + stripper.finalize()
            size = int.from_bytes(block[16:20], "big")
            text, app_id = block[20 : 20 + size], block[20 + size :]
        except ValueError as error:
            raise BadReply("cannot be decrypted") from error
        if app_id != self.app_id.encode():
            raise BadReply("carries another app id")
        return text.decode("utf-8")

    def envelope(self, inner: str, openid: str, account: str, now: float) -> tuple[dict[str, str], str]:
        """The query and the body of one push of which every sign is whole."""
        query, body = self.push(inner.encode(), openid, account, now)
        return query, body.decode()

    def push(self, inner: bytes, openid: str, account: str, now: float) -> tuple[dict[str, str], bytes]:
        """The query and the body of one push, whatever its bytes; a new nonce and ciphertext each time."""
        stamp, nonce = str(int(now)), str(secrets.randbelow(10**10))
        query = {"signature": self.signature(stamp, nonce), "timestamp": stamp, "nonce": nonce, "openid": openid}
        if self.mode == "plain":
            return query, inner
        sealed = self.lock(inner)
        query |= {"encrypt_type": "aes", "msg_signature": self.signature(stamp, nonce, sealed)}
        outside = (
            inner.removeprefix(b"<xml>").removesuffix(b"</xml>")
            if self.mode == "compatible"
            else f"<ToUserName><![CDATA[{account}]]></ToUserName>".encode()
        )
        return query, b"<xml>%b<Encrypt><![CDATA[%b]]></Encrypt></xml>" % (outside, sealed.encode())

    def reply(self, body: str) -> dict[str, str] | None:
        """The fields of a passive reply; None for `success` or nothing. Raises BadReply."""
        if body in {"", "success"}:
            return None
        try:
            root = ET.fromstring(body)
            if self.mode != "plain" or root.find("Encrypt") is not None:
                found = {child.tag: (child.text or "") for child in root}
                if self.signature(found["TimeStamp"], found["Nonce"], found["Encrypt"]) != found["MsgSignature"]:
                    raise BadReply("its signature is wrong")
                root = ET.fromstring(self.unlock(found["Encrypt"]))
        except (ET.ParseError, KeyError) as error:
            raise BadReply("is no XML of a reply") from error
        return {child.tag: (child.text or "") for child in root}


def message(fields: dict[str, Any]) -> str:
    """A push's inner XML as a text."""
    return xml(fields).decode()


def xml(fields: dict[str, Any], *, blank: str = "") -> bytes:
    """A push's inner XML as the platform writes it: numbers bare, texts as they are between the marks of a CDATA
    section, a dictionary as elements within.

    A control character, `]]>` or half a sign stays what it is. `blank` stands around each CDATA section, inside of its
    element.
    """
    return b"<xml>%b</xml>" % _elements(fields, blank.encode())


def _elements(fields: dict[str, Any], around: bytes) -> bytes:
    parts = []
    for name, value in fields.items():
        if isinstance(value, int | float):
            parts.append(f"<{name}>{value}</{name}>".encode())
        elif isinstance(value, dict):
            parts.append(b"<%b>%b</%b>" % (name.encode(), _elements(value, around), name.encode()))
        else:
            words = value if isinstance(value, bytes) else value.encode("utf-8", "surrogatepass")
            parts.append(b"<%b>%b<![CDATA[%b]]>%b</%b>" % (name.encode(), around, words, around, name.encode()))
    return b"".join(parts)


def cut(text: str) -> bytes:
    """A text whose last sign that is more than one byte is cut in the middle; what stood behind it is gone too."""
    wide = next((place for place in range(len(text) - 1, -1, -1) if ord(text[place]) >= 0x80), None)
    whole = text.encode("utf-8", "surrogatepass")
    return whole if wide is None else text[: wide + 1].encode("utf-8", "surrogatepass")[:-1]
