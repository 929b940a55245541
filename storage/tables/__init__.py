"""Every table. Each column says how it is kept (plain, searchable, sealed) and why; all times are UTC; ids are made by
`types.new_id`.
"""

from storage.tables.base import Base
from storage.tables.cases import Accused, Alarm, Case, CaseCounter, CaseRecord, Evidence, Promise, Proposal
from storage.tables.days import Plan, Visit
from storage.tables.families import Application, Consent, Invitation, Letter, LetterPhoto, LetterReading
from storage.tables.machine import Downtime, Epoch, Gram, JobRun, KnowledgeBlank, KnowledgeEntry, Pulse, SearchMark
from storage.tables.people import (
    Audit,
    Follower,
    Home,
    Kinship,
    LoginThrottle,
    Person,
    Resident,
    Staff,
    StaffSession,
    Stop,
    WechatAccount,
)
from storage.tables.surveys import Campaign, Mark, Participation, Wish
from storage.tables.talk import Conversation, Inbox, Media, Outbox, OutboxBody, Unreadable

__all__ = [
    "Accused",
    "Alarm",
    "Application",
    "Audit",
    "Base",
    "Campaign",
    "Case",
    "CaseCounter",
    "CaseRecord",
    "Consent",
    "Conversation",
    "Downtime",
    "Epoch",
    "Evidence",
    "Follower",
    "Gram",
    "Home",
    "Inbox",
    "Invitation",
    "JobRun",
    "Kinship",
    "KnowledgeBlank",
    "KnowledgeEntry",
    "Letter",
    "LetterPhoto",
    "LetterReading",
    "LoginThrottle",
    "Mark",
    "Media",
    "Outbox",
    "OutboxBody",
    "Participation",
    "Person",
    "Plan",
    "Promise",
    "Proposal",
    "Pulse",
    "Resident",
    "SearchMark",
    "Staff",
    "StaffSession",
    "Stop",
    "Unreadable",
    "Visit",
    "WechatAccount",
    "Wish",
]
