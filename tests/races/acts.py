"""The table of acts: whoever decides something, on what, against whom, and what keeps the two apart.

`collect` asks the real router, the real list of jobs, the loops of sender and fetcher and the executors of the webhook
what acts there
are; a test holds both against each other, so that nobody adds an act without saying who may come between.
"""

import ast
import inspect
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Final

from aiohttp import web

from bot import fetcher, sender
from services.subject import Job
from services.talks.dispatch import executors

Key = tuple[str, str]
"""Where an act comes in, and which of the acts there it is."""


@dataclass(frozen=True, slots=True)
class Act:
    """An act: its short name, the object on which it decides, its rivals by name, what keeps them apart, and what who
    comes second is told.

    `why`: why it has no rival, or why nobody needs to be told.
    """

    name: str
    object: str
    rivals: tuple[str, ...] = ()
    guard: str = ""
    told: str = ""
    why: str = ""


def _act(name: str, whose: str, rivals: str = "", guard: str = "", told: str = "", why: str = "") -> Act:
    return Act(name, whose, tuple(rivals.split()), guard, told, why)


PERSON: Final = "the person is locked, then read again"
ROW: Final = "the row is held before any person"
FAMILY: Final = "the row is held, then the elder and the relatives are locked"
CLAIMED: Final = "people whom nobody holds are locked (SKIP LOCKED), then the rows are read"
AGAIN: Final = "the people are locked, then the rows are read again"
UNIQUE: Final = "a unique key: who comes second begins again and finds the row"
ONE: Final = "one statement decides"
READS: Final = "it reads, or adds a line that nothing depends upon"
ALONE: Final = "the leader alone does it, and once more changes nothing"
MEMORY: Final = "it touches the memory or the files of this process only"


def _post(path: str, which: str) -> Key:
    return f"POST {path}", which


def _on_complaint(step: str) -> Key:
    return _post("/console/complaints/{complaint}/step/{step}", step)


def _on_alarm(act: str) -> Key:
    return _post("/console/alarms/{ref}/{act}", act)


