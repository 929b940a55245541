"""The acts around colleagues, their accounts, stations and the complaint unit."""

from typing import Final

from tests.races.acts.act import ALONE, MEMORY, ROW, Act, Key, act, post

ONE: Final = "/console/staff/{colleague}"
OWN: Final = "her own row is held; once more ends the same"
ACTS: Final[dict[Key, Act]] = {
    post("/console/login/code", "enter_code"): act(
        "code.enter", "staff", why="the row of the colleague is held: of two with one code one is right"
    ),
    post("/console/active", "active"): act("active.says", "session", why=MEMORY),
    post("/console/first/password", "set_password"): act("first.password", "staff", why=OWN),
    post("/console/first/pledge", "give_pledge"): act("first.pledge", "staff", why=OWN),
    post("/console/first/codes", "set_up_codes"): act("first.codes", "staff", why=OWN),
    post("/console/me/prove", "prove"): act("me.prove", "session", why=OWN),
    post("/console/me/password", "password"): act("me.password", "staff", why=OWN),
    post("/console/me/sessions/{session}/end", "end_one"): act("me.end_one", "session", why="ended is ended"),
    post("/console/me/sessions/end", "end_others"): act("me.end_others", "session", why="ended is ended"),
    post("/console/me/codes/begin", "begin_codes"): act("me.codes_begin", "staff", why=MEMORY),
    post("/console/me/codes", "set_codes"): act("me.codes", "staff", why=OWN),
    post("/console/me/codes/recovery", "new_recovery"): act("me.recovery", "staff", why=OWN),
    post("/console/me/codes/off", "codes_off"): act("me.codes_off", "staff", why=OWN),
    post("/console/me/pin", "set_pin"): act("me.pin", "staff", why=OWN),
    post("/console/staff/new", "add"): act(
        "colleague.add", "staff", why="a unique log-in name: who comes second reads that it is taken"
    ),
    post(ONE, "edit"): act("colleague.edit", "staff", "colleague.edit colleague.out", ROW, "Changed"),
    post(ONE + "/out", "put_out"): act(
        "colleague.out",
        "staff",
        "colleague.edit colleague.out",
        ROW,
        why="out is out, whoever pressed first; all directors are held with it, so that one stays",
    ),
    post(ONE + "/back", "take_back"): act("colleague.back", "staff", why="the row is held; back is back"),
    post(ONE + "/password", "reset"): act(
        "colleague.password", "staff", why="the row is held; the newest first password is the one that counts"
    ),
    post(ONE + "/logout", "log_out"): act("colleague.logout", "session", why="ended is ended"),
    post(ONE + "/codes", "reset_codes"): act("colleague.codes", "staff", why="the row is held; gone is gone"),
    post(ONE + "/hand-over", "hand_over"): act(
        "colleague.hand_over",
        "case",
        why="person locked, then read again: the newest owner stands in the row and the case",
    ),
    post("/console/stations", "mark"): act("station.mark", "station", why="each browser is one of its own"),
    post("/console/stations/{station}/end", "end"): act("station.end", "station", why="ended is ended"),
    post("/console/stations/{station}/sees", "sees"): act(
        "station.sees", "station", why="the row is held; said again it says the same"
    ),
    post("/console/station/in", "come"): act(
        "station.come", "session", why="who came last is at the station; the one before is out"
    ),
    post("/console/station/lock", "lock"): act("station.lock", "session", why="locked is locked"),
    post("/console/me/wechat/code", "own_code"): act("me.wechat_code", "staff", why=OWN),
    post("/console/me/wechat/end", "own_end"): act("me.wechat_end", "staff", why="ended is ended"),
    post(ONE + "/wechat/code", "her_code"): act(
        "colleague.wechat_code", "staff", why="the row is held; the newest code is the one that counts"
    ),
    post(ONE + "/wechat/end", "her_end"): act("colleague.wechat_end", "staff", why="ended is ended"),
    ("webhook", "BindColleague"): act(
        "wechat.bind", "staff", why="one statement takes the code; each message asks whether she still works here"
    ),
    ("job", "menus"): act("job.menus", "staff", guard=ALONE, why="a tag that is given twice is the same tag"),
    post("/console/unit", "save"): act("unit.set", "unit", "unit.set", ROW, "Changed"),
}
