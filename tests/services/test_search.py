"""Who looks for somebody finds them by two characters, sees only what they may open, and the index gives nothing
away.
"""

from datetime import timedelta

import pytest

from care.errors import NotFound
from care.states import Role
from services.access import Viewer
from services.search import search
from services.talks import answering
from settings.clock import wall
from storage import tables
from storage.queries import search as queries
from storage.store import Store
from storage.unit import Unit
from tests import houses
from tests.conftest import HomeUnderTest
from tests.console.browsers import SCENE


async def _index(home: HomeUnderTest) -> int:
    count = 0
    later = wall() + timedelta(minutes=3)
    while portion := await home.database.read(lambda db: search.next_portion(db, later)):
        await home.database.store(lambda store, found=portion: search.put(store, found))  # type: ignore[misc]
        await home.database.store(
            lambda store, found=portion: search.put(store, found)  # type: ignore[misc]  # twice changes nothing
        )
        count += 1
    return count


async def test_p2_names_phones_words_and_complaints_are_found_by_who_may_see_them(home: HomeUnderTest) -> None:
    await home.database.write(lambda db: houses.furnish(db, home.ids, SCENE, home.clock()))
    nurse = await home.staff(Role.NURSE, "唐雨", "tang")
    carer = await home.staff(Role.CARER, "周敏", "zhou", "2")
    desk_, other = await home.staff(Role.DESK, "陈晓雯", "chen"), await home.staff(Role.DESK, "林可", "lin")
    await home.hears("我妈的助听器电池没电了，能换一下吗", "kin3")
    await home.hears("饭菜太凉了，我要投诉", "angry")
    await home.hears("是三楼的林可送的饭", "angry")
    kin = await home.person("kin3")
    await home.database.write(
        lambda db: answering.answer(db, nurse, kin, "电池已经换好了，ＡＢ两节都换了。", "k", home.clock())
    )
    await _index(home)

    async def look(viewer: Viewer, words: str) -> search.Found:
        return await home.database.read(lambda db: search.look(db, viewer, words))

    async def names(viewer: Viewer, words: str) -> list[str]:
        return [hit.who.name for hit in (await look(viewer, words)).people]

    assert await names(nurse, "王桂") == ["王桂兰"]
    assert await names(nurse, "李") == ["李静"]
    assert await names(nurse, "2107") == ["李静"]
    assert await names(nurse, "桂王") == []
    assert await names(carer, "王桂兰") == []  # another floor
    assert await names(carer, "何秀") == ["何秀英"]
    found = await look(nurse, "助听器")
    assert [(hit.who.name, "助听器电池" in hit.snippet) for hit in found.messages] == [("李静", True)]
    assert {hit.author for hit in (await look(nurse, "电池")).messages} == {"", "唐雨"}
    assert [hit.author for hit in (await look(nurse, "ab 两节")).messages] == []  # the words stand otherwise
    assert [hit.author for hit in (await look(nurse, "AB两节")).messages] == ["唐雨"]
    assert (await look(nurse, "电")).short
    assert (await look(nurse, "助听气")).messages == []

    complaint = await home.one("SELECT number FROM complaint")
    assert [hit.number for hit in (await look(desk_, "太凉")).cases] == [complaint]
    assert [hit.number for hit in (await look(desk_, complaint.lower())).cases] == [complaint]
    assert (await look(nurse, "太凉")).cases == []  # complaints are not a nurse's page
    number = int(await home.one("SELECT id FROM complaint"))
    person = int(await home.one("SELECT person_id FROM complaint"))

    def name_her(store: Store) -> int:
        store.lock_persons(person)
        return store.insert(
            tables.Accused,
            home_id=home.ids.home_id,
            case_id=number,
            person_id=person,
            staff_id=other.id,
            role="",
            floor="",
            reach="desk",
            state="confirmed",
            named_at=home.clock(),
            named_by=desk_.id,
        )

    await home.database.store(name_her)
    for words in (
        "太凉",
        complaint,
        "赵磊",
        "林可送的",
    ):  # whom it is about finds nothing of it, whatever they look for
        nothing = await look(other, words)
        assert (nothing.people, nothing.cases, nothing.messages) == ([], [], [])
    await home.hears("别说是我说的，我要投诉洗澡水太烫", "afraid")
    await _index(home)
    assert len((await look(desk_, "水太烫")).cases) == 1  # until there is an owner, who answers complaints
    hidden = await home.one("SELECT number FROM complaint ORDER BY id DESC LIMIT 1")
    lead = await home.staff(Role.SUPERVISOR, "何志远", "he")
    await home.rows("UPDATE complaint SET owner_id = ? WHERE number = ?", lead.id, hidden)
    assert len((await look(lead, "水太烫")).cases) == 1
    for words in ("水太烫", hidden, "孙玉"):
        nothing = await look(desk_, words)
        assert (nothing.people, nothing.cases, nothing.messages) == ([], [], [])
    auditor = await home.staff(Role.AUDITOR, "审计", "shen")
    with pytest.raises(NotFound):
        await look(auditor, "王桂兰")


