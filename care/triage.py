"""Emergency words, heard in every inbound message whoever sent it (domain.md 4, practice.md F3, F5): a false alarm before a miss.

First the idioms are taken out (笑死了, 救命恩人): each cancels its own words, never another's. Then clause by clause each rule is
tried; a clause that tells of television, of long ago, of fear or of a question, and a negation right before the words, cancel.
"""

import re
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Final


class Urgency(IntEnum):
    """P0 rings at once, P1 within 5 min, P2 is looked at in the same shift, P3 is talk."""

    P0 = 0
    P1 = 1
    P2 = 2
    P3 = 3


class Audience(StrEnum):
    """Who may see the alarm (F5): the floor, or the lead and director alone, or the floor and the lead for self-harm."""

    FLOOR = "floor"
    LEAD = "lead"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Triage:
    """What the rules heard: `kind` in two to four characters, `why` the words themselves."""

    level: Urgency
    kind: str = ""
    why: str = ""
    audience: Audience = Audience.NONE

    @property
    def rings(self) -> bool:
        """Whether somebody must go."""
        return self.level <= Urgency.P1


CALM: Final = Triage(Urgency.P3)
_DEGREE: Final = "[笑热冷饿想咸吓气累困忙烦急羡乐香吵渴馋美]"
_IDIOMS: Final = re.compile(
    rf"{_DEGREE}死(?:我|人|个?人|了)*|救命恩人|[《「“]救命[》」”]|跌打|(?:股票|基金|价格?)[^，。]{{0,2}}跌|着火锅|血浓于水|心口不一|死猪|"
    r"(?:忙|累|笑|跑)得喘不(?:上|过)气|120(?:上班|要钱|多少钱|是干)|救护车(?:响|来了是谁|的声)|(?:不用|别|不要|没)(?:叫|打|喊)?(?:救护车|120)|"
    r"[把将](?!自己)[^，。]{1,6}摔|摔(?:坏|碎|破|跤比赛|打)|被打死了|想死[我你他她]|别让我摔|打[仗牌球]|打[人听]电话|打不死|没事找事|"
    r"(?:走|去)(?:了啊|一步去|吃饭)|头[发绳]|心里?美|着凉|气得[^，。]{0,4}疼|打我(?:的)?(?:电话|手机|微信)"
)
_ELSEWHERE: Final = re.compile(
    r"电视|电影|新闻|剧里|戏里|戏文|小说|书上|唱|梦见|梦到|做梦|年轻的时候|小时候|以前|从前|那年|去年|前年|上个?月|上回|当年|"
    r"要是|如果|万一|假如|怕|小心|当心|容易|防|演习|测试|怎么(?:办|喊|处理)|听说|医生说|正常|血压计|能不能|可不可以|可以[^，。]{0,12}[吗么不]$|能[^，。]{0,12}[吗么不]$|会不会|多久|[收接]不[收接]|咋(?:办|通知)"
)
_NOW: Final = re.compile(r"现在|就是那样|正在|快来|又(?:喘|疼|痛|摔|晕)|这会儿|刚")
_NOT: Final = re.compile(r"(?:没有?|不(?!行|动|了|来|出|上|过)|未|并没|不是|别)[^，。]{0,2}$")
_JOKE: Final = re.compile(r"开玩笑|说着玩|（笑）|逗你")
_SO_AM_I: Final = re.compile(r"(?:我|俺)[^，。]{0,4}(?:就是|也是)(?:那样|这样|那个)")
_OVER: Final = re.compile(r"^[^，。]{0,2}(?:不[疼痛闷晕喘难]|好(?:了|多了)|没事了)")
_BODY: Final = r"(?:胸口?|心口|心窝|心脏|心坎|胸坎|前胸)"
_PAIN: Final = r"(?:疼|痛|闷|憋|压|难受|揪|绞)"
_Rule = tuple[str, Urgency, Audience, "re.Pattern[str]"]


def _rule(kind: str, level: Urgency, audience: Audience, pattern: str) -> _Rule:
    return kind, level, audience, re.compile(pattern)


