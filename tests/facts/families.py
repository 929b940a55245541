"""What the tests of the whole house must know of families."""

from care import states
from care.families import Frequency
from storage.types import Word, Words

CLOSED = {
    "application.verdict": tuple(states.Verdict),
    "kinship.frequency": tuple(Frequency),
}
OPEN = {
    "application.phone_is": Word,
    "application.proof": Word,
    "consent.scopes": Words,
    "consent.way": Word,
    "kinship.proof": Word,
    "kinship.scopes": Words,
    "notice_seen.version": Word,
    "photo_consent.asked_by": Word,
    "photo_consent.way": Word,
    "refused_scan.why": Word,
    "tie_change.after": Words,
    "tie_change.asked_by": Word,
    "tie_change.before": Words,
    "tie_change.kind": Word,
}
FREE = {
    "alias.moved",
    "common_phone.floor",
    "common_phone.room",
    "consent_proof.mime",
    "consent_proof.sha256",
    "invitation.digest",
}
COUNTS = {
    "kinship.hour",
    "kinship.position",
}
TABLES = {
    "application": "families",
    "consent": "families",
    "family_contact": "families",
    "notice_seen": "families",
    "photo_consent": "families",
    "tie_change": "families",
}
ACTS = {
    "alarms cases families inbox letters outbox person promises residents": "merge_relatives",
    "alarms cases families inbox outbox person promises residents": "join undo_bind undo_join",
    "alarms families inbox person residents": "change_phone",
    "families": "attach_proof look_consent",
    "families inbox letters outbox person residents": "withdraw_consent",
    "families inbox outbox person promises": "refuse_binding",
    "families inbox outbox person promises residents": "bind",
    "families inbox person": "ask_to_bind change_openids",
    "families letters": "allow_pictures consent_ended forbid_pictures name_contact",
    "families letters outbox person residents": "remove_relative",
    "families letters person residents": "narrow",
    "families person residents": "consent edit_relative make_primary place_relative prefer prove_relative",
    "families residents": "add_relative add_wish end_dispute end_wish start_dispute",
}
QUIET = "invite revoke_sheet see_notice"
CHANGED = "kinship"
