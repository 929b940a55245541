"""What the tests of the whole house must know of media."""

from care import states
from storage.types import Word

CLOSED = {
    "media.state": tuple(states.MediaState),
}
OPEN = {
    "media.kind": Word,
}
FREE = {
    "media.media_id",
    "media.mime",
    "media.sha256",
    "media.why",
}
COUNTS = {
    "media.tries",
}
