"""The home of the sample: its hours, colleagues, residents and families."""

# mypy: ignore-errors
# (The types hold on 19125a6; what is imported here moves in later commits.)

from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

from services.access import Role

T = TypeVar("T")
COMMIT: Final = "19125a6"
ZONE: Final = ZoneInfo("Asia/Shanghai")
BEGINS: Final = datetime(2026, 9, 20, 1, 0, tzinfo=UTC)
ENDS: Final = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
"""The last moment that is in the sample."""
GOES_ON: Final = ENDS + timedelta(minutes=1)
LEAVES: Final = (timedelta(minutes=1), timedelta(hours=6), timedelta(hours=22), timedelta(days=4))
"""After the end: when everything leaves that may; at once, in the silent hours, the day after, when the windows are
closed.
"""
LATER: Final = (timedelta(minutes=20), timedelta(hours=3), timedelta(hours=21), timedelta(days=8))
"""After the end: when the clocks are looked at."""
MACHINE: Final = datetime(2025, 6, 1, tzinfo=UTC)
"""Ids are made from the machine's time: here from a year that lies behind any machine, so that what is written later is
larger.
"""
LONG: Final = 160
"""Characters of a sealed text from which only its SHA-256 is written down."""
APP_ID: Final = "wx0123456789abcdef"
JPEG: Final = b"\xff\xd8\xff\xe0" + b"a photo of nobody " * 8
PDF: Final = b"%PDF-1.4\n" + b"a rota of nobody " * 8
AMR: Final = b"#!AMR\n" + b"a voice of nobody " * 8
COLLEAGUES: Final = {
    "chen": ("陈晓雯", Role.DESK, ""),
    "he": ("何志远", Role.SUPERVISOR, ""),
    "shen": ("沈国平", Role.DIRECTOR, ""),
    "tang": ("唐雨", Role.NURSE, ""),
    "zhou": ("周敏", Role.CARER, "3"),
    "ma": ("马文静", Role.AUDITOR, ""),
    "gu": ("顾一帆", Role.ADMIN, ""),
    "fang": ("方可", Role.DESK, ""),
}
SCENE: Final[dict[str, Any]] = {
    "staff": [],
    "residents": [
        ["201", "2", "何秀英", "女", "1938-11-25"],
        ["202", "1", "任桂珍", "女", "1938-09-18-lunar"],
        ["301", "1", "叶正清", "男", "1941-12-03"],
        ["302", "1", "苏正清", "男", "1940-09-06"],
        ["303", "1", "彭阿妹", "女", "1936-03-05-lunar-leap"],
        ["305", "1", "傅德明", "男", None],
        ["307", "2", "汪德厚", "男", "1946-12-12"],
        ["308", "1", "梁玉梅", "女", "1938-11-27"],
    ],
    "people": [
        {
            "openid": "grandma",
            "name": "王桂兰",
            "kind": "elder",
            "room": "306",
            "bed": "1",
            "sex": "女",
            "born": "1944-11-26",
            "phone": "13800000306",
        },
        {
            "openid": "grandpa",
            "name": "周福安",
            "kind": "elder",
            "room": "203",
            "bed": "1",
            "sex": "男",
            "born": "1939-12-08",
        },
        {
            "openid": "daughter",
            "name": "李静",
            "kind": "family",
            "phone": "13800002107",
            "kin": [
                {"of": "王桂兰", "relation": "女儿", "primary": True, "scopes": "daily health billing photos emergency"}
            ],
        },
        {
            "openid": "son",
            "name": "何平",
            "kind": "family",
            "phone": "13800004109",
            "kin": [{"of": "何秀英", "relation": "儿子", "primary": True, "scopes": "daily"}],
        },
        {
            "openid": "niece",
            "name": "孙玉",
            "kind": "family",
            "kin": [{"of": "王桂兰", "relation": "侄女", "scopes": "daily health"}],
        },
        {
            "openid": "cousin",
            "name": "赵磊",
            "kind": "family",
            "kin": [{"of": "王桂兰", "relation": "表弟", "scopes": "billing"}],
        },
        {
            "openid": "abroad",
            "name": "钱可",
            "kind": "family",
            "kin": [{"of": "任桂珍", "relation": "孙女", "scopes": "daily"}],
        },
        {
            "openid": "lawyer",
            "name": "叶青",
            "kind": "family",
            "kin": [{"of": "叶正清", "relation": "儿子", "primary": True, "scopes": "daily"}],
        },
        {
            "openid": "mourner",
            "name": "苏明",
            "kind": "family",
            "kin": [{"of": "苏正清", "relation": "儿子", "primary": True, "scopes": "daily"}],
        },
        {
            "openid": "visitor",
            "name": "彭丽",
            "kind": "family",
            "kin": [{"of": "彭阿妹", "relation": "女儿", "primary": True, "scopes": "daily"}],
        },
        {
            "openid": "worried",
            "name": "汪洋",
            "kind": "family",
            "kin": [{"of": "汪德厚", "relation": "儿子", "primary": True, "scopes": "daily"}],
        },
        *(
            {
                "openid": f"survey{n}",
                "name": f"家属{n}",
                "kind": "family",
                "kin": [{"of": "梁玉梅", "relation": "外孙", "scopes": "daily"}],
            }
            for n in range(6)
        ),
    ],
}
