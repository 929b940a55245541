"""Somebody moves in: whole or not at all, and nothing is sent because of it (A1, A2, F29)."""

from datetime import date
from typing import Any

import pytest

from care import identity
from care.errors import Invalid, NotFound
from care.states import Role
from services.residents import admission
from services.residents.admission import Admit
from storage import tables
from storage.tables.residents import Record
from tests.care.test_identity import right
from tests.conftest import HomeUnderTest
from tests.services.test_residents_beds import laid_out

WHOLE: dict[str, Any] = {
    "name": "王桂兰",
    "room": "301",
    "bed": "1",
    "identity": right("51010419441212284"),
    "born": "农历1944年10月27日",
    "allergy": "some",
    "allergies": "青霉素，喉头水肿",
    "care_level": "半护理",
    "admitted_on": date(2024, 3, 18),
    "phone": "139 0288 6021",
    "medicines": "二甲双胍 0.5 g 早晚（李静说的）",
    "needs": "夜里起一次",
    "risks": "跌倒高",
}


async def test_a1_a2_a3_somebody_moves_in_and_everything_personal_is_sealed(home: HomeUnderTest) -> None:
    desk, _ = await home.staff(), await laid_out(home)
    resident = await home.database.write(lambda db: admission.admit(db, desk, Admit(**WHOLE), home.clock()))

    def look(db: Any) -> dict[str, Any]:
        person = db.get_one(tables.Person, resident.person_id)
        record = db.query(Record).one()
        words = {
            name: db.open(record, name) for name in ("identity", "allergies", "medicines", "needs", "history", "risks")
        }
        kept = db.get_one(tables.Resident, resident.id)
        return words | {
            "name": db.open(person, "name"),
            "phone": db.open(person, "phone"),
            "born": db.open(kept, "born"),
            "sex": kept.sex,
            "place": f"{kept.floor} {kept.room}-{kept.bed} {kept.status}",
            "asked": (record.allergy, record.allergy_by, record.health_by),
            "level": record.care_level,
            "kind": person.kind,
        }

    assert await home.database.read(look) == {
        "name": "王桂兰",
        "phone": "13902886021",
        "born": "1944-10-27-lunar",
        "sex": "女",
        "place": "3 301-1 在住",
        "identity": WHOLE["identity"],
        "allergies": "青霉素，喉头水肿",
        "medicines": "二甲双胍 0.5 g 早晚（李静说的）",
        "needs": "夜里起一次",
        "history": None,
        "risks": '{"fall":["high",""]}',
        "asked": ("some", desk.id, desk.id),
        "level": "半护理",
        "kind": "elder",
    }
    assert await home.rows("SELECT actor, action, subject FROM audit WHERE action = 'admit'") == [
        (f"staff:{desk.id}", "admit", f"resident:{resident.id}")
    ]
    for table in ("outbox", "plan", "promise"):
        assert await home.one(f"SELECT count(*) FROM {table}") == 0, "an admission sends nothing and makes no due row"


