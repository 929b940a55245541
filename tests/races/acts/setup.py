"""The acts of the first start, and of going live."""

from typing import Final

from tests.races.acts.act import Act, Key, act, post

HELD: Final = "the row of the home is held before the form is compared: a stale one is refused"
PLATFORM: Final = "the platform's menu has no revision: who presses last has it, and ours is always the same"
ACTS: Final[dict[Key, Act]] = {
    post("/console/start", "claim"): act(
        "home.claim", "home", why="the row of the home is held: a second director finds nothing there"
    ),
    post("/console/setup/home", "home"): act("setup.home", "home", why=HELD),
    post("/console/setup/beds", "lay_out"): act(
        "setup.beds", "house", why="what is there stays: a unique key, whoever laid it out"
    ),
    post("/console/setup/account", "keys"): act("setup.account", "home", why=HELD),
    post("/console/setup/domain", "domain"): act("setup.domain", "home", why=HELD),
    post("/console/setup/menu/push", "push"): act("setup.push", "home", why=PLATFORM),
    post("/console/setup/menu/undo", "undo"): act("setup.undo", "home", why=PLATFORM),
    post("/console/settings/clocks", "set_clocks"): act("settings.clocks", "home", why=HELD),
    post("/console/settings/letters", "set_letter_hour"): act("settings.letters", "home", why=HELD),
    post("/console/settings/departments", "set_departments"): act("settings.departments", "home", why=HELD),
    post("/console/settings/categories", "set_categories"): act("settings.categories", "home", why=HELD),
    post("/console/settings/greetings", "set_festivals"): act("settings.greetings", "home", why=HELD),
    post("/console/costs", "set_costs"): act("settings.costs", "home", why=HELD),
    post("/console/settings/phrases/{key}", "write"): act("phrase.write", "phrase", why=HELD),
    post("/console/settings/phrases/{key}/reset", "reset"): act("phrase.reset", "phrase", why=HELD),
    post("/console/settings/phrases/{key}/look", "look"): act("phrase.look", "phrase", why="it keeps nothing"),
    post("/console/settings/canned", "write"): act("canned.write", "canned", why=HELD),
    post("/console/settings/canned/move", "move"): act(
        "canned.move", "canned", why="the home is held and the list is read as it stands: each press is one place"
    ),
    post("/console/settings/canned/remove", "remove"): act("canned.remove", "canned", why=HELD),
    ("GET /console/setup/check/findings", "findings"): act(
        "setup.looked", "home", why="the newest look is the one that counts"
    ),
    post("/console/launch", "switch"): act("launch.switch", "home", why=HELD),
    ("job", "house"): act("job.house", "home", why="it reads"),
}