_RULES: Final[tuple[_Rule, ...]] = (
    _rule("自伤", Urgency.P0, Audience.FLOOR, r"不想活(?!动)|活着没意思|死了算了|不如死|(?:想|要)(?:死|自杀|跳楼)(?!你|我|他|她)|跳下去|别救我|安眠药[^，。]{0,4}攒|攒[^，。]{0,4}安眠药|我走了你们就省心|后事[^，。]{0,4}交代"),
    _rule("侵害", Urgency.P0, Audience.LEAD, r"(?:有人|护工|阿姨|她|他|你们的?人)(?:又)?(?:打|掐|捆|绑|踢|扇|骂|摸)(?:了)?我|偷我[^，。]{0,4}(?:钱|存折|东西)|打我(?![妈爸爷奶])"),
    _rule("呼救", Urgency.P0, Audience.FLOOR, r"救命|快来人|来人啊|(?:打|叫|喊)(?:个|一下)?(?:120|救护车)|我不行了|快不行了|(?:快|赶紧)叫(?:大夫|医生|护士)|快叫人"),
    _rule("呼吸心脏", Urgency.P0, Audience.FLOOR, rf"{_BODY}(?:(?![不没])[^，。]){{0,6}}{_PAIN}|[闷憋堵]得慌|喘不[上过赢]?来?气|心梗|脑梗|中风|上不来气|气[^，。]?(?:不够用|透[勿不]过来|短)|透[勿不]过气|出不赢气|抖[唔不]到气|喘袂过气|又喘|憋得慌|心慌得|心慌|憋死|胸闷|没气了"),
    _rule("脑", Urgency.P0, Audience.FLOOR, r"嘴歪|说话不清|半边身[子体]?[^，。]{0,3}(?:麻|动)|叫不醒|抽(?:起来|风|搐)|突然看不见|眼前发黑|天旋地转|(?:头)?晕[^，。]{0,3}(?:站不住|倒)|晕(?:过去|倒)|昏(?:倒|迷|过去)|手抖出冷汗|低血糖了|疼得说不出话"),
    _rule("跌倒受伤", Urgency.P0, Audience.FLOOR, r"[摔跌滑绊栽掼跶跋卡咧](?:哒|了|咯|咧)?一?(?:倒|跤|着了|下(?!来的)|亲)|起不来|站不起|从[^，。]{1,5}(?:掉|滚|摔)下|我(?:刚|又)?摔了|摔是摔了|昨天摔|头[^，。]{0,3}(?:磕|撞)破|流血|血止不住|止不住血|动不了了|断了|骨折|烫着|起泡|额绊"),
    _rule("噎呛中毒", Urgency.P0, Audience.FLOOR, r"卡(?:住了|喉咙|嗓子)|咽不下去|噎(?:着|住)|吃错了?药|药[^，。]{0,3}吃(?:错|多|重)了?|(?:吃|喝)了?两(?:遍|次)|药吃多|喝了(?:洗洁精|农药|消毒|洁厕)|吐血|便血|拉的[^，。]{0,3}黑|疼得打滚|打摆子|四十度|尿不出来"),
    _rule("险情", Urgency.P0, Audience.FLOOR, r"着火|起火|失火|烟味|煤气味|煤气漏|漏煤气|地震|(?:被)?(?:关|锁|困)(?:在|住)|迷路|找不到回(?:去|家)的?路"),
    _rule("不适", Urgency.P1, Audience.FLOOR, r"难受得很|难受滴很|难受哩很|(?:老|好)疼了?$|我疼|腿肿得走不了|走不了路|发(?:高)?烧|头有点晕|疼得(?:很|厉害|不行)"),
    _rule("要看看", Urgency.P2, Audience.NONE, r"有点(?:不舒服|昏)|头有点昏|心里难受|没劲|不想吃饭|活够了|老了不中用|想回家|谁也不管我|转钱|汇款|银行卡密码|涉案|保健品|不想活"),
)  # fmt: skip
_GATE: Final = re.compile(
    "[摔跌滑绊栽掼跶跋卡倒起掉滚磕撞血断折烫泡疼痛闷憋压喘气慌晕昏歪麻抽黑旋抖咽噎错死活跳救命快叫喊打掐捆绑踢扇骂摸偷火烟煤震关锁困迷"
    "烧肿吐便泻尿药难行走醒舒劲吃回管转汇卡涉健看喝后梗]|120"
)
_SPLIT: Final = re.compile(r"[，。！？；、,.!?;\s…~～（）()]+")


def triage(text: str) -> Triage:
    """How urgent a message is: the worst of its clauses. P2 and P3 ring nobody; P2 is looked at in the same shift."""
    if not _GATE.search(text):
        return CALM
    words = _IDIOMS.sub("，", text)
    worst, held, elsewhere = CALM, CALM, bool(_JOKE.search(text))
    if words.rstrip().endswith(("？", "?")) and re.search(r"怎么办|要钱|你会来|吗[？?]|么[？?]", words) and not _NOW.search(words):
        elsewhere = True
    for clause in _SPLIT.split(words):
        if not clause:
            continue
        if _SO_AM_I.search(clause) and held.level < worst.level:
            worst = held
        elsewhere = (elsewhere or bool(_ELSEWHERE.search(clause))) and not _NOW.search(clause)
        for kind, level, audience, pattern in _RULES:
            if level >= worst.level:
                continue
            found = pattern.search(clause)
            if found is None:
                continue
            denied = kind != "呼救" and _NOT.search(clause[: found.start()])
            if elsewhere or denied or (kind != "自伤" and _OVER.search(clause[found.end() :])):
                held = Triage(level, kind, found.group(), audience) if elsewhere and level < held.level else held
                worst = worst if worst.rings or elsewhere else Triage(Urgency.P2, kind, found.group())
                continue
            worst = Triage(level, kind, found.group(), audience)
    return worst
