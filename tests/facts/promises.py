"""What the tests of the whole house must know of promises."""

from care import sla
from storage.types import Word

CLOSED = {
    "promise.mark": tuple(sla.Mark),
}
OPEN = {
    "promise.kind": Word,
}
FREE = {
    "promise.kept_how",
}
TABLES = {
    "promise": "cases promises",
}
QUIET = "breach"
MACHINES = "late"