ACTS: Final[dict[Key, Act]] = {
    # -- the door of the console
    _post("/console/login", "enter"): _act(
        "log_in",
        "tries",
        "log_in lock.unlock lock.seen",
        ROW,
        why="each try is counted before its password is looked at",
    ),
    _post("/console/logout", "leave"): _act(
        "log_out", "session", why="a session is ended by who has it, at most twice to the same end"
    ),
    # -- alarms
    _on_alarm("go"): _act(
        "alarm.go",
        "alarm",
        "alarm.go alarm.arrive alarm.dismiss push job.alarms",
        PERSON,
        "NotFound",
        "who goes second is one more; the strip shows who was first",
    ),
    _on_alarm("arrive"): _act(
        "alarm.arrive", "alarm", "alarm.go alarm.arrive alarm.dismiss push job.alarms", PERSON, "NotFound"
    ),
    _on_alarm("dismiss"): _act(
        "alarm.dismiss", "alarm", "alarm.go alarm.arrive alarm.dismiss push", PERSON, "NotFound"
    ),
    _on_alarm("mute"): _act("alarm.mute", "alarm", "alarm.mute push", PERSON, "NotFound"),
    _on_alarm("undo"): _act("alarm.undo", "alarm", "alarm.undo push", PERSON, "NotFound"),
    _post("/console/locks/{id}/{act}", "unlock"): _act(
        "lock.unlock", "lock", "lock.unlock lock.seen log_in", ROW, "NotFound"
    ),
    _post("/console/locks/{id}/{act}", "seen"): _act(
        "lock.seen", "lock", "lock.unlock lock.seen log_in", ROW, "NotFound"
    ),
    _post("/console/unreadable/{id}/seen", "looked"): _act(
        "unreadable.seen", "unreadable", "unreadable.seen", ONE, why="seen is seen"
    ),
    _post("/console/downtimes/{id}/seen", "take_note"): _act(
        "downtime.seen", "downtime", "downtime.seen", ROW, why="seen is seen"
    ),
    # -- talks
    _post("/console/chats/{person}/answer", "answer"): _act(
        "chat.answer",
        "talk",
        "chat.answer chat.call chat.hand_back push job.silence sender.settle",
        PERSON,
        why="both answers are sent; who answered meanwhile is shown (D12, Part 5b)",
    ),
    _post("/console/chats/{person}/call", "call"): _act(
        "chat.call",
        "promise",
        "chat.answer chat.call chat.hand_back push job.promises sender.settle",
        PERSON,
        why="a call that took place stays written down, whoever called too",
    ),
    _post("/console/chats/{person}/phone", "phone"): _act("chat.phone", "person", why=READS),
    _post("/console/chats/{person}/hand-back", "hand_back"): _act(
        "chat.hand_back", "talk", "chat.answer chat.call chat.hand_back push", PERSON, "Invalid"
    ),
    _post("/console/outgoing/{row}/take-back", "take_back"): _act(
        "outgoing.take_back", "message", "outgoing.take_back outgoing.send_kept sender.claim", PERSON, "TooLate"
    ),
    _post("/console/outgoing/{row}/send", "send_kept"): _act(
        "outgoing.send_kept", "message", "outgoing.send_kept outgoing.take_back job.parked push", PERSON, "Conflict"
    ),
    # -- complaints
    _post("/console/complaints/{complaint}/{act}", "answer"): _act(
        "case.answer", "talk", why="the act chat.answer on another page"
    ),
    _post("/console/complaints/{complaint}/{act}", "call"): _act(
        "case.call", "promise", why="the act chat.call on another page"
    ),
    _post("/console/complaints/{complaint}/{act}", "note"): _act("case.note", "case", why=READS),
    _post("/console/complaints/{complaint}/evidence", "add"): _act(
        "case.evidence", "case", "step.learn", PERSON, "Conflict"
    ),
    _on_complaint("assess"): _act(
        "step.assess", "case", "step.assess step.inquire step.interim accused.decide push", PERSON, "Decided"
    ),
    _on_complaint("inquire"): _act(
        "step.inquire", "case", "step.assess step.inquire step.plan step.interim", PERSON, "Decided"
    ),
    _on_complaint("plan"): _act(
        "step.plan", "case", "step.inquire step.plan step.interim step.decide", PERSON, "Decided"
    ),
    _on_complaint("decide"): _act(
        "step.decide", "paper", "step.plan step.decide step.interim push job.promises", PERSON, "Decided"
    ),
    _on_complaint("tell"): _act("step.tell", "case", "step.tell sender.claim sender.settle", PERSON, "Decided"),
    _on_complaint("hear"): _act("step.hear", "case", "step.hear effect.TakeVerdict", PERSON, "Decided"),
    _on_complaint("learn"): _act("step.learn", "case", "step.learn case.evidence push", PERSON, "Decided"),
    _on_complaint("interim"): _act(
        "step.interim", "paper", "step.assess step.inquire step.plan step.decide step.interim", PERSON, "Invalid"
    ),
    _post("/console/accused/{id}", "decide_named"): _act(
        "accused.decide", "accused", "accused.decide step.assess push", PERSON, "Decided"
    ),
    # -- greetings and reminders
    _post("/console/days/{plan}/{verdict}", "held"): _act(
        "day.held",
        "plan",
        "day.held day.cancelled day.planned job.greetings sender.claim",
        PERSON,
        "TooLate",
        why="a hold that stands is held again: the newest name stands in the row",
    ),
    _post("/console/days/{plan}/{verdict}", "cancelled"): _act(
        "day.cancelled", "plan", "day.held day.cancelled day.planned job.greetings", PERSON, "Decided"
    ),
    _post("/console/days/{plan}/{verdict}", "planned"): _act(
        "day.planned", "plan", "day.held day.cancelled day.planned job.greetings", PERSON, "TooLate"
    ),
    # -- residents and relatives
    _post("/console/residents/{resident}/sheet", "sheet"): _act(
        "resident.sheet", "invitation", why="each sheet is a code of its own"
    ),
    _post("/console/residents/{resident}/status", "status"): _act(
        "resident.status",
        "resident",
        "resident.status resident.hush resident.visit letter.write job.letters job.greetings sender.claim survey.begin",
        PERSON,
        "Invalid",
    ),
    _post("/console/residents/{resident}/hush", "hush"): _act(
        "resident.hush",
        "resident",
        "resident.hush resident.status application.confirm job.letters job.greetings sender.claim",
        PERSON,
        "Changed",
        "silence may always be set; lifted is only what stood there",
    ),
    _post("/console/residents/{resident}/visit", "visit"): _act(
        "resident.visit", "visit", "resident.visit resident.status", UNIQUE, "Conflict"
    ),
    _post("/console/applications/{application}/{verdict}", "confirm"): _act(
        "application.confirm",
        "application",
        "application.confirm application.refuse resident.hush job.letters effect.AskToBind",
        PERSON,
        "Decided",
    ),
    _post("/console/applications/{application}/{verdict}", "refuse"): _act(
        "application.refuse", "application", "application.confirm application.refuse", PERSON, "Decided"
    ),
    # -- letters
    _post("/console/letters/{resident}", "write"): _act(
        "letter.write",
        "letter",
        "letter.write letter.call letter.withdraw letter.drop job.letters resident.status",
        ROW,
        "Changed",
    ),
    _post("/console/letters/{letter}/{act}", "call"): _act(
        "letter.call", "letter", "letter.write letter.call letter.withdraw", ROW, "Decided"
    ),
    _post("/console/letters/{letter}/{act}", "withdraw"): _act(
        "letter.withdraw",
        "letter",
        "letter.write letter.call letter.withdraw job.letters page.letter page.react sender.claim",
        FAMILY,
        "Decided",
    ),
    _post("/console/letters/{letter}/{photo}/drop", "drop"): _act(
        "letter.drop", "photo", "letter.write letter.drop page.letter", ROW, "NotFound"
    ),
    # -- knowledge
    _post("/console/knowledge/new", "save"): _act(
        "knowledge.new", "entry", "knowledge.new", UNIQUE, why="each is an entry of its own"
    ),
    _post("/console/knowledge/blanks", "fill"): _act("knowledge.blanks", "blank", "knowledge.blanks", ROW, "Changed"),
    _post("/console/knowledge/try", "attempt"): _act("knowledge.try", "entry", why=READS),
    _post("/console/knowledge/{key}", "save"): _act(
        "knowledge.save", "entry", "knowledge.save knowledge.switch knowledge.restore knowledge.learn", ROW, "Conflict"
    ),
    _post("/console/knowledge/{key}/switch", "switch"): _act(
        "knowledge.switch",
        "entry",
        "knowledge.save knowledge.switch knowledge.restore knowledge.learn",
        ROW,
        why="said or not said: one field, each tap says which",
    ),
    _post("/console/knowledge/{key}/restore", "restore"): _act(
        "knowledge.restore",
        "entry",
        "knowledge.save knowledge.switch knowledge.restore knowledge.learn",
        ROW,
        "NotFound",
    ),
    _post("/console/knowledge/learn", "learn"): _act(
        "knowledge.learn",
        "entry",
        "knowledge.save knowledge.switch knowledge.restore knowledge.learn",
        ROW,
        why="a phrase is added to what stands",
    ),
    # -- questionnaires
    _post("/console/surveys/begin", "begin"): _act(
        "survey.begin", "campaign", "survey.begin resident.status", UNIQUE, "Conflict"
    ),
    _post("/console/surveys/{campaign}/end", "end"): _act(
        "survey.end", "campaign", "survey.end page.survey effect.KeepSurvey", ROW, "Decided"
    ),
    # -- after a restore
    _post("/console/restore/{epoch}", "confirm"): _act(
        "restore.confirm", "epoch", "restore.confirm sender.claim", ONE, "Conflict"
    ),
    # -- pages of the families
    ("GET /p/letters/{letter}", "letter"): _act(
        "page.letter", "reading", "page.letter page.react letter.withdraw letter.drop", UNIQUE, "NotFound"
    ),
    _post("/p/letters/{letter}", "react"): _act(
        "page.react",
        "reading",
        "page.react page.letter letter.withdraw",
        PERSON,
        "NotFound",
        "one reader's own word: the newest stands",
    ),
    _post("/p/survey", "answer_sheet"): _act(
        "page.survey", "sheet", "page.survey effect.KeepSurvey survey.end", UNIQUE, "Answered"
    ),
    # -- the webhook
    _post("/wechat", "push"): _act(
        "push",
        "talk",
        "push accused.decide alarm.go alarm.arrive alarm.dismiss alarm.mute alarm.undo outgoing.send_kept chat.answer "
        "chat.call chat.hand_back step.assess step.decide step.learn job.silence job.letters "
        "job.greetings job.alarms job.parked job.debts sender.claim sender.settle",
        PERSON,
        why="a message is never refused",
    ),
    ("webhook", "OpenComplaint"): _act(
        "effect.OpenComplaint", "case", "effect.OpenComplaint", ONE, why="each gets the next number of the day"
    ),
    ("webhook", "AddToComplaint"): _act(
        "effect.AddToComplaint", "case", why="the act push, whose words go into a case"
    ),
    ("webhook", "NoteOnComplaint"): _act(
        "effect.NoteOnComplaint", "case", why="a field that the family alone fills, its messages one after the other"
    ),
    ("webhook", "AskHuman"): _act("effect.AskHuman", "promise", why="the act push, whose words wait for a colleague"),
    ("webhook", "TakeVerdict"): _act(
        "effect.TakeVerdict", "case", "step.hear", PERSON, why="the family is answered by what stands"
    ),
    ("webhook", "ShowProgress"): _act("effect.ShowProgress", "case", why=READS),
    ("webhook", "TryCode"): _act("effect.TryCode", "invitation", why=READS),
    ("webhook", "AskToBind"): _act(
        "effect.AskToBind",
        "invitation",
        "effect.AskToBind application.confirm",
        UNIQUE,
        why="who comes second is told in the talk",
    ),
    ("webhook", "ShowLetters"): _act("effect.ShowLetters", "letter", why=READS),
    ("webhook", "StartSurvey"): _act("effect.StartSurvey", "sheet", why=READS),
    ("webhook", "KeepSurvey"): _act(
        "effect.KeepSurvey", "sheet", "page.survey survey.end", UNIQUE, why="who comes second is told in the talk"
    ),
    # -- jobs
    ("job", "silence"): _act("job.silence", "talk", "chat.answer push", AGAIN, why="it leaves what somebody changed"),
    ("job", "promises"): _act(
        "job.promises", "promise", "chat.call step.decide sender.settle", AGAIN, why="it leaves what is kept"
    ),
    ("job", "letters"): _act(
        "job.letters",
        "letter",
        "job.letters letter.write letter.withdraw resident.status resident.hush application.confirm push",
        FAMILY,
        why="it leaves what is decided",
    ),
    ("job", "days"): _act("job.days", "plan", "job.days", UNIQUE, why="one plan for a person and an occasion"),
    ("job", "greetings"): _act(
        "job.greetings",
        "plan",
        "job.greetings day.held day.cancelled day.planned resident.status resident.hush push",
        PERSON,
        why="it leaves what is decided",
    ),
    ("job", "parked"): _act("job.parked", "message", "push outgoing.send_kept", AGAIN, why="it leaves what goes"),
    ("job", "ledger"): _act("job.ledger", "audit", why=ALONE),
    ("job", "search"): _act("job.search", "index", why=ALONE),
    ("job", "runs"): _act("job.runs", "job", why=ALONE),
    ("job", "head"): _act("job.head", "audit", why=READS),
    ("job", "stops"): _act("job.stops", "stop list", why=READS),
    ("job", "alarms"): _act(
        "job.alarms",
        "alarm",
        "job.alarms alarm.go alarm.arrive push",
        AGAIN,
        why="it leaves an alarm to which somebody goes",
    ),
    ("job", "strip"): _act("job.strip", "board", why=MEMORY),
    ("job", "epochs"): _act("job.epochs", "board", why=MEMORY),
    ("job", "places"): _act("job.places", "board", why=MEMORY),
    ("job", "knowledge"): _act("job.knowledge", "board", why=MEMORY),
    ("job", "staff"): _act("job.staff", "names", why=MEMORY),
    ("job", "debts"): _act(
        "job.debts", "answer", "job.debts push", AGAIN, why="whoever changes the state of the answer gives it"
    ),
    ("job", "spool"): _act(
        "job.spool", "message", why="the act push, whose key is known when the platform tries again"
    ),
    ("job", "watch"): _act("job.watch", "board", why=MEMORY),
    ("job", "wake-up"): _act("job.wake-up", "pulse", why=ALONE),
    # -- loops
    ("sender", "abandoned"): _act(
        "sender.abandoned", "message", "sender.abandoned sender.settle", AGAIN, why="a late outcome changes nothing"
    ),
    ("sender", "claim"): _act(
        "sender.claim",
        "message",
        "sender.claim outgoing.take_back letter.withdraw day.held resident.status resident.hush step.tell "
        "restore.confirm push",
        CLAIMED,
        why="it takes what is still ready",
    ),
    ("sender", "settle"): _act(
        "sender.settle",
        "message",
        "sender.abandoned chat.answer chat.call step.tell job.promises push",
        PERSON,
        why="what the platform said is written down where the row still waits for it",
    ),
    ("fetcher", "wanted"): _act(
        "fetcher.wanted", "file", "fetcher.wanted", ONE, why="whoever takes a file has it for a minute"
    ),
    ("fetcher", "kept"): _act(
        "fetcher.kept", "file", "fetcher.kept fetcher.missed", PERSON, why="what is here stays here"
    ),
    ("fetcher", "missed"): _act(
        "fetcher.missed", "file", "fetcher.kept fetcher.missed", PERSON, why="what is here stays here"
    ),
}
BY_NAME: Final = {act.name: act for act in ACTS.values()}


