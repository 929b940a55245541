"""The acts of colleagues, at the pages of the console."""

from typing import Final

from tests.races.acts.act import FAMILY, MEMORY, ONE, PERSON, READS, ROW, UNIQUE, Act, Key, act, post


def _on_complaint(step: str) -> Key:
    return post("/console/complaints/{complaint}/step/{step}", step)


def _on_alarm(act: str) -> Key:
    return post("/console/alarms/{ref}/{act}", act)


CONSOLE: Final[dict[Key, Act]] = {
    # -- the door of the console
    post("/console/login", "enter"): act(
        "log_in",
        "tries",
        "log_in lock.unlock lock.seen",
        ROW,
        why="each try is counted before its password is looked at",
    ),
    post("/console/logout", "leave"): act(
        "log_out", "session", why="a session is ended by who has it, at most twice to the same end"
    ),
    # -- alarms
    _on_alarm("go"): act(
        "alarm.go",
        "alarm",
        "alarm.go alarm.arrive alarm.dismiss push job.alarms",
        PERSON,
        "NotFound",
        "who goes second is one more; the strip shows who was first",
    ),
    _on_alarm("arrive"): act(
        "alarm.arrive", "alarm", "alarm.go alarm.arrive alarm.dismiss push job.alarms", PERSON, "NotFound"
    ),
    _on_alarm("dismiss"): act("alarm.dismiss", "alarm", "alarm.go alarm.arrive alarm.dismiss push", PERSON, "NotFound"),
    _on_alarm("mute"): act("alarm.mute", "alarm", "alarm.mute push", PERSON, "NotFound"),
    _on_alarm("undo"): act("alarm.undo", "alarm", "alarm.undo push", PERSON, "NotFound"),
    post("/console/locks/{id}/{act}", "unlock"): act(
        "lock.unlock", "lock", "lock.unlock lock.seen log_in", ROW, "NotFound"
    ),
    post("/console/locks/{id}/{act}", "seen"): act(
        "lock.seen", "lock", "lock.unlock lock.seen log_in", ROW, "NotFound"
    ),
    post("/console/unreadable/{id}/seen", "looked"): act(
        "unreadable.seen", "unreadable", "unreadable.seen", ONE, why="seen is seen"
    ),
    post("/console/downtimes/{id}/seen", "take_note"): act(
        "downtime.seen", "downtime", "downtime.seen", ROW, why="seen is seen"
    ),
    # -- talks
    post("/console/here", "says"): act("here.says", "page", why=MEMORY),
    post("/console/chats/{person}/answer", "answer"): act(
        "chat.answer",
        "talk",
        "chat.answer chat.call chat.hand_back push job.silence sender.settle",
        PERSON,
        "Answered",
        "who comes second reads who was first, and may send all the same (D12)",
    ),
    post("/console/chats/{person}/call", "call"): act(
        "chat.call",
        "promise",
        "chat.answer chat.call chat.hand_back push job.promises sender.settle",
        PERSON,
        why="a call that took place stays written down, whoever called too",
    ),
    post("/console/chats/{person}/phone", "phone"): act("chat.phone", "person", why=READS),
    post("/console/chats/{person}/hand-back", "hand_back"): act(
        "chat.hand_back", "talk", "chat.answer chat.call chat.hand_back push", PERSON, "Invalid"
    ),
    post("/console/outgoing/{row}/take-back", "take_back"): act(
        "outgoing.take_back", "message", "outgoing.take_back outgoing.send_kept sender.claim", PERSON, "TooLate"
    ),
    post("/console/reach/{row}/sms", "ask_back"): act(
        "reach.ask_back", "hand", guard=PERSON, why="a unique key: one SMS for a call, whoever pressed"
    ),
    post("/console/reach/{row}", "settle"): act(
        "reach.settle",
        "hand",
        guard=PERSON,
        why="the row is read again under the lock: who comes second is told that it is done, by whom",
    ),
    **{
        post("/console/reach/{way}", way): act(
            f"reach.{way}", "setting", why="the home is held; said again it says the same"
        )
        for way in ("cut", "again")
    },
    post("/console/templates", "bind"): act(
        "template.bind", "template", why="the home is held; the newest binding is the one that counts"
    ),
    post("/console/outgoing/{row}/send", "send_kept"): act(
        "outgoing.send_kept", "message", "outgoing.send_kept outgoing.take_back job.parked push", PERSON, "Conflict"
    ),
    # -- complaints
    post("/console/complaints/{complaint}/{act}", "answer"): act(
        "case.answer", "talk", why="the act chat.answer on another page"
    ),
    post("/console/complaints/{complaint}/{act}", "call"): act(
        "case.call", "promise", why="the act chat.call on another page"
    ),
    post("/console/complaints/{complaint}/{act}", "note"): act("case.note", "case", why=READS),
    post("/console/night/{complaint}", "see"): act("case.night", "case", "case.night", PERSON, "Decided"),
    post("/console/complaints/{complaint}/take", "take"): act("case.take", "case", why=READS),
    post("/console/complaints/from/{person}", "take_down"): act(
        "case.take_down",
        "case",
        guard=PERSON,
        why="what two take down of one person becomes one case, whose person is locked",
    ),
    post("/console/complaints/{complaint}/evidence", "add"): act(
        "case.evidence", "case", "step.learn", PERSON, "Conflict"
    ),
    _on_complaint("assess"): act(
        "step.assess", "case", "step.assess step.inquire step.interim accused.decide push", PERSON, "Decided"
    ),
    _on_complaint("correct"): act("step.correct", "case", "step.correct", PERSON, "Changed"),
    _on_complaint("inquire"): act(
        "step.inquire", "case", "step.assess step.inquire step.plan step.interim", PERSON, "Decided"
    ),
    _on_complaint("plan"): act(
        "step.plan", "case", "step.inquire step.plan step.interim step.decide", PERSON, "Decided"
    ),
    _on_complaint("decide"): act(
        "step.decide", "paper", "step.plan step.decide step.interim push job.promises", PERSON, "Decided"
    ),
    _on_complaint("tell"): act("step.tell", "case", "step.tell sender.claim sender.settle", PERSON, "Decided"),
    _on_complaint("hear"): act("step.hear", "case", "step.hear effect.TakeVerdict", PERSON, "Decided"),
    _on_complaint("learn"): act("step.learn", "case", "step.learn case.evidence push", PERSON, "Decided"),
    _on_complaint("interim"): act(
        "step.interim", "paper", "step.assess step.inquire step.plan step.decide step.interim", PERSON, "Invalid"
    ),
    post("/console/accused/{id}", "decide_named"): act(
        "accused.decide", "accused", "accused.decide step.assess push", PERSON, "Decided"
    ),
    # -- greetings and reminders
    post("/console/days/{plan}/{verdict}", "held"): act(
        "day.held",
        "plan",
        "day.held day.cancelled day.planned job.greetings sender.claim",
        PERSON,
        "TooLate",
        why="a hold that stands is held again: the newest name stands in the row",
    ),
    post("/console/days/{plan}/{verdict}", "cancelled"): act(
        "day.cancelled", "plan", "day.held day.cancelled day.planned job.greetings", PERSON, "Decided"
    ),
    post("/console/days/{plan}/{verdict}", "planned"): act(
        "day.planned", "plan", "day.held day.cancelled day.planned job.greetings", PERSON, "TooLate"
    ),
    # -- residents and relatives
    post("/console/residents/{resident}/sheet", "sheet"): act(
        "resident.sheet", "invitation", why="each sheet is a code of its own"
    ),
    post("/console/residents/{resident}/status", "status"): act(
        "resident.status",
        "resident",
        "resident.status resident.hush resident.visit letter.write job.letters job.greetings sender.claim survey.begin",
        PERSON,
        "Invalid",
    ),
    post("/console/residents/{resident}/hush", "hush"): act(
        "resident.hush",
        "resident",
        "resident.hush resident.status application.confirm job.letters job.greetings sender.claim",
        PERSON,
        "Changed",
        "silence may always be set; lifted is only what stood there",
    ),
    post("/console/residents/{resident}/visit", "visit"): act(
        "resident.visit", "visit", "resident.visit resident.status", UNIQUE, "Conflict"
    ),
    post("/console/applications/{application}/{verdict}", "confirm"): act(
        "application.confirm",
        "application",
        "application.confirm application.refuse resident.hush job.letters effect.AskToBind push sender.claim",
        PERSON,
        "Decided",
    ),
    post("/console/applications/{application}/{verdict}", "refuse"): act(
        "application.refuse", "application", "application.confirm application.refuse", PERSON, "Decided"
    ),
    # -- letters
    post("/console/letters/{resident}/readers", "readers"): act("letter.readers", "letter", why=READS),
    post("/console/letters/{resident}", "write"): act(
        "letter.write",
        "letter",
        "letter.write letter.call letter.withdraw letter.drop job.letters resident.status",
        ROW,
        "Changed",
    ),
    post("/console/letters/{letter}/{act}", "call"): act(
        "letter.call", "letter", "letter.write letter.call letter.withdraw", ROW, "Decided"
    ),
    post("/console/letters/{letter}/{act}", "withdraw"): act(
        "letter.withdraw",
        "letter",
        "letter.write letter.call letter.withdraw job.letters page.letter page.react sender.claim",
        FAMILY,
        "Decided",
    ),
    post("/console/letters/{letter}/{photo}/drop", "drop"): act(
        "letter.drop", "photo", "letter.write letter.drop page.letter", ROW, "NotFound"
    ),
    # -- knowledge
    post("/console/knowledge/new", "save"): act(
        "knowledge.new", "entry", "knowledge.new", UNIQUE, why="each is an entry of its own"
    ),
    post("/console/knowledge/blanks", "fill"): act("knowledge.blanks", "blank", "knowledge.blanks", ROW, "Changed"),
    post("/console/knowledge/try", "attempt"): act("knowledge.try", "entry", why=READS),
    post("/console/knowledge/{key}", "save"): act(
        "knowledge.save", "entry", "knowledge.save knowledge.switch knowledge.restore", ROW, "Conflict"
    ),
    post("/console/knowledge/{key}/switch", "switch"): act(
        "knowledge.switch",
        "entry",
        "knowledge.save knowledge.switch knowledge.restore",
        ROW,
        why="said or not said: one field, each tap says which",
    ),
    post("/console/knowledge/{key}/restore", "restore"): act(
        "knowledge.restore",
        "entry",
        "knowledge.save knowledge.switch knowledge.restore",
        ROW,
        "NotFound",
    ),
    post("/console/knowledge/teach", "teach"): act(
        "knowledge.teach",
        "taught",
        "knowledge.teach",
        UNIQUE,
        why="each is a lesson of its own; of a message the last one counts",
    ),
    post("/console/knowledge/lessons/{lesson}/undo", "undo"): act(
        "knowledge.unteach", "taught", "knowledge.unteach", ROW, "NotFound"
    ),
    # -- questionnaires
    post("/console/surveys/begin", "begin"): act(
        "survey.begin", "campaign", "survey.begin resident.status", UNIQUE, "Conflict"
    ),
    post("/console/surveys/{campaign}/end", "end"): act(
        "survey.end", "campaign", "survey.end page.survey effect.KeepSurvey", ROW, "Decided"
    ),
    # -- after a restore
    post("/console/restore/{epoch}", "confirm"): act(
        "restore.confirm", "epoch", "restore.confirm sender.claim", ONE, "Conflict"
    ),
}
