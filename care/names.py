"""Names that are taken for each other: the same signs, or others that sound alike (F12). A warning, never a bar."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Final

DOUBLE: Final = frozenset(
    [
        "欧阳",
        "司马",
        "上官",
        "诸葛",
        "司徒",
        "东方",
        "皇甫",
        "尉迟",
        "公孙",
        "慕容",
        "令狐",
        "夏侯",
        "宇文",
        "长孙",
        "端木",
        "独孤",
        "南宫",
        "司空",
        "西门",
        "轩辕",
    ]
)
"""Surnames of two signs."""


@cache
def sounds() -> dict[str, str]:
    """How each common character sounds, without its tone."""
    kept = tomllib.loads(Path(__file__).with_name("syllables.toml").read_text(encoding="utf-8"))
    return {sign: syllable for syllable, signs in kept.items() for sign in signs}


def sound(name: str) -> str:
    """How a name sounds, without tones: 王桂兰 and 王桂蘭 are `wang gui lan`; an uncommon sign stands for itself."""
    known = sounds()
    return " ".join(known.get(sign, sign) for sign in name if not sign.isspace() and sign != "·")
