"""Emergency words, heard in every inbound message whoever sent it (domain.md 4, practice.md F3, F5): a false alarm
before a miss.

First the idioms are taken out (笑死了, 救命恩人): each cancels its own words, never another's. Then clause by clause each
rule is tried; a clause that tells of television, of long ago, of fear or of a question, and a negation right before
the words, cancel.
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
    """Who may see the alarm (F5): the floor, or the lead and director alone, or the floor and
    the lead for self-harm.
    """

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
    also: "Triage | None" = None
    """An emergency for the floor in words that the lead alone may read (F5): both ring."""

    @property
    def rings(self) -> bool:
        """Whether somebody must go."""
        return self.level <= Urgency.P1


CALM: Final = Triage(Urgency.P3)
NURSE: Final = Triage(Urgency.P1, "叫护士", "按了叫护士", Audience.FLOOR)
"""A tap on 叫护士: no voice, no words needed; twice within a minute it is P0 (F22)."""
UNHEARD: Final = Triage(Urgency.P1, "语音", "夜里的语音没有文字，请马上听", Audience.FLOOR)
"""An elder's voice at night that nobody could read: elders do not chat at three in the morning (F6)."""
_DEGREE: Final = "[笑热冷饿咸吓气累困忙烦急羡乐香吵渴馋美]"
_IDIOMS: Final = re.compile(
    rf"{_DEGREE}死(?:我|个?人|了)*|救命恩人|[《「“]救命[》」”]|跌打|(?:股票|基金|价格?)[^，。]{{0,2}}跌|着火锅|血浓于水|心口不一|死猪|"
    r"(?:忙|累|笑|跑)得喘不(?:上|过)气|120(?:上班|要钱|多少钱|是干)|救护车(?:响|来了是谁|的声)|(?:不用|别|不要|没)(?:叫|打|喊)?(?:救护车|120)|"
    r"你们[^，。]{0,3}把[^，。]{1,6}摔|[把将](?![^，。]{0,4}(?:我|人|妈|爸|奶|爷|姥|婆|公|自己|他|她))[^，。]{1,6}摔|摔(?:坏|碎|破|跤比赛|打)|被打死了|"
    r"想死[我你他她]|别让我摔|打[仗牌球]|打[人听]电话|打不死|没事找事|"
    r"(?:走|去)(?:了啊|一步去|吃饭)|头[发绳]|心里?美|着凉|气得[^，。]{0,4}疼|打我(?:的)?(?:电话|手机|微信)"
)
_STORY: Final = re.compile(
    r"电视|电影|新闻|剧里|戏里|戏文|小说|书上|会唱|梦见|梦到|做梦|年轻的时候|小时候|从前|那年|当年|演习|测试|听说"
)
"""Words that tell of something else, for the clauses that follow too."""
_HOW_IT_GOES: Final = re.compile(
    r"怎么(?:通知|处理|算)|咋通知|会不会通知|通知(?:家属|我们?)|跟我们[^，。]{0,4}说一声|(?:要钱|你会来)[^，。]{0,3}[吗？?]"
)
"""A question about what the house does, wherever it stands in the message."""
_HERE: Final = re.compile(
    r"以前|去年|前年|上个?月|上回|要是|如果|万一|假如|(?<!恐)怕|(?<!不)小心|当心|容易|预防|防止|防[跌摔滑]|医生说|正常|血压计|能不能|可不可以|"
    r"可以[^，。]{0,12}[吗么不]$|能[^，。]{0,12}[吗么不]$|会不会|多久|[收接]不[收接]|咋办|怎么(?:办|喊)"
)
"""Words that make their own clause a fear, a question or a memory."""
_ASKED: Final = re.compile(r"怎么办|咋办")
_OURS: Final = re.compile(r"我|俺|爸|妈|奶|爷|姥|老伴|护工|她|他")
_NOW: Final = re.compile(r"现在|就是那样|正在|快来|又(?:喘|疼|痛|摔|晕)|这会儿|刚")
_NOT: Final = re.compile(r"(?:没有?|不(?!行|动|了|来|出|上|过)|未|并没|不是|别)(?:是|有|再|怎么|那么)?$")
NOT_SIGNS: Final = 4
"""The longest denial: 没有怎么, 不是那么."""
_JOKE: Final = re.compile(r"开玩笑|说着玩|（笑）|逗你")
_SO_AM_I: Final = re.compile(r"(?:我|俺)[^，。]{0,4}(?:就是|也是)(?:那样|这样|那个)")
_OVER: Final = re.compile(r"[^，。]{0,2}(?:不[疼痛闷晕喘难]|好(?:了|多了)|没事了)")
_BODY: Final = r"(?:胸口?|心口|心窝|心脏|心坎|胸坎|前胸)"
_PAIN: Final = r"(?:疼|痛|闷|憋|压|难受|揪|绞)"
_Rule = tuple[str, Urgency, Audience, "re.Pattern[str]"]


