"""What the tests of the whole house must know of people."""

from care import states
from storage.types import Word

CLOSED = {
    "follower.binding": tuple(states.Binding),
    "person.kind": tuple(states.PersonKind),
}
OPEN = {
    "person.language": Word,
}
FREE = {
    "follower.openid",
    "person.timezone",
}
COUNTS = {
    "follower.scene_left",
    "follower.session_left",
}
UNTRACED = "follower person"
