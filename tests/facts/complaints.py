"""What the tests of the whole house must know of complaints."""

from care import states
from care.severity import Level
from care.stages import Stage
from storage.types import Said, Word

CLOSED = {
    "accused.reach": tuple(states.Reach),
    "accused.role": ("", *states.Role),
    "accused.state": tuple(states.AccusedState),
    "complaint_call.outcome": tuple(states.CallOutcome),
    "complaint.level": tuple(Level),
    "complaint.scope": tuple(states.Scope),
    "complaint.stage": tuple(Stage),
    "proposal.kind": tuple(states.ProposalKind),
    "proposal.verdict": tuple(states.Decision),
}
OPEN = {
    "case_record.kind": Word,
    "complaint.category": Said,
}
FREE = {
    "accused.floor",
    "complaint.number",
    "complaint_call.code",
    "complaint_call.digest",
    "complaint_call.ref",
    "evidence.mime",
    "evidence.sha256",
    "proposal.department",
}
COUNTS = {
    "complaint.rounds",
    "complaint_call.round",
}
ROWS = (
    (
        "complaint_call (id, home_id, case_id, staff_id, round, digest, number, asked_at) SELECT 1, min(id), "
        "(SELECT min(id) FROM complaint), (SELECT min(id) FROM staff), 0, 'd', {bytes}, 0"
    ),
)
TABLES = {
    "accused": "accused cases",
    "case_record": "cases",
    "complaint": "cases",
    "proposal": "cases",
}
ACTS = {
    "case cases": "add_evidence approve assess correct_case inquire note return take_on verdict_accepted",
    "case cases inbox outbox person promises": "tell",
    "case cases inbox person": "take_down",
    "case cases inbox person promises": "open_case verdict_call",
    "case cases person promises": "interim propose verdict_declined",
    "cases": "close",
}
MACHINES = "follow_up"
UNTRACED = "complaint_call"
