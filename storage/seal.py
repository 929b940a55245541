"""Sealing of column values and media: AES-256-GCM, the key's id in the ciphertext, bound to table, column and row
(P2).
"""

import base64
import hmac
import json
import os
import struct
from collections import deque
from contextlib import suppress
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from care.errors import KeysMissing, KeysUnreadable, reason

VERSION: Final = b"\x01"
NONCE: Final = 12
SIZE: Final = 32
DRAWN: Final = 256


class Unreadable(Exception):
    """封存的内容打不开：钥匙不对，或数据被改过。"""

    def __init__(self, where: str) -> None:
        super().__init__(f"cannot unseal {where}: wrong key, moved or changed")
        self.where = where


_LENGTH: Final = struct.Struct(">I").pack


class Sealer:
    """Seals with the current key, opens with any key that it holds, and signs audit rows."""

    def __init__(self, keys: dict[str, bytes], current: str, audit_key: bytes) -> None:
        self._ciphers = {name: AESGCM(key) for name, key in keys.items()}
        self._current, self._audit = current, hmac.new(audit_key, digestmod="sha256")
        name = current.encode()
        self._head = VERSION + bytes([len(name)]) + name
        self._nonces: deque[bytes] = deque()
        self._seal = self._ciphers[current].encrypt

    def seal(self, table: str, column: str, row: int, value: bytes) -> bytes:
        """The sealed form of a value; moved to another row, column or table it will not open."""
        try:
            nonce = self._nonces.popleft()
        except IndexError:
            nonce = self._fresh()
        return self._head + nonce + self._seal(nonce, value, f"{table}|{column}|{row}".encode())

    def _fresh(self) -> bytes:
        """A nonce; many are drawn at once, since each question to the system lets the other threads run first."""
        drawn = os.urandom(NONCE * DRAWN)
        self._nonces.extend(drawn[at : at + NONCE] for at in range(NONCE, len(drawn), NONCE))
        return drawn[:NONCE]

    def open(self, table: str, column: str, row: int, sealed: bytes) -> bytes:
        """The value. Raises Unreadable."""
        where = f"{table}|{column}|{row}"
        try:
            size = sealed[1]
            cipher = self._ciphers[sealed[2 : 2 + size].decode()]
            body = sealed[2 + size :]
            return cipher.decrypt(body[:NONCE], body[NONCE:], where.encode())
        except (InvalidTag, KeyError, IndexError, ValueError) as error:
            raise Unreadable(where) from error

    @property
    def fingerprint(self) -> str:
        """Which key file this is; it tells nothing of the keys, and stays when a key is added to the file."""
        return self.sign("jiashu key file").hex()[:32]

    def sign(self, *parts: object) -> bytes:
        """The HMAC-SHA256 of an audit row over its fields, each with its length, so that none can lend to the next."""
        fields = [part if type(part) is bytes else str(part).encode() for part in parts]
        mac = self._audit.copy()
        mac.update(b"".join([_LENGTH(len(field)) + field for field in fields]))
        return mac.digest()


def load(path: Path, *, may_create: bool) -> Sealer:
    """The sealer of a key file. A new database may have a new file (mode 0600); an old one never.

    Raises KeysMissing, KeysUnreadable.
    """
    try:
        if not path.exists():
            if not may_create:
                raise KeysMissing(path=path)
            create(path)
        content = json.loads(path.read_text())
        keys = {str(name): _key(key) for name, key in content["keys"].items()}
        return Sealer(keys, content["current"], _key(content["audit"]))
    except OSError as error:
        raise KeysUnreadable(path=path, why=reason(error)) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise KeysUnreadable(path=path, why="内容不是家书的钥匙") from error


def create(path: Path) -> None:
    """Write a new key file, readable by its owner alone, whole or not at all. Of two who make one at the same time the
    first wins, and the other reads what is there (I8). Raises OSError.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    content = {"current": "k1", "keys": {"k1": _random()}, "audit": _random()}
    part = path.with_name(f"{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(content, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            path.hardlink_to(part)
    finally:
        part.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _key(text: str) -> bytes:
    """32 bytes. Raises ValueError."""
    key = base64.b64decode(text, validate=True)
    if len(key) != SIZE:
        message = "a key has 32 bytes"
        raise ValueError(message)
    return key


def _random() -> str:
    return base64.b64encode(os.urandom(SIZE)).decode()
