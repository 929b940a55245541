"""Severity by rule (domain.md 6b; C5, C14; faults A8, A10)."""

import pytest

from care import severity
from care.severity import Level, assess
from conversations.routing import Intent, of_words


@pytest.mark.parametrize(
    ("words", "category", "level"),
    [
        ("你们把我妈摔了，我要投诉", "人身安全", Level.S1),
        ("护工打我妈", "虐待忽视", Level.S1),
        ("把老人绑在床上", "虐待忽视", Level.S1),
        ("给错药了", "人身安全", Level.S1),
        ("我妈的钱不见了", "财物", Level.S2),
        ("照片发到群里了，隐私呢", "隐私", Level.S2),
        ("夜里按铃没人来", "护理质量", Level.S2),
        ("忘了给药", "医疗用药", Level.S2),
        ("护工态度很差", "服务态度", Level.S3),
        ("电话打不通", "沟通", Level.S3),
        ("饭菜太凉了", "餐饮", Level.S3),
        ("卫生间有异味", "环境设施", Level.S3),
        ("押金不退", "收费退费", Level.S3),
        ("同屋打呼", "同住矛盾", Level.S3),
        ("天天没活动", "活动探视", Level.S4),
        ("我要投诉", "待定", Level.S3),
        ("好几位老人吃了饭都拉肚子", "人身安全", Level.S1),
    ],
)
def test_c5_the_worst_rule_decides(words: str, category: str, level: Level) -> None:
    found = assess([words])
    assert (found.category, found.level) == (category, level)
    assert found.why or category == "待定"


GRAVE = [
    ("不给我妈喝水", "虐待忽视"),
    ("推了我妈一把", "虐待忽视"),
    ("护工把我爸摁在床上", "虐待忽视"),
    ("我妈被人扇耳光", "虐待忽视"),
    ("把我爸锁在屋里", "虐待忽视"),
    ("饿了一天没人喂", "虐待忽视"),
    ("骂我妈老不死的", "虐待忽视"),
    ("护工摸我妈身子", "虐待忽视"),
    ("喂错药了", "人身安全"),
    ("护士拿隔壁床的药给我妈吃", "人身安全"),
    ("你们给我爸打错了胰岛素", "人身安全"),
    ("药发重了，吃了两遍", "人身安全"),
    ("我妈屁股都烂了", "人身安全"),
    ("我爸背上长了褥疮", "人身安全"),
    ("我奶奶胳膊上有手印", "人身安全"),
    ("钱被护工拿了", "财物"),
    ("护工跟我妈要红包", "财物"),
    ("摔了两天才告诉我们", "人身安全"),
]


@pytest.mark.parametrize(("words", "category"), GRAVE)
def test_fault_a10_what_is_grave_is_graded_so(words: str, category: str) -> None:
    found = assess([words])
    assert (found.category, found.level) == (category, Level.S1)


@pytest.mark.parametrize(
    "words",
    [
        "护工打电话不接",
        "推轮椅的师傅态度不好",
        "空调坏了，冷死了",
        "护工推着我妈出去晒太阳，晚了半小时",
        "绑定不上微信",
        "打呼噜吵得睡不着",
        "饭太咸了",
        "给我妈打针的护士说话太冲",
    ],
)
def test_fault_a10_what_only_sounds_like_harm_is_not(words: str) -> None:
    assert assess([words]).level >= Level.S3


def test_fault_a10_the_rules_and_the_form_have_one_list() -> None:
    assert {name for name, _, _ in severity._RULES} <= set(severity.CATEGORIES)
    assert {severity.category_of(old) for old in ("财物诈骗", "隐私泄露", "用药与病情", "收费合同", "餐饮")} <= set(
        severity.CATEGORIES
    )
    assert severity.category_of("待定") == "待定"


@pytest.mark.parametrize("words", ["我姓刘，13912345678，周六下午3点来看", "电话 0571-12345678", "订单号123450"])
def test_fault_a8_a_number_that_holds_12345_is_no_threat(words: str) -> None:
    assert of_words(words) is not Intent.COMPLAINT
    assert assess([f"饭凉了，{words}"]).level is Level.S3
    assert of_words("再不管我打12345") is Intent.COMPLAINT
    assert of_words("打 12345热线") is Intent.COMPLAINT


def test_c5_injury_and_authority_raise_one_level() -> None:
    assert assess(["饭菜太凉了，我要打12345"]).level is Level.S2
    assert assess(["态度差，老人住院了，律师会联系你们"]).level is Level.S1
    assert assess(["护工打我妈，我报警"]).level is Level.S1


def test_c14_a_wish_not_to_be_named_and_a_lawyer_are_heard() -> None:
    found = assess(["别说是我说的", "律师会来"])
    assert found.hide_name
    assert found.cautious
    assert not assess(["饭凉"]).hide_name


@pytest.mark.parametrize("words", ["我妈昨天在卫生间滑了一下，膝盖都青了，没人告诉我", "在走廊滑倒了", "头磕破了一块"])
def test_c5_a_fall_is_never_a_matter_of_the_building(words: str) -> None:
    found = assess([words])
    assert (found.category, found.level) == ("人身安全", Level.S1)
