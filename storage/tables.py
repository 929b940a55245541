"""Every table. Each column says how it is kept (plain, searchable, sealed) and why; all times are UTC; ids are made by `types.new_id`."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Boolean, Date, Index, Integer, LargeBinary, MetaData, SmallInteger, String, UniqueConstraint, text
from sqlalchemy.orm import DeclarativeBase, Mapped

from storage.types import Moment, column, link, new_id, sealed, searchable

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """The root of all tables."""

    metadata = MetaData(naming_convention=NAMING)

    id: Mapped[int] = column(
        BigInteger().with_variant(Integer(), "sqlite"),
        "made by the application, so that a seal can be bound to it",
        primary_key=True,
        autoincrement=False,
        default=new_id,
    )


# -- the house ---------------------------------------------------------------------------------------------------


class Home(Base):
    """A care home; one installed = nothing of this is visible (F19)."""

    __tablename__ = "home"

    key: Mapped[str] = searchable(32, "short name in addresses", unique=True)
    name: Mapped[str] = column(String(64), "spoken in every phrase")
    timezone: Mapped[str] = column(String(40), "IANA name; days and numbers are counted in it")
    created_at: Mapped[datetime] = column(Moment, "when it was set up")


class WechatAccount(Base):
    """A service account; `/wechat` is the row of `[wechat]`, the others answer at `/wechat/{key}`."""

    __tablename__ = "wechat_account"

    home_id: Mapped[int] = link("home.id", "whose account it is")
    key: Mapped[str] = searchable(32, "last part of the webhook's path; empty for `/wechat`", unique=True)
    app_id: Mapped[str] = searchable(32, "public id of the account", unique=True)
    app_secret: Mapped[bytes | None] = sealed("opens the account's API", nullable=True)
    token: Mapped[bytes | None] = sealed("signs the pushes", nullable=True)
    aes_key: Mapped[bytes | None] = sealed("encrypts the pushes", nullable=True)
    created_at: Mapped[datetime] = column(Moment, "when it was added")


# -- people ------------------------------------------------------------------------------------------------------


class Person(Base):
    """Somebody the house talks with or cares for: a relative, a resident, or a guest nobody knows yet."""

    __tablename__ = "person"

    home_id: Mapped[int] = link("home.id", "homes see only their own people")
    kind: Mapped[str] = column(String(12), "family, elder or guest")
    name: Mapped[bytes | None] = sealed("a person's name (P1)", nullable=True)
    phone: Mapped[bytes | None] = sealed("a phone number (P1)", nullable=True)
    timezone: Mapped[str | None] = column(String(40), "IANA name where it differs from the home's", nullable=True)
    created_at: Mapped[datetime] = column(Moment, "when the person became known")


class Resident(Base):
    """A person who lives, or lived, in the home."""

    __tablename__ = "resident"

    home_id: Mapped[int] = link("home.id", "which home")
    person_id: Mapped[int] = link("person.id", "who lives here", unique=True)
    status: Mapped[str] = column(String(12), "在住 请假 住院 病危 退住 去世; asked again at send time")
    room: Mapped[str] = column(String(16), "where a nurse goes")
    bed: Mapped[str] = column(String(8), "which bed")
    floor: Mapped[str] = column(String(8), "who of the staff works there", default="", server_default="")
    created_at: Mapped[datetime] = column(Moment, "when the row was made")


class Kinship(Base):
    """Who belongs to a resident, and what each may know (F13, F14)."""

    __tablename__ = "kinship"
    __table_args__ = (UniqueConstraint("person_id", "resident_id"),)

    home_id: Mapped[int] = link("home.id", "which home")
    person_id: Mapped[int] = link("person.id", "the relative")
    resident_id: Mapped[int] = link("resident.id", "the resident", index=True)
    relation: Mapped[bytes | None] = sealed("女儿, 儿子, 老伴 …: a family tie is personal", nullable=True)
    is_primary: Mapped[bool] = column(Boolean, "the primary contact may invite and propose")
    scopes: Mapped[str] = column(String(64), "words of daily health billing photos emergency, by blanks")
    created_at: Mapped[datetime] = column(Moment, "when it was bound")


class Follower(Base):
    """One openid at one account: who uses it, and what may still be sent to it (openid ≠ person ≠ place, F3)."""

    __tablename__ = "follower"
    __table_args__ = (UniqueConstraint("account_id", "openid"),)

    account_id: Mapped[int] = link("wechat_account.id", "an openid means nothing without its account")
    openid: Mapped[str] = searchable(64, "the platform's pseudonym")
    person_id: Mapped[int] = link("person.id", "who it is bound to", index=True)
    binding: Mapped[str] = column(String(12), "own, shared, house or staff (F3); guest until bound")
    following: Mapped[bool] = column(Boolean, "nothing reaches who left")
    session_left: Mapped[int] = column(SmallInteger, "customer-service messages left of 5", default=0)
    session_until: Mapped[datetime | None] = column(Moment, "the 48 h window's end", nullable=True)
    scene_left: Mapped[int] = column(SmallInteger, "messages left of 3 after menu, follow or scan", default=0)
    scene_until: Mapped[datetime | None] = column(Moment, "the 1 min window's end", nullable=True)
    heard_at: Mapped[datetime | None] = column(Moment, "last message of the person", nullable=True)
    created_at: Mapped[datetime] = column(Moment, "first seen")


class Stop(Base):
    """The stop list: deaths, withdrawals, erasures; replayed after every restore."""

    __tablename__ = "stop"

    home_id: Mapped[int] = link("home.id", "which home")
    person_id: Mapped[int] = link("person.id", "who is left in peace", index=True)
    kind: Mapped[str] = column(String(12), "death, withdrawal or erasure")
    set_at: Mapped[datetime] = column(Moment, "since when")
    set_by: Mapped[int] = column(BigInteger, "the member of staff")
    lifted_at: Mapped[datetime | None] = column(Moment, "when a mistake was undone", nullable=True)


# -- the talk ----------------------------------------------------------------------------------------------------


class Inbox(Base):
    """What arrived, once; with the answer that every redelivery gets again."""

    __tablename__ = "inbox"
    __table_args__ = (UniqueConstraint("account_id", "key"), Index("ix_inbox_thread", "person_id", "id"))

    account_id: Mapped[int] = link("wechat_account.id", "where it arrived")
    key: Mapped[str] = searchable(256, "what makes a push unique (wechat.md 3)")
    home_id: Mapped[int] = link("home.id", "which home")
    person_id: Mapped[int] = link("person.id", "who wrote")
    kind: Mapped[str] = column(String(48), "text, image, voice … or event: and its name")
    created_at: Mapped[datetime] = column(Moment, "the platform's CreateTime")
    arrived_at: Mapped[datetime] = column(Moment, "when it was committed here")
    event: Mapped[bytes] = sealed("the message itself")
    raw: Mapped[bytes] = sealed("the XML as it came, for evidence and for kinds not yet known")
    answer: Mapped[bytes | None] = sealed("the passive reply, null when none is due", nullable=True)
    answer_state: Mapped[str] = column(String(10), "none, stored, or outbox when it left late")
    set_aside: Mapped[str | None] = column(String(120), "why it could not be handled; staff are told", nullable=True)


class Conversation(Base):
    """The running talk with one person."""

    __tablename__ = "conversation"

    home_id: Mapped[int] = link("home.id", "which home")
    person_id: Mapped[int] = link("person.id", "one talk at a time", unique=True)
    flow: Mapped[str | None] = column(String(32), "which flow; null between talks", nullable=True)
    version: Mapped[int] = column(Integer, "the flow's version that wrote the slots", default=0)
    revision: Mapped[int] = column(Integer, "counts the steps", default=0)
    state: Mapped[str] = column(String(32), "the state's name", default="")
    slots: Mapped[bytes | None] = sealed("what the person has answered", nullable=True)
    trail: Mapped[str] = column(String(300), "states passed, for 返回", default="")
    idle_at: Mapped[datetime | None] = column(Moment, "when silence acts", nullable=True, index=True)
    attended_by: Mapped[int | None] = column(BigInteger, "the colleague in the talk; the machine is silent", nullable=True)
    heard_at: Mapped[datetime | None] = column(Moment, "last message of the person", nullable=True)
    spoke_at: Mapped[datetime | None] = column(Moment, "last message of a colleague", nullable=True)


class Media(Base):
    """A photo or a voice of a person: fetched at once, since the platform forgets it after 3 days; the file is sealed."""

    __tablename__ = "media"
    __table_args__ = (Index("ix_media_wanted", "try_at", sqlite_where=text("state = 'wanted'"), postgresql_where=text("state = 'wanted'")),)

    home_id: Mapped[int] = link("home.id", "which home")
    account_id: Mapped[int] = link("wechat_account.id", "which account can fetch it")
    person_id: Mapped[int] = link("person.id", "whose it is")
    inbox_id: Mapped[int] = link("inbox.id", "the message that carried it", index=True)
    media_id: Mapped[str] = column(String(160), "the platform's handle, dead after 3 days")
    kind: Mapped[str] = column(String(8), "image, voice or video")
    state: Mapped[str] = column(String(8), "wanted, kept, lost")
    mime: Mapped[str | None] = column(String(40), "by its first bytes, never by its name", nullable=True)
    size: Mapped[int | None] = column(Integer, "bytes before sealing", nullable=True)
    sha256: Mapped[str | None] = column(String(64), "evidence: the file is the one that came", nullable=True)
    tries: Mapped[int] = column(SmallInteger, "fetches so far", default=0)
    try_at: Mapped[datetime | None] = column(Moment, "the next fetch", nullable=True)
    why: Mapped[str | None] = column(String(120), "why it was lost, in Chinese", nullable=True)


# -- promises and cases ------------------------------------------------------------------------------------------


class Case(Base):
    """A complaint from its first word to the lesson learnt (C1 … C15)."""

    __tablename__ = "complaint"
    __table_args__ = (UniqueConstraint("home_id", "day", "sequence"), Index("ix_complaint_open", "home_id", "closed_at"))

    home_id: Mapped[int] = link("home.id", "which home")
    person_id: Mapped[int] = link("person.id", "the complainant", index=True)
    resident_id: Mapped[int | None] = link("resident.id", "the elder, where it is known", nullable=True)
    day: Mapped[date] = column(Date, "the home's day of the first word")
    sequence: Mapped[int] = column(Integer, "counts the day's cases")
    number: Mapped[str] = searchable(16, "C1122-01: what people say on the phone", index=True)
    stage: Mapped[int] = column(SmallInteger, "1 受理 2 评估 3 调查 4 方案 5 审批 6 反馈 7 征求意见 8 回访 9 总结")
    level: Mapped[int] = column(SmallInteger, "1 is the most serious")
    category: Mapped[str] = column(String(16), "by rule until a human says otherwise")
    why: Mapped[bytes] = sealed("the words that decided the level")
    cautious: Mapped[bool] = column(Boolean, "慎重: a lawyer or the press was named (F10)")
    hide_name: Mapped[bool] = column(Boolean, "the complainant wants not to be named (C14)")
    title: Mapped[bytes] = sealed("the first words of the story")
    about: Mapped[bytes | None] = sealed("which elder, in the person's words", nullable=True)
    occurred: Mapped[bytes | None] = sealed("when it happened, in the person's words", nullable=True)
    name: Mapped[bytes | None] = sealed("how the complainant is called", nullable=True)
    contact: Mapped[bytes | None] = sealed("how to reach the complainant", nullable=True)
    said_at: Mapped[datetime] = column(Moment, "the first word: all clocks run from here (C4)")
    opened_at: Mapped[datetime] = column(Moment, "when it was committed")
    feedback_at: Mapped[datetime | None] = column(Moment, "when a named human first reached the person", nullable=True)
    feedback_by: Mapped[int | None] = column(BigInteger, "that human", nullable=True)
    closed_at: Mapped[datetime | None] = column(Moment, "only ever with the complainant", nullable=True)
    scope: Mapped[str | None] = column(String(10), "责任范围: ours, partly or not_ours (C5)", nullable=True)
    passed_to: Mapped[bytes | None] = sealed("to whom it was passed, where it is not all ours", nullable=True)
    finding: Mapped[bytes | None] = sealed("what the inquiry found (C6)", nullable=True)
    rounds: Mapped[int] = column(SmallInteger, "how often the family said 不认可 or 没好 (C10)", default=0, server_default="0")
    accepted_at: Mapped[datetime | None] = column(Moment, "when the family said 认可", nullable=True)
    owner_id: Mapped[int | None] = column(
        BigInteger, "who answers for it; of a hidden name only this person and the director know", nullable=True
    )


class Accused(Base):
    """A member of staff whom a case is about: the case, its messages and its notices do not exist for this person (C6, C14)."""

    __tablename__ = "accused"
    __table_args__ = (UniqueConstraint("staff_id", "case_id"),)

    home_id: Mapped[int] = link("home.id", "which home")
    case_id: Mapped[int] = link("complaint.id", "the case", index=True)
    staff_id: Mapped[int] = link("staff.id", "whom it is about")
    named_at: Mapped[datetime] = column(Moment, "since when")
    named_by: Mapped[int] = column(BigInteger, "who said so")


class Proposal(Base):
    """What one colleague wrote and another decides: a plan with the result for the family, or an interim reply with a new date (C8, C9)."""

    __tablename__ = "proposal"

    home_id: Mapped[int] = link("home.id", "which home")
    case_id: Mapped[int] = link("complaint.id", "the case", index=True)
    kind: Mapped[str] = column(String(8), "plan or interim")
    cause: Mapped[bytes | None] = sealed("why it happened (C7)", nullable=True)
    department: Mapped[str | None] = column(String(20), "责任部门 (C7)", nullable=True)
    responsible_id: Mapped[int | None] = column(BigInteger, "责任人 (C7)", nullable=True)
    measures: Mapped[bytes | None] = sealed("what is done about it", nullable=True)
    done_by: Mapped[date | None] = column(Date, "完成时间 of the measures", nullable=True)
    new_due: Mapped[datetime | None] = column(Moment, "the new date of an interim reply", nullable=True)
    reply: Mapped[bytes] = sealed("the words for the family")
    made_by: Mapped[int] = column(BigInteger, "who wrote it; may not decide it")
    made_at: Mapped[datetime] = column(Moment, "when it was handed in")
    verdict: Mapped[str | None] = column(String(10), "approved or returned", nullable=True)
    decided_by: Mapped[int | None] = column(BigInteger, "who decided", nullable=True)
    decided_at: Mapped[datetime | None] = column(Moment, "when", nullable=True)
    why: Mapped[bytes | None] = sealed("what has to be changed", nullable=True)


class CaseRecord(Base):
    """One line of a case: what was said, done or decided; never changed."""

    __tablename__ = "case_record"
    __table_args__ = (Index("ix_case_record_line", "case_id", "said_at", "id"),)

    case_id: Mapped[int] = link("complaint.id", "which case")
    home_id: Mapped[int] = link("home.id", "which home")
    said_at: Mapped[datetime] = column(Moment, "(CreateTime, arrival) is the order of a case")
    kind: Mapped[str] = column(String(12), "story, answer, field, level, feedback, call, note")
    inbox_id: Mapped[int | None] = link("inbox.id", "the message that it keeps", nullable=True)
    outbox_id: Mapped[int | None] = column(BigInteger, "the message that was sent", nullable=True)
    staff_id: Mapped[int | None] = column(BigInteger, "who did it; null = the machine", nullable=True)
    body: Mapped[bytes | None] = sealed("words", nullable=True)


class CaseCounter(Base):
    """The last number of a day, so that two cases never share one."""

    __tablename__ = "case_counter"
    __table_args__ = (UniqueConstraint("home_id", "day"),)

    home_id: Mapped[int] = link("home.id", "which home")
    day: Mapped[date] = column(Date, "the home's day")
    last: Mapped[int] = column(Integer, "the last number given")


class Promise(Base):
    """A promised time, whoever promised it (Q4, U9, C4, C9): warned at 50 % and 80 %, breached at 100 %, kept by a human."""

    __tablename__ = "promise"
    __table_args__ = (Index("ix_promise_due", "kept_at", "look_at"), Index("ix_promise_person", "person_id", "kind", "kept_at"))

    home_id: Mapped[int] = link("home.id", "which home")
    person_id: Mapped[int] = link("person.id", "to whom")
    case_id: Mapped[int | None] = link("complaint.id", "for which complaint", nullable=True)
    inbox_id: Mapped[int | None] = link("inbox.id", "the message that asked for it", nullable=True)
    kind: Mapped[str] = column(String(16), "reply, first_feedback or result")
    made_at: Mapped[datetime] = column(Moment, "the clock's start")
    due_at: Mapped[datetime] = column(Moment, "the clock's end")
    mark: Mapped[str] = column(String(8), "how far it has run: fresh, half, near, breached")
    look_at: Mapped[datetime | None] = column(Moment, "when the next mark is reached", nullable=True)
    kept_at: Mapped[datetime | None] = column(Moment, "when a human kept it", nullable=True)
    kept_by: Mapped[int | None] = column(BigInteger, "that human", nullable=True)
    kept_how: Mapped[str | None] = column(String(12), "message or call", nullable=True)


class Alarm(Base):
    """An emergency from the words to the nurse at the bed (F2): raised, 我去, 已到. One open alarm a person; repeats join it."""

    __tablename__ = "alarm"
    __table_args__ = (Index("ix_alarm_open", "arrived_at", "home_id"), Index("ix_alarm_person", "person_id", "arrived_at"))

    home_id: Mapped[int] = link("home.id", "which home")
    person_id: Mapped[int] = link("person.id", "who spoke")
    inbox_id: Mapped[int] = link("inbox.id", "the first words")
    latest_id: Mapped[int] = link("inbox.id", "the newest words")
    count: Mapped[int] = column(SmallInteger, "messages that joined it")
    level: Mapped[int] = column(SmallInteger, "0 rings at once, 1 within 5 min")
    kind: Mapped[str] = column(String(16), "跌倒受伤, 呼救 …")
    audience: Mapped[str] = column(String(8), "floor or lead: who may see it (F5)")
    brief: Mapped[bool] = column(Boolean, "only what is wrong is shown: the words name somebody (F5)")
    raised_at: Mapped[datetime] = column(Moment, "when the words arrived")
    latest_at: Mapped[datetime] = column(Moment, "when the newest words arrived: it rings again")
    going_at: Mapped[datetime | None] = column(Moment, "when somebody said 我去", nullable=True)
    going_by: Mapped[int | None] = column(BigInteger, "who goes", nullable=True)
    arrived_at: Mapped[datetime | None] = column(Moment, "已到: it stops", nullable=True)
    arrived_by: Mapped[int | None] = column(BigInteger, "who is there", nullable=True)
    told_at: Mapped[datetime | None] = column(Moment, "when the elder was told that we still call", nullable=True)


# -- what goes out -----------------------------------------------------------------------------------------------


class Outbox(Base):
    """What is to be sent: a narrow row of state; the words are in `outbox_body`."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_ready", "state", "not_before"),
        Index("ix_outbox_queue", "person_id", "queue", "state", "id"),
    )

    home_id: Mapped[int] = link("home.id", "which home")
    person_id: Mapped[int] = link("person.id", "to whom")
    queue: Mapped[str] = column(String(12), "alarm, conversation or notice: three queues a person")
    purpose: Mapped[str] = column(String(16), "why it is sent: it carries the ways and the last resort")
    state: Mapped[str] = column(String(10), "waiting ready sending sent unknown parked review given_up cancelled")
    dedup_key: Mapped[str] = searchable(120, "(cause kind, cause id, purpose, n), never random", unique=True)
    staff_id: Mapped[int | None] = column(BigInteger, "the colleague who wrote it", nullable=True)
    created_at: Mapped[datetime] = column(Moment, "when it was decided")
    not_before: Mapped[datetime] = column(Moment, "not before this moment")
    expires_at: Mapped[datetime | None] = column(Moment, "no longer true after it", nullable=True)
    tries: Mapped[int] = column(SmallInteger, "sends so far", default=0)
    lease_until: Mapped[datetime | None] = column(Moment, "a sender that dies leaves it here", nullable=True)
    settled_at: Mapped[datetime | None] = column(Moment, "when its end was known", nullable=True)
    way: Mapped[str | None] = column(String(12), "custom, template, sms, call …", nullable=True)
    code: Mapped[str | None] = column(String(16), "the platform's errcode, behind 详情", nullable=True)
    why: Mapped[str | None] = column(String(160), "in plain Chinese why it was or was not delivered", nullable=True)