async def test_p2_the_index_holds_no_words_and_follows_a_new_name(home: HomeUnderTest) -> None:
    await home.database.write(lambda db: houses.furnish(db, home.ids, SCENE, home.clock()))
    nurse = await home.staff(Role.NURSE, "唐雨", "tang")
    for n in range(120):
        await home.hears(f"今天第{n}句话", "kin3")
    assert await _index(home) >= 3
    assert await _index(home) == 0
    columns = await home.rows("SELECT id, digest, subject FROM gram")
    assert len(columns) > 300
    assert all(isinstance(value, int) for row in columns for value in row)
    person = await home.person("kin3")

    def rename(db: Unit) -> None:
        db.lock_persons(person)
        row = db.get_one(tables.Person, person)
        db.seal(row, "name", "欧阳静")
        search.renamed(db, row)

    await home.database.write(rename)
    await _index(home)

    async def names(words: str) -> list[str]:
        return [hit.who.name for hit in (await home.database.read(lambda db: search.look(db, nurse, words))).people]

    assert await names("欧阳") == ["欧阳静"]
    assert await names("李静") == []
    assert await names("2107") == ["欧阳静"]
    assert len((await home.database.read(lambda db: search.look(db, nurse, "第1句"))).messages) == 1
    assert len((await home.database.read(lambda db: search.look(db, nurse, "今天第"))).messages) == 30


async def test_p2_what_was_just_written_waits_until_older_transactions_have_ended(home: HomeUnderTest) -> None:
    await home.hears("刚刚说的话")
    assert await home.database.read(lambda db: search.next_portion(db, wall())) is None
    assert await home.database.read(lambda db: search.next_portion(db, wall() + timedelta(minutes=3))) is not None


async def test_fault_c11_a_room_finds_who_lives_there(home: HomeUnderTest) -> None:
    await home.database.write(lambda db: houses.furnish(db, home.ids, SCENE, home.clock()))
    nurse = await home.staff(Role.NURSE, "唐雨", "tang")
    below = await home.staff(Role.CARER, "孙兰", "sun", "2")

    async def names(viewer: Viewer, words: str) -> list[str]:
        found = await home.database.read(lambda db: search.look(db, viewer, words))
        return [hit.who.name for hit in found.people]

    for asked in ("306", "306室", "306-1", "３０６ 室 1 床", "306房"):
        assert await names(nurse, asked) == ["王桂兰"], asked
    assert await names(nurse, "306-2") == []
    assert await names(below, "306") == [], "another floor"
    assert await names(below, "201") == ["何秀英"]
    await home.rows("UPDATE resident SET status = '退住' WHERE room = '306'")
    assert await names(nurse, "306") == []


@pytest.mark.parametrize(
    ("words", "wanted", "shown"),
    [
        ("饭菜太凉了", "饭菜", "饭菜太凉了"),
        ("饭菜" + "汤" * 24, "饭菜", "饭菜" + "汤" * 24),
        ("饭菜" + "汤" * 25, "饭菜", "饭菜" + "汤" * 24 + "…"),
        ("汤" * 12 + "饭菜", "饭菜", "汤" * 12 + "饭菜"),
        ("汤" * 13 + "饭菜", "饭菜", "…" + "汤" * 12 + "饭菜"),
        ("第一行\n  Abc 好", "abc", "第一行 Abc 好"),
        ("汤" * 40, "饭菜", "汤" * 26 + "…"),
    ],
)
def test_what_was_found_is_shown_with_the_words_around_it(words: str, wanted: str, shown: str) -> None:
    assert queries.snippet(words, wanted) == shown
