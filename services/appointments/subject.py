"""What this subject gives to the house."""

from datetime import datetime
from typing import Final

from services.appointments import appointments, today
from services.subject import Job, Running, Subject
from storage.queries import appointments as queries


async def _remind(running: Running, now: datetime) -> None:
    due = await running.database.read(lambda db: queries.due(db, running.home_id, now))
    await running.each(due, lambda db, number: appointments.remind(db, running.house, number, now))
    over = await running.database.read(lambda db: queries.come_again(db, running.home_id, now))
    await running.each(over, lambda db, number: appointments.come_again(db, running.house, number, now))


SUBJECT: Final = Subject(
    name="appointments",
    jobs=(Job("appointments", 30.0, _remind, "就医前一天傍晚提醒家属，定期的排下一次"),),
    actions={
        "write_appointment": "记就医",
        "edit_appointment": "改就医",
        "end_appointment": "写就医情况",
        "remind_appointment": "就医提醒",
        "repeat_appointment": "排下一次就医",
    },
    things={"appointment": "就医"},
    topics=("appointments",),
    today=today.lines,
)
