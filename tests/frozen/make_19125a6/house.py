"""The house moves in: what it knows, its codes; and at the end its audit, its stop list, its index."""

# mypy: ignore-errors
# (The types hold on 19125a6; what is imported here moves in later commits.)

from datetime import date, timedelta

from sqlalchemy import select

from services import binding, install, knowledge, ledger, pulse, search, stoplist
from storage import tables
from storage.types import new_id
from storage.unit import Unit

from .facts import COLLEAGUES, ENDS, MACHINE, SCENE, ZONE
from .play import Play


async def moves_in(play: Play) -> None:
    """20 September: the house, its colleagues, residents and families; what it knows."""
    home, now = play.ids.home_id, play.clock
    play.staff_of = {
        login: await play.staff(role, name, login, floors) for login, (name, role, floors) in COLLEAGUES.items()
    }
    await play.do(lambda db: install.sample(db, play.ids, SCENE, now()))

    def by_hand(db: Unit) -> None:
        """What no door writes: the secrets of a second account, somebody abroad, a colleague who left."""
        account = tables.WechatAccount(
            id=new_id(), home_id=home, key="second", app_id="wxfedcba9876543210", created_at=now()
        )
        for name, value in (
            ("app_secret", "frozen-secret"),
            ("token", "frozentoken"),
            ("aes_key", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"),
        ):
            db.seal(account, name, value)
        db.add(account)
        follower = db.scalars(select(tables.Follower).where(tables.Follower.openid == "abroad")).one()
        db.lock_persons(follower.person_id)
        db.get_one(tables.Person, follower.person_id).timezone = "America/Los_Angeles"
        db.get_one(tables.Staff, play.staff_of["fang"].id).left_at = now()

    await play.do(by_hand)
    chen = play.staff_of["chen"]
    for name, value, until in (
        ("探视时间", "9:00 到 11:00", None),
        ("床位费", "1,800–3,200 元", date(2026, 12, 31)),
        ("餐费", "900 元", date(2026, 10, 1)),
    ):
        await play.do(
            lambda db, n=name, v=value, u=until: knowledge.fill(db, chen, n, v, u, now())  # type: ignore[misc]
        )

    def own(db: Unit) -> None:
        knowledge.save_entry(
            db,
            chen,
            "",
            question="院里有图书室吗？",
            answer="有，在{图书室}，{探视时间}开。",
            asked="有图书室吗\n能借书吗",
            revision=0,
            now=now(),
        )
        knowledge.save_entry(
            db, chen, "", question="能带猫吗？", answer="不能，请谅解。", asked="能带猫吗", revision=0, now=now()
        )

    await play.do(own)
    await play.do(lambda db: knowledge.switch(db, chen, "faq-02", enabled=False, now=now()))
    await play.do(lambda db: knowledge.learn(db, chen, "faq-03", "护理分几档", now()))
    await play.do(lambda db: knowledge.restore(db, chen, "own-2", now()))
    await learns(play)
    play.codes = {}
    await invites(play, "expired", "301")
    await play.database.store(lambda store: pulse.woke(store, home, MACHINE))
    await play.jobs(plans=True)


async def learns(play: Play) -> None:
    """The process learns what the house knows."""
    day = play.clock().astimezone(ZONE).date()
    shelf = await play.database.read(lambda db: knowledge.shelf(db, play.ids.home_id, play.settings.home, day))
    play.inbound.knowledge = shelf.snapshot


async def invites(play: Play, name: str, room: str) -> None:
    """A binding sheet is printed; its code is kept under a name."""
    resident = await play.resident(room)
    code, _ = await play.do(lambda db: binding.invite(db, play.staff_of["chen"], resident, play.clock()))
    play.codes[name] = code


async def finish(play: Play) -> None:
    """The chain of the audit with a tail that is not linked yet; the stop list, the head outside, and a push that waits
    in the spool.
    """
    play.clock.now = ENDS - timedelta(minutes=1)
    while await play.database.store(lambda store: ledger.link(store, play.clock())):
        pass
    head = await play.database.store(lambda store: ledger.head(store, play.clock()))
    assert head is not None
    ledger.write_head(play.settings.audit_head, head)
    stops = await play.database.store(stoplist.entries)
    stoplist.keep(play.settings.stop_list, play.database.sealer, stops)
    await play.says("grandma", "我胸口闷")
    await play.database.store(lambda store: pulse.beat(store, play.ids.home_id, MACHINE + timedelta(hours=5)))


async def index(play: Play) -> None:
    """Everything so far is in the index of search, and nothing that comes later: it is large and cannot be packed."""
    while portion := await play.database.read(lambda db: search.next_portion(db, MACHINE + timedelta(days=1))):
        await play.database.store(lambda store, found=portion: search.put(store, found))  # type: ignore[misc]
