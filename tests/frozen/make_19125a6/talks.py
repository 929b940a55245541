"""Talks: every kind of message, those that end by themselves, and one in every state of every flow."""

# mypy: ignore-errors
# (The types hold on 19125a6; what is imported here moves in later commits.)

from dataclasses import replace

from conversations.effects import TryCode
from conversations.engine import Snapshot, Turn
from services import desk, media, outbox, talks
from storage.store import Store

from .facts import AMR, JPEG
from .play import Play


async def silent(play: Play) -> None:
    """Talks in which nobody speaks any more end by themselves; some of what they say leaves, some waits."""
    play.until("2026-11-12 09:00")
    await play.says("silent-story", "我妈的床单没换，我要投诉")
    await play.says("silent-binding", "绑定")
    await play.push("silent-menu", "CLICK", EventKey="COMPLAINT")
    await play.says("silent-choice", "费用和探视怎么算")
    play.until("2026-11-12 09:20")
    await play.jobs()
    await play.leaves()
    play.until("2026-11-12 11:00")
    await play.jobs()
    await play.leaves()


async def kinds_of_message(play: Play) -> None:
    """Each kind of push once, files fetched, lost and still wanted, an answer that left late, a message that could not
    be read.
    """
    await play.push("guest", "subscribe", EventKey="qrscene_door")
    await play.push("guest", "SCAN", EventKey="door")
    await play.push("guest", "VIEW", EventKey="https://jiashu.example/p/letters")
    await play.push("guest", "TEMPLATESENDJOBFINISH", MsgID=77, Status="success")
    await play.push("guest", "image", MediaId="frozen-image", PicUrl="https://jiashu.example/i")
    await play.push(
        "guest",
        "voice",
        MediaId="frozen-voice",
        Format="amr",
        MediaId16K="frozen-voice-16k",
        Recognition="你们几点开饭",
    )
    await play.push("guest", "video", MediaId="frozen-video", ThumbMediaId="frozen-thumb")
    await play.push("guest", "location", Location_X="30.27", Location_Y="120.15", Scale=15, Label="院门口")
    await play.push("guest", "link", Title="一篇文章", Description="说什么的", Url="https://jiashu.example/a")
    await play.push("guest", "file", Title="表格.xlsx")
    await play.push("guest", "CLICK", EventKey="HUMAN")
    await play.push("leaver", "subscribe")
    await play.push("leaver", "unsubscribe")
    files = await play.database.store(lambda store: media.wanted(store, play.clock()))
    for want in files:
        if want.media_id == "frozen-video":
            await play.database.store(
                lambda store, w=want: media.missed(store, w, play.clock(), gone=True)  # type: ignore[misc]
            )
            continue
        data = JPEG if want.media_id == "frozen-image" else AMR
        media.write_file(play.settings.media.path, play.database.sealer, want.id, data)
        await play.database.store(lambda store, w=want, d=data: media.kept(store, w, d))  # type: ignore[misc]
    await play.push("guest", "image", MediaId="frozen-wanted", PicUrl="")
    await play.says("slow", "隔壁床的事想问问", "还有一件事")
    rows = [
        row[0]
        for row in await play.rows("SELECT id FROM inbox WHERE person_id = ? ORDER BY id", await play.person("slow"))
    ]
    await play.database.store(lambda store: outbox.answer_late(store, rows[:1], play.clock()))

    def broken(*_: object) -> None:
        message = "an executor that fails"
        raise RuntimeError(message)

    whole, play.house = play.house, replace(play.house, executors={TryCode: broken})
    await play.says("unread", "绑定", "ABCD2345")
    play.house = whole
    person = await play.person("guest")
    await play.do(lambda db: desk.answer(db, play.staff_of["chen"], person, "看到了，稍等。", "guest-1", play.clock()))
    row = await play.do(
        lambda db: desk.answer(db, play.staff_of["chen"], person, "这句写错了。", "guest-2", play.clock())
    )
    assert row is not None
    await play.do(lambda db: desk.take_back(db, play.staff_of["chen"], row, play.clock()))
    await play.leaves()
    await play.do(lambda db: desk.hand_back(db, play.staff_of["chen"], person, play.clock()))
    relative = await play.person("daughter")
    await play.do(lambda db: desk.show_phone(db, play.staff_of["tang"], relative, "回电话", play.clock()))
    await play.database.store(
        lambda store: desk.opened(store, play.staff_of["tang"], f"person:{relative}", play.clock())
    )


async def talk_on(play: Play) -> None:
    """The last twenty minutes: a running talk in every state of every flow."""
    play.until("2026-11-22 15:45")
    await play.says("talk-binding-code", "绑定")
    await play.says("talk-binding-again", "绑定", "WXYZ2345")
    await play.says("talk-binding-relation", f"绑定 {play.codes['relation']}")
    await play.says("talk-binding-name", "绑定", play.codes["name"], "孙女")
    await play.push("talk-complaint-empty", "CLICK", EventKey="COMPLAINT")
    await play.says("talk-complaint-story", "我妈昨晚按铃没人来，我要投诉", "等了半个小时")
    answers = ("好了", "306 的王奶奶", "昨晚八点左右", "刘敏")
    for count, state in enumerate(("about", "when", "name", "call"), 1):
        await play.says(f"talk-complaint-{state}", "饭菜太凉了，我要投诉", *answers[:count])
    await play.says("daughter", "饭菜太凉了，我要投诉")
    await play.says("talk-enquiry-which", "费用和探视怎么算")
    await play.says("talk-enquiry-this", "要等多久")
    for n in range(5):
        await play.says(f"survey{n}", "谢谢", "问卷")
    await play.says("survey1", "5", "不清楚")
    count = len(str(await play.one("SELECT items FROM campaign ORDER BY id DESC")).split())
    await play.says("survey2", *("5", "4", "3", "2", "1", "不清楚", "满意")[:count])
    await play.says("survey3", "4", "稍后")
    await play.says("talk-verdict-declined", "2")
    await play.says("talk-verdict-again", "没好")
    for openid in ("talk-attended", "talk-engaged"):
        await play.says(openid, "请问能带电热毯吗")
        person = await play.person(openid)
        await play.do(
            lambda db, p=person, o=openid: desk.answer(db, play.staff_of["chen"], p, "可以，我在。", o, play.clock())
        )  # type: ignore[misc]
    await play.says("talk-engaged", "绑定")
    person = await play.person("overdue")
    await play.do(
        lambda db: desk.answer(db, play.staff_of["chen"], person, "让您久等了，我去问。", "overdue", play.clock())
    )
    await play.says("mourner", "隔壁床的事想问问")
    for flow in ("desk", "letters"):
        await play.says(f"talk-{flow}", "谢谢")
        await waits_in(play, f"talk-{flow}", flow, "once")


async def waits_in(play: Play, openid: str, flow: str, state: str) -> None:
    """A state in which nobody waits in 19125a6, as `talks.keep` would write it."""
    person, now = await play.person(openid), play.clock()

    def work(store: Store) -> None:
        store.lock_persons(person)
        found = talks.of_person(store, person)
        assert found is not None
        declared = play.house.registry.flows[flow]
        snapshot = Snapshot(flow, declared.version, 1, state, b"{}")
        talks.keep(store, found[1], Turn(snapshot, ended=False, effects=(), idle=declared.idle), now)

    await play.database.store(work)
