"""What a home chooses: departments, categories beside ours, festivals on which a machine may greet."""

import pytest

from care import choices, occasions
from care.errors import Invalid
from care.severity import CATEGORIES


def test_n3_names_are_taken_line_by_line_as_people_write_them() -> None:
    assert choices.departments(" 护理部\n\n膳食部、班 车 队 ") == ("护理部", "膳食部", "班 车 队")
    assert choices.categories("") == ()
    assert choices.categories("洗衣，班车") == ("洗衣", "班车")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("\n  \n", "至少要有一个部门"),
        ("护理部\n护理部", "写了两遍"),
        ("一二三四五六七八九十一二三", "最多 12 个字"),
        ("护理<部>", "不能用的符号"),
        ("\n".join(f"第{n}组" for n in range(21)), "最多 20 个"),
    ],
)
def test_n3_departments_that_cannot_be_chosen_are_refused(text: str, told: str) -> None:
    with pytest.raises(Invalid, match=told):
        choices.departments(text)


@pytest.mark.parametrize(
    ("text", "told"), [("餐饮", "本来就有"), ("待定", "本来就有"), ("一二三四五六七八九", "最多 8 个字")]
)
def test_c5_a_category_beside_ours_is_a_new_one_and_short(text: str, told: str) -> None:
    with pytest.raises(Invalid, match=told):
        choices.categories(text)


def test_c5_ours_always_stay_and_a_case_keeps_the_category_that_it_has() -> None:
    chosen = choices.Choices(more_categories=("洗衣",))
    assert set(CATEGORIES) <= set(chosen.categories)
    assert chosen.categories[-2:] == ("洗衣", "其他")
    assert chosen.categories_of("洗衣") == chosen.categories
    assert chosen.categories_of("班车")[0] == "班车", "it was taken out of the list since"
    assert "待定" not in chosen.categories_of("待定")


def test_h1_a_machine_greets_on_no_day_on_which_it_could_hurt() -> None:
    everything = frozenset(occasions.BY_ID) - occasions.BY_HAND
    assert choices.festivals(everything) == everything
    for day in ("zhongyuan", "qixi"):
        with pytest.raises(Invalid, match="机器人不问候"):
            choices.festivals(frozenset({day}))
    with pytest.raises(Invalid, match="这一天机器人不问候"):
        choices.festivals(frozenset({"doomsday"}))
