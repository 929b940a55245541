"""Places of a house in somebody's own words: what of them may be said on a telephone and shown to visitors. Only what
is known to be a place is taken; a name, an illness or anything else is left out (F15).
"""

import re
from typing import Final

_COUNT: Final = r"(?:\d{1,2}|[一二三四五六七八九十]{1,3})"
_ROOMS: Final = (
    "活动室|活动区|阅览室|书画室|棋牌室|康复室|治疗室|理疗室|医务室|输液室|护士站|护理站|值班室|会议室|会客室|接待室|办公室|多功能厅|"
    "餐厅|食堂|饭堂|厨房|配餐间|备餐间|茶水间|开水间|大厅|门厅|前厅|前台|服务台|走廊|过道|电梯间|电梯口|电梯|楼梯间|楼梯口|楼梯|"
    "卫生间|洗手间|厕所|浴室|洗澡间|淋浴间|洗衣房|晾衣间|阳台|露台|天台|楼顶|地下室|库房|仓库|储物间|配电房|配电间|锅炉房|机房|"
    "大门口|大门|后门|侧门|东门|西门|南门|北门|门口|门卫|岗亭|传达室|院子|后院|花园|菜园|凉亭|亭子|池塘|鱼池|停车场|车库|操场|广场|"
    "佛堂|教堂|礼堂|宿舍|床边|窗边"
)
_PLACE: Final = re.compile(
    rf"(?P<building>[东西南北中前后新老A-Za-z]楼|{_COUNT}\s?(?:号楼|栋|幢))"
    rf"|(?P<floor>(?:地下|负)?{_COUNT}\s?(?:楼|层))"
    rf"|(?P<room>(?<![\d.])\d{{3,4}}(?=\s?(?:室|房间?|号房)|\D|$)(?!\s?(?:米|年|月|日|号|点|分|元|人|次|楼|层))(?:\s?(?:室|房间?|号房))?"
    rf"|(?<![\d.])\d{{1,2}}\s?(?:室|号房|房间))"
    rf"|(?P<hall>{_ROOMS})"
)
_HAN: Final = {sign: number for number, sign in enumerate("零一二三四五六七八九十")}


def said(text: str) -> str:
    """The places of the words in their order, with blanks between: 一楼 花园, 306 室 卫生间; "" where there is none."""
    found: list[str] = []
    for part in _PLACE.finditer(text):
        words = part.group().replace(" ", "")
        if part.lastgroup == "room":
            words = f"{re.sub(r'[^0-9]', '', words)} 室"
        if words not in found:
            found.append(words)
    return " ".join(found)


def floor(text: str) -> str:
    """The floor that the words name, as a number: 三楼 is 3; "" where they name none."""
    for part in _PLACE.finditer(text):
        if part.lastgroup == "floor" and not part.group().startswith(("地下", "负")):
            return _number(re.sub(r"[楼层\s]", "", part.group()))
    return ""


def _number(words: str) -> str:
    if words.isdecimal():
        return str(int(words))
    tens, _, ones = words.partition("十")
    if "十" not in words:
        return str(_HAN.get(words, 0) or "")
    return str((_HAN.get(tens, 1) if tens else 1) * 10 + (_HAN.get(ones, 0) if ones else 0))
