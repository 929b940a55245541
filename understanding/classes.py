"""The classes of a reading, in the words of the data and of `jiashu understand` (architecture, contracts)."""

from typing import Final

KINDS: Final = {
    "fall": "跌倒受伤",
    "breath": "呼吸心脏",
    "brain": "脑",
    "choke": "噎呛",
    "medicine": "用药",
    "bleed": "出血烫伤",
    "acute": "急病",
    "hazard": "险情",
    "missing": "走失",
    "abuse": "侵害",
    "selfharm": "自伤",
    "cry": "呼救",
}
"""Kinds of danger, each as the alarm screen shows it. As a class a kind has a sign before it, since `hazard` is an
intent as well (a thing that is broken, and nobody is hurt).
"""
ONCE: Final = ("烫伤", "噎呛中毒", "不适", "要看看")
"""How older databases call kinds of today; they stay as they were written."""
MARK: Final = "!"
INTENTS: Final = [
    "askback",
    "complaint",
    "suggestion",
    "praise",
    "request",
    "hazard",
    "leave",
    "visit",
    "tour",
    "lead",
    "faq",
    "private",
    "letter",
    "progress",
    "verdict_yes",
    "verdict_no",
    "verdict_call",
    "survey",
    "bind",
    "unbind",
    "stop",
    "rights",
    "human",
    "call",
    "contact",
    "greeting",
    "thanks",
    "closing",
    "bereaved",
    "wrong",
    "offtopic",
    "identity",
    "other",
]
"""What is wanted where nobody is in danger."""
DANGERS: Final = ("ring", "ask", "look", "no")
CLASSES: Final = tuple(MARK + kind for kind in KINDS) + tuple(INTENTS)
SCORES: Final = (*CLASSES, MARK)
"""What a reading has a margin for: each class, and last any danger at all."""


def intent_of(label: str) -> str:
    """The intent of a class: abuse and self-harm have their own, every other danger is an emergency."""
    if not label.startswith(MARK):
        return label
    kind = label[1:]
    return kind if kind in {"abuse", "selfharm"} else "emergency"
