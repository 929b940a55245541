"""How serious a complaint is, by rule (domain.md 6b): the worst rule that fires; staff may raise it, lowering needs a supervisor."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import Final


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


_ELDER = r"(?:老人|我?(?:妈|爸|奶奶|爷爷|姥姥|姥爷|外婆|外公|老伴|母亲|父亲)|她|他|我)"
_RULES: Final[tuple[tuple[str, Level, str], ...]] = (
    ("虐待忽视", Level.S1, r"虐待|打骂|殴打|打(?:了)?" + _ELDER + r"|打人|掐|捆|绑(?:着|在|起来|住)|不给(?:吃|喝|饭|水)|猥亵|性侵|摸(?:我|她)|关(?:在|起来)"),
    ("人身安全", Level.S1, r"摔|跌倒|跌了|滑倒|滑了一?[下跤]|磕(?:了|着|到|破|伤)|(?:膝盖|胳膊|手|腿|脸|头|额头|眼睛|身上).{0,4}(?:青|肿|破|紫)了?|骨折|噎|呛|走丢|走失|(?:人|妈|爸|奶奶|爷爷|他|她)不见了|压疮|褥疮|烫(?:伤|着|了|到)|吃错药|给错药|用错药|药给错|延误|送医|送晚|流血|昏迷|食物中毒"),
    ("财物诈骗", Level.S2, r"偷|丢(?:了)?(?:钱|东西|首饰|存折|手机)|钱不见|东西不见|少了一件|账目|保健品|骗"),
    ("隐私泄露", Level.S2, r"隐私|(?:照片|视频|病情).{0,6}(?:外发|发出去|发到|告诉|说出去)|泄露"),
    ("护理质量", Level.S2, r"不翻身|没翻身|尿湿|尿不湿|没换|不换|没洗澡|不洗澡|按铃|呼叫|叫了?.{0,4}没人"),
    ("用药与病情", Level.S2, r"漏(?:发|吃)?药|忘了?(?:发|给)药|没(?:发|给)药|不告诉我们|没通知.{0,6}(?:病|住院)"),
    ("服务态度", Level.S3, r"态度|不耐烦|大声|吼|凶|不理|冷漠|敷衍|爱答不理"),
    ("沟通", Level.S3, r"没人接|打不通|不接电话|不通知|没通知|没做到|说话不算|说法不一|没人回"),
    ("餐饮", Level.S3, r"饭|菜|咸|太硬|凉|不新鲜|馊|伙食|食堂|吃的"),
    ("环境设施", Level.S3, r"卫生间|厕所|滑|空调|暖气|异味|臭|吵|蚊|蟑螂|漏水|电梯|灯坏|床坏|冷|热水"),
    ("收费合同", Level.S3, r"多扣|扣费|收费|涨价|押金|退费|退钱|合同|乱收|账单"),
    ("同住矛盾", Level.S3, r"打呼|同屋|同房|室友|吵架|争吵"),
    ("活动探视", Level.S4, r"活动|探视|看望|预约"),
)  # fmt: skip
_COMPILED: Final = tuple((name, level, re.compile(pattern)) for name, level, pattern in _RULES)
_UP: Final = re.compile(r"12345|民政|媒体|记者|起诉|告你们|律师|法院|报警|警察|抖音|曝光|微博|小红书")
_HURT: Final = re.compile(r"受伤|伤了|住院|抢救|不能动|动不了|骨折|昏迷|不会说话|说不出话|失能")
_CAUTIOUS: Final = re.compile(r"律师|媒体|记者|起诉|告你们|法院|曝光")
_HIDE: Final = re.compile(r"别说是我|不要说是我|别告诉.{0,6}是我|匿名|怕.{0,6}报复|给.{0,4}穿小鞋")
_MANY: Final = re.compile(r"(?:好几|几|两|三|四|五|多|许多|不少)[个位]老人|大家都")


def assess(texts: Iterable[str]) -> Assessment:
    """The level of a complaint from all its words so far; wordless evidence alone is S3 until a human looks."""
    words = "\n".join(texts)
    hits = [(name, level, found.group()) for name, level, pattern in _COMPILED if (found := pattern.search(words))]
    if not hits:
        category, level, why = "待定", Level.S3, list[str]()
    else:
        category, level, first = min(hits, key=lambda hit: hit[1])
        why = [f"「{first}」"]
    if category == "餐饮" and _MANY.search(words) and re.search(r"拉肚子|呕吐|中毒|吐了", words):
        category, level = "人身安全", Level.S1
    for pattern in (_UP, _HURT):
        found = pattern.search(words)
        if found and level > Level.S1:
            level = Level(level - 1)
            why.append(f"「{found.group()}」升一级")
    return Assessment(category, level, tuple(why), bool(_CAUTIOUS.search(words)), bool(_HIDE.search(words)))