class OutboxBody(Base):
    """The words of an outbox row; same id."""

    __tablename__ = "outbox_body"

    body: Mapped[bytes] = sealed("what is sent")


# -- what the house knows ----------------------------------------------------------------------------------------


class KnowledgeEntry(Base):
    """An entry of the knowledge as staff changed or added it; the starter entries that nobody touched are data in the code (Q3)."""

    __tablename__ = "knowledge_entry"
    __table_args__ = (UniqueConstraint("home_id", "key"),)

    home_id: Mapped[int] = link("home.id", "which home")
    key: Mapped[str] = searchable(16, "faq-01 … faq-40, then own-1 …")
    question: Mapped[str] = column(String(80), "its title")
    answer: Mapped[str] = column(String(1000), "with {blanks}; public words, no person in them")
    asked: Mapped[str] = column(String(4000), "how people ask it, one a line")
    enabled: Mapped[bool] = column(Boolean, "whether the machine may say it")
    revision: Mapped[int] = column(Integer, "counts the changes")
    edited_at: Mapped[datetime] = column(Moment, "when it was changed")
    edited_by: Mapped[int] = column(BigInteger, "who changed it")


class KnowledgeBlank(Base):
    """The home's own value of a blank; all entries that name it share it. Out of date it counts as unfilled (practice.md A8)."""

    __tablename__ = "knowledge_blank"
    __table_args__ = (UniqueConstraint("home_id", "name"),)

    home_id: Mapped[int] = link("home.id", "which home")
    name: Mapped[str] = searchable(32, "床位费, 探视时间 …")
    value: Mapped[str] = column(String(200), "what is said")
    valid_until: Mapped[date | None] = column(Date, "the last day on which it is true", nullable=True)
    edited_at: Mapped[datetime] = column(Moment, "when it was changed")
    edited_by: Mapped[int] = column(BigInteger, "who changed it")


