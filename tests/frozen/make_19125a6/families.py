"""Relatives: requests to be bound; letters written, held, read and withdrawn; where residents are."""

# mypy: ignore-errors
# (The types hold on 19125a6; what is imported here moves in later commits.)

from datetime import UTC, date, datetime

from sqlalchemy import select

from services import binding, letters, media, occasions, residents
from services.access import Viewer
from storage import tables
from storage.types import new_id
from storage.unit import Unit

from .facts import JPEG
from .house import invites
from .play import Play


async def bindings(play: Play) -> None:
    """Requests to be bound: confirmed twice, refused, and one that waits."""
    now, chen = play.clock, play.staff_of["chen"]
    for name, room in (
        ("confirmed", "303"),
        ("plain", "303"),
        ("refused", "305"),
        ("pending", "307"),
        ("relation", "201"),
        ("name", "202"),
        ("spare", "305"),
    ):
        await invites(play, name, room)
    for name in ("confirmed", "plain", "refused", "pending"):
        await play.says(f"b-{name}", "绑定", play.codes[name], "女儿", "彭慧" if name == "confirmed" else "彭敏")
    waits = [row[0] for row in await play.rows("SELECT id FROM application ORDER BY id")]
    await play.do(
        lambda db: binding.confirm(db, play.house, chen, waits[0], scopes={"daily", "health"}, way="paper", now=now())
    )
    await play.do(lambda db: binding.confirm(db, play.house, chen, waits[1], scopes={"daily"}, way="none", now=now()))
    await play.do(lambda db: binding.refuse(db, play.house, chen, waits[2], "身份证上的名字对不上", now()))
    await play.leaves()

    def by_hand(db: Unit) -> None:
        """No door writes that a consent was taken back."""
        consent = db.scalars(select(tables.Consent).where(tables.Consent.way == "none")).one()
        db.lock_persons(consent.person_id)
        consent.withdrawn_at = now()

    await play.do(by_hand)


async def letters_of(play: Play, day: str) -> dict[str, int]:
    """The letters of a day as the carer writes them."""
    play.until(f"{day} 10:00")
    zhou, made = play.staff_of["zhou"], dict[str, int]()
    written: tuple[tuple[str, str, str, str], ...] = (
        ("306", "上午折了六朵纸花。", "夜里起来两次", ""),
        ("301", "和老伴下了两盘棋。", "", ""),
        ("302", "在窗边晒太阳。", "", "36.5"),
        ("303", "唱了三首歌。", "", ""),
        ("305", "喝了半碗粥。", "胃口一般", "38.6"),
        ("307", "下午做了操。", "", ""),
        ("308", "看了一会儿电视。", "", ""),
    )
    for room, sentence, note, temperature in written:
        resident = await play.resident(room)
        if await play.one("SELECT status FROM resident WHERE id = ?", resident) != "在住":
            continue
        photos = [letters.Photo(new_id(), letters.take(JPEG), len(JPEG)) for _ in range(2 if room == "306" else 0)]
        for photo in photos:
            media.write_file(
                play.settings.media.path, play.database.sealer, photo.id, JPEG + photo.id.to_bytes(8, "big")
            )
        row = await play.do(
            lambda db, r=resident, s=sentence, n=note, t=temperature, p=photos: letters.write(  # type: ignore[misc]
                db,
                zhou,
                r,
                date.fromisoformat(day),
                ticked={"meals": {"大半"}, "mood": {"开心"}, "body": {"平稳"}, "doing": {"散步", "聊天"}},
                sentence=f"{day[-2:]} 日{s}",
                note=n,
                temperature=t,
                taps=7,
                now=play.clock(),
                photos=p,
            )
        )
        made[room] = int(row.id)
    return made


async def letter_days(play: Play) -> None:
    """Letters written, held, let go, released, read, corrected, withdrawn; where residents are."""
    now, zhou, tang, shen = play.clock, play.staff_of["zhou"], play.staff_of["tang"], play.staff_of["shen"]
    await play.complains("lawyer", "我爸的饭总是凉的，我要投诉，不行就找律师", fully=False)
    made = await letters_of(play, "2026-11-20")
    photo = int(await play.one("SELECT id FROM letter_photo ORDER BY id DESC"))
    await play.do(lambda db: letters.drop_photo(db, zhou, made["306"], photo, now()))
    await play.do(lambda db: letters.let_go(db, tang, made["305"], "和女儿说了，已经退烧", now()))
    sick = await play.resident("307")
    await play.do(lambda db: residents.set_status(db, tang, sick, "住院", "", now()))
    for openid in ("daughter", "niece", "visitor"):
        await play.says(openid, "谢谢")
    play.until("2026-11-20 17:30")
    await play.jobs()
    await play.leaves()
    for openid, word in (("daughter", "收到"), ("niece", "有疑问")):
        await react(play, openid, made["306"], word)
    await react(play, "visitor", made["303"], "请来电")
    await react(play, "survey5", made["308"], "谢谢")
    await play.do(lambda db: letters.withdraw(db, zhou, made["302"], now()))
    resident = await play.resident("306")
    await play.do(
        lambda db: letters.write(
            db,
            zhou,
            resident,
            date(2026, 11, 20),
            ticked={"meals": {"全部"}},
            sentence="上午折了七朵纸花。",
            note="",
            temperature="",
            taps=3,
            now=now(),
        )
    )
    for room, status in (("201", "病危"), ("202", "请假"), ("301", "在住")):
        await set_status(play, room, status, shen)
    await set_status(play, "302", "去世", shen, "苏正清")
    await set_status(play, "305", "退住", shen)
    hushed = await play.resident("303")
    for on in (True, False, True):
        await play.do(lambda db, o=on: residents.hush(db, tang, hushed, on=o, now=now()))  # type: ignore[misc]
    visited = await play.resident("306")
    person = await play.person("daughter")
    for at in (datetime(2026, 11, 22, 6, 0, tzinfo=UTC), datetime(2026, 11, 25, 6, 0, tzinfo=UTC)):
        await play.do(
            lambda db, a=at: occasions.book_visit(db, play.house, play.staff_of["chen"], visited, person, a, now())
        )  # type: ignore[misc]

    def by_hand(db: Unit) -> None:
        """No door writes that a visit was called off."""
        visit = db.scalars(select(tables.Visit).order_by(tables.Visit.id)).first()
        assert visit is not None
        db.lock_persons(visit.person_id)
        visit.cancelled_at = now()

    await play.do(by_hand)


async def set_status(play: Play, room: str, status: str, who: Viewer, name: str = "") -> None:
    """Where a resident is."""
    resident = await play.resident(room)
    await play.do(lambda db: residents.set_status(db, who, resident, status, name, play.clock()))


async def react(play: Play, openid: str, letter: int, word: str) -> None:
    """A relative opens a letter and says one of the four words; two of them enter the talk."""
    page = await play.do(lambda db: letters.react(db, letters.who_reads(db, openid), letter, word, play.clock()))
    if word in letters.ASKS:
        words = f"［{page.elder} {page.day.month}月{page.day.day}日的家书］{word}"
        await play.inbound.note(openid, words, f"p:letter:{letter}:{word}:{openid}")
