"""The acts on beds and on the record of a resident."""

from typing import Final

from tests.races.acts.act import ONE, PERSON, READS, ROW, UNIQUE, Act, Key, act, post

_ONE = "/console/residents/{resident}"


def _section(section: str) -> tuple[Key, Act]:
    name = f"record.{section}"
    return post(_ONE + "/{section}", section), act(name, "record", name, PERSON, "Changed")


ACTS: Final[dict[Key, Act]] = {
    post("/console/residents/beds/floors", "lay_out"): act(
        "bed.lay_out", "house", why="what is there stays: a unique key, whoever laid it out"
    ),
    post("/console/residents/beds/one", "add"): act("bed.add", "bed", why="the bed is there, whoever added it"),
    post("/console/residents/beds/{bed}", "close"): act(
        "bed.close", "bed", "bed.close resident.move resident.admit", ROW, "Invalid"
    ),
    post("/console/residents/new", "admit"): act(
        "resident.admit", "bed", "resident.admit resident.move bed.close", UNIQUE, "Invalid"
    ),
    post(_ONE + "/move", "move"): act(
        "resident.move", "bed", "resident.move resident.admit bed.close", UNIQUE, "Invalid"
    ),
    **dict(map(_section, ("basics", "allergy", "health", "habits", "customs", "risks"))),
    post(_ONE + "/identity", "identity"): act("record.identity", "record", why=READS),
    post(_ONE + "/contract", "contract"): act("record.contract", "record", "record.contract", PERSON, "Changed"),
    post(_ONE + "/tick", "tick"): act("record.tick", "record", "record.tick", PERSON, why="ticked is ticked"),
    post(_ONE + "/back", "back"): act(
        "record.back", "record", guard=PERSON, why="once, under the lock of the family: who comes second is told"
    ),
    post(_ONE + "/handover", "handover"): act("record.handover", "record", "record.handover", PERSON, "Decided"),
    post(_ONE + "/papers", "add"): act("record.paper", "record", why="each file is a line of its own: " + ONE),
    post(_ONE + "/papers/{paper}/remove", "remove"): act(
        "record.paper_off", "paper", "record.paper_off", PERSON, "NotFound"
    ),
}
