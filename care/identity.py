"""What a Chinese identity number, a birthday and a phone number look like, as people write them (A1)."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Final

from care import occasions
from care.errors import Invalid
from care.states import Sex
from care.words import clear

WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
SIGNS: Final = "10X98765432"
"""ISO 7064 MOD 11-2, as GB 11643 has it."""
OLDEST: Final = 125
_DAY: Final = re.compile(r"(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?", re.ASCII)
_PHONE: Final = re.compile(r"1[3-9]\d{9}|0\d{9,11}|[2-8]\d{6,7}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Identity:
    """A number whose check digit is right, and what it says."""

    number: str
    born: date
    sex: Sex

    @property
    def masked(self) -> str:
        """5101**********2847."""
        return f"{self.number[:4]}{'*' * 10}{self.number[-4:]}"


def plain(text: str) -> str:
    """What somebody typed, without blanks and in the signs of a keyboard: full-width digits become digits."""
    return "".join(unicodedata.normalize("NFKC", clear(text)).split())


def read(text: str, today: date) -> Identity:
    """A number of 18 signs. Raises Invalid with what is wrong with it; it is never mended (GB 11643)."""
    number = plain(text).upper()
    if re.fullmatch(r"\d\.?\d*E\+?\d+", number):
        raise Invalid(why="身份证号被表格改成了科学记数，后几位已经丢了。请照证件重新填 18 位。")
    if re.fullmatch(r"\d{17}[\dX]", number, re.ASCII) is None:
        raise Invalid(why=f"身份证号要 18 位，这里是 {len(number)} 位或有别的字。请照证件再看一遍。")
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        raise Invalid(why="身份证号里的出生日期没有这一天，请照证件再看一遍。") from None
    if SIGNS[sum(int(sign) * weight for sign, weight in zip(number, WEIGHTS, strict=False)) % 11] != number[17]:
        raise Invalid(why="身份证号的最后一位对不上，有一位抄错了。请照证件再看一遍。")
    _alive(born, today)
    return Identity(number, born, Sex.MALE if int(number[16]) % 2 else Sex.FEMALE)


def birthday(text: str, today: date, *, lunar: bool = False, leap: bool = False) -> str:
    """A birthday as it is kept (`1944-10-14`, with `-lunar` or `-lunar-leap`), from the forms in which people write it:
    19441014, 1944/10/14, 1944年10月14日, 农历1944.10.14. Raises Invalid.
    """
    wanted = plain(text)
    if wanted.endswith("-lunar-leap"):
        wanted, lunar, leap = wanted.removesuffix("-lunar-leap"), True, True
    if wanted.endswith("-lunar"):
        wanted, lunar = wanted.removesuffix("-lunar"), True
    for word in ("农历", "阴历", "旧历"):
        if word in wanted:
            wanted, lunar = wanted.replace(word, ""), True
    if "闰" in wanted:
        wanted, lunar, leap = wanted.replace("闰", ""), True, True
    wanted = re.sub("公历|阳历", "", wanted).removesuffix("生")
    match = _DAY.fullmatch(wanted)
    if match is None or (len(wanted) != 8 and wanted.isdecimal()):
        raise Invalid(why=f"看不懂生日「{text.strip()[:20]}」。请写 1944-10-14；按农历过的，选「农历」。")
    year, month, day = (int(part) for part in match.groups())
    _alive_in(year, today)
    kept = f"{year}-{month:02d}-{day:02d}" + "-lunar" * (lunar or leap) + "-leap" * leap
    try:
        occasions.born(kept)
    except Invalid:
        called = (
            f"农历 {year} 年{'闰' if leap else ''} {month} 月 {day} 日" if lunar else f" {year} 年 {month} 月 {day} 日"
        )
        more = "请核对月份和闰月。" if lunar else "请再看一遍；按农历过的，选「农历」。"
        raise Invalid(why=f"没有{called}这一天，{more}") from None
    if not lunar and date(year, month, day) > today:
        raise Invalid(why=f"生日 {kept} 在今天以后，请再看一遍。")
    return kept


def phone(text: str) -> str:
    """A number that can be dialled in China, digits only. Raises Invalid."""
    digits = re.sub(r"[-()]", "", plain(text)).removeprefix("+86")
    if digits.startswith("86") and len(digits) == 13:
        digits = digits[2:]
    if _PHONE.fullmatch(digits) is None:
        raise Invalid(why=f"电话「{text.strip()[:20]}」看着不对：手机 11 位，座机带区号，例如 0571-88000101。")
    return digits


def agrees(identity: Identity, born: str, sex: str) -> None:
    """Raises Invalid where the number says another day or sex. A birthday by the lunar calendar only has to be near:
    papers were often written from memory.
    """
    if sex and sex != identity.sex:
        raise Invalid(why=f"身份证号里是{identity.sex}，这里选的是{sex}。请照证件看一遍，两边要一样。")
    if not born:
        return
    year = int(born[:4])
    if ("lunar" in born and abs(year - identity.born.year) > 1) or ("lunar" not in born and born != str(identity.born)):
        raise Invalid(why=f"身份证号里的生日是 {identity.born}，这里写的是 {born[:10]}。请照证件看一遍，两边要一样。")


def _alive(born: date, today: date) -> None:
    _alive_in(born.year if born <= today else today.year + 1, today)


def _alive_in(year: int, today: date) -> None:
    if not today.year - OLDEST <= year <= today.year:
        raise Invalid(why=f"出生年份 {year} 不像，请再看一遍。")
