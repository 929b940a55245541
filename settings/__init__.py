"""What can be set, as frozen values; `bot.config` fills them from a file and the environment."""

from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

Network = IPv4Network | IPv6Network
HOME = tuple(map(ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")))
"""Networks that no router of the internet knows."""


def networks(text: str) -> tuple[Network, ...]:
    """Addresses or networks separated by blanks.

    Raises ValueError for what is none, and for one that holds every address.
    """
    found = tuple(ip_network(part) for part in text.split())
    if any(network.prefixlen == 0 for network in found):
        message = f"every address: {text!r}"
        raise ValueError(message)
    return found


def is_loopback(url: str) -> bool:
    """Whether an address leads to this machine, whatever stands in front of the host or behind it."""
    return urlsplit(url).hostname in {"127.0.0.1", "localhost", "::1"}


def is_at_home(url: str) -> bool:
    """Whether an address leads to this machine or into a private network, by figures: a name leads wherever its owner
    likes.
    """
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        at = ip_address(host)
    except ValueError:
        return False
    return at.is_loopback or any(at.version == home.version and at in home for home in HOME)


def is_everywhere(host: str) -> bool:
    """Whether who listens there listens on all addresses of the machine; none of them is one to open."""
    try:
        return ip_address(host.strip("[]")).is_unspecified
    except ValueError:
        return False


class Mode(StrEnum):
    """How the platform sends its pushes (wechat.md 1); there is no downgrade between them."""

    SECURE = "secure"
    COMPATIBLE = "compatible"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Http:
    """Where the service listens, the address that people use, whose word about a client's address is taken, and the
    files that prove to the platform whose domain it is, separated by blanks.
    """

    host: str = "127.0.0.1"
    port: int = 8080
    public_url: str = ""
    trusted_proxies: str = "127.0.0.1 ::1"
    verify_files: str = ""

    @property
    def trusted(self) -> tuple[Network, ...]:
        """The proxies as networks."""
        return networks(self.trusted_proxies)


@dataclass(frozen=True, slots=True)
class Wechat:
    """The account of `/wechat`; further accounts live in the table `wechat_account`."""

    app_id: str = ""
    app_secret: str = ""
    token: str = ""
    encoding_aes_key: str = ""
    previous_encoding_aes_key: str = ""
    mode: Mode = Mode.SECURE
    api_base_url: str = "https://api.weixin.qq.com"
    authorize_url: str = "https://open.weixin.qq.com/connect/oauth2/authorize"
    max_age_seconds: int = 86_400


@dataclass(frozen=True, slots=True)
class Database:
    """The database; a SQLite file is the default and is served by one process."""

    url: str = "sqlite:///data/jiashu.db"

    @property
    def path(self) -> Path:
        """The SQLite file; for another engine the name of a file that would lie beside it, so that keys and spool have
        a place.
        """
        return Path(self.url.split(":///", 1)[1]) if self.is_file else Path("data/jiashu.db")

    @property
    def is_file(self) -> bool:
        """Whether it is SQLite, served by one process."""
        return self.url.startswith("sqlite")


@dataclass(frozen=True, slots=True)
class Media:
    """Where photos and voice are kept, sealed."""

    path: Path = Path("data/media")


@dataclass(frozen=True, slots=True)
class ClockFile:
    """A file with seconds to add to the time; honoured only with a platform on loopback."""

    offset_file: str = ""


@dataclass(frozen=True, slots=True)
class Home:
    """The home and its promises; every figure that a phrase speaks comes from here (practice.md, settled 8)."""

    name: str = "家书养老院"
    phone: str = ""
    timezone: str = "Asia/Shanghai"
    first_feedback_minutes: int = 60
    serious_feedback_minutes: int = 15
    result_hours: int = 24
    reply_minutes: int = 60
    approval_hours: int = 4
    letter_time: str = "17:30"
    letter_kept: str = ""
    """A day and an hour, 2026-11-29 17:30: on that day letters are there so early all the same, as families were told
    before a colleague set a later hour; no key of a file.
    """

    @property
    def zone(self) -> ZoneInfo:
        """The home's time zone."""
        return ZoneInfo(self.timezone)


@dataclass(frozen=True, slots=True)
class Security:
    """Keys and sessions. An empty `key_file` means `jiashu.keys` beside the database."""

    key_file: str = ""
    session_hours: int = 12
    idle_minutes: int = 30
    secure_cookies: bool | None = None
    audit_head: str = ""
    stop_list: str = ""
    backups: str = ""
    metrics_token: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """How messages are read beside the inline reading. `second`: again with the encoder, where the extra is there;
    `stronger_…`: by a language model of the operator's own, in the home's network.
    """

    second: bool = True
    stronger_url: str = ""
    stronger_model: str = ""
    stronger_seconds: int = 2


@dataclass(frozen=True, slots=True)
class Telephone:
    """The telephone company that rings colleagues. Without a `provider` nobody is rung. `receipts` is the secret end of
    the address to which it reports what became of a call: <public_url>/telephone/<receipts>.
    """

    provider: str = ""
    url: str = "https://dyvmsapi.aliyuncs.com"
    key_id: str = ""
    key_secret: str = ""
    caller: str = ""
    alarm_text: str = ""
    check_text: str = ""
    complaint_text: str = ""
    """Without it nobody is rung for a complaint."""
    receipts: str = ""


@dataclass(frozen=True, slots=True)
class Sms:
    """The company for SMS to relatives. Without a `provider` none is sent. `receipts` is the secret end of the address
    to which it reports what became of each, and what people answer: <public_url>/sms/<receipts>.
    """

    provider: str = ""
    url: str = "https://dysmsapi.aliyuncs.com"
    key_id: str = ""
    key_secret: str = ""
    sign: str = ""
    words_text: str = ""
    call_text: str = ""
    receipts: str = ""


@dataclass(frozen=True, slots=True)
class Robot:
    """The robot of the colleagues' group chat, which tells of alarms. Without a `kind` no group is told. `url` is its
    webhook, a secret; `secret` signs what is posted, where the company wants it.
    """

    kind: str = ""
    url: str = ""
    secret: str = ""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set."""

    http: Http = field(default_factory=Http)
    wechat: Wechat = field(default_factory=Wechat)
    database: Database = field(default_factory=Database)
    media: Media = field(default_factory=Media)
    clock: ClockFile = field(default_factory=ClockFile)
    home: Home = field(default_factory=Home)
    security: Security = field(default_factory=Security)
    reading: Reading = field(default_factory=Reading)
    telephone: Telephone = field(default_factory=Telephone)
    sms: Sms = field(default_factory=Sms)
    robot: Robot = field(default_factory=Robot)
    redis_url: str = ""
    inbox_spool: str = ""
    open: frozenset[str] = frozenset()
    """What the operator left open, as `section.key`: here holds what is set in the console."""

    @property
    def key_file(self) -> Path:
        """The file that holds the keys that seal the database."""
        return Path(self.security.key_file) if self.security.key_file else self.database.path.with_name("jiashu.keys")

    @property
    def audit_head(self) -> Path:
        """The file outside the database that remembers how far the audit was; better on another host."""
        return (
            Path(self.security.audit_head)
            if self.security.audit_head
            else self.key_file.with_name("jiashu.audit-heads")
        )

    @property
    def stop_list(self) -> Path:
        """The file outside the database that remembers who is left in peace, for a restore; better on another host."""
        return Path(self.security.stop_list) if self.security.stop_list else self.key_file.with_name("jiashu.stop-list")

    @property
    def backups(self) -> Path:
        """The folder of `jiashu backup`; better on another host."""
        return Path(self.security.backups) if self.security.backups else self.key_file.with_name("backups")

    @property
    def spool(self) -> Path:
        """Where pushes wait that cannot be committed; beside the database, or better on another disk."""
        return Path(self.inbox_spool) if self.inbox_spool else self.database.path.with_name("spool")

    @property
    def on_loopback(self) -> bool:
        """Whether the platform is a stand-in on this machine, and so crash points and clock jumps are allowed."""
        return is_loopback(self.wechat.api_base_url)
