"""What the tests of the whole house must know of staff."""

from care import sessions, states
from storage.types import Word

CLOSED = {
    "staff.role": tuple(states.Role),
    "staff_session.ended_how": tuple(sessions.SessionEnd),
    "staff_wechat.ended_how": tuple(sessions.WechatEnd),
}
OPEN = {
    "staff.pledge": Word,
    "staff_session.awaits": Word,
}
FREE = {
    "complaint_unit.members",
    "complaint_unit.procedure",
    "login_throttle.address",
    "login_throttle.key",
    "staff.floors",
    "staff.login",
    "staff.name",
    "staff.password",
    "staff.pin",
    "staff_session.address",
    "staff_session.agent",
    "staff_session.csrf",
    "staff_wechat.digest",
    "station.name",
}
ACTS = {
    "alarms colleagues locks staff": "leave_staff set_password",
    "alarms locks": "log_in_locked unlock",
    "cases colleagues": "set_unit",
    "colleagues": "change_station codes_off codes_on codes_reset mark_station own_password pledge unbind_wechat",
    "colleagues inbox person": "bind_wechat",
    "colleagues session": "end_station",
    "colleagues staff": "set_name set_phone set_role take_back_staff",
    "session": "log_out",
}
QUIET = (
    "add_staff codes_new codes_put_off end_own_session end_sessions log_in log_in_failed recovery_used "
    "set_floors set_pin wechat_code "
)
UNTRACED = "login_throttle staff staff_session"
CHANGED = "station"
OF_NOBODY = "login_throttle station"
ROWS = (
    (
        "staff_session (id, staff_id, token_hash, csrf, created_at, expires_at) SELECT 1, "
        "(SELECT min(id) FROM staff), {bytes}, 'c', 0, 0"
    ),
    (
        "staff_wechat (id, home_id, staff_id, digest, made_by, made_at, expires_at) SELECT 1, min(id), "
        "(SELECT min(id) FROM staff), 'd', 0, 0, 0"
    ),
)
