"""The state of the stand-in platform: people and their phones, quotas, tokens, media, faults, and the journal of
everything.
"""

import asyncio
import hashlib
import json
import secrets
import statistics
import time
import tomllib
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from simulator.account import Account, Menus
from simulator.codec import Keys

SESSION = (5, 48 * 3600)
SCENE = (3, 60)
TOKEN_LIFE = 7200
OVERLAP = 300
MEDIA_LIFE = 3 * 24 * 3600
FAULTS = ("delay", "drop", "duplicate", "swap", "late", "cut", "blanks", "snapshot")


@dataclass
class Phone:
    """One person's WeChat: the chat with the account, and what the account may still send."""

    openid: str
    name: str
    kind: str
    note: str
    following: bool
    chat: list[dict[str, Any]] = field(default_factory=list)
    session_left: int = 0
    session_until: float = 0.0
    scene_left: int = 0
    scene_until: float = 0.0
    tags: list[int] = field(default_factory=list)
    remark: str = ""
    followed_at: float = 0.0
    came_by: str = ""
    spoke_at: float = float("-inf")
    was: str = ""
    """Who it was at the account of before, which has moved to this one."""
    typing_until: float = 0.0

    def quota(self, now: float) -> tuple[int, float]:
        """Messages left and until when; the better of the two scenes."""
        choices = [(self.session_left, self.session_until), (self.scene_left, self.scene_until)]
        return max(((left, until) for left, until in choices if until > now), default=(0, 0.0))

    def spend(self, now: float) -> int:
        """Take one message off; 0, or the errcode that forbids it."""
        if not self.following:
            return 43004
        if self.scene_until > now and self.scene_left > 0:
            self.scene_left -= 1
            return 0
        if self.session_until > now and self.session_left > 0:
            self.session_left -= 1
            return 0
        return 45047 if max(self.session_until, self.scene_until) > now else 45015


