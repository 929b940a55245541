"""How each effect is carried out, in the transaction of the message that caused it."""

from functools import cache

from care import sla
from care.sla import Kind
from conversations.effects import (
    AskHuman,
    Beside,
    Effect,
    Quiet,
)
from conversations.engine import FlowError
from conversations.events import Done, Refused
from services.complaints import filing
from services.context import Context, Executor
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
    if context.event is not None and effect.why == "unanswered":
        for complaint in store.about(filing.OPEN, context.person_id)[:1]:
            filing.add(context, complaint, context.event)
    how = "attended" if context.attended else "elder" if context.elder else "again"
    earliest = promises.earliest(store, context.person_id)
    if earliest is not None:
        return promises.promised(context, earliest, how=how)
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
    return promises.promised(context, due_at, how="first" if how == "again" else how)


def beside(context: Context, _: Beside) -> Done:
    """Whether a colleague is in the talk, who answers by herself, or who lives in the house."""
    return Done(how="attended" if context.attended else "elder" if context.elder else "other")
