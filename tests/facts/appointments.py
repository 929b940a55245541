"""What the tests of the whole house must know of appointments."""

from care.appointments import Companion, Every
from care.appointments import Stage as AppointmentStage

CLOSED = {
    "appointment.companion": tuple(Companion),
    "appointment.every": tuple(Every),
    "appointment.stage": tuple(AppointmentStage),
}
FREE = {
    "appointment.why",
}
COUNTS = {
    "appointment.of_month",
}
ROWS = (
    (
        "appointment (id, home_id, resident_id, at, what, place, companion, every, stage, made_by, made_at, "
        "result_told, of_month) SELECT 1, min(id), (SELECT min(id) FROM resident), 0, {bytes}, {bytes}, "
        "'house', 'once', 'planned', 0, 0, false, 1"
    ),
)
TABLES = {
    "appointment": "appointments",
}
ACTS = {
    "appointments": "edit_appointment end_appointment remind_appointment repeat_appointment write_appointment",
}
MACHINES = "appointment"
