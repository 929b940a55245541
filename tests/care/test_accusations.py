"""Whom words accuse (F5, F27; faults S1, A4): names, nicknames, roles with their floor, somebody; and whom they do
not.
"""

import pytest

from care.accusations import ABUSE, LOOK, Colleague, Names, heard, in_complaint, is_going_on, matter, read
from care.triage import Audience
from understanding.cascade import triage

HOUSE = Names(
    [
        Colleague(1, "周敏", "carer", frozenset("3")),
        Colleague(2, "林可", "carer", frozenset("2")),
        Colleague(3, "唐雨", "nurse"),
        Colleague(4, "陈晓雯", "desk"),
        Colleague(5, "何志远", "supervisor"),
        Colleague(6, "沈国平", "director"),
        Colleague(7, "周婷", "nurse", frozenset("2")),
        Colleague(8, "欧阳雪", "carer", frozenset("2")),
    ]
)


def accused(words: str, *, complaint: bool = False) -> tuple[set[int], set[tuple[str, str]]] | None:
    rung = triage(words)
    found = read(words, HOUSE, complaint=complaint, hurt=rung.rings and rung.audience is Audience.FLOOR)
    return None if found is None else (set(found.staff), set(found.roles))


@pytest.mark.parametrize(
    ("words", "staff"),
    [
        ("护工周敏昨晚打我还掐我", {1}),
        ("周敏打我", {1}),
        ("小周昨天掐我胳膊", {1, 7}),
        ("周护士骂我", {7}),
        ("3楼的小周骂人", {1}),
        ("二楼小周凶我妈", {7}),
        ("小敏推我", {1}),
        ("敏姐不给我饭吃", {1}),
        ("何志远打我", {5}),
        ("晓雯说话太冲了", {4}),
        ("你们客服陈晓雯昨天凶我妈", {4}),
        ("欧阳阿姨踢我", {8}),
        ("就是护士周敏打的我妈", {1}),
        ("是周敏打的", {1}),
        ("我妈说是小周掐的", {1, 7}),
        ("我妈身上的伤是周婷弄的", {7}),
        ("老周推我一把，我起不来", {1, 7}),
        ("林可偷我妈的钱", {2}),
    ],
)
def test_fault_s1_a_colleague_is_known_by_name_and_nickname(words: str, staff: set[int]) -> None:
    found = accused(words)
    assert found is not None
    assert found[0] == staff


@pytest.mark.parametrize(
    ("words", "roles"),
    [
        ("三楼护工打我妈，头流血了", {("carer", "3")}),
        ("你们护工打我妈", {("carer", "")}),
        ("护士长不管，三楼的阿姨骂我爸", {("supervisor", ""), ("carer", "3")}),
        ("院长收红包", {("director", "")}),
        ("夜班护士掐我", {("nurse", "")}),
        ("客服态度太差", {("desk", "")}),
        ("12楼护理员推我妈", {("carer", "12")}),
    ],
)
def test_fault_s1_a_role_is_known_with_its_floor(words: str, roles: set[tuple[str, str]]) -> None:
    found = accused(words)
    assert found is not None
    assert found == (set(), roles)


@pytest.mark.parametrize("words", ["有人打我", "她不给我饭吃", "他们把我绑在椅子上", "周奶奶打我"])
def test_fault_a4_somebody_who_is_not_named_is_an_accusation_too(words: str) -> None:
    assert accused(words) == (set(), set())


@pytest.mark.parametrize(
    "words",
    [
        "谢谢小周，今天很细心",
        "叫小周来一下",
        "小周在吗",
        "小周给我打电话了",
        "小敏推着我妈出去散步",
        "今天天气好",
        "护士给我打针了",
        "唐护士真好",
        "护工帮我洗澡了",
        "周护士打了疫苗",
        "这针是周护士打的",
        "电话是小周打的",
        "今天是小周打的饭",
        "毛衣是我妈打的",
        "阿姨推荐的电影好看",
        "我妈今天吃饭了吗",
    ],
)
def test_fault_s1_praise_and_every_day_accuse_nobody(words: str) -> None:
    assert accused(words) is None