def _rule(kind: str, level: Urgency, audience: Audience, pattern: str) -> _Rule:
    return kind, level, audience, re.compile(pattern)


_RULES: Final[tuple[_Rule, ...]] = (
    _rule(
        "自伤",
        Urgency.P0,
        Audience.FLOOR,
        r"不想活(?!动)|活着没意思|死了算了|不如死|(?:想|要)(?:死|自杀|跳楼)(?!你|我|他|她)|跳下去|别救我|安眠药[^，。]{0,4}攒|攒[^，。]{0,4}安眠药|我走了你们就省心|"
        r"后事[^，。]{0,4}交代|割腕|安眠药[^，。]{0,3}(?:一瓶|吃了|全吃)|(?:吃|吞)了[^，。]{0,4}安眠药",
    ),
    _rule(
        "侵害",
        Urgency.P0,
        Audience.LEAD,
        r"(?:有人|护工|阿姨|她|他|你们的?人)(?:又)?(?:打|掐|捆|绑|踢|扇|骂|摸)(?:了)?我|偷我[^，。]{0,4}(?:钱|存折|东西)|打我(?![妈爸爷奶])",
    ),
    _rule(
        "呼救",
        Urgency.P0,
        Audience.FLOOR,
        r"救命|救救|快来(?:人|救|$|[啊吧呀])|来人啊|^120$|(?:打|叫|喊)(?:个|一下)?(?:120|救护车)|我不行了|快不行了|(?:快|赶紧)叫(?:大夫|医生|护士)|快叫人",
    ),
    _rule(
        "呼吸心脏",
        Urgency.P0,
        Audience.FLOOR,
        rf"{_BODY}(?:(?![不没])[^，。]){{0,6}}{_PAIN}|[闷憋堵]得慌|喘不[上过赢]?来?气|心梗|脑梗|中风|上不来气|气[^，。]?(?:不够用|透[勿不]过来|短)|透[勿不]过气|"
        rf"出不赢气|抖[唔不]到气|喘袂过气|又喘|憋得慌|心慌得|心慌|憋死|胸闷|没气了|没有?呼吸|呼吸困难|痰[^，。]{{0,2}}堵",
    ),
    _rule(
        "脑",
        Urgency.P0,
        Audience.FLOOR,
        r"嘴巴?歪|说话不清|没反应|不省人事|手脚[^，。]{0,2}麻|半边身[子体]?[^，。]{0,3}(?:麻|动)|叫不醒|抽(?:起来|风|搐)|突然看不见|眼前发黑|天旋地转|"
        r"(?:头)?晕[^，。]{0,3}(?:站不住|倒)|晕(?:过去|倒)|昏(?:倒|迷|过去)|手抖出冷汗|低血糖了|疼得说不出话",
    ),
    _rule(
        "跌倒受伤",
        Urgency.P0,
        Audience.FLOOR,
        r"[摔跌滑绊栽掼跶跋卡咧](?:哒|了|咯|咧)?一?(?:倒|跤|着了|下(?!来的)|亲)|起不来|不起来|站不起|(?:妈妈?|爸爸?|奶奶|爷爷|老伴|老人|她|他)(?:刚|又)?摔了|[把将](?:我|"
        r"老人|他|她)[^，。]{0,2}摔|从[^，。]{1,5}(?:掉|滚|摔)下|我(?:刚|又)?摔了|摔是摔了|昨天摔|头[^，。]{0,3}(?:磕|撞)破|流[^，。]{0,4}血|血止不住|止不住血|"
        r"动不了了|断了|骨折|烫着|烫伤了|触电|起泡|额绊",
    ),
    _rule(
        "噎呛中毒",
        Urgency.P0,
        Audience.FLOOR,
        r"卡(?:住了|喉咙|嗓子)|咽不下去|噎(?:着|住)|呛(?:着|住)|吃错了?药|药[^，。]{0,3}吃(?:错|多|重)了?|(?:吃|喝)了?两(?:遍|次)|药吃多|喝(?:了|"
        r"[^，。]{0,2})(?:洗洁精|农药|消毒|洁厕|敌敌畏)|吐了?[^，。]{0,2}血|便血|拉的[^，。]{0,3}黑|疼得打滚|打摆子|四十度|尿不出来",
    ),
    _rule(
        "险情",
        Urgency.P0,
        Audience.FLOOR,
        r"着火|起火|失火|冒烟|烟味|煤气味|煤气漏|漏煤气|地震|(?:被)?(?:关|锁|困)(?:在|住)|迷路|走丢了|人不见了|找不到回(?:去|家)的?路",
    ),
    _rule(
        "不适",
        Urgency.P1,
        Audience.FLOOR,
        r"难受得很|难受滴很|难受哩很|(?:老|好)疼了?$|我疼|腿肿得走不了|走不了路|发(?:高)?烧|头有点晕|疼得(?:很|厉害|不行)",
    ),
    _rule(
        "要看看",
        Urgency.P2,
        Audience.NONE,
        r"有点(?:不舒服|昏)|头有点昏|心里难受|没劲|不想吃饭|活够了|老了不中用|想回家|谁也不管我|转钱|汇款|银行卡密码|涉案|保健品|不想活",
    ),
)
_TRIED: Final = tuple((rule, "$" in rule[3].pattern) for rule in _RULES)
"""Each rule, and whether it asks where a clause begins or ends: then only the clauses can say whether it hits."""
_GATE: Final = re.compile(
    "[摔跌滑绊栽掼跶跋卡倒起掉滚磕撞血断折烫泡疼痛闷憋压喘气慌晕昏歪麻抽黑旋抖咽噎错死活跳救命快叫喊打掐捆绑踢扇骂摸偷火烟煤震关锁困迷"
    "烧肿吐便泻尿药难行走醒舒劲吃回管转汇卡涉健看喝后梗爬堵痰呛呛呼没割触痰冒丢不救省爬堵]|120"
)
_SPLIT: Final = re.compile(r"[，。！？；、,.!?;\s…~～（）()]+")


