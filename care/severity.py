"""How serious a complaint is, by rule (domain.md 6b): the worst rule that fires; staff may raise it, lowering needs a
supervisor.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from care import harm
from care.remembered import remembered


class Level(IntEnum):
    """S1 is the most serious; the numbers are stored."""

    S1 = 1
    S2 = 2
    S3 = 3
    S4 = 4


@dataclass(frozen=True, slots=True)
class Assessment:
    """What the rules see: the category, the level, the words that decided it, and two wishes."""

    category: str
    level: Level
    why: tuple[str, ...]
    cautious: bool = False
    hide_name: bool = False


CATEGORIES: Final = (
    "虐待忽视",
    "人身安全",
    "财物",
    "隐私",
    "护理质量",
    "医疗用药",
    "服务态度",
    "沟通",
    "餐饮",
    "环境设施",
    "收费退费",
    "同住矛盾",
    "活动探视",
    "其他",
)
"""The one list: what the rules say, what colleagues choose, what families read (domain.md 6b; A10)."""
UNKNOWN: Final = "待定"
"""The rules heard nothing: a colleague chooses, nothing is chosen beforehand."""
_OLD: Final = {"财物诈骗": "财物", "隐私泄露": "隐私", "用药与病情": "医疗用药", "收费合同": "收费退费"}
"""Names that the rules of earlier releases stored."""
_RULES: Final[tuple[tuple[str, Level, "re.Pattern[str] | harm.Words"], ...]] = (
    ("虐待忽视", Level.S1, harm.VIOLENCE),
    ("虐待忽视", Level.S1, harm.SEXUAL),
    ("虐待忽视", Level.S1, harm.CONFINED),
    ("虐待忽视", Level.S1, harm.DEPRIVED),
    ("人身安全", Level.S1, harm.DRUGS),
    ("人身安全", Level.S1, harm.SORES),
    (
        "人身安全",
        Level.S1,
        re.compile(
            r"摔|跌倒|跌了|滑倒|滑了一?[下跤]|坠床|掉下(?:床|来)|从床上掉|磕(?:了|着|到|破|伤)|骨折|噎|呛|窒息|走丢|走失|跑丢|(?:人|妈|爸|奶奶|爷爷|他|她)不见了|烫(?:伤|着|"
            r"了|到|起|坏)|延误|耽误[^，。]{0,4}(?:病|治|抢救)|送医|送晚|流血|出血|昏迷|昏倒|晕倒|食物中毒|中毒|抢救|人没了|死(?:了|因|在)|去世"
        ),
    ),
    ("人身安全", Level.S1, harm.MARKS),
    ("虐待忽视", Level.S1, harm.INSULTED),
    ("财物", Level.S2, harm.ROBBED),
    (
        "财物",
        Level.S2,
        re.compile(
            r"偷|丢(?:了)?(?:钱|东西|首饰|存折|手机)|(?:钱|东西|戒指|首饰|手机|存折|衣服|假牙|助听器|眼镜)[^，。]{0,4}(?:不见|没了|丢了|少了|找不到)|少了一件|账目|保健品|骗"
        ),
    ),
    ("医疗用药", Level.S2, harm.CONCEALED),
    (
        "隐私",
        Level.S2,
        re.compile(
            r"隐私|(?:照片|视频|病情)[^，。]{0,6}(?:外发|发出去|发到|告诉[^，。]{0,2}(?:别人|外人|邻居|同屋|同事)|说出去|传)|泄露|偷拍|监控[^，。]{0,4}(?:洗澡|换衣)"
        ),
    ),
    (
        "医疗用药",
        Level.S2,
        re.compile(
            r"漏(?:发|吃|喂|打)?(?:了)?药|忘了?(?:发|给|喂|打)[^，。]{0,3}(?:药|针)|没(?:发|给|喂)[^，。]{0,3}药|停了?药|不告诉我们|没通知[^，。]{0,6}(?:病|"
            r"住院)"
        ),
    ),
    (
        "护理质量",
        Level.S2,
        re.compile(
            r"(?:不|没|没有|没人)(?:给|帮|替)?[^，。]{0,3}(?:翻身|擦身|洗澡|换(?:尿|床单|衣|裤|药)|洗头|剪指甲|喂饭|刷牙)|尿湿|尿不湿|(?:屎|尿|大便|"
            r"小便)[^，。]{0,8}(?:没人|不换|没换|一身|半天|糊|泡|满)|(?:躺|睡|坐|泡)在?[^，。]{0,4}(?:屎|尿|大便|粪)|瘦了|瘦得|掉了[^，。]{0,3}斤|没换|按铃|呼叫|"
            r"叫了?[^，。]{0,4}没人|没人(?:管|理|应|来|问)|(?:扔|晾|丢)(?:在|着|那)|(?:不管|不理)(?:老人|我妈|我爸|她|他|我)|冻(?:着|坏|得|了)|脏得|臭烘烘"
        ),
    ),
    ("服务态度", Level.S2, re.compile(r"(?:骂|羞辱|侮辱|辱骂|恐吓|威胁)(?:了|过)?(?:我|俺)|骂人|骂得|威胁")),
    (
        "服务态度",
        Level.S3,
        re.compile(
            r"态度|说话[^，。]{0,3}(?:冲|难听|呛|狠)|恶劣|口气|不耐烦|大声|吼|凶|不理|冷漠|敷衍|爱答不理|骂|甩脸|翻白眼|嫌"
        ),
    ),
    (
        "沟通",
        Level.S3,
        re.compile(r"没人接|打不通|不接电话|不通知|没通知|没做到|说话不算|说法不一|没人回|踢皮球|推来推去"),
    ),
    ("餐饮", Level.S3, re.compile(r"饭|菜|咸|太硬|凉|不新鲜|馊|伙食|食堂|吃的|汤|粥")),
    (
        "环境设施",
        Level.S3,
        re.compile(r"卫生间|厕所|滑|空调|暖气|异味|臭|吵|蚊|蟑螂|老鼠|漏水|电梯|灯坏|床坏|冷|热水|停电|停水|发霉"),
    ),
    ("收费退费", Level.S3, re.compile(r"多扣|扣费|收费|涨价|押金|退费|退钱|退款|合同|乱收|账单|费用")),
    ("同住矛盾", Level.S3, re.compile(r"打呼|同屋|同房|室友|吵架|争吵|隔壁床")),
    ("活动探视", Level.S4, re.compile(r"活动|探视|看望|预约")),
)
_HARMLESS: Final = tuple(rule for rule in _RULES if not isinstance(rule[2], harm.Words))
"""What is asked of words without any sign of harm."""
_UP: Final = re.compile(r"(?<!\d)12345(?!\d)|民政|媒体|记者|起诉|告你们|律师|法院|报警|警察|抖音|曝光|微博|小红书")
_HURT: Final = re.compile(r"受伤|伤了|住院|抢救|不能动|动不了|骨折|昏迷|不会说话|说不出话|失能")
_CAUTIOUS: Final = re.compile(r"律师|媒体|记者|起诉|告你们|法院|曝光")
_HIDE: Final = re.compile(r"别说是我|不要说是我|别告诉.{0,6}是我|匿名|怕.{0,6}报复|给.{0,4}穿小鞋")
_MANY: Final = re.compile(r"(?:好几|几|两|三|四|五|多|许多|不少)[个位]老人|大家都")
_STAFF: Final = re.compile(r"护工|护士|护理|阿姨|你们的?人|员工|院长|主管|前台|客服|医生")
_SICK: Final = re.compile(r"拉肚子|呕吐|中毒|吐了|拉稀")


def category_of(stored: str) -> str:
    """A stored category by its name of today; 待定 stays what it is."""
    return _OLD.get(stored, stored)


def assess(texts: Iterable[str]) -> Assessment:
    """The level of a complaint from all its words so far; wordless evidence alone is S3 until a human looks."""
    said = "\n".join(texts)
    words = harm.plain(said)
    category, level, why = UNKNOWN, Level.S3, list[str]()
    for name, how_bad, pattern in _RULES if harm.SIGNS.search(words) else _HARMLESS:  # the worst come first
        found = pattern.search(words if how_bad < Level.S3 else said)
        if found:
            category, level, why = name, how_bad, [f"「{found.group()}」"]
            break
    if category == "财物" and _STAFF.search(words) and harm.ROBBED.search(words):
        level = Level.S1  # money that a colleague took is no loss (domain.md 6b)
    if category == "餐饮" and _MANY.search(words) and _SICK.search(words):
        category, level = "人身安全", Level.S1
    for pattern in (_UP, _HURT):
        found = pattern.search(words)
        if found and level > Level.S1:
            level = Level(level - 1)
            why.append(f"「{found.group()}」升一级")
    return Assessment(category, level, tuple(why), bool(_CAUTIOUS.search(words)), bool(_HIDE.search(words)))


@remembered
def of_words(words: str) -> Assessment:
    """The level by one message."""
    return assess([words])
