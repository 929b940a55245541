"""Moments of relatives who wait to be made sure, and what each side decides."""

from typing import Final

from services.families import binding, disputes, narrowing, preferences, relatives, ties
from services.families.forms import (
    AddRelative,
    ConfirmBinding,
    EditRelative,
    MakePrimary,
    NarrowScope,
    PlaceRelative,
    PreferRelative,
    RefuseBinding,
    RemoveRelative,
    StartDispute,
    WithdrawConsent,
)
from services.outgoing import sending, settling
from services.talks import answering
from storage import tables
from storage.queries import families_ties
from storage.unit import Unit
from tests.conftest import HomeUnderTest
from tests.races.model import Side, Stage, Turn
from tests.races.moments.home import SENT, START, D, Facts, S, in_unit, turn_of
from tests.races.moments.letters import LETTER, evening


async def _applications(home: HomeUnderTest, facts: Facts) -> Facts:
    """Two sons of another resident wait to be made sure."""
    found: Facts = {}
    for nth, openid in enumerate(("son1", "son2")):
        code, _ = await home.database.write(
            lambda db: binding.invite(db, turn_of(home, facts).who(D), facts["room201"], home.clock())
        )
        for words in (f"绑定 {code}", "儿子", "李明" if nth == 0 else "李亮"):
            await home.hears(words, openid)
        found[f"application{nth}"] = await home.one("SELECT max(id) FROM application")
    home.clock.on(minutes=1)
    return found


async def _code(home: HomeUnderTest, facts: Facts) -> Facts:
    """Two hold the same sheet; each has only to say the name."""
    code, _ = await home.database.write(
        lambda db: binding.invite(db, turn_of(home, facts).who(D), facts["room201"], home.clock())
    )
    for openid in ("uncle0", "uncle1"):
        for words in (f"绑定 {code}", "儿子"):
            await home.hears(words, openid)
    home.clock.on(minutes=1)
    return {}


async def _again(home: HomeUnderTest, facts: Facts) -> Facts:
    """The first son, who waits to be made sure, holds a second sheet and has only to say the name."""
    code, _ = await home.database.write(
        lambda db: binding.invite(db, turn_of(home, facts).who(D), facts["room306"], home.clock())
    )
    for words in (f"绑定 {code}", "外甥"):
        await home.hears(words, "son1")
    home.clock.on(minutes=1)
    return {}


async def _registered(home: HomeUnderTest, facts: Facts) -> Facts:
    """The first son is registered; a colleague has answered him, and that is ready to leave."""
    turn = turn_of(home, facts)
    form = AddRelative(name="李明", relation="儿子", phone="13912346021", scopes=("daily",))
    registered = await home.database.write(
        lambda db: relatives.add(db, turn.who(D), facts["room201"], form, home.clock()).id
    )
    guest = await home.person("son1")
    await home.database.write(
        lambda db: answering.answer(db, turn.who(D), guest, "您好，稍等", "r1", home.clock(), None)
    )
    home.clock.on(minutes=1)
    consent = await home.one("SELECT id FROM consent WHERE person_id = ?", registered)
    return {"registered": registered, "guest": guest, "consent": consent}


async def _joined(home: HomeUnderTest, facts: Facts) -> Facts:
    """The first son was confirmed as the registered one, and nothing has been said since."""
    turn = turn_of(home, facts)
    form = ConfirmBinding(person=facts["registered"], proof="card")
    now = home.clock()
    while claims := await home.database.store(lambda store: sending.claim(store, now, now)):
        for claim in claims:
            await home.database.store(lambda store, c=claim: settling.settle(store, c, SENT, now))  # type: ignore[misc]
    home.clock.on(minutes=1)
    await home.database.write(
        lambda db: binding.confirm(db, home.house, turn.who(D), facts["application0"], form, home.clock())
    )
    home.clock.on(minutes=1)
    return {}


APPLICATIONS: Final = Stage("applications", _applications, LETTER)
APPLIED_EVENING: Final = Stage("applications in the evening", evening, APPLICATIONS)
REGISTERED: Final = Stage("a registered son", _registered, APPLICATIONS)
JOINED: Final = Stage("a joined son", _joined, REGISTERED)
AGAIN: Final = Stage("a second sheet", _again, APPLICATIONS)
CODE: Final = Stage("code", _code, START)


