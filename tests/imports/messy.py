"""One messy workbook of a home: 64 residents, 90 relatives, 12 colleagues, a rota, eight faults. Fictional people.

`python -m tests.imports.messy FILE.xlsx` writes it. The house has rooms 101 to 312 of two beds each.
"""

import io
import itertools
import sys
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

RESIDENTS, RELATIVES, COLLEAGUES, FAULTS = 64, 90, 12, 8
MONDAY: Final = date(2026, 11, 30)
FAMILIES: Final = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
WOMEN: Final = ("桂兰", "秀英", "玉珍", "淑芬", "凤英", "素华", "月娥", "惠芳", "彩云", "美玲", "春梅", "金凤")
MEN: Final = ("德厚", "国栋", "茂林", "文斌", "建国", "永福", "志明", "长春", "宝山", "庆祥", "福生", "学文")
YOUNG: Final = ("静", "磊", "敏", "强", "娟", "伟", "芳", "涛", "丽", "勇", "婷", "斌", "洁", "辉", "倩", "波")
LEVELS: Final = ("自理", "二级", "半护", "全护理", "介助")
WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
STAFF: Final = (
    ("周敏", "护理员", "1楼"),
    ("刘翠", "护工", "1楼、2楼"),
    ("马会", "护理员", "2楼"),
    ("邓梅", "护理员", "3楼"),
    ("韩雪", "护理员", ""),
    ("唐雨", "护士", ""),
    ("彭丽", "护士长", ""),
    ("陈晓雯", "前台", ""),
    ("马文静", "客服", ""),
    ("何志远", "主任", ""),
    ("钱小军", "信息员", ""),
    ("丁兰", "护士", "2-3楼"),
)


def number(born: date, sex: str, serial: int) -> str:
    """An identity number whose check digit is right; the place does not exist."""
    head = f"990001{born:%Y%m%d}{serial:02d}{(serial * 2 + (sex == '男')) % 10}"
    return head + "10X98765432"[sum(int(sign) * weight for sign, weight in zip(head, WEIGHTS, strict=True)) % 11]


def _day(born: date, form: int) -> Any:
    return (
        born,
        f"{born:%Y.%m.%d}",
        f"{born.year}年{born.month}月{born.day}日",
        f"{born:%Y/%m/%d}",
        f"{born:%Y%m%d}",
        f"{born:%y}.{born.month}.{born.day}",
        (born - date(1899, 12, 30)).days,
    )[form % 7]


