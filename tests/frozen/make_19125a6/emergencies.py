"""The day before the end, with its alarms."""

# mypy: ignore-errors
# (The types hold on 19125a6; what is imported here moves in later commits.)

from datetime import timedelta

from care.triage import Audience
from services import alarms, letters, occasions

from .autumn import questionnaire
from .families import letters_of
from .play import Play
from .talks import kinds_of_message


async def the_day_before(play: Play) -> None:
    """21 November: letters again, a follow-up that asks, a questionnaire, emergencies, every kind of message."""
    made = await letters_of(play, "2026-11-21")
    play.until("2026-11-21 10:30")
    for openid in ("talk-verdict-again", "c-asked"):
        await play.says(openid, "谢谢")
    await play.leaves()
    await questionnaire(play, answered=("visitor", "worried"))
    await kinds_of_message(play)
    await emergencies(play)
    for openid in ("daughter", "grandma"):
        await play.says(openid, "谢谢")
    play.until("2026-11-21 17:30")
    await play.jobs(plans=True)
    await play.leaves()
    play.until("2026-11-21 18:00")
    await play.jobs()
    await play.leaves()
    await play.do(lambda db: letters.withdraw(db, play.staff_of["zhou"], made["308"], play.clock()))
    now = play.clock() + timedelta(days=50)  # 春节
    wanted = await play.database.read(lambda db: occasions.missing(db, play.house, play.ids.home_id, now))
    await play.do(
        lambda db: occasions.plan(
            db, play.house, play.ids.home_id, [one for one in wanted if one.occasion == "spring-festival"][:4]
        )
    )


async def emergencies(play: Play) -> None:
    """Alarms: raised, joined, told that we still call, gone to, ended, ended too early, for the lead alone, and with
    words that others may not read.
    """
    now, house, tang, he = play.clock, play.house, play.staff_of["tang"], play.staff_of["he"]
    await play.says("grandpa", "我摔倒了", "快来人")
    await play.do(lambda db: alarms.go(db, house, tang, "grandpa", Audience.FLOOR, now()))
    await play.leaves()
    asked = now()
    await play.says("grandpa", "头流血了")
    await play.do(lambda db: alarms.arrive(db, tang, "grandpa", Audience.FLOOR, asked))
    await play.do(lambda db: alarms.go(db, house, tang, "grandpa", Audience.FLOOR, now()))
    await play.do(lambda db: alarms.arrive(db, tang, "grandpa", Audience.FLOOR, now()))
    await play.push("grandma", "CLICK", EventKey="NURSE")
    play.clock.on(minutes=4)
    await play.jobs()
    await play.leaves()
    await play.do(lambda db: alarms.go(db, house, tang, "grandma", Audience.FLOOR, now()))
    await play.do(lambda db: alarms.arrive(db, tang, "grandma", Audience.FLOOR, now()))
    await play.says("grandpa", "护工打了我")
    await play.do(lambda db: alarms.go(db, house, he, "grandpa", Audience.LEAD, now()))
    await play.says("worried", "我爸难受得很", "护工打我，我爸起不来了")
    await play.leaves()
