"""What the tests of the whole house must know of greetings."""

from care import states
from storage.types import Word

CLOSED = {
    "plan.state": tuple(states.PlanState),
}
OPEN = {
    "plan.occasion": Word,
}
FREE = {
    "plan.period",
    "plan.why",
}
TABLES = {
    "plan": "days",
    "visit": "days",
}
ACTS = {
    "days": "book_visit plan_cancelled plan_held plan_planned",
}
MACHINES = "birthday_soon greeting greeting_elder reminder"
UNTRACED = "plan"
