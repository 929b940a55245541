"""What a daily letter may say: the ticked facts, and the checks before anybody reads it (domain.md 6d, U1, U2)."""

import re
import tomllib
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final


@dataclass(frozen=True, slots=True)
class Field:
    """One row of the form. `scope` says which families may read it; `many` allows several ticks; `key` is its letter on
    the keyboard.
    """

    id: str
    name: str
    options: tuple[str, ...]
    key: str
    many: bool = False
    scope: str = "daily"


FIELDS: Final = (
    Field("meals", "吃饭", ("全部", "大半", "一半", "少量", "一顿没吃", "两顿没吃"), "q"),
    Field("water", "喝水", ("够", "偏少"), "w"),
    Field("sleep", "睡眠", ("好", "一般", "差"), "e"),
    Field("mood", "心情", ("开心", "平静", "低落", "烦躁"), "r"),
    Field("doing", "活动", ("唱歌", "做操", "散步", "晒太阳", "手工", "下棋", "看电视", "聊天"), "t", many=True),
    Field("care", "照顾", ("洗澡", "洗头", "理发", "剪指甲", "换洗"), "y", many=True),
    Field("body", "身体", ("平稳", "有变化"), "u", scope="health"),
)
BY_ID: Final = {field.id: field for field in FIELDS}
TEMPERATURE: Final = (34.0, 43.0)
FEVER: Final = 38.0
SAME_AS: Final = 3
"""A sentence that stands in this many other letters of the day is not a personal one."""
_BAD_NEWS: Final = re.compile(
    r"摔|跌倒|送医|送医院|急诊|(?<!\d)120(?!\d)|急救|抢救|发烧|发热|住院|骨折|噎|走失|出血|昏"
)
_GRAVE: Final = re.compile(
    r"病危|病重|抢救|昏|出血|吐血|便血|咳血|骨折|截肢|摔|跌倒|噎|呼吸困难|呼吸机|插管|ICU|icu|重症|休克|衰竭|梗|中风|偏瘫|瘫痪"
    r"|癌|瘤|恶性|转移|晚期|扩散|心跳.{0,2}停|停.{0,2}心跳|救不|治不|时间不多|没多少|不行了|后事|去世|手术"
)
LOW: Final = frozenset({"低落", "烦躁"})
SENTENCE: Final = "sentence"
"""Key under which the facts of a letter keep that its sentence tells of the body; without it the words decide."""
HOUSE: Final = "house"
"""Key under which the facts of a letter keep what there was for everybody: lines of the notice board that were
ticked. They tell nothing of this resident, so a letter of them alone is none.
"""
_DEGREES: Final = re.compile(r"(?<!\d)(?:3[4-9]|4[0-3])(?:[.．点]\d|度)")
Facts = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Looked:
    """What the checks found: sentences for the writer (the letter is not kept), and why it waits for a call ("" = it
    does not).
    """

    wrong: tuple[str, ...] = ()
    hold: str = ""


def known(ticked: Mapping[str, Collection[str]]) -> dict[str, tuple[str, ...]]:
    """The ticks that the form has, in its order; of a single choice the first. What was not ticked is absent."""
    found = {
        field.id: tuple(option for option in field.options if option in ticked.get(field.id, ())) for field in FIELDS
    }
    return {name: values if BY_ID[name].many else values[:1] for name, values in found.items() if values}


def look(
    facts: Facts, sentence: str, *, temperature: float | None, photos: int, yesterday: str, others: Collection[str]
) -> Looked:
    """Check a letter before it is kept. `others` are the sentences of other residents' letters of the day."""
    found = (
        (
            not facts and not sentence and temperature is None and not photos,
            "什么都没记，家书不能发。没照看到的，就不写。",
        ),
        ("平安" in sentence and not facts, "没有记下什么，就不能写「平安」。请先点一两项。"),
        (bool(LOW & set(facts.get("mood", ()))) and not sentence, "心情不好的，请写一句我们做了什么，家属才放心。"),
        (bool(sentence) and sentence == yesterday, "这句话和昨天的一样，请换一句今天的。"),
        (list(others).count(sentence) >= SAME_AS, f"已有 {SAME_AS} 位老人今天用了同一句话，请写一句只属于这位老人的。"),
        (temperature is not None and not TEMPERATURE[0] <= temperature <= TEMPERATURE[1], "体温像是写错了，请看一下。"),
    )
    return Looked(tuple(words for wrong, words in found if wrong), _hold(facts, sentence, temperature))


def _hold(facts: Facts, sentence: str, temperature: float | None) -> str:
    """Bad facts are told by phone first (practice.md, by phone, never by text first)."""
    found = (
        (temperature is not None and temperature >= FEVER, "发热"),
        ("两顿没吃" in facts.get("meals", ()), "两顿没吃"),
        ("有变化" in facts.get("body", ()), "身体有变化"),
        (bad_news(sentence), "句子里有坏消息"),
    )
    return next((why for bad, why in found if bad), "")


def bad_news(words: str) -> bool:
    """Whether words tell of a fall, a fever, a hospital …: such news is told by phone first."""
    return _BAD_NEWS.search(words) is not None


def grave_news(words: str) -> bool:
    """The same where a family knows already that somebody is ill: what a doctor found is told by phone first."""
    return _GRAVE.search(words) is not None


def readable(facts: Facts, scopes: Collection[str]) -> list[tuple[str, str]]:
    """The facts that a relative may read, as (name, words); a field without a tick is absent."""
    found = [
        (field.name, "、".join(facts[field.id])) for field in FIELDS if field.id in facts and field.scope in scopes
    ]
    if HOUSE in facts and "daily" in scopes:
        found.append(("今天院里", "；".join(facts[HOUSE])))
    return found


def of_body(sentence: str) -> str:
    """The first words of a sentence that tell of body, illness or medicine; "" for none (C-2).

    Where it is not sure the sentence counts as one: who must not know of health never reads it.
    """
    innocent, found = _ears()
    heard = found.search(innocent.sub("，", unicodedata.normalize("NFKC", sentence)))
    return heard[0] if heard else ""


@cache
def _ears() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What is cut out, and what is looked for, from the list that nurses keep."""
    kept = tomllib.loads(Path(__file__).with_name("letters.toml").read_text(encoding="utf-8"))
    spoken = [unicodedata.normalize("NFKC", word) for kind in kept["kind"] for word in kind["words"]]
    found = "|".join(map(re.escape, sorted(spoken, key=len, reverse=True)))
    return re.compile("|".join(map(re.escape, kept["innocent"]))), re.compile(f"{_DEGREES.pattern}|{found}")


def sentence_for(facts: Facts, sentence: str, scopes: Collection[str]) -> str:
    """The sentence, for who may know what it tells; "" for the others."""
    return sentence if "health" in scopes or not (SENTENCE in facts or of_body(sentence)) else ""


def title(relation: str, sex: str | None, name: str) -> str:
    """妈妈的一天, for children; else the name."""
    child = any(word in relation for word in ("女儿", "儿子", "闺女", "子女")) and not any(
        word in relation for word in ("外", "孙", "侄", "媳", "婿", "干")
    )
    parent = {"女": "妈妈", "男": "爸爸"}.get(sex or "") if child else None
    return f"{parent or name}的一天"
