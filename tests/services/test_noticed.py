"""What random changes of one line showed that no test noticed (engineering 23), told as what somebody would see."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from care.errors import Forbidden, Invalid, NotFound
from care.sla import Kind
from care.states import Role
from services.announcements import audience
from services.announcements.forms import Announce
from services.calling.orders import digest
from services.calling.phones import check
from services.complaints import night
from services.emergencies import receivers
from services.expiries import expiries
from services.expiries.forms import KeepDate
from services.families import openids
from services.setup import choices
from services.talks import canned
from storage import tables
from storage.queries import outgoing, roster
from storage.tables.emergencies_chain import PhoneCheck
from storage.types import new_id
from storage.unit import Unit
from tests.conftest import HomeUnderTest
from tests.services.evenings import house
from tests.services.hints import Hints
from tests.services.test_roster import SUNDAY, Rota, rota

__all__ = ["house", "rota"]
ZONE = ZoneInfo("Asia/Shanghai")


async def test_l6_a_shift_that_ends_as_another_begins_is_not_on_duty_with_it(rota: Rota) -> None:
    await rota.put(rota.zhou, SUNDAY, "夜班", "2层")
    home = rota.home
    ends = datetime(2026, 11, 23, 8, tzinfo=ZONE)

    async def names(begin: datetime) -> set[str]:
        found = await home.database.read(
            lambda db: roster.between(db, home.ids.home_id, begin, begin + timedelta(hours=1))
        )
        return {turn.name for turn in found}

    assert "周敏" in await names(ends - timedelta(minutes=1))
    assert "周敏" not in await names(ends)


async def test_p5_who_kept_a_date_stands_in_the_audit(home: HomeUnderTest) -> None:
    admin = await home.staff(Role.ADMIN, "管理", "guan")
    form = KeepDate(name="域名", day=home.clock().date() + timedelta(days=60))
    await home.database.write(lambda db: expiries.keep(db, home.house, admin, form, home.clock()))
    assert await home.one("SELECT count(*) FROM audit WHERE action = 'keep_date'") == 1


async def test_p2_canned_replies_are_for_who_has_the_page(home: HomeUnderTest) -> None:
    auditor = await home.staff(Role.AUDITOR, "审计", "shenji")
    with pytest.raises((NotFound, Forbidden)):
        await home.database.read(lambda db: canned.listed(db, auditor))


def test_n3_words_that_are_far_too_long_are_refused_before_they_are_read() -> None:
    with pytest.raises(Invalid, match="太长了"):
        choices.written("letters.here", "长" * 1201)


@pytest.mark.parametrize(("late", "whole"), [(timedelta(0), True), (timedelta(microseconds=1), False)])
def test_f43_a_change_of_shift_may_take_so_long_and_no_longer(late: timedelta, whole: bool) -> None:
    begins = datetime(2026, 11, 22, 12, tzinfo=UTC)
    ends = begins + timedelta(hours=12)
    there = [(begins + receivers.CHANGE + late, ends)]
    assert receivers._whole(begins, ends, there) is whole


async def test_f1_what_is_known_of_one_telephone_says_nothing_of_another(home: HomeUnderTest) -> None:
    def two(db: Unit) -> None:
        for number in ("13800000001", "13800000002"):
            row = PhoneCheck(id=new_id(), home_id=home.ids.home_id, digest=digest(db, number))
            if number.endswith("1"):
                row.good_at = home.clock()
            db.add(row)
        db.store.hint("colleagues", "duty", "roster", "staff", "alarms")

    await home.database.write(two)
    for number, good in (("13800000001", True), ("13800000002", False), ("13800000003", None)):
        found = await home.database.read(lambda db, n=number: check(db, home.ids.home_id, n))  # type: ignore[misc]
        assert (None if found is None else found.good_at is not None) is good


async def test_n4_who_has_no_phone_in_wechat_is_in_an_announcement_to_all(house: HomeUnderTest) -> None:
    form = Announce(words="明天停水。", urgent=True, whom="elder")
    found = await house.database.read(lambda db: audience.audience(db, house.ids.home_id, form))
    assert len(found) == 6, "five of them have no phone"


async def test_f52_only_a_card_that_was_proven_counts_as_delivered(house: HomeUnderTest) -> None:
    daughter = await house.person("daughter")

    def rows(db: Unit) -> None:
        db.lock_persons(daughter)
        for number, (way, proof) in enumerate((("template", "delivered"), ("template", ""), ("sms", "delivered"))):
            db.add(
                tables.Outbox(
                    id=new_id(),
                    home_id=house.ids.home_id,
                    person_id=daughter,
                    queue="notice",
                    purpose="notice",
                    dedup_key=f"case:1:{number}",
                    state="sent",
                    way=way,
                    proof=proof or None,
                    created_at=house.clock(),
                    not_before=house.clock(),
                    expires_at=house.clock(),
                    settled_at=house.clock(),
                    tries=1,
                )
            )
        db.store.hint("outbox", f"person:{daughter}", "inbox", "reach")
        db.store.audit(house.ids.home_id, house.clock(), "machine", "test", "outbox:1")

    await house.database.write(rows)
    (line,) = await house.database.read(lambda db: outgoing.table(db, house.ids.home_id, house.clock() - timedelta(1)))
    assert (line.all, line.delivered) == (3, 1)


async def test_f41_the_morning_call_is_due_no_later_than_the_result_and_by_no_other_clock(house: HomeUnderTest) -> None:
    for words in ("我要投诉", "饭菜凉了，没人管", "就这些"):
        await house.hears(words, "daughter")
    number = int(await house.one("SELECT id FROM complaint"))

    def by(db: Unit) -> datetime:
        complaint = db.get_one(tables.Complaint, number)
        return night._calls_by(db, house.house, complaint)

    opens = await house.one("SELECT opened_at FROM complaint")
    due = await house.database.read(by)
    assert due - datetime.fromtimestamp(int(opens) / 1e6, UTC) == house.house.figures.first_feedback

    def sooner(db: Unit) -> None:
        promise = db.query(tables.Promise).filter_by(case_id=number, kind=Kind.RESULT.value).one_or_none()
        person = db.get_one(tables.Complaint, number).person_id
        db.lock_persons(person)
        if promise is not None:
            db.refresh(promise)
            promise.due_at = due - timedelta(minutes=20)
        db.store.audit(house.ids.home_id, house.clock(), "machine", "test", f"case:{number}")
        db.store.hint("promises", f"person:{person}", "cases", f"case:{number}", "inbox")

    await house.database.write(sooner)
    assert due - await house.database.read(by) == timedelta(minutes=20)


async def test_f17_open_pages_hear_that_phones_are_known_by_new_openids(house: HomeUnderTest) -> None:
    await house.hears("你好", "daughter")
    hints = Hints(house)
    await hints.told()
    changed = await house.database.write(
        lambda db: openids.change(db, house.ids.account_id, {"daughter": "daughter-new"}, house.clock())
    )
    assert changed == (1, 0)
    assert {"families", "inbox"} <= await hints.told()
