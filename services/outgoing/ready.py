"""What is ready to leave."""

from typing import NamedTuple


class Ready(NamedTuple):
    """A ready row with who gets it; moments in µs since 1970."""

    id: int
    person: int
    queue: str
    staff_id: int | None
    expires_at: int | None
    tries: int
    purpose: str
    body: bytes
    follower: int | None
    openid: str
    following: bool | int | None
    session_left: int | None
    session_until: int | None
    scene_left: int | None
    scene_until: int | None
    kind: str
    zone: str
    holder: int | None
    """Whose the phone is now: on a phone of several perhaps another one."""
    place: int | None
    """The phone of several as somebody; None for everybody's own."""
    until: int | None
    """Until when who spoke last on it is taken to speak."""
    home_id: int
    created_at: int
    asked_at: int | None
    """Machine time of the first template call that has no answer yet."""
    code: str | None
    fields: bytes | None
    """What a template or a mass send says of it, sealed."""
    declines: str | None
    """What this relative does not want (`care.preferences`)."""
    hour_from: int | None
    hour_until: int | None
    """Between which hours of their own zone machines may write to them."""