def confirms(nth: int | None = None) -> Side:
    return in_unit(
        "application.confirm",
        lambda turn, db: binding.confirm(
            db,
            turn.house,
            turn.who(D),
            turn[f"application{turn.nth if nth is None else nth}"],
            ConfirmBinding(scopes=frozenset({"daily"}), way="paper", proof="card", alone=True),
            turn.now,
        ),
    )


LESS: Final = {"asked_by": "elder", "why": "她说的"}
JOINS: Final = in_unit(
    "application.confirm",
    lambda t, db: (
        binding.confirm(
            db, t.house, t.who(D), t["application0"], ConfirmBinding(person=t["registered"], proof="card"), t.now
        )
        and None
    ),
)


def adds(name: str) -> Side:
    form = AddRelative(name=name, relation="儿子", phone="13912346099", scopes=("daily",))
    return in_unit("family.add", lambda t, db: relatives.add(db, t.who(D), t["room306"], form, t.now) and None)


def _order(turn: Turn, db: Unit) -> str:
    return ties.order_of(families_ties.ties(db, turn["room306"]))


def _of_niece(turn: Turn, db: Unit) -> str:
    tie = next(one for one in families_ties.ties(db, turn["room306"]) if one.person_id == turn["niece"])
    return ties.revision_of(tie, db.get_one(tables.Person, tie.person_id))


def _wants(turn: Turn, db: Unit) -> str:
    return preferences.revision_of(db.get_one(tables.Person, turn["niece"]))


SIDES: Final = (
    in_unit(
        "family.edit",
        lambda t, db: ties.edit(
            db,
            t.who(D),
            t["room306"],
            t["niece"],
            EditRelative(name=f"孙玉{t.nth}", relation="侄女", drawn=t.seen),
            t.now,
        ),
        _of_niece,
    ),
    in_unit(
        "family.prefer",
        lambda t, db: preferences.prefer(
            db, t.who(D), t["room306"], t["niece"], PreferRelative(hour_from=9 + t.nth, drawn=t.seen), t.now
        ),
        _wants,
    ),
    in_unit(
        "page.prefer",
        lambda t, db: (
            preferences.prefer_own(
                db, t["niece"], PreferRelative(declines=frozenset({"news"}), hour_until=20 + t.nth, drawn=t.seen), t.now
            )
            and None
        ),
        _wants,
    ),
    in_unit(
        "family.place",
        lambda t, db: ties.place(
            db, t.who(D), t["room306"], t["niece"], PlaceRelative(position=1, drawn=t.seen), t.now
        ),
        _order,
    ),
    in_unit(
        "family.primary",
        lambda t, db: ties.primary(db, t.who(D), t["room306"], t["niece"], MakePrimary(drawn=t.seen), t.now),
        _order,
    ),
    in_unit(
        "family.less",
        lambda t, db: (
            narrowing.narrow(
                db, t.house, t.who(D), t["room306"], t["daughter"], NarrowScope(scope="daily", **LESS), t.now
            )
            and None
        ),
    ),
    in_unit(
        "family.remove",
        lambda t, db: (
            narrowing.remove(db, t.house, t.who(D), t["room306"], t["daughter"], RemoveRelative(**LESS), t.now) and None
        ),
    ),
    in_unit(
        "family.dispute",
        lambda t, db: disputes.start(db, t.who(S), t["room306"], StartDispute(why=f"争执{t.nth}"), t.now),
    ),
    in_unit(
        "family.withdraw",
        lambda t, db: (
            narrowing.withdraw(db, t.house, t.who(D), t["room201"], t["consent"], WithdrawConsent(**LESS), t.now)
            and None
        ),
    ),
    in_unit("application.undo", lambda t, db: binding.undo(db, t.who(D), t["application0"], t.now)),
    in_unit(
        "application.refuse",
        lambda t, db: binding.refuse(
            db, t.house, t.who(D), t["application0"], RefuseBinding(why=f"不认识{t.nth}"), t.now
        ),
    ),
)
