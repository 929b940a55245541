"""What the tests of the whole house must know of incidents."""

from care.incidents import Calls, Doer, FamilyCall
from storage.types import Word

CLOSED = {
    "incident_call.outcome": tuple(FamilyCall),
    "incident_step.calls": tuple(Calls),
    "incident_step.doer": tuple(Doer),
}
OPEN = {
    "incident.plan": Word,
    "incident_plan.plan": Word,
}
FREE = {
    "incident.place",
    "incident_plan.lines",
    "incident_plan.why",
    "incident_step.more",
    "incident_step.text",
    "outside_contact.name",
    "outside_contact.number",
    "outside_contact.what_for",
}
ROWS = (
    "incident (id, home_id, plan, opened_at, opened_by) SELECT 1, min(id), 'fall', 0, 0",
    "incident_step (id, incident_id, position, text, doer, calls, within) SELECT 1, 1, 1, '看', 'nurse', '', 0",
    "incident_call (id, incident_id, who, outcome, at, by_id) SELECT 1, 1, {bytes}, 'reached', 0, 0",
)
ACTS = {
    "incidents": (
        "begin_incident close_incident decide_report end_callout log_incident_call make_callout pass_step "
        "put_contact set_plan strike_contact take_lead tick_step untick_step write_incident"
    ),
}
