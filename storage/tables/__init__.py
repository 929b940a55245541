"""Every table. Each column says how it is kept (plain, searchable, sealed) and why; all times are UTC; ids are made by `types.new_id`."""

from storage.tables.base import Base
from storage.tables.cases import Accused, Alarm, Case, CaseCounter, CaseRecord, Promise, Proposal
from storage.tables.machine import Downtime, KnowledgeBlank, KnowledgeEntry, Pulse
from storage.tables.people import Audit, Follower, Home, Kinship, LoginThrottle, Person, Resident, Staff, StaffSession, Stop, WechatAccount
from storage.tables.talk import Conversation, Inbox, Media, Outbox, OutboxBody

__all__ = [
    "Accused",
    "Alarm",
    "Audit",
    "Base",
    "Case",
    "CaseCounter",
    "CaseRecord",
    "Conversation",
    "Downtime",
    "Follower",
    "Home",
    "Inbox",
    "Kinship",
    "KnowledgeBlank",
    "KnowledgeEntry",
    "LoginThrottle",
    "Media",
    "Outbox",
    "OutboxBody",
    "Person",
    "Promise",
    "Proposal",
    "Pulse",
    "Resident",
    "Staff",
    "StaffSession",
    "Stop",
    "WechatAccount",
]