@cache
def people() -> list[dict[str, Any]]:
    """The residents as they are, without the faults of the sheet."""
    found: list[dict[str, Any]] = []
    beds = [f"{floor}{room:02d}-{bed}" for floor in (1, 2, 3) for room in range(1, 13) for bed in (1, 2)]
    names = set[str]()
    for at in range(RESIDENTS):
        sex = "女" if at % 3 else "男"
        name = next(
            whole
            for tries in itertools.count()
            if (whole := FAMILIES[(at * 7 + tries) % 20] + (WOMEN if sex == "女" else MEN)[(at + tries // 20) % 12])
            not in names
        )
        names.add(name)
        born = date(1932, 1, 5) + timedelta(days=at * 113 + (at * 37) % 60)
        found.append({"name": name, "sex": sex, "born": born, "bed": beds[at], "identity": number(born, sex, at)})
    return found


def relatives() -> list[tuple[dict[str, Any], str, str, str]]:
    """Whose, name, tie and number of each relative: one for each resident, two for the first 26."""
    found = []
    for at, one in enumerate([*people(), *people()[: RELATIVES - RESIDENTS]]):
        tie = ("女儿", "儿子", "老伴", "儿媳", "女婿", "长女")[at % 6]
        family = one["name"][0] if tie in {"女儿", "儿子", "长女"} else FAMILIES[(at + 3) % 20]
        found.append(
            (one, family + YOUNG[at % 16] + ("" if at < RESIDENTS else "华"), tie, f"139{at:04d}{6021 + at:04d}")
        )
    return found


def workbook(monday: date = MONDAY) -> Workbook:
    """All of it."""
    book = Workbook()
    _residents(book.active)
    _relatives(book.create_sheet("家属联系方式"))
    _colleagues(book.create_sheet("员工"))
    _rota(book.create_sheet("12月第1周排班"), monday)
    return book


def _residents(sheet: Worksheet) -> None:
    sheet.title = "老人花名册（最新）"
    sheet.append(["青禾颐养院在住老人花名册"])
    sheet.merge_cells("A1:L1")
    sheet.append(["制表：办公室", None, None, None, None, "2026年11月"])
    sheet.append(["序号", "姓 名", "性别", "出生", "身份证", "房床", "入住时间", "护理", "禁忌", "病", "吃饭", "备注"])
    for at, one in enumerate(people()):
        entered = date(2024, 3, 1) + timedelta(days=9 * at)
        row: list[Any] = [
            at + 1,
            one["name"],
            {"女": "女", "男": "M"}[one["sex"]] if at % 2 else one["sex"],
            _day(one["born"], at),
            f" {one['identity'][:6]} {one['identity'][6:]}" if at % 5 == 0 else one["identity"],
            one["bed"] if at % 4 else one["bed"].replace("-", "室") + "床",
            entered if at % 2 else (entered - date(1899, 12, 30)).days,
            LEVELS[at % 5],
            ("青霉素", "无", None)[at % 3],
            "糖、高血压" if at % 2 else None,
            "软食 少盐" if at % 4 == 0 else None,
            "爱听川剧" if at % 7 == 0 else None,
        ]
        _spoil(at, row)
        sheet.append(row)
        if at == 30:
            sheet.append([])
    sheet.append(["合计", f"{RESIDENTS}人"])


def _spoil(at: int, row: list[Any]) -> None:
    """Seven of the eight faults; the eighth is a relative's number."""
    match at:
        case 5:
            row[3] = "1938.2.30"
        case 10:
            row[5] = row[5].replace("1", "l", 1)
        case 15:
            row[4] = float(row[4].replace("X", "0").strip().replace(" ", ""))
        case 20:
            row[1] = people()[3]["name"]
            row[3], row[4] = None, None
        case 25:
            row[7] = "半护+"
        case 30:
            row[5] = f"4{row[5][1:]}"
        case 35:
            row[6] = "去年国庆"


def _relatives(sheet: Worksheet) -> None:
    sheet.append(["老人姓名", "房间", "家属姓名", "与老人关系", "联系电话", "主要联系人"])
    for at, (elder, name, tie, phone) in enumerate(relatives()):
        sheet.append(
            [
                people()[3]["name"] if elder["name"] == people()[20]["name"] else elder["name"],
                elder["bed"],
                name,
                tie,
                "1390000" if at == 40 else f"{phone[:3]} {phone[3:7]} {phone[7:]}" if at % 3 == 0 else int(phone),
                "是" if at < RESIDENTS else None,
            ]
        )


def _colleagues(sheet: Worksheet) -> None:
    sheet.append(["员工姓名", "岗位", "负责区域", "手机"])
    for at, (name, post, floors) in enumerate(STAFF):
        sheet.append([name, post, floors, f"1370000{at:04d}"])


def _rota(sheet: Worksheet, monday: date) -> None:
    days = [monday + timedelta(days=at) for at in range(7)]
    sheet.append(["一周排班表"])
    sheet.append(["姓名", *(f"{day.month}月{day.day}日" for day in days)])
    for at, (name, *_) in enumerate(STAFF[:7]):
        sheet.append([name, *(("白", "夜", "休", "休")[(at + day) % 4] for day in range(7))])


@cache
def content(monday: date = MONDAY) -> bytes:
    """The file; its rota begins on that day."""
    file = io.BytesIO()
    workbook(monday).save(file)
    return file.getvalue()


if __name__ == "__main__":
    Path(sys.argv[1]).write_bytes(content())
