"""What the tests of the whole house must know of people."""

from care import states
from storage.types import Word, Words

CLOSED = {
    "follower.binding": tuple(states.Binding),
    "person.kind": tuple(states.PersonKind),
}
OPEN = {
    "person.declines": Words,
    "person.language": Word,
}
FREE = {
    "follower.openid",
    "person.timezone",
}
COUNTS = {
    "follower.scene_left",
    "follower.session_left",
    "person.hour_from",
    "person.hour_until",
}
UNTRACED = "follower person"