# -- what there is -------------------------------------------------------------------------------------------------


def collect(app: web.Application, jobs: Sequence[Job]) -> set[Key]:
    """All acts of the product as it is built now."""
    found = set(_routes(app))
    found |= {("job", job.name) for job in jobs}
    found |= {("webhook", effect.__name__) for effect in executors()}
    return found | {
        (name, act) for name, module in (("sender", sender), ("fetcher", fetcher)) for act in _asked_of_services(module)
    }


def _routes(app: web.Application) -> Iterator[Key]:
    for route in app.router.routes():
        resource = route.resource
        if (
            resource is None
            or route.method in {"HEAD", "OPTIONS"}
            or (route.method == "GET" and not _writes(route.handler))
        ):
            continue
        found = resource.get_info()
        path = str(found.get("formatter") or found.get("path") or resource.canonical)
        pattern = found.get("pattern")
        words = (
            [_alternatives(names) for names in re.findall(r"\(\?P<\w+>([^()]*)\)", pattern.pattern)]
            if pattern is not None
            else []
        )
        chosen = [one for one in words if one]
        for act in chosen[0] if chosen else (route.handler.__name__,):
            yield f"{route.method} {path}", act
    for resource in app.router.resources():
        if isinstance(resource, web.PrefixedSubAppResource):
            yield from _routes(resource._app)


def _alternatives(pattern: str) -> tuple[str, ...]:
    """The words among which a part of an address chooses; none for a number or a key."""
    words = tuple(pattern.split("|"))
    return words if len(words) > 1 and all(re.fullmatch(r"[a-z-]+", word) for word in words) else ()


def _writes(handler: Any) -> bool:
    """Whether a page that is only looked at writes: it hands work to the writer itself."""
    try:
        source = inspect.getsource(handler)
    except (OSError, TypeError):
        return False
    calls = [node.func for node in ast.walk(ast.parse(inspect.cleandoc(f"\n{source}"))) if isinstance(node, ast.Call)]
    return any(
        isinstance(call, ast.Attribute) and call.attr in {"write", "store"} and _is_database(call.value)
        for call in calls
    )


def _is_database(node: ast.expr) -> bool:
    return "DATABASE" in ast.dump(node) or "database" in ast.dump(node)


def _asked_of_services(module: ModuleType) -> set[str]:
    """What a loop asks of services with a store in its hand."""
    return {
        node.func.attr
        for node in ast.walk(ast.parse(inspect.getsource(module)))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.args
        and isinstance(node.args[0], ast.Name)
        and node.args[0].id == "store"
        and node.func.value.id != "store"
    }
