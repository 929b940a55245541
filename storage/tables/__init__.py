"""Every table. Each column says how it is kept (plain, searchable, sealed) and why; all times are UTC; ids are made by
`types.new_id`.
"""

from settings import subjects
from storage.tables.base import Base
from storage.tables.complaints import Accused, Complaint, ComplaintCounter, ComplaintRecord, Evidence, Proposal
from storage.tables.emergencies import Alarm, AlarmPress, Unreadable
from storage.tables.families import Application, Consent, Invitation, Kinship
from storage.tables.greetings import Plan, Visit
from storage.tables.house import Home, WechatAccount
from storage.tables.knowledge import KnowledgeBlank, KnowledgeEntry
from storage.tables.letters import Letter, LetterPhoto, LetterReading
from storage.tables.media import Media
from storage.tables.outgoing import ByHand, MassSend, Outbox, OutboxBody, Template
from storage.tables.people import Follower, Person
from storage.tables.promises import Promise
from storage.tables.residents import Resident
from storage.tables.search import Gram, SearchMark
from storage.tables.setup import Setting, StartCode
from storage.tables.staff import LoginThrottle, Staff, StaffSession
from storage.tables.surveys import Campaign, Mark, Participation, Wish
from storage.tables.talks import Conversation, Inbox
from storage.tables.upkeep import Audit, Downtime, Epoch, JobRun, Pulse, Stop

__all__ = [
    "Accused",
    "Alarm",
    "AlarmPress",
    "Application",
    "Audit",
    "Base",
    "ByHand",
    "Campaign",
    "Complaint",
    "ComplaintCounter",
    "ComplaintRecord",
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
    "MassSend",
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
    "Setting",
    "Staff",
    "StaffSession",
    "StartCode",
    "Stop",
    "Template",
    "Unreadable",
    "Visit",
    "WechatAccount",
    "Wish",
]

subjects.modules(__name__)  # a subject that came later is imported from its own module and known here