def test_fault_s1_in_a_complaint_a_grievance_is_enough_and_who_passes_on_is_not_meant() -> None:
    assert accused("我要投诉周敏", complaint=True) == ({1}, set())
    assert accused("林可给我妈喂错药了", complaint=True) == ({2}, set())
    assert accused("小陈上午打电话来说会处理", complaint=True) is None
    assert accused("好的", complaint=True) is None
    assert accused("跟客服说了也没用，饭还是凉", complaint=True) is None
    assert accused("唐护士真好，就是三楼护工偷我妈钱", complaint=True) == (set(), {("carer", "3")})


def test_f27_danger_is_what_hurts_now() -> None:
    for words, danger in (
        ("三楼护工打我妈，头流血了", True),
        ("老周推我一把，我起不来", True),
        ("护工上个月骂过我", False),
        ("小周昨天掐我胳膊", False),
    ):
        rung = triage(words)
        found = read(words, HOUSE, hurt=rung.rings and rung.audience is Audience.FLOOR)
        assert found is not None
        assert found.danger is danger, words


def test_s1_a_house_without_colleagues_still_hears_roles() -> None:
    found = read("三楼护工打我妈", Names())
    assert found is not None
    assert found.roles == {("carer", "3")}


def test_s1_a_name_of_one_sign_is_that_sign() -> None:
    house = Names([Colleague(1, "敏", "carer"), Colleague(2, "周", "nurse")])
    for words, staff in (("敏打我", {1}), ("周打我", {2})):
        found = read(words, house)
        assert found is not None
        assert found.staff == staff


def test_s1_a_role_some_words_away_from_a_name_does_not_say_which_of_two() -> None:
    assert accused("护士今天小周骂我") == ({1, 7}, set())
    assert accused("护士小周骂我") == ({7}, set())
    for words, staff in (
        ("小周护士骂我", {7}),
        ("小周那护士骂我", {7}),
        ("小周和那护士骂我", {1, 7}),
        ("护士的小周骂我", {7}),
        ("护士说了小周骂我", {1, 7}),
    ):
        assert accused(words) == (staff, set()), words


@pytest.mark.parametrize(
    ("words", "roles"),
    [
        ("周敏你们护士骂我", set()),
        ("周敏和那个护士骂我", {("nurse", "")}),
        ("护士说的是周敏打我", set()),
        ("护士她说的是周敏打我", {("nurse", "")}),
    ],
)
def test_s1_a_role_beside_a_name_says_who_and_one_further_off_is_somebody_else(
    words: str, roles: set[tuple[str, str]]
) -> None:
    assert accused(words) == ({1}, roles)


@pytest.mark.parametrize("told", ["跟", "告诉", "通知你们", "麻烦那个值班的", "通知院里值班的", "告诉咱们院里的"])
def test_s1_who_is_only_spoken_to_is_not_meant_however_politely(told: str) -> None:
    """A nurse whom a family tells of a cold meal is not kept from its words."""
    assert accused(f"{told}护士，饭是凉的", complaint=True) is None
    assert accused(f"饭是凉的，{told}周敏", complaint=True) is None


def test_f5_a_rude_word_is_hidden_from_her_and_rings_nobody() -> None:
    rude = read("小周骂我妈", HOUSE)
    assert rude is not None
    assert heard(triage("小周态度差"), rude) == triage("小周态度差")
    assert not heard(triage("小周态度差"), rude).rings


def test_f27_words_for_the_lead_beside_a_place_for_the_floor() -> None:
    words = "三楼护工打我妈，头流血了"
    rung = triage(words)
    both = heard(rung, read(words, HOUSE, hurt=True))
    assert both.audience is Audience.FLOOR
    assert both.also is not None
    assert both.also.audience is Audience.LEAD
    assert heard(rung, None) == rung


