"""Contract, papers, the list of the first day and what happened since (A5, A6, A12, E6)."""

from datetime import date, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from care.errors import Changed, Decided, Forbidden, Invalid, NotFound
from care.states import Role
from services.access import Viewer
from services.media import files
from services.residents import checklist, contracts, papers, residents
from services.residents.checklist import SignOver, Tick
from services.residents.contracts import AddContract
from services.residents.forms import SetStatus
from services.residents.papers import AddPaper, RemovePaper
from storage import tables
from storage.queries import residents_timeline
from storage.tables.residents import Record
from storage.unit import Unit
from tests.conftest import HomeUnderTest
from tests.services.test_residents_beds import admitted, laid_out

TODAY = date(2026, 11, 22)
PNG, PDF = b"\x89PNG\r\n\x1a\n a face", b"%PDF-1.7 a paper"
AGREED = AddContract(
    content="半护理，双人间",
    fee="4,380 元一个月",
    begins_on=date(2026, 3, 18),
    ends_on=date(2027, 3, 17),
    explained="12 条都讲过",
    explained_by="何志远",
    confirmed_by="李静（女儿）",
)


async def agrees(home: HomeUnderTest, who: Viewer, resident: int, form: AddContract) -> None:
    await home.database.write(lambda db: contracts.add(db, who, resident, form, home.clock()))


async def test_a6_a_form_that_was_drawn_from_something_else_is_told_so_where_there_is_no_contract_yet(
    home: HomeUnderTest,
) -> None:
    director = await laid_out(home)
    her = (await admitted(home, director, "王桂兰", "301")).id
    with pytest.raises(Changed):
        await agrees(home, director, her, replace(AGREED, drawn="an older page"))


async def test_a6_a_contract_says_who_explained_what_to_whom_and_when_it_ends(home: HomeUnderTest) -> None:
    director = await laid_out(home)
    her = (await admitted(home, director, "王桂兰", "301")).id
    await agrees(home, director, her, AGREED)

    async def state(today: date) -> str:
        return (await home.database.read(lambda db: contracts.contracts(db, her, today)))[0].state

    one = (await home.database.read(lambda db: contracts.contracts(db, her, TODAY)))[0]
    assert (one.explained, one.explained_by, one.confirmed_by) == ("12 条都讲过", "何志远", "李静（女儿）")
    assert (one.renew_on, one.days, one.confirmed_on) == (date(2027, 2, 15), 115, TODAY)
    states = [await state(TODAY + timedelta(days=days)) for days in (-300, 0, 90, 200)]
    assert states == ["还没开始", "有效", "该谈续签了", "过期了"]
    assert await home.one("SELECT count(*) FROM resident_event WHERE kind = 'contract'") == 1


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"content": ""}, "请填服务内容"),
        ({"fee": " "}, "请填费用"),
        ({"explained_by": ""}, "请填谁讲的"),
        ({"confirmed_by": ""}, "请填谁听明白了"),
        ({"begins_on": None}, "请选合同从哪天开始"),
        ({"begins_on": date(1926, 1, 1)}, "不像"),
        ({"ends_on": date(2026, 3, 1)}, "到期要在开始以后"),
        ({"renew_on": date(2028, 1, 1)}, "要在合同期里"),
        ({"confirmed_on": date(2027, 1, 1)}, "不能在今天以后"),
    ],
)
async def test_a6_what_a_contract_lacks_is_told(home: HomeUnderTest, changed: dict[str, Any], why: str) -> None:
    director = await laid_out(home)
    her = (await admitted(home, director, "王桂兰", "301")).id
    with pytest.raises(Invalid, match=why):
        await agrees(home, director, her, replace(AGREED, **changed))
    assert await home.one("SELECT count(*) FROM resident_contract") == 0


async def test_a6_two_who_write_a_contract_do_not_write_two_unseen(home: HomeUnderTest) -> None:
    director = await laid_out(home)
    her = (await admitted(home, director, "王桂兰", "301")).id
    before = await home.database.read(lambda db: contracts.revision_of(db, her))
    await agrees(home, director, her, AGREED)
    with pytest.raises(Changed, match="沈国平刚刚登记了一份合同"):
        await agrees(home, director, her, replace(AGREED, drawn=before))
    nurse = await home.staff(Role.NURSE, "唐雨", "tang")
    with pytest.raises(NotFound):
        await agrees(home, nurse, her, AGREED)


