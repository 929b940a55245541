"""What the tests of the whole house must know of outgoing."""

from care import states
from care.ways import Last
from storage.types import Word

CLOSED = {
    "mass_send.state": tuple(states.MassState),
    "sms.kind": tuple(states.SmsKind),
    "sms.state": tuple(states.SmsState),
    "by_hand.kind": (Last.PHONE, Last.PRINT),
    "by_hand.outcome": tuple(states.HandOutcome),
    "outbox.queue": tuple(states.Queue),
    "outbox.state": tuple(states.OutboxState),
}
OPEN = {
    "mass_send.purpose": Word,
    "outbox.proof": Word,
    "outbox.purpose": Word,
    "outbox.way": Word,
    "template.kind": Word,
}
FREE = {
    "by_hand.why",
    "mass_send.code",
    "mass_send.own",
    "mass_send.ref",
    "mass_send.why",
    "outbox.code",
    "outbox.dedup_key",
    "outbox.ref",
    "outbox.why",
    "sms.code",
    "sms.number",
    "sms.ref",
    "sms.secret",
    "sms.why",
    "sms_refusal.number",
    "template.broken_code",
    "template.lines",
    "template.template_id",
    "template.title",
}
COUNTS = {
    "by_hand.tries",
    "mass_send.tries",
    "outbox.tries",
    "sms.parts",
    "sms.tries",
    "sms.wrong",
}
ROWS = (
    (
        "mass_send (id, home_id, purpose, state, body, own, made_at, expires_at) SELECT 1, min(id), "
        "'greeting', 'sent', {bytes}, 'n', 0, 0"
    ),
    (
        "sms (id, home_id, person_id, outbox_id, kind, state, number, made_at) SELECT 1, min(id), (SELECT "
        "min(person_id) FROM outbox), (SELECT min(id) FROM outbox), 'words', 'ordered', 'n', 0"
    ),
    (
        "by_hand (id, home_id, person_id, outbox_id, kind, why, made_at) SELECT 1, min(id), (SELECT "
        "min(person_id) FROM outbox), (SELECT min(id) FROM outbox), 'phone', '-', 0"
    ),
)
TABLES = {
    "outbox": "person",
}
ACTS = {
    "house": "bind_template",
    "inbox person reach": "by_hand_no_answer by_hand_not_needed by_hand_printed by_hand_spoken",
    "outbox person": "reach",
}
