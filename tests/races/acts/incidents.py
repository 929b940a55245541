"""The acts of an incident: its row is held, so that each reads what the one before left."""

from typing import Final

from tests.races.acts.act import ROW, UNIQUE, Act, Key, act, post

ONE: Final = "/console/incidents/{incident}"
READ: Final = "the incident is read again; who means something else than what was just done is told"


def _one(path: str, which: str) -> tuple[Key, Act]:
    return post(f"{ONE}/{path}", which), act(f"incident.{which}", "incident", guard=ROW, why=READ)


ACTS: Final[dict[Key, Act]] = dict(
    [
        (
            post("/console/incidents/begin", "begin"),
            act("incident.begin", "incident", guard=UNIQUE, why="an alarm has one incident: the second finds it"),
        ),
        _one("step/{step}", "tick"),
        _one("plan", "change_plan"),
        _one("call/{tie}", "call"),
        _one("note", "note"),
        _one("report", "report"),
        _one("lead", "lead"),
        _one("close", "close"),
        (
            post("/console/incidents/plans/{plan}", "set_plan"),
            act("incident.set_plan", "plan", guard=ROW, why="the home is held; who saves an older plan is told"),
        ),
        (
            post("/console/incidents/callout/make", "make"),
            act("callout.make", "callout", guard=ROW, why="the home is held; the newest address is the one that opens"),
        ),
        (
            post("/console/incidents/callout/end", "end"),
            act("callout.end", "callout", guard=ROW, why="ended is ended"),
        ),
        (
            post("/console/incidents/contacts", "put_contact"),
            act("incident.put_contact", "contact", guard=ROW, why="the home is held; a number stands there once"),
        ),
        (
            post("/console/incidents/contacts/{contact}/strike", "strike"),
            act("incident.strike", "contact", guard=ROW, why="struck out is struck out"),
        ),
    ]
)
