"""How each effect is carried out, in the transaction of the message that caused it."""

from datetime import datetime
from functools import cache

from care import quiet_hours, sla
from care.sla import Kind
from care.states import Status
from conversations import events
from conversations.effects import (
    AskHuman,
    Beside,
    Effect,
    Quiet,
    Say,
)
from conversations.engine import FlowError
from conversations.events import Done, Refused
from conversations.flows.talks import promised
from conversations.phrases import moment
from services.accusations import accusations
from services.complaints import filing
from services.context import Context, Executor
from services.emergencies import said
from services.house import House
from services.promises import promises
from services.subject import subjects


@cache
def executors() -> dict[type[Effect], Executor]:
    """What carries out each effect: each subject declares its own. Raises ValueError when two carry out one."""
    found: dict[type[Effect], Executor] = {}
    for subject in subjects():
        for effect, executor in subject.executors.items():
            if found.setdefault(effect, executor) is not executor:
                message = f"{subject.name}: {effect.__name__} is carried out by another subject"
                raise ValueError(message)
    return found


def carry_out(context: Context, effect: Effect) -> Done | Refused | None:
    """Do what a flow wants; Done or Refused where the effect answers. Raises FlowError for an effect nobody can do."""
    if isinstance(effect, Quiet):
        return None
    executor = executors().get(type(effect))
    if executor is None:
        raise FlowError("-", "-", f"nobody carries out {type(effect).__name__}")
    return executor(context, effect)


def ask_human(context: Context, effect: AskHuman) -> Done:
    """A promise with a clock: the first question makes it, the next ones join it; of two promises the earlier one holds
    (Q4, C13).

    Words that no rule answers belong to an open complaint as well; a call for a human is no evidence.
    """
    store = context.store
    if context.kind == "staff":
        return Done(how="colleague")
    if effect.why == "call":
        return promises.promised(context, promises.call(context), how="call")
    if context.event is not None and effect.why == "unanswered" and not context.part:
        for complaint in store.about(filing.OPEN, context.person_id)[:1]:
            filing.add(context, complaint, context.event)
    earliest = promises.ahead(store, context.person_id, context.now)
    if earliest is not None:
        return _promised(context, earliest, "again")
    waits = promises.earliest(store, context.person_id) is not None
    due_at = sla.reply_due(context.said_at, context.house.figures, elder=context.elder)
    promises.make(
        store,
        home_id=context.home_id,
        person_id=context.person_id,
        kind=Kind.REPLY,
        made_at=context.said_at,
        due_at=due_at,
        inbox_id=context.inbox_id,
    )
    mourns = context.status == Status.DIED
    again = waits or mourns or context.untied or context.accused is not None  # to them no machine introduces itself
    return _promised(context, due_at, "again" if again else "first")


def _promised(context: Context, due_at: datetime, how: str) -> Done:
    """In which words it is promised: none while a colleague is in the talk; an elder hears no time; while nobody is at
    the desk it is told when they are back (N8, A15). Who cried hears how far that is.
    """
    house, now = context.house, context.now
    if context.attended:
        return promises.promised(context, due_at, how="attended")
    stands = said.standing(context.store, context.person_id, context.now) if context.called else None
    words = events.said(context.event) if context.event is not None else ""
    gone = context.away or context.status == Status.DIED
    if stands is not None and not gone and context.kind != "guest":
        return promises.promised(context, due_at, how=said.meanwhile(stands, context.now, context.kind, words).key)
    if context.elder:
        if accusations.lately(context):
            return promises.promised(context, due_at, how=said.hushed(words).key)
        night = quiet_hours.is_night(now, house.home.zone, house.quiet)
        return promises.promised(context, due_at, how="elder_night" if night else "elder")
    how, opens = _at_this_hour(house, now, how)
    return promises.promised(context, due_at, how=how, ref=opens)


def _at_this_hour(house: House, now: datetime, how: str) -> tuple[str, str]:
    """How something is promised to a family now, and when the desk is back, in words."""
    opens = house.hours.next_open(now)
    if opens is None or opens <= now:
        return how, ""
    return ("closed", moment(opens, now, house.home.zone)) if house.desk.is_set else ("night", "")


def first_words(house: House, now: datetime) -> list[Say]:
    """What a family would hear now to a question that the machine cannot answer, for pages that show it."""
    how, opens = _at_this_hour(house, now, "first")
    step = promised(None, Done(how=how, ref=opens, due_at=sla.reply_due(now, house.figures)))
    return [effect for effect in step.effects if isinstance(effect, Say)]


def beside(context: Context, _: Beside) -> Done:
    """Whether a colleague is in the talk, who answers by herself, or who lives in the house."""
    return Done(how="attended" if context.attended else "elder" if context.elder else "other")
