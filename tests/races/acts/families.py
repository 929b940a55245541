"""The acts of colleagues at relatives, consents, sheets and the binding day."""

from typing import Final

from tests.races.acts.act import FAMILY, PERSON, Act, Key, act, post

HERE: Final = "/console/residents/{resident}/families"


def _on_one(which: str) -> Key:
    return post(f"{HERE}/{{person}}/{{act}}", which)


ACTS: Final[dict[Key, Act]] = {
    post(HERE, "add"): act("family.add", "tie", "family.add", PERSON, "Invalid"),
    _on_one("edit"): act("family.edit", "tie", "family.edit", PERSON, "Changed"),
    _on_one("place"): act("family.place", "order", "family.place family.primary", PERSON, "Changed"),
    _on_one("primary"): act("family.primary", "order", "family.place family.primary", PERSON, "Changed"),
    _on_one("prefer"): act("family.prefer", "wants", "family.prefer page.prefer", PERSON, "Changed"),
    _on_one("prove"): act("family.prove", "tie", why="what somebody saw stands; the newest name is in the row"),
    _on_one("less"): act("family.less", "tie", "family.less family.remove job.letters", PERSON, "Decided"),
    _on_one("merge"): act(
        "family.merge", "tie", why="under the locks of both; who comes second finds one of them no more"
    ),
    _on_one("remove"): act(
        "family.remove", "tie", "family.less family.remove page.letter job.letters", PERSON, "NotFound"
    ),
    post(f"{HERE}/{{person}}/consent", "consent"): act(
        "family.consent", "consent", why="one more line, under the lock of the family; a dispute is asked for under it"
    ),
    post(f"{HERE}/contact", "contact"): act(
        "family.contact", "contact", why="under the lock of the family; a form drawn from another name is told"
    ),
    post("/console/contacts", "hand_over"): act(
        "family.contacts", "contact", why="under the lock of each family; who was named meanwhile stays"
    ),
    post("/console/consents/{kind}/{consent}", "scope"): act(
        "family.still", "consent", why="under the lock of the family; one that was taken back is told"
    ),
    post("/console/consents/{kind}/{consent}", "picture"): act(
        "family.still_pictures", "pictures", why="under the lock of the family; one that was taken back is told"
    ),
    post("/console/consents/floor", "floor"): act(
        "family.still_all", "consent", why="under the locks of the floor, read again; what changed meanwhile is told"
    ),
    post(f"{HERE}/pictures", "allow"): act(
        "family.pictures", "pictures", why="under the lock of the family; who comes second is told that it stands"
    ),
    post(f"{HERE}/pictures/forbid", "forbid"): act(
        "family.pictures_end", "pictures", why="ended once, under the lock of the family; who comes second is told"
    ),
    post(f"{HERE}/consents/{{consent}}/proof", "attach"): act(
        "family.attach", "consent", why="under the lock of the family; a consent that has its proof refuses another"
    ),
    post(f"{HERE}/consents/{{consent}}/withdraw", "withdraw"): act(
        "family.withdraw", "consent", "family.withdraw", PERSON, "Decided"
    ),
    post(f"{HERE}/wishes", "wish"): act("family.wish", "wish", why="one more line"),
    post(f"{HERE}/wishes/{{wish}}/end", "end_wish"): act(
        "family.wish_end", "wish", why="ended once, under the lock of the family; who comes second is told"
    ),
    post(f"{HERE}/dispute", "start_dispute"): act("family.dispute", "dispute", "family.dispute", FAMILY, "Changed"),
    post(f"{HERE}/dispute/end", "end_dispute"): act(
        "family.settle", "dispute", why="ended once, under the lock of the family; who comes second is told"
    ),
    post("/console/residents/{resident}/phones/{follower}", "change"): act(
        "phone.change", "phone", why="under the locks of all who speak on it, read again; a form of before is told"
    ),
    post(f"{HERE}/sheets/{{sheet}}/revoke", "revoke"): act(
        "sheet.revoke", "invitation", why="its row is held; a sheet that was used first is a request, which is decided"
    ),
    post("/console/binding/print", "prints"): act("sheet.prints", "invitation", why="each sheet is a code of its own"),
    post("/console/binding/confirm", "confirm_many"): act(
        "binding.confirm_many", "application", why="the act application.confirm for each of them"
    ),
    post("/console/applications/{application}/{verdict}", "undo"): act(
        "application.undo", "application", "application.undo push", PERSON, "Invalid"
    ),
    ("job", "consents"): act(
        "job.consents", "consent", why="under the lock of the family, read again: it leaves what somebody took back"
    ),
}
