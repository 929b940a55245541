"""Values as people write them: days in many forms, identity numbers, telephones, beds, words. What is not sure is
asked, never guessed; what the sheet has lost is said, never rebuilt (anchors 1).
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from care import phones
from care.identity import SIGNS, WEIGHTS
from care.states import Role
from care.words import clear
from services.imports.book import NO_VALUE, Cell

EXCEL: Final = date(1899, 12, 30)
SERIALS: Final = range(1_000, 80_000)
ERRORS: Final = ("#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!")


@dataclass(frozen=True, slots=True)
class Read:
    """A value as it was understood; or why not, with a guess when there is one."""

    value: str = ""
    why: str = ""
    guess: str = ""
    hint: str = ""
    """Where the guess comes from."""


def text(cell: Cell) -> str:
    """A cell as words: 306.0 is 306."""
    if cell is None or cell == NO_VALUE:
        return ""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        cell = int(cell)
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", clear(str(cell)))).strip()


def broken(cell: Cell) -> str:
    """Why a cell holds nothing that may be believed, or nothing."""
    if cell == NO_VALUE:
        return "这里是公式，表里没存下结果。请在 Excel 里打开、保存一次，或自己填"
    if isinstance(cell, str) and cell.strip() in ERRORS:
        return f"公式出错了（{cell.strip()}）"
    return ""


_DAY: Final = (
    re.compile(r"(\d{4})[-/.年 ]+(\d{1,2})[-/.月 ]+(\d{1,2})日?号?(?: \d{1,2}:\d{2}(?::\d{2})?)?"),
    re.compile(r"(\d{4})(\d{2})(\d{2})"),
    re.compile(r"(\d{2})[-/.年](\d{1,2})[-/.月](\d{1,2})日?"),
)
_BACKWARDS: Final = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})")
_MONTH: Final = re.compile(r"(\d{4})[-/.年](\d{1,2})月?")
_OLD: Final = re.compile(
    r"民国|农历|阴历|闰|腊月|正月|冬月|初[一二三四五六七八九十]|廿|[一二三四五六七八九十]月|宣统|光绪"
)


def day(cell: Cell, today: date, *, birth: bool = False) -> Read:
    """A day in one of six forms, or an Excel serial. 民国 and 农历 are asked."""
    words = text(cell)
    if not words:
        return Read()
    if _OLD.search(words):
        return Read(why="是农历或民国的写法，不能替您换算。请写成公历，如 1944-03-02")
    if re.fullmatch(r"\d{4,5}(\.\d+)?", words) and int(float(words)) in SERIALS and not _is_year(words, birth=birth):
        return _sane(EXCEL + timedelta(days=int(float(words))), today, birth=birth)
    for shape in _DAY:
        if found := shape.fullmatch(words):
            year, month, of_month = (int(part) for part in found.groups())
            if year < 100:
                year += 1900 if birth or year > (today.year + 1) % 100 else 2000
            return _made(year, month, of_month, today, birth=birth)
    if found := _BACKWARDS.fullmatch(words):
        return _backwards(int(found[1]), int(found[2]), int(found[3]), today, birth=birth)
    if _MONTH.fullmatch(words) or re.fullmatch(r"\d{4}年?", words):
        return Read(why="只写到年月，少了哪一天")
    return Read(why="不是日期")


def _backwards(one: int, other: int, year: int, today: date, *, birth: bool) -> Read:
    if one > 12 >= other:
        return _made(year, other, one, today, birth=birth)
    if one != other and other <= 12:
        return Read(why=f"分不清是 {one} 月 {other} 日还是 {other} 月 {one} 日")
    return _made(year, one, other, today, birth=birth)


def _is_year(words: str, *, birth: bool) -> bool:
    return len(words) == 4 and birth and 1890 <= int(words) <= 2100


def _made(year: int, month: int, of_month: int, today: date, *, birth: bool) -> Read:
    try:
        return _sane(date(year, month, of_month), today, birth=birth)
    except ValueError:
        return Read(why="没有这一天")


def _sane(found: date, today: date, *, birth: bool) -> Read:
    if birth and (found.year < 1900 or found > today):
        return Read(why=f"读成 {found}，不像是生日")
    if not birth and not (1980 <= found.year <= today.year + 2):
        return Read(why=f"读成 {found}，年份不像")
    return Read(found.isoformat())


LOST: Final = "丢位了：Excel 把它当数字，后几位已经没有了"


def identity(cell: Cell) -> Read:
    """An identity number by its check digit. One whose tail the sheet has lost is said, never rebuilt."""
    if isinstance(cell, float) and abs(cell) >= 1e14:
        return Read(why=LOST)
    words = re.sub(r"[\s\-']", "", text(cell)).upper()
    if not words:
        return Read()
    if re.fullmatch(r"\d(\.\d+)?E\+?\d+", words):
        return Read(why=LOST)
    if isinstance(cell, int) and len(words) == 18 and words.endswith("000"):
        return Read(why=LOST)
    if re.fullmatch(r"\d{15}", words):
        return Read(why="是 15 位的老号码，请看一眼身份证填 18 位")
    if not re.fullmatch(r"\d{17}[\dX]", words):
        few = f"只有 {len(words)} 位" if len(words) < 18 else f"有 {len(words)} 位"
        return Read(why=f"{few}，要 18 位。猜不出，不猜" if words[:-1].isdigit() else "不是身份证号")
    if SIGNS[sum(int(n) * w for n, w in zip(words, WEIGHTS, strict=False)) % 11] != words[17]:
        return Read(why="最后一位核对不上，多半抄错了一位。猜不出，不猜")
    try:
        date.fromisoformat(f"{words[6:10]}-{words[10:12]}-{words[12:14]}")
    except ValueError:
        return Read(why="里面的生日没有这一天")
    return Read(words)


def born_in(number: str) -> str:
    """The birthday that an identity number tells."""
    return f"{number[6:10]}-{number[10:12]}-{number[12:14]}"


def sex_in(number: str) -> str:
    """And the sex."""
    return "男" if int(number[16]) % 2 else "女"


def phone(cell: Cell) -> Read:
    """A mobile number, or a fixed line with its code."""
    said = text(cell)
    if found := phones.read(re.sub(r"^86(?=1\d{10}$)", "", said)):
        return Read(found)
    words = re.sub(r"[\s\-()]", "", said)
    if not words:
        return Read()
    if re.fullmatch(r"\d(\.\d+)?[Ee]\+?\d+", words):
        return Read(why=LOST)
    parts = re.split(r"[,;/、，；]", words)
    if re.fullmatch(r"1[3-9]\d{9}", parts[0]):
        return Read(why="写了不止一个号码", guess=parts[0], hint="先用第一个")
    if not words.isdigit():
        return Read(why="不是电话号码")
    return Read(why=f"只有 {len(words)} 位" if len(words) < 11 else f"有 {len(words)} 位，手机是 11 位")


SEXES: Final = {
    word: sex
    for sex, words in {"男": "男 男性 m male 先生 爷爷", "女": "女 女性 f female 女士 奶奶"}.items()
    for word in words.split()
}
STATUSES: Final = {
    word: status
    for status, words in {
        "在住": "在住 在院 入住 已入住 是 住 正常 长住 试住",
        "请假": "请假 外出 回家 探亲",
        "住院": "住院 在医院 就医",
        "病危": "病危",
        "退住": "退住 已退住 离院 出院 退院 已离开",
        "去世": "去世 已故 过世 死亡 故",
    }.items()
    for word in words.split()
}
LEVELS: Final = {
    word: level
    for level, words in {
        "自理": "自理 三级 三级护理 全自理 生活自理 能力完好",
        "半护理": "半护理 二级 二级护理 半护 半自理 介助 部分自理 轻度失能 中度失能",
        "全护理": "全护理 一级 一级护理 全护 不能自理 介护 失能 重度失能 完全失能",
        "特护": "特护 特级 特级护理 特别护理 专护",
    }.items()
    for word in words.split()
}
NOTHING: Final = frozenset(
    ("无", "没有", "否", "无过敏", "无过敏史", "未发现", "无药物过敏", "不过敏", "none", "no"),
)
RELATIONS: Final = {
    word: tie
    for tie, words in {
        "儿子": "儿子 子 儿 儿 长子 次子 大儿子 二儿子 小儿子 独子",
        "女儿": "女儿 女 闺女 姑娘 长女 次女 大女儿 二女儿 小女儿 独女",
        "老伴": "老伴 配偶 夫妻 爱人 妻子 丈夫 妻 夫",
        "儿媳": "儿媳 媳妇 儿媳妇 媳",
        "女婿": "女婿 婿",
        "孙子": "孙子 孙",
        "孙女": "孙女",
        "外孙": "外孙 外孙子",
        "外孙女": "外孙女",
    }.items()
    for word in words.split()
}
POSTS: Final[Mapping[str, Role]] = {
    word: role
    for role, words in {
        Role.CARER: "护理 护理员 护工 照护员 养老护理员 生活照料 carer",
        Role.NURSE: "护士 护士长 医护 nurse",
        Role.DESK: "客服 前台 接待 社工 客户服务 desk",
        Role.SUPERVISOR: "主管 主任 护理主任 护理部主任 护理主管 楼长 supervisor",
        Role.DIRECTOR: "院长 director",
        Role.ADMIN: "管理员 信息员 信息管理 网管 admin",
        Role.AUDITOR: "审计 监事 auditor",
    }.items()
    for word in words.split()
}
SHIFTS: Final = {
    word: shift
    for shift, words in {
        "白班": "白班 白 日班 早班 早 d day 白天 长白",
        "中班": "中班 中",
        "夜班": "夜班 夜 晚班 晚 n night 大夜 小夜",
        "24 小时": "24 24h 24小时 全天 住班 连班 24 小时",
        "休": "休 休息 off / - 轮休 假 年假 —",
    }.items()
    for word in words.split(" ")
}
YES: Final = frozenset(("是", "1", "y", "yes", "主要", "√", "✓", "第一", "对", "true"))


def chosen(cell: Cell, words: Mapping[str, str], unknown: str) -> Read:
    """One of a few words; near ones are guessed."""
    said = text(cell).lower()
    if not said:
        return Read()
    if (found := words.get(said)) is not None:
        return Read(found)
    near = {words[word] for word in words if len(word) >= 2 and (word in said or (len(said) >= 2 and said in word))}
    return Read(why=unknown, guess=near.pop() if len(near) == 1 else "", hint="有点像")


@dataclass(frozen=True, slots=True)
class Bed:
    """Where somebody lives, as far as it was written."""

    building: str = ""
    room: str = ""
    bed: str = ""

    @property
    def words(self) -> str:
        """As it is said."""
        return f"{self.building}{' ' if self.building else ''}{self.room}{'-' if self.bed else ''}{self.bed}"


_PLACE: Final = re.compile(
    r"(?:(?P<building>[一-鿿A-Za-z0-9]{1,6}?(?:栋|号楼|座|院|区))\s*)?(?:\d{1,2}\s*(?:楼|层|F)\s*)?"
    r"(?P<room>[A-Za-z]?\d{2,5}[A-Za-z]?)\s*(?:室|房间|房|号)?(?:\s*[-—–_/#]+\s*|\s+|室|房)?"
    r"(?:(?P<bed>[A-Za-z0-9]{1,2})\s*(?:床|号床|#)?)?"
)
_DASHES: Final = str.maketrans(dict.fromkeys("—–―－ー~", "-"))
_LIKE: Final = str.maketrans({"l": "1", "I": "1", "o": "0", "O": "0", "|": "1", "S": "5", "B": "8"})


def bed(words: str) -> Bed | None:
    """306-1, 306室1床, A栋 306 1; None for what is no place."""
    words = re.sub(r"-{2,}", "-", words.translate(_DASHES))
    found = _PLACE.fullmatch(words.strip())
    return None if found is None else Bed(*(found[name] or "" for name in ("building", "room", "bed")))


def looked(words: str) -> str:
    """The same with letters that look like digits as digits."""
    return words.translate(_LIKE)


@dataclass(frozen=True, slots=True)
class Kin:
    """A name with a tie behind it: 李静（女儿）."""

    name: str
    relation: str = ""
    phone: str = field(default="")


def kin(words: str) -> Kin:
    """A cell of a relative's name, which often has the tie and the number in it."""
    number = re.search(r"1[3-9]\d{9}", words)
    rest = words.replace(number[0], " ") if number else words
    tie = re.search(r"[(（:：\-]\s*([一-鿿]{1,4})\s*[)）]?", rest)
    name = re.split(r"[(（:：\-\s,，、/]", rest.strip())[0]
    for relation in sorted(RELATIONS, key=len, reverse=True):
        if tie is None and len(relation) >= 2 and rest.strip().endswith(relation) and rest.strip() != relation:
            stem = rest.strip().removesuffix(relation).strip(" ,，、/")
            return Kin(stem, relation, number[0] if number else "")
    return Kin(name, tie[1] if tie else "", number[0] if number else "")