# -- the machine -------------------------------------------------------------------------------------------------


class Pulse(Base):
    """The last second in which the service could commit: a gap at the next start is told as 停机."""

    __tablename__ = "pulse"

    home_id: Mapped[int] = link("home.id", "which home", unique=True)
    beat_at: Mapped[datetime] = column(Moment, "machine time of the last beat")


class Downtime(Base):
    """A time in which nobody listened: what was sent then may be lost at the platform."""

    __tablename__ = "downtime"

    home_id: Mapped[int] = link("home.id", "which home")
    from_at: Mapped[datetime] = column(Moment, "the last beat before")
    to_at: Mapped[datetime] = column(Moment, "the first one after")
    seen_at: Mapped[datetime | None] = column(Moment, "when a colleague took note", nullable=True)
    seen_by: Mapped[int | None] = column(BigInteger, "who took note", nullable=True)


# -- staff -------------------------------------------------------------------------------------------------------


class Staff(Base):
    """A member of staff who may log in."""

    __tablename__ = "staff"
    __table_args__ = (UniqueConstraint("home_id", "login"),)

    home_id: Mapped[int] = link("home.id", "which home")
    login: Mapped[str] = searchable(32, "the name at log-in")
    name: Mapped[str] = column(String(32), "shown to families as the named human (C4)")
    role: Mapped[str] = column(String(12), "carer, nurse, desk, supervisor, director, admin or auditor")
    floors: Mapped[str] = column(String(64), "floors of the work, by blanks; empty = the whole house", default="", server_default="")
    password: Mapped[str] = column(String(160), "argon2id hash")
    created_at: Mapped[datetime] = column(Moment, "when added")
    left_at: Mapped[datetime | None] = column(Moment, "no log-in after it", nullable=True)