def test_f27_what_rings_for_the_lead_alone_rings_the_floor_only_where_somebody_is_in_danger() -> None:
    """A carer is never called to hear what was said of her; to a bed where somebody bleeds she is."""
    lead = triage("护工打我")
    assert lead.audience is Audience.LEAD
    calm = read("护工上个月打我", HOUSE)
    assert calm is not None
    assert heard(lead, calm) == lead
    now = read("护工打我，流血了", HOUSE, hurt=True)
    assert now is not None
    both = heard(lead, now)
    assert (both.audience, both.also) == (Audience.FLOOR, lead)
    said = read("护工昨天掐我妈", HOUSE)
    assert said is not None
    assert heard(triage("今天天气好"), said).audience is Audience.LEAD, "a grave word of no emergency is for the lead"


@pytest.mark.parametrize(
    ("words", "floor", "lead"),
    [
        ("小周骂我妈", "", ""),
        ("小周昨天掐我胳膊", "", "掐我"),
        ("林可偷我妈的钱", "", "偷我妈的钱"),
        ("护工正在掐我", LOOK, "掐我"),
        ("护工偷我妈的钱，现在还在拿", LOOK, "偷我妈的钱"),
        ("我摔倒了起不来，小周还骂我", "跌倒受伤", "骂"),
        ("三楼护工打我妈，头流血了", "出血烫伤", "护工打我"),
    ],
)
def test_fault_t_f27_where_somebody_may_be_hurt_the_floor_gets_a_place_and_the_lead_always_the_words(
    words: str, floor: str, lead: str
) -> None:
    """What the floor hears, and the words that ring the lead."""
    rung = triage(words)
    rings = heard(rung, read(words, HOUSE, hurt=rung.rings and rung.audience is Audience.FLOOR))
    both = [one for one in (rings, rings.also) if one is not None]
    assert [one.kind for one in both if one.audience is Audience.FLOOR] == [floor] * bool(floor)
    leads = [one for one in both if one.audience is Audience.LEAD]
    assert [one.kind for one in leads] == [ABUSE] * bool(lead)
    assert all(lead in one.why for one in leads)
    assert rings.rings == bool(floor or lead)


def test_f27_of_two_names_that_begin_alike_the_longer_one_is_meant() -> None:
    both = Names([Colleague(1, "周敏", "carer"), Colleague(2, "周敏华", "nurse")])
    found = read("周敏华又打我妈了", both)
    assert found is not None
    assert found.staff == {2}


def test_f27_who_is_called_is_a_name_or_a_role_and_a_house_without_names_knows_roles_alone() -> None:
    assert [HOUSE.called_in(words) for words in ("周敏来了", "护工来了", "今天天气好")] == [True, True, False]
    assert [Names().called_in(words) for words in ("周敏来了", "护工来了")] == [False, True]
    assert Names().found("周敏来了") == []


def test_f27_one_sign_of_a_given_name_calls_nobody() -> None:
    assert HOUSE.found("她皮肤敏感，雨天不出门") == []
    assert [whose for _, _, whose in HOUSE.found("晓雯和小雯")] == [{4}, {4}]


@pytest.mark.parametrize("words", ["12楼的护工骂人", "12层护工骂人", "12楼值班的夜班的值班的护工骂人"])
def test_f27_the_floor_of_a_role_is_the_whole_number_that_was_said(words: str) -> None:
    found = read(words, HOUSE)
    assert found is not None
    assert found.roles == {("carer", "12")}


def test_f27_within_a_complaint_any_grievance_counts_where_somebody_is_called() -> None:
    words = "周敏送的饭是凉的"
    assert read(words, HOUSE) is None
    found = in_complaint(words, HOUSE)
    assert found is not None
    assert (set(found.staff), found.grave) == ({1}, False)
    assert in_complaint("送的饭是凉的", HOUSE) is None
    assert in_complaint("周敏今天来过", HOUSE) is None


def test_s1_what_an_accusation_is_about_is_its_harm_and_its_injury_and_whether_it_goes_on() -> None:
    assert matter("护工打我妈") == matter("护工又打我妈了")
    assert matter("护工打我妈，青了") - matter("护工打我妈") == {"青"}
    assert matter("护工打我妈") < matter("护工打我妈，肿了，还拿了钱")
    assert matter("今天天气好") == frozenset()
    assert [is_going_on(words) for words in ("正在打她", "快来人", "昨天打的")] == [True, True, False]
