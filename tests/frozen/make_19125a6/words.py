"""What the sample must hold: the next words of each talk, purposes and states of the outbox, every stored word."""

# mypy: ignore-errors
# (The types hold on 19125a6; what is imported here moves in later commits.)

from typing import Final

NEXT: Final[dict[str, tuple[str, ...]]] = {
    "talk-binding-code": ("{spare}", "返回"),
    "talk-binding-again": ("ABCD-2345", "绑定 ABCE2345"),
    "talk-binding-relation": ("大女儿", "返回", "小女儿"),
    "talk-binding-name": ("陈秋月。",),
    "talk-complaint-empty": ("我妈的毛衣少了两件", "好了"),
    "talk-complaint-story": ("护士的态度也不好", "好了", "返回"),
    "talk-complaint-about": ("跳过", "返回", "203 的周爷爷"),
    "talk-complaint-when": ("前天晚上", "人工"),
    "talk-complaint-name": ("返回", "不清楚", "不想说"),
    "talk-complaint-call": ("13900003333",),
    "daughter": ("昨晚也是这样", "好了"),
    "talk-desk": ("车能停在院里吗",),
    "talk-letters": ("车能停在院里吗",),
    "talk-enquiry-which": ("第二个",),
    "talk-enquiry-this": ("都不是",),
    "survey0": ("5", "不清楚"),
    "survey1": ("满意", "稍后"),
    "survey2": ("早饭再热一点",),
    "survey3": ("3 分", "取消"),
    "survey4": ("饭菜太凉了，我要投诉",),
    "talk-verdict-declined": ("还是没有人道歉", "好了"),
    "talk-verdict-again": ("夜里还是没人应铃", "取消"),
    "talk-attended": ("谢谢",),
    "talk-engaged": ("那明天呢",),
    "c-asked": ("没好", "楼上还是吵", "好了"),
    "c-follow": ("1",),
    "c-opinion": ("1",),
    "c-told": ("3",),
    "mourner": ("家书",),
}
"""What each person says next, and after it."""
QUEUES: Final = {
    "answer": "conversation",
    "interim": "conversation",
    "result": "conversation",
    "binding": "conversation",
    "silence": "conversation",
    "late_answer": "conversation",
    "alarm": "alarm",
    "spoken": "spoken",
    "survey": "notice",
    "letter": "notice",
    "greeting": "notice",
    "reminder": "notice",
    "follow_up": "notice",
    "late": "notice",
}
"""The purposes that are queued, with their queues; `call` is a line of the thread and always sent."""
KEYS: Final = {
    "answer": "form:{staff}:frozen-{n}:1",
    "interim": "proposal:{n}:interim:1",
    "result": "proposal:{n}:result:1",
    "binding": "application:{n}:verdict:1",
    "silence": "conversation:{n}:silence:3",
    "late_answer": "inbox:{n}:answer:1",
    "alarm": "alarm:{n}:still:1",
    "spoken": "alarm:{n}:still:1:spoken",
    "survey": "campaign:{n}:{person}:1",
    "letter": "letter:{n}:{person}:1795248000",
    "greeting": "plan:{n}:greeting:1",
    "reminder": "plan:{n}:greeting:1",
    "follow_up": "case:{n}:follow_up:1795248000-3",
    "late": "promise:{n}:late:1",
}
BY_STAFF: Final = frozenset({"answer", "interim", "result"})
STATES: Final = (
    "planned",
    "held",
    "waiting",
    "ready",
    "sending",
    "sent",
    "unknown",
    "parked",
    "review",
    "given_up",
    "cancelled",
)
NEVER: Final = frozenset(
    {("spoken", "unknown"), ("spoken", "review")}
    | {(purpose, "parked") for purpose in ("letter", "greeting", "reminder", "survey", "alarm", "spoken")}
)
"""What 19125a6 cannot write: sound that failed is taken back, and what is true now alone is never parked."""
USED: Final = {
    "promise.kind": "reply first_feedback result approval follow_up binding call opinion",
    "promise.mark": "fresh half near breached",
    "promise.kept_how": "message call decided answer reopened 电话 面谈 书面 confirmed refused",
    "complaint.stage": "1 2 3 4 5 6 7 8 9",
    "complaint.scope": "ours partly not_ours",
    "complaint.level": "1 2 3 4",
    "proposal.kind": "plan interim",
    "proposal.verdict": "approved returned",
    "case_record.kind": "story family step note call feedback result",
    "alarm.audience": "floor lead",
    "alarm.level": "0 1",
    "letter.state": "ready held released withdrawn",
    "letter_reading.reaction": "收到 谢谢 有疑问 请来电",
    "plan.state": "planned held cancelled sent skipped",
    "plan.occasion": "mid-autumn double-ninth spring-festival birthday birthday-soon visit",
    "application.verdict": "confirmed refused",
    "consent.way": "paper none",
    "participation.way": "page chat",
    "resident.status": "在住 请假 住院 病危 退住 去世",
    "stop.kind": "hush death",
    "media.state": "wanted kept lost",
    "media.kind": "image voice video",
    "inbox.answer_state": "none stored outbox",
    "outbox.way": "custom call",
    "follower.binding": "own guest",
    "person.kind": "family elder guest",
    "staff.role": "carer nurse desk supervisor director admin auditor",
    "search_mark.kind": "person heard said record",
    "outbox.queue": "alarm conversation notice spoken",
    "inbox.kind": "text image voice video location link file noted event:subscribe event:unsubscribe event:scan "
    "event:click event:view event:templatesendjobfinish",
    "audit.action": "receive open_case alarm going arrived arrived_before verdict_accepted verdict_declined "
    "verdict_call approve return assess close inquire "
    "interim propose tell add_evidence ask_to_bind begin_epoch confirm_epoch breach reach add_staff release_letters "
    "log_in answer begin_survey bind "
    "book_visit drop_photo edit end_survey fill hand_back hush lift_hush invite let_go log_call refuse_binding "
    "restore set_status show_phone take_back "
    "take_note view withdraw_letter write_letter plan_held plan_cancelled plan_planned",
}
"""Every stored word of a closed kind that 19125a6 can write: the sample has each of them, or it is not made."""