class StaffSession(Base):
    """A log-in. The cookie holds a random token, the table only its hash."""

    __tablename__ = "staff_session"

    staff_id: Mapped[int] = link("staff.id", "who logged in")
    token_hash: Mapped[bytes] = column(LargeBinary(32), "SHA-256 of the cookie", unique=True)
    csrf: Mapped[str] = column(String(64), "the secret that every form carries")
    created_at: Mapped[datetime] = column(Moment, "log-in")
    expires_at: Mapped[datetime] = column(Moment, "the end of the session")
    ended_at: Mapped[datetime | None] = column(Moment, "log-out", nullable=True)


class LoginThrottle(Base):
    """Failed log-ins by name and by address (5 fails = 15 min)."""

    __tablename__ = "login_throttle"

    key: Mapped[str] = searchable(80, "name:… or address:…, hashed", unique=True)
    fails: Mapped[int] = column(Integer, "since the last success")
    until: Mapped[datetime | None] = column(Moment, "locked until", nullable=True)
    last_at: Mapped[datetime] = column(Moment, "the last failure")


class Audit(Base):
    """Who did or saw what. Written with an HMAC in the same transaction; a chainer links the rows later (P5)."""

    __tablename__ = "audit"
    __table_args__ = (Index("ix_audit_unlinked", "id", sqlite_where=text("position IS NULL"), postgresql_where=text("position IS NULL")),)

    home_id: Mapped[int] = link("home.id", "which home")
    at: Mapped[datetime] = column(Moment, "when")
    actor: Mapped[str] = column(String(32), "staff:id, person:id or machine")
    action: Mapped[str] = column(String(32), "a verb: receive, send, view, log_in …")
    subject: Mapped[str] = column(String(48), "kind:id of what it was done to")
    detail: Mapped[bytes | None] = sealed("more, where the act needs it", nullable=True)
    mac: Mapped[bytes] = column(LargeBinary(32), "HMAC-SHA256 over the fields above")
    position: Mapped[int | None] = column(BigInteger, "place in the chain; null until linked", nullable=True, unique=True)
    chain: Mapped[bytes | None] = column(LargeBinary(32), "hash over the link before and this row", nullable=True)
