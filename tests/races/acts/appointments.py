"""The acts of 就医: its row is held and read again; who comes second is told what was done."""

from typing import Final

from tests.races.acts.act import Act, Key, act, post

ACTS: Final[dict[Key, Act]] = {
    post("/console/appointments", "write"): act("appointment.write", "appointment", why="each is one of its own"),
    post("/console/appointments/{number}/{act}", "edit"): act(
        "appointment.edit", "appointment", why="drawn from what stands; who comes second is told who was first"
    ),
    post("/console/appointments/{number}/{act}", "end"): act(
        "appointment.end", "appointment", why="once: who comes second is told what was written"
    ),
    ("job", "appointments"): act("job.appointments", "appointment", why="its row is held, and its moment is taken out"),
}