def triage(text: str) -> Triage:
    """How urgent a message is: the worst of its clauses. P2 and P3 ring nobody; P2 is looked at in the same shift."""
    if not _GATE.search(text):
        return CALM
    words = _IDIOMS.sub("，", text)
    story = bool(_JOKE.search(text)) or bool(_HOW_IT_GOES.search(words) and not _NOW.search(words))
    worst, lead, held = CALM, CALM, CALM
    so, here_and_now, told = (pattern.search(words) is not None for pattern in (_SO_AM_I, _NOW, _STORY))
    rules = [rule for rule, anchored in _TRIED if anchored or rule[3].search(words)]
    for clause in filter(None, _SPLIT.split(words)):
        if so and _SO_AM_I.search(clause) and held.level < worst.level:
            worst = held
        now = here_and_now and bool(_NOW.search(clause))
        story = (story or (told and bool(_STORY.search(clause)))) and not now
        for rule in rules:
            heard = _heard(rule, clause)
            if heard is None:
                continue
            if story:
                held = Triage(rule[1], rule[0], heard.why, rule[2]) if rule[1] < held.level else held
            elif heard.audience is Audience.LEAD:
                lead = min(lead, heard, key=_level)
            else:
                worst = min(worst, heard, key=_level)
    if not lead.rings:
        return worst
    return lead if not worst.rings else Triage(worst.level, worst.kind, worst.why, worst.audience, also=lead)


def _level(heard: Triage) -> int:
    return int(heard.level)


def _heard(rule: _Rule, clause: str) -> Triage | None:
    """What a rule hears in a clause: the first words that nothing right beside them denies; P2 when all of them are
    denied.

    What is asked of the clause is asked once, what stands beside the words within their few signs: time grows with the
    text alone (S3).
    """
    kind, level, audience, pattern = rule
    hits = list(pattern.finditer(clause))
    if not hits:
        return None
    denied: Triage | None = None
    asked = _is_asked(clause)
    always = "怎么喊" in clause if kind == "呼救" else asked
    for found in hits:
        beside = kind != "呼救" and (
            _NOT.search(clause, max(0, found.start() - NOT_SIGNS), found.start()) is not None
            or (kind != "自伤" and _OVER.match(clause, found.end()) is not None)
        )
        if not (always or beside):
            return Triage(level, kind, found.group(), audience)
        denied = denied or Triage(Urgency.P3 if asked else Urgency.P2, kind, found.group())
        if always or kind == "呼救":
            break
    return denied


def _is_asked(clause: str) -> bool:
    """Whether a clause is a fear, a question or a memory, and nothing in it is now; 「我妈喘不上气怎么办」 is no question."""
    if _HERE.search(clause) is None or _NOW.search(clause):
        return False
    return not (_ASKED.search(clause) and _OURS.search(clause) and not _HERE.search(_ASKED.sub("", clause)))