def written(line: dict[str, Any]) -> str:
    """A line of the journal as JSON: no sign of it ends a line, for whoever reads line by line."""
    text = json.dumps(line, ensure_ascii=False)
    for sign in ("\x85", "\u2028", "\u2029"):
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def _clicks(buttons: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The buttons of a scene, as the platform writes them; one with others below it has no key."""
    return [
        {"name": each["name"], "sub_button": _clicks(each["below"])}
        if "below" in each
        else {"type": "click", "name": each["name"], "key": each["key"], "sub_button": []}
        for each in buttons
    ]


class World:
    """Everything that the platform knows. `listeners` hear of each change."""

    def __init__(
        self,
        keys: Keys,
        scene: Path,
        target: str,
        *,
        console: str = "",
        journal: Path | None = None,
        offset_file: Path | None = None,
        home: str = "",
    ) -> None:
        content = tomllib.loads(scene.read_text(encoding="utf-8"))
        self._turn = 0
        self.keys, self.target, self.console = keys, target, console
        self.home: dict[str, str] = content["home"] | ({"name": home} if home else {})
        hand = content["menu"]
        self.desk = Account(Menus(_clicks(hand), _clicks(content.get("elder_menu", hand))))
        self.logins: list[dict[str, str]] = content.get("staff", [])
        self.account = "gh_" + hashlib.md5(keys.app_id.encode()).hexdigest()[:12]
        self.phones = {
            p["openid"]: Phone(p["openid"], p["name"], p["kind"], p["note"], p["following"], followed_at=time.time())
            for p in content["people"]
        }
        self.scene = frozenset(self.phones)
        """Who was there at first, and stands first."""
        self.tokens: dict[str, float] = {}
        self.stable = self.plain = ""
        self.forced: list[float] = []
        self.codes: dict[str, tuple[str, str, float]] = {}
        self.media: dict[str, tuple[float, str, bytes]] = {}
        self.faults = dict.fromkeys(FAULTS, False)
        self.errcodes: deque[int] = deque()
        self.held: list[Callable[[], Any]] = []
        self.late: dict[str, list[Callable[[], Any]]] = {}
        self.journal: deque[dict[str, Any]] = deque(maxlen=5000)
        self.listeners: set[asyncio.Queue[str]] = set()
        self.answers: dict[str, set[str]] = {}
        self.announce: Callable[[str, str, dict[str, Any]], Any] = lambda *_: None
        self.numbers = 0
        self._file = journal.open("a", encoding="utf-8") if journal else None
        self._offset_file = offset_file
        self._msgid = int(time.time() * 1000) * 10_000

    # -- time ------------------------------------------------------------------------------------------------------

    def now(self) -> float:
        """Seconds since 1970, moved by the offset that service and simulator share."""
        return time.time() + self.offset()

    def offset(self) -> float:
        """The offset in seconds."""
        try:
            return float(self._offset_file.read_text() or 0) if self._offset_file else 0.0
        except (FileNotFoundError, ValueError):
            return 0.0

    def jump(self, seconds: float | None) -> None:
        """Move both clocks on; None sets them back."""
        if self._offset_file is None:
            return
        before = self.offset()
        after = 0.0 if seconds is None else before + seconds
        part = self._offset_file.with_suffix(".part")
        part.write_text(str(after))
        part.replace(self._offset_file)  # whole or not at all: the service looks at any moment
        self.note("sim", "时间", "回到真实时间" if seconds is None else f"快进 {seconds / 3600:.1f} 小时", ok=True)

    def targets(self) -> list[str]:
        """Where the tries of one push go, one after the other: several webhooks take turns, as behind a front that asks
        the next one.
        """
        self._turn += 1
        ones = self.target.split(",")
        return ones[self._turn % len(ones) :] + ones[: self._turn % len(ones)]

    # -- ids, tokens, media ------------------------------------------------------------------------------------------

    def message_id(self) -> int:
        """A new MsgId."""
        self._msgid += 1
        return self._msgid

    def stable_token(self, *, force: bool) -> tuple[str, int]:
        """The same one until 5 minutes before its end; forced, a new one, and the old one is dead at once.

        The tokens of `plain_token` go on (wechat.md 7).
        """
        now, until = self.now(), self.tokens.get(self.stable, 0.0)
        if until > now + OVERLAP and not force:
            return self.stable, int(until - now)
        self.stable = self._token(self.stable, now if force else now + OVERLAP)
        return self.stable, TOKEN_LIFE

    def plain_token(self) -> tuple[str, int]:
        """A new one each time; the one before lives for 5 minutes."""
        self.plain = self._token(self.plain, self.now() + OVERLAP)
        return self.plain, TOKEN_LIFE

    def _token(self, before: str, ends: float) -> str:
        if before in self.tokens:
            self.tokens[before] = min(self.tokens[before], ends)
        token = "sim-" + secrets.token_urlsafe(40)
        self.tokens[token] = self.now() + TOKEN_LIFE
        return token

    def token_fault(self, token: str) -> int:
        """0, or why a token is refused."""
        if not token:
            return 41001
        if token not in self.tokens:
            return 40001
        return 0 if self.tokens[token] > self.now() else 42001

    def keep_media(self, kind: str, data: bytes) -> str:
        """A media id for an uploaded file; it dies after 3 days."""
        media_id = f"sim-{kind}-{secrets.token_urlsafe(12)}"
        self.media[media_id] = (self.now() + MEDIA_LIFE, kind, data)
        return media_id

    # -- the phone -----------------------------------------------------------------------------------------------------

    def show(self, openid: str, side: str, kind: str, content: str, **more: Any) -> None:
        """Put a bubble on a phone: side me, home or line."""
        self.phones[openid].chat.append({"side": side, "kind": kind, "content": content, "at": self.now(), **more})
        self.tell("chat", openid=openid)

    def spoke(self, openid: str, *, scene: bool) -> None:
        """The person acted: what the account may send is set anew (5 in 48 h, or 3 in 1 min)."""
        phone, now = self.phones[openid], self.now()
        phone.spoke_at = now
        if scene:
            phone.scene_left, phone.scene_until = SCENE[0], now + SCENE[1]
        else:
            phone.session_left, phone.session_until = SESSION[0], now + SESSION[1]

    # -- the journal ---------------------------------------------------------------------------------------------------

    def note(self, direction: str, kind: str, what: str, **more: Any) -> dict[str, Any]:
        """Write one line of the journal: direction push, call or sim."""
        self.numbers += 1
        line = {
            "n": self.numbers,
            "at": self.now(),
            "real": time.time(),
            "direction": direction,
            "kind": kind,
            "what": what,
            **more,
        }
        self.journal.append(line)
        if self._file:
            self._file.write(written(line) + "\n")
            self._file.flush()
        self.tell("journal")
        return line

    def tell(self, what: str, **more: str) -> None:
        """Wake the open pages."""
        line = json.dumps({"what": what, **more})
        for queue in self.listeners:
            if not queue.full():
                queue.put_nowait(line)

    def oracle(self) -> dict[str, Any]:
        """The counts that prove: distinct pushes, repeats with one answer, lost, sent twice."""
        pushes = [line for line in self.journal if line["direction"] == "push"]
        answered = [line for line in pushes if line["ok"]]
        per_key = Counter(line["key"] for line in answered)
        repeated = [key for key, count in per_key.items() if count > 1]
        calls = [line for line in self.journal if line["direction"] == "call"]
        sent = Counter(
            (line["openid"], line["content"])
            for line in calls
            if line["kind"] == "custom/send" and line["ok"] and not line.get("media")
        )
        waits = sorted(line["ms"] for line in answered)
        over = {line["key"] for line in pushes if line.get("last")} - set(per_key)
        return {
            "pushes": len(pushes),
            "distinct": len({line["key"] for line in pushes}),
            "repeated": len(repeated),
            "identical": sum(len(self.answers.get(key, set())) == 1 for key in repeated),
            "p95": round(statistics.quantiles(waits, n=20)[-1])
            if len(waits) > 1
            else (round(waits[0]) if waits else 0),
            "calls": len(calls),
            "call_errors": sum(not line["ok"] for line in calls),
            "lost": len(over),
            "twice": sum(count - 1 for count in sent.values()),
        }