async def test_a1_a_paper_says_what_it_is_for_and_is_destroyed_with_a_reason(home: HomeUnderTest) -> None:
    director = await laid_out(home)
    her = (await admitted(home, director, "王桂兰", "301")).id
    carer = await home.staff(Role.CARER, "周敏", "zhou", "3")

    async def adds(data: bytes, who: Viewer = director, **form: Any) -> int:
        file = papers.take(data)
        await home.database.write(lambda db: papers.add(db, who, her, file, AddPaper(**form), home.clock()))
        return file.id

    face = await adds(PNG, kind="photo")
    report = await adds(PDF, kind="report", expires_on=date(2027, 1, 1))
    shown = await home.database.read(lambda db: papers.papers(db, her, TODAY))
    assert [(one.title, one.purpose, one.late) for one in shown] == [
        ("体检或病历", "健康档案", False),
        ("照片", "认人用", False),
    ]
    assert (await home.database.read(lambda db: papers.papers(db, her, date(2027, 2, 1))))[0].late
    assert await home.database.read(lambda db: db.query(Record).one().photo_id) == face
    assert (await home.database.read(lambda db: papers.find(db, carer, her, face))).mime == "image/png"
    with pytest.raises(NotFound):
        await home.database.read(lambda db: papers.find(db, carer, her, report))
    for data, form, why in (
        (b"GIF89a", {"kind": "photo"}, "只收 JPG、PNG 照片和 PDF"),
        (PNG + bytes(files.BYTES), {"kind": "photo"}, "超过 12 MB"),
        (PDF, {"kind": "photo"}, "照片只收"),
        (PNG, {"kind": "odd"}, "请选这是什么资料"),
        (PNG, {"kind": "other"}, "请写这是什么"),
        (PNG, {"kind": "report", "expires_on": date(2025, 1, 1)}, "已经过了"),
    ):
        with pytest.raises(Invalid, match=why):
            await adds(data, **form)
    with pytest.raises(Forbidden):
        await adds(PNG, carer, kind="photo")

    async def removes(which: int, why: str, who: Viewer = director) -> None:
        await home.database.write(lambda db: papers.remove(db, who, her, which, RemovePaper(why=why), home.clock()))

    with pytest.raises(Invalid, match="为什么销毁"):
        await removes(face, "")
    with pytest.raises(Forbidden):
        await removes(face, "换新的", carer)
    await removes(face, "换新的")
    with pytest.raises(NotFound):
        await removes(face, "换新的")
    with pytest.raises(NotFound):
        await home.database.read(lambda db: papers.find(db, director, her, face))
    assert await home.database.read(lambda db: db.query(Record).one().photo_id) is None


async def test_a12_e6_the_first_day_is_gone_through_and_signed(home: HomeUnderTest) -> None:
    director = await laid_out(home)
    her = (await admitted(home, director, "王桂兰", "301")).id
    carer = await home.staff(Role.CARER, "周敏", "zhou", "3")

    async def ticks(item: str, *, done: bool = True, who: Viewer = director) -> None:
        await home.database.write(lambda db: checklist.tick(db, who, her, Tick(item=item, done=done), home.clock()))

    async def signs(name: str, who: Viewer = director) -> None:
        await home.database.write(lambda db: checklist.sign_over(db, who, her, SignOver(signed_by=name), home.clock()))

    async def items() -> dict[str, checklist.Item]:
        return {one.key: one for one in await home.database.read(lambda db: checklist.items(db, her))}

    assert "防诈骗" in (await items())["safety"].words
    for item in ("room", "bell", "safety"):
        await ticks(item)
    home.clock.on(minutes=5)
    await ticks("room")
    assert (await items())["room"].done_at != home.clock(), "ticked twice, the first stays"
    await ticks("bell", done=False)
    await ticks("bell", done=False)
    assert (await items())["bell"].done_at is None
    with pytest.raises(Invalid, match="没有这一项"):
        await ticks("tea")
    with pytest.raises(Invalid, match="谁在交接单上签了字"):
        await signs(" ")
    with pytest.raises(Forbidden):
        await ticks("room", who=carer)
    with pytest.raises(Forbidden):
        await signs("李静", carer)
    await signs("李静（女儿）")
    note = (await items())["handover"].note
    assert note.startswith("李静（女儿）签字；还差：")
    assert "急事按铃" in note
    with pytest.raises(Decided, match="记了交接签字"):
        await signs("李静")
    with pytest.raises(Invalid, match="已经交接签过字"):
        await ticks("room", done=False)


async def test_a5_the_timeline_has_what_happened_newest_first_and_page_by_page(home: HomeUnderTest) -> None:
    director = await laid_out(home)
    her = await admitted(home, director, "王桂兰", "301")
    await home.hears("我妈今天怎么样")
    kin = await home.person()

    def tie(db: Unit) -> None:
        db.lock_persons(kin)
        db.add(
            tables.Kinship(
                home_id=home.ids.home_id,
                person_id=kin,
                resident_id=her.id,
                is_primary=True,
                scopes="daily",
                created_at=home.clock(),
            )
        )

    await home.database.write(tie)
    for status in ("请假", "在住", "住院"):
        home.clock.on(minutes=10)
        form = SetStatus(status=status)
        await home.database.write(
            lambda db, f=form: residents.set_status(db, director, her.id, f, home.clock())  # type: ignore[misc]
        )
    row = await home.database.read(lambda db: db.get_one(tables.Resident, her.id))

    async def pages(who: Viewer, kind: str = "", most: int = 3) -> list[list[str]]:
        found, before = list[list[str]](), None
        while True:
            entries, before = await home.database.read(
                lambda db, b=before: residents_timeline.timeline(  # type: ignore[misc]
                    db, who.sight, row, kind, b, most
                )
            )
            found.append([entry.words for entry in entries])
            if before is None:
                return found

    first, rest = await pages(director)
    assert first == ["状态：在住 → 住院", "状态：请假 → 在住", "状态：在住 → 请假"]
    assert sorted(rest) == sorted(["家属：", "登记，在住，301 室 1 床"])
    assert await pages(director, "talk") == [["家属："]]
    assert await pages(director, "alarm") == [[]]
    elsewhere = await home.staff(Role.CARER, "林可", "lin", "2")
    assert await pages(elsewhere, "talk") == [[]], "words are for who works with the person"
