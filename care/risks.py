"""The nine risks that GB 38600 has a home judge, and the three answers (L4)."""

from typing import Final

RISKS: Final = {
    "choke": "噎食",
    "wrong": "误食",
    "sore": "压疮",
    "scald": "烫伤",
    "bed": "坠床",
    "fall": "跌倒",
    "harm": "他伤自伤",
    "lost": "走失",
    "play": "文娱意外",
}
LEVELS: Final = {"none": "无", "low": "低", "high": "高"}
HIGH: Final = "high"