async def test_a1_six_fields_are_enough_and_what_nobody_asked_stays_unasked(home: HomeUnderTest) -> None:
    director = await laid_out(home)
    await home.database.write(
        lambda db: admission.admit(db, director, Admit(name="何秀英", room="302", bed="2"), home.clock())
    )
    found = await home.rows("SELECT allergy, allergy_at, identity, born, admitted_on FROM resident_record, resident")
    assert found == [("unasked", None, None, None, None)]
    from_paper = Admit(name="陈伯年", room="301", bed="2", identity=right("11010119491231003"))
    one = await home.database.write(lambda db: admission.admit(db, director, from_paper, home.clock()))
    assert await home.database.read(lambda db: (one.sex, db.open(one, "born"))) == ("男", "1949-12-31")


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"name": " "}, "请填老人的姓名"),
        ({"name": "王3"}, "姓名「王3」不像"),
        ({"sex": "女人"}, "性别"),
        ({"sex": "男"}, "身份证号里是女"),
        ({"born": "1944-12-21"}, "身份证号里的生日是 1944-12-12"),
        ({"born": "三月初二"}, "看不懂生日"),
        ({"identity": WHOLE["identity"][:17] + ("1" if WHOLE["identity"][17] != "1" else "2")}, "最后一位对不上"),
        ({"status": "去世"}, "状态请选"),
        ({"admitted_on": date(1926, 1, 1)}, "入住日期"),
        ({"admitted_on": date(2036, 1, 1)}, "入住日期"),
        ({"allergy": "no"}, "过敏请选"),
        ({"allergies": ""}, "请写对什么过敏"),
        ({"allergy": "none"}, "请把过敏选成「有」"),
        ({"care_level": "一" * 17}, "太长"),
        ({"history": "病" * 1001}, "最多 1000 字"),
        ({"phone": "123"}, "看着不对"),
        ({"risks": "跌倒高、摔跤高"}, "看不懂风险「摔跤高」"),
        ({"place": 999}, "已经没有了"),
        ({"room": "999"}, "没有 999 室"),
    ],
)
async def test_a1_what_is_wrong_is_told_and_nothing_is_written(
    home: HomeUnderTest, changed: dict[str, Any], why: str
) -> None:
    director = await laid_out(home)
    with pytest.raises(Invalid, match=why):
        await home.database.write(lambda db: admission.admit(db, director, Admit(**(WHOLE | changed)), home.clock()))
    assert await home.one("SELECT (SELECT count(*) FROM resident) + (SELECT count(*) FROM bed_stay)") == 0


async def test_a1_a_bed_and_a_number_belong_to_one_and_the_sentence_says_to_whom(home: HomeUnderTest) -> None:
    director = await laid_out(home)
    await home.database.write(lambda db: admission.admit(db, director, Admit(**WHOLE), home.clock()))
    for changed, why in (
        ({"identity": "", "name": "何秀英"}, "301 室 1 床已经住着王桂兰"),
        ({"bed": "2"}, "已经登记给王桂兰（在住，301-1）"),
    ):
        with pytest.raises(Invalid, match=why):
            await home.database.write(
                lambda db, c=changed: admission.admit(  # type: ignore[misc]
                    db, director, Admit(**(WHOLE | c)), home.clock()
                )
            )
    assert identity.plain("３") == "3"


def test_l4_risks_are_read_as_a_list_has_them() -> None:
    assert admission.risks_of("跌倒风险：高、噎食低 走失无") == {
        "fall": ("high", ""),
        "choke": ("low", ""),
        "lost": ("none", ""),
    }
    assert admission.risks_of("") == {}


async def test_n3_who_left_already_is_written_down_without_a_bed(home: HomeUnderTest) -> None:
    director = await laid_out(home)
    left = Admit(name="孙长贵", status="退住", room="305", bed="2")
    one = await home.database.write(lambda db: admission.admit(db, director, left, home.clock()))
    assert (one.room, one.status) == ("305", "退住")
    assert await home.one("SELECT count(*) FROM bed_stay") == 0


async def test_a1_who_may_not_admit_and_whose_floor_it_is_not(home: HomeUnderTest) -> None:
    await laid_out(home)
    carer = await home.staff(Role.CARER, "周敏", "zhou", "3")
    nurse = await home.staff(Role.NURSE, "唐雨", "tang", "2")
    with pytest.raises(NotFound):
        await home.database.write(lambda db: admission.admit(db, carer, Admit(**WHOLE), home.clock()))
    with pytest.raises(Invalid, match="不在您负责的楼层"):
        await home.database.write(lambda db: admission.admit(db, nurse, Admit(**WHOLE), home.clock()))


async def test_n3_many_move_in_within_one_transaction(home: HomeUnderTest) -> None:
    """As an import does it: the later ones find the beds of the earlier taken."""
    director = await laid_out(home)

    def work(db: Any) -> None:
        for n, name in enumerate(("王桂兰", "何秀英", "陈伯年", "孙长贵")):
            admission.admit(db, director, Admit(name=name, room=f"30{1 + n // 2}", bed=str(1 + n % 2)), home.clock())
        with pytest.raises(Invalid, match="已经住着孙长贵"):
            admission.admit(db, director, Admit(name="赵磊", room="302", bed="2"), home.clock())

    await home.database.write(work)
    assert await home.one("SELECT count(*) FROM bed_stay WHERE ended_at IS NULL") == 4
