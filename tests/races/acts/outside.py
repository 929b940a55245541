"""The acts of families, of the platform, of jobs and of the loops that send and fetch."""

from typing import Final

from tests.races.acts.act import AGAIN, ALONE, CLAIMED, FAMILY, MEMORY, ONE, PERSON, READS, UNIQUE, Act, Key, act, post

OUTSIDE: Final[dict[Key, Act]] = {
    # -- pages of the families
    ("GET /p/letters/{letter}", "letter"): act(
        "page.letter", "reading", "page.letter page.react letter.withdraw letter.drop family.remove", UNIQUE, "NotFound"
    ),
    post("/p/letters/{letter}", "react"): act(
        "page.react",
        "reading",
        "page.react page.letter letter.withdraw",
        PERSON,
        "NotFound",
        "one reader's own word: the newest stands",
    ),
    post("/p/notice", "seen_notice"): act(
        "page.notice", "notice", why="one row for each phone and version; the second tap finds it there"
    ),
    post("/p/s/{secret}", "open_words"): act(
        "sms.open", "outbox", guard=PERSON, why="read again under the lock: it opens once, and not what left meanwhile"
    ),
    post("/sms/{secret}", "post"): act(
        "sms.report", "outbox", guard=PERSON, why="a report counts once, and none after the end"
    ),
    post("/p/preferences", "save"): act("page.prefer", "wants", "family.prefer page.prefer", PERSON, "Changed"),
    post("/p/survey", "answer_sheet"): act(
        "page.survey", "sheet", "page.survey effect.KeepSurvey survey.end", UNIQUE, "Answered"
    ),
    # -- the webhook
    post("/wechat", "push"): act(
        "push",
        "talk",
        "push accused.decide alarm.go alarm.arrive alarm.dismiss alarm.mute alarm.undo outgoing.send_kept chat.answer "
        "chat.call chat.hand_back step.assess step.decide step.learn job.silence job.asked job.letters "
        "job.greetings job.alarms job.parked job.debts sender.claim sender.settle application.confirm application.undo",
        PERSON,
        why="a message is never refused",
    ),
    ("webhook", "OpenComplaint"): act(
        "effect.OpenComplaint", "case", "effect.OpenComplaint", ONE, why="each gets the next number of the day"
    ),
    ("webhook", "AddToComplaint"): act("effect.AddToComplaint", "case", why="the act push, whose words go into a case"),
    ("webhook", "NoteOnComplaint"): act(
        "effect.NoteOnComplaint", "case", why="a field that the family alone fills, its messages one after the other"
    ),
    ("webhook", "AskHuman"): act("effect.AskHuman", "promise", why="the act push, whose words wait for a colleague"),
    ("webhook", "Mourn"): act("effect.Mourn", "promise", why="the act push, whose words wait for a colleague's call"),
    ("webhook", "TakeVerdict"): act(
        "effect.TakeVerdict", "case", "step.hear", PERSON, why="the family is answered by what stands"
    ),
    ("webhook", "Withdraw"): act("effect.Withdraw", "case", why="the act push, whose words go into a case"),
    ("webhook", "Beside"): act("effect.Beside", "talk", why=READS),
    ("webhook", "ShowProgress"): act("effect.ShowProgress", "case", why=READS),
    ("webhook", "AskWho"): act("effect.AskWho", "talk", why=READS),
    ("webhook", "TryCode"): act("effect.TryCode", "invitation", why=READS),
    ("webhook", "AskToBind"): act(
        "effect.AskToBind",
        "invitation",
        "effect.AskToBind application.confirm",
        UNIQUE,
        why="who comes second is told in the talk",
    ),
    ("webhook", "ShowLetters"): act("effect.ShowLetters", "letter", why=READS),
    ("webhook", "StartSurvey"): act("effect.StartSurvey", "sheet", why=READS),
    ("webhook", "KeepSurvey"): act(
        "effect.KeepSurvey", "sheet", "page.survey survey.end", UNIQUE, why="who comes second is told in the talk"
    ),
    # -- jobs
    ("job", "silence"): act("job.silence", "talk", "chat.answer push", AGAIN, why="it leaves what somebody changed"),
    ("job", "asked"): act("job.asked", "doubt", "push", AGAIN, why="who answered in time is not gone to once more"),
    ("job", "promises"): act(
        "job.promises", "promise", "chat.call step.decide sender.settle", AGAIN, why="it leaves what is kept"
    ),
    ("job", "letters"): act(
        "job.letters",
        "letter",
        "job.letters letter.write letter.withdraw resident.status resident.hush application.confirm push family.less "
        "family.remove",
        FAMILY,
        why="it leaves what is decided",
    ),
    ("job", "days"): act("job.days", "plan", "job.days", UNIQUE, why="one plan for a person and an occasion"),
    ("job", "greetings"): act(
        "job.greetings",
        "plan",
        "job.greetings day.held day.cancelled day.planned resident.status resident.hush push",
        PERSON,
        why="it leaves what is decided",
    ),
    ("job", "surveys"): act("job.surveys", "campaign", why="one line for a person, by its key, whoever is first"),
    ("job", "survey-rounds"): act(
        "job.survey-rounds", "campaign", why="one line for a person, by its key, whoever is first"
    ),
    ("job", "complaint-ring"): act(
        "job.complaint-ring",
        "case",
        guard=PERSON,
        why="one call goes on at a time, read again under the lock; a round rings each colleague once, which is unique",
    ),
    ("job", "in-charge"): act("job.in-charge", "case", guard=PERSON, why="who comes second finds that she was told"),
    ("job", "cut-off"): act(
        "job.cut-off", "message", guard=AGAIN, why="what waited for us goes once; a row that went is not parked"
    ),
    ("job", "parked"): act("job.parked", "message", "push outgoing.send_kept", AGAIN, why="it leaves what goes"),
    ("job", "ledger"): act("job.ledger", "audit", why=ALONE),
    ("job", "search"): act("job.search", "index", why=ALONE),
    ("job", "runs"): act("job.runs", "job", why=ALONE),
    ("job", "looks"): act("job.looks", "audit", why=ALONE),
    ("job", "head"): act("job.head", "audit", why=READS),
    ("job", "stops"): act("job.stops", "stop list", why=READS),
    ("job", "alarms"): act(
        "job.alarms",
        "alarm",
        "job.alarms alarm.go alarm.arrive push",
        AGAIN,
        why="it leaves an alarm to which somebody goes",
    ),
    ("job", "strip"): act("job.strip", "board", why=MEMORY),
    ("job", "epochs"): act("job.epochs", "board", why=MEMORY),
    ("job", "places"): act("job.places", "board", why=MEMORY),
    ("job", "knowledge"): act("job.knowledge", "board", why=MEMORY),
    ("job", "watches"): act("job.watches", "board", why=MEMORY),
    ("job", "hours"): act("job.hours", "board", why=MEMORY),
    ("job", "staff"): act("job.staff", "names", why=MEMORY),
    ("job", "debts"): act(
        "job.debts", "answer", "job.debts push", AGAIN, why="whoever changes the state of the answer gives it"
    ),
    ("job", "spool"): act("job.spool", "message", why="the act push, whose key is known when the platform tries again"),
    ("job", "watch"): act("job.watch", "board", why=MEMORY),
    ("job", "wake-up"): act("job.wake-up", "pulse", why=ALONE),
    # -- loops
    ("sender", "abandoned"): act(
        "sender.abandoned", "message", "sender.abandoned sender.settle", AGAIN, why="a late outcome changes nothing"
    ),
    ("sender", "claim"): act(
        "sender.claim",
        "message",
        "sender.claim outgoing.take_back letter.withdraw day.held resident.status resident.hush step.tell "
        "restore.confirm push application.confirm",
        CLAIMED,
        why="it takes what is still ready",
    ),
    ("sender", "settle"): act(
        "sender.settle",
        "message",
        "sender.abandoned chat.answer chat.call step.tell job.promises push",
        PERSON,
        why="what the platform said is written down where the row still waits for it",
    ),
    ("fetcher", "wanted"): act(
        "fetcher.wanted", "file", "fetcher.wanted", ONE, why="whoever takes a file has it for a minute"
    ),
    ("fetcher", "kept"): act(
        "fetcher.kept", "file", "fetcher.kept fetcher.missed", PERSON, why="what is here stays here"
    ),
    ("fetcher", "missed"): act(
        "fetcher.missed", "file", "fetcher.kept fetcher.missed", PERSON, why="what is here stays here"
    ),
}
