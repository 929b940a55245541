"""Who sees what, and less at once: consents, narrowing, removal, disputes, wishes (A4, F13, F14, F34, F47, F50, L5)."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from care.errors import Changed, Decided, Invalid, NotFound
from care.states import Role
from services.access import Viewer
from services.families import consents, disputes, narrowing, relatives, subject, ties, wishes
from services.families.forms import (
    AddRelative,
    AddWish,
    EditRelative,
    EndWish,
    MakePrimary,
    NarrowScope,
    PlaceRelative,
    ProveRelative,
    RecordConsent,
    RemoveRelative,
    StartDispute,
    WithdrawConsent,
)
from services.letters import letters
from services.letters.photos import Photo
from services.search import search
from services.subject import Running
from storage.queries import families_ties as queries
from storage.types import new_id
from tests.conftest import HomeUnderTest
from tests.services.evenings import evening, house, resident, writes

__all__ = ["house"]
JPEG = b"\xff\xd8\xff" + b"a signed paper" * 20


async def act(home: HomeUnderTest, what: Any, who: Viewer, whom: str, form: Any, *more: Any) -> Any:
    """An act about a relative by name of their phone."""
    number, person = await resident(home), await home.person(whom)
    first = (home.house,) if what in {narrowing.narrow, narrowing.remove} else ()
    return await home.database.write(lambda db: what(db, *first, who, number, person, form, home.clock(), *more))


async def of(home: HomeUnderTest, whom: str) -> str:
    found: str = await home.one("SELECT scopes FROM kinship WHERE person_id = ?", await home.person(whom))
    return found


async def reads(home: HomeUnderTest, whom: str, number: int) -> Any:
    return await home.database.write(lambda db: letters.opened(db, letters.who_reads(db, whom), number, home.clock()))


LESS = {"asked_by": "elder", "why": "她不想让他知道"}


async def test_l5_f50_a_scope_is_narrowed_at_once_and_the_words_name_nobody(house: HomeUnderTest) -> None:
    carer, desk = await house.staff(Role.CARER, "周敏", "zhou", "3"), await house.staff()
    letter = await writes(house, carer, temperature="36.5", photos=[Photo(new_id(), "image/png", 9)])
    await evening(house)
    assert [name for name, _ in (await reads(house, "daughter", letter)).facts] == ["吃饭", "身体", "体温"]
    told = await act(house, narrowing.narrow, desk, "daughter", NarrowScope(scope="health", **LESS))
    assert told.words == ("李静，从今天起，王桂兰的信里只写吃饭、睡觉、活动。身体的事请打 0571-8800-0101 找陈晓雯。")
    page = await reads(house, "daughter", letter)
    assert ([name for name, _ in page.facts], len(page.photos)) == (["吃饭"], 1)
    await act(house, narrowing.narrow, desk, "daughter", NarrowScope(scope="photos", **LESS))
    assert (await reads(house, "daughter", letter)).photos == []
    assert await of(house, "daughter") == "daily"
    assert "不想" not in str(await house.rows("SELECT * FROM tie_change"))
    number = await resident(house)
    kept = await house.database.read(lambda db: queries.changes(db, number))
    assert [(one.name, one.kind, one.asked_by, one.why) for one in kept] == [
        ("李静", "narrowed", "elder", "她不想让他知道")
    ] * 2
    with pytest.raises(Decided):
        await act(house, narrowing.narrow, desk, "daughter", NarrowScope(scope="photos", **LESS))


async def test_l5_what_a_consent_gave_is_taken_back_and_the_rest_of_it_stands(house: HomeUnderTest) -> None:
    desk = await house.staff()
    proof = consents.take(JPEG)
    form = RecordConsent(scopes=frozenset({"daily", "photos", "billing"}), way="paper")
    await act(house, ties.agree, desk, "niece", form, proof)
    await act(house, narrowing.narrow, desk, "niece", NarrowScope(scope="billing", **LESS))
    assert await house.rows("SELECT scopes, withdrawn_at IS NULL, proof_id FROM consent ORDER BY id") == [
        ("daily billing photos", 0, proof.id),
        ("daily photos", 1, proof.id),
    ]
    number, row = await resident(house), await house.one("SELECT id FROM consent WHERE withdrawn_at IS NULL")
    await house.database.write(
        lambda db: narrowing.withdraw(db, house.house, desk, number, row, WithdrawConsent(**LESS), house.clock())
    )
    assert await of(house, "niece") == ""
    with pytest.raises(Decided):
        await house.database.write(
            lambda db: narrowing.withdraw(db, house.house, desk, number, row, WithdrawConsent(**LESS), house.clock())
        )


async def test_f13_a_removed_relative_reads_nothing_and_is_not_told_who_asked(house: HomeUnderTest) -> None:
    carer, desk = await house.staff(Role.CARER, "周敏", "zhou", "3"), await house.staff()
    letter = await writes(house, carer)
    await house.hears("在吗", "daughter")
    await evening(house)
    person = await house.person("daughter")
    await reads(house, "daughter", letter)
    await act(house, narrowing.remove, desk, "daughter", RemoveRelative(asked_by="guardian", why="监护人不同意"))
    with pytest.raises(NotFound):
        await reads(house, "daughter", letter)
    number = await resident(house)
    rest = await house.database.read(lambda db: queries.ties(db, number))
    assert [(tie.position, tie.is_primary) for tie in rest] == [(1, True), (2, False)]
    left = await house.send_all()
    assert [words for openid, words in left if openid == "daughter"][-1] == (
        "李静，从今天起，这里不再给您发王桂兰的家书和消息。有事请打 0571-8800-0101 找陈晓雯。"
    )
    assert not any("家书到了" in words for openid, words in left if openid == "daughter")
    assert "监护" not in str(left)
    assert await house.one("SELECT count(*) FROM person WHERE id = ?", person) == 1
    with pytest.raises(NotFound):
        await act(house, narrowing.remove, desk, "daughter", RemoveRelative(**LESS))


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"asked_by": "elder", "why": " "}, "为什么"),
        ({"asked_by": "brother", "why": "他付钱"}, "谁要求"),
        ({"asked_by": "director", "why": "院长说的"}, "院长自己"),
    ],
)
async def test_f13_only_the_elder_the_guardian_or_the_director_removes(
    house: HomeUnderTest, fields: dict[str, str], why: str
) -> None:
    desk, director = await house.staff(), await house.staff(Role.DIRECTOR, "沈国平", "shen")
    with pytest.raises(Invalid, match=why):
        await act(house, narrowing.remove, desk, "niece", RemoveRelative(**fields))
    told = await act(house, narrowing.remove, director, "niece", RemoveRelative(asked_by="director", why="法院文书"))
    assert told.sent


async def test_f14_health_is_agreed_to_by_its_own_sentence_and_with_a_proof(house: HomeUnderTest) -> None:
    desk = await house.staff()
    asked = RecordConsent(scopes=frozenset({"health"}), way="voice")
    with pytest.raises(Invalid, match="单独问一句"):
        await act(house, ties.agree, desk, "niece", asked)
    for form, why in (
        (msgspec.structs.replace(asked, alone=True, way="agent"), "健康情况要"),
        (msgspec.structs.replace(asked, alone=True, way="none"), "健康情况要"),
        (msgspec.structs.replace(asked, scopes=frozenset()), "看什么"),
        (msgspec.structs.replace(asked, alone=True, ends_on=house.clock().date()), "明天以后"),
    ):
        with pytest.raises(Invalid, match=why):
            await act(house, ties.agree, desk, "niece", form)
    assert await of(house, "niece") == "daily"
    ends = house.clock().date() + timedelta(days=30)
    await act(
        house, ties.agree, desk, "niece", msgspec.structs.replace(asked, alone=True, ends_on=ends), consents.take(JPEG)
    )
    assert await of(house, "niece") == "daily health"
    number = await resident(house)
    (given,) = await house.database.read(lambda db: queries.consents(db, number))
    assert (given.scopes, given.way, given.ends_on, given.proof.mime if given.proof else "") == (
        ("health",),
        "voice",
        ends,
        "image/jpeg",
    )
    with pytest.raises(Invalid, match="凭据只收"):
        consents.take(b"GIF89a")


async def test_f13_in_a_dispute_nothing_is_widened_and_narrowing_works(house: HomeUnderTest) -> None:
    desk, lead = await house.staff(), await house.staff(Role.SUPERVISOR, "沈国平", "shen")
    number = await resident(house)
    await house.database.write(lambda db: disputes.start(db, lead, number, StartDispute(why="兄妹争执"), house.clock()))
    with pytest.raises(Changed):
        await house.database.write(
            lambda db: disputes.start(db, lead, number, StartDispute(why="又一次"), house.clock())
        )
    for what, form in (
        (ties.agree, RecordConsent(scopes=frozenset({"photos"}), way="paper")),
        (ties.primary, MakePrimary()),
    ):
        with pytest.raises(Invalid, match="争议中"):
            await act(house, what, desk, "niece", form)
    await act(house, narrowing.narrow, desk, "niece", NarrowScope(scope="daily", **LESS))
    assert await of(house, "niece") == ""


async def test_a4_order_primary_and_who_it_is_are_changed_and_who_comes_second_is_told(house: HomeUnderTest) -> None:
    desk, number = await house.staff(), await resident(house)
    drawn = await house.database.read(lambda db: ties.order_of(queries.ties(db, number)))
    await act(house, ties.place, desk, "cousin", PlaceRelative(position=1, drawn=drawn))
    with pytest.raises(Changed):
        await act(house, ties.primary, desk, "cousin", MakePrimary(drawn=drawn))
    await act(house, ties.primary, desk, "cousin", MakePrimary())
    found = await house.database.read(lambda db: queries.relatives(db, number))
    assert [(one.name, one.tie.is_primary) for one in found] == [("赵磊", True), ("李静", False), ("孙玉", False)]
    form = EditRelative(
        name="赵蕾", relation="表妹", phone="139-1234-6021", timezone="Asia/Tokyo", language="ja", hour=20
    )
    before = ties.revision_of(found[0].tie, found[0].person)
    await act(house, ties.edit, desk, "cousin", msgspec.structs.replace(form, drawn=before))
    with pytest.raises(Changed):
        await act(house, ties.edit, desk, "cousin", msgspec.structs.replace(form, drawn=before))
    hits = await house.database.read(lambda db: search.look(db, desk, "6021").people)
    assert [hit.who.name for hit in hits] == ["赵蕾"]
    assert await house.rows("SELECT timezone, language FROM person WHERE language IS NOT NULL") == [
        ("Asia/Tokyo", "ja")
    ]
    for fields, why in (
        ({"timezone": "Mars/Base"}, "在哪里"),
        ({"language": "tlh"}, "说什么话"),
        ({"hour": 3}, "多久"),
        ({"phone": "123"}, "11 位"),
    ):
        with pytest.raises(Invalid, match=why):
            await act(house, ties.edit, desk, "cousin", msgspec.structs.replace(form, **fields))


async def test_f49_how_kinship_was_proved_is_kept_and_a_new_number_is_not(house: HomeUnderTest) -> None:
    desk, number = await house.staff(), await resident(house)
    with pytest.raises(Invalid, match="怎么证实"):
        await act(house, ties.prove, desk, "niece", ProveRelative(proof="said"))
    with pytest.raises(Invalid, match="登记号码"):
        await act(house, ties.prove, desk, "niece", ProveRelative(proof="card", rang=True))
    edited = EditRelative(name="孙玉", relation="侄女", phone="13912346021")
    await act(house, ties.edit, desk, "niece", edited)
    await act(house, ties.prove, desk, "niece", ProveRelative(proof="card", rang=True))
    one = (await house.database.read(lambda db: queries.relatives(db, number)))[1]
    assert (one.tie.proof, one.tie.rang_at) == ("card", house.clock())
    await act(house, ties.edit, desk, "niece", msgspec.structs.replace(edited, phone="13912346022"))
    one = (await house.database.read(lambda db: queries.relatives(db, number)))[1]
    assert (one.tie.proof, one.tie.rang_at) == ("card", None)


async def test_f34_a_wish_is_sealed_shown_until_it_is_taken_back_and_holds_nothing_back(house: HomeUnderTest) -> None:
    carer, number = await house.staff(Role.CARER, "周敏", "zhou", "3"), await resident(house)
    niece = await house.person("niece")
    for words, about, why in ((" ", 0, "照老人的话"), ("先别说", 1, "哪位家属")):
        with pytest.raises(Invalid, match=why):
            await house.database.write(
                lambda db, w=words, a=about: wishes.add(  # type: ignore[misc]
                    db, carer, number, AddWish(words=w, about=a), house.clock()
                )
            )
    for _ in range(2):  # the answer to the first press was lost
        await house.database.write(
            lambda db: wishes.add(db, carer, number, AddWish(words="先别告诉我侄女", about=niece), house.clock())
        )
    assert "先别" not in str(await house.rows("SELECT * FROM elder_wish"))
    (found,) = await house.database.read(lambda db: queries.wishes(db, number))
    assert (found.words, found.about, found.by) == ("先别告诉我侄女", "孙玉", "周敏")
    assert all(word in wishes.ALL_THE_SAME for word in ("病危", "受伤", "走失", "去世"))
    await house.database.write(lambda db: wishes.end(db, carer, number, found.id, EndWish(), house.clock()))
    assert await house.database.read(lambda db: queries.wishes(db, number)) == []
    with pytest.raises(Decided):
        await house.database.write(lambda db: wishes.end(db, carer, number, found.id, EndWish(), house.clock()))


async def test_f50_who_has_no_wechat_is_called_and_the_page_says_so(house: HomeUnderTest) -> None:
    desk, number = await house.staff(), await resident(house)
    person = await house.database.write(
        lambda db: (
            relatives.add(
                db,
                desk,
                number,
                AddRelative(name="李明", relation="儿子", scopes=("daily", "emergency")),
                house.clock(),
            ).id
        )
    )
    told = await house.database.write(
        lambda db: narrowing.narrow(
            db, house.house, desk, number, person, NarrowScope(scope="daily", **LESS), house.clock()
        )
    )
    assert (told.sent, told.words.endswith("要紧的事照样先打电话给您。")) == (False, True)
    assert await house.one("SELECT count(*) FROM outbox") == 0


async def test_f47_a_consent_with_an_end_stops_what_it_named_and_nothing_else(house: HomeUnderTest) -> None:
    desk = await house.staff()
    ends = house.clock().date() + timedelta(days=30)
    for scopes, end in (({"photos", "billing"}, ends), ({"photos"}, None)):
        form = RecordConsent(scopes=frozenset(scopes), way="paper", ends_on=end)
        await act(house, ties.agree, desk, "niece", form)
    running = Running(house.database, house.house, house.ids.home_id, house.settings)
    await subject.end_all(running, house.clock.on(days=30))
    assert await of(house, "niece") == "daily billing photos"
    await subject.end_all(running, house.clock.on(days=1))
    assert await of(house, "niece") == "daily photos"
    assert await house.one("SELECT count(*) FROM audit WHERE action = 'consent_ended'") == 1


async def test_f47_what_told_of_a_letter_does_not_leave_once_the_end_has_come(house: HomeUnderTest) -> None:
    carer, desk = await house.staff(Role.CARER, "周敏", "zhou", "3"), await house.staff()
    today = house.clock().astimezone(house.settings.home.zone).date()
    form = RecordConsent(scopes=frozenset({"daily"}), way="paper", ends_on=today + timedelta(days=1))
    await act(house, ties.agree, desk, "cousin", form)
    letter = await writes(house, carer)
    await house.hears("在吗", "cousin")
    await evening(house)
    assert await house.one("SELECT count(*) FROM outbox WHERE purpose = 'letter' AND state <> 'withdrawn'") == 1
    running = Running(house.database, house.house, house.ids.home_id, house.settings)
    await subject.end_all(running, house.clock() + timedelta(days=2))
    assert await of(house, "cousin") == "billing"
    assert not any("家书到了" in words for openid, words in await house.send_all() if openid == "cousin")
    with pytest.raises(NotFound):
        await reads(house, "cousin", letter)
