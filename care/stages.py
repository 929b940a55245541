"""The nine stages of a complaint (C5 … C12); the values are stored."""

from enum import IntEnum


class Stage(IntEnum):
    """Where a complaint is."""

    RECEIVED = 1
    ASSESSMENT = 2
    INQUIRY = 3
    PLAN = 4
    APPROVAL = 5
    RESULT = 6
    OPINION = 7
    FOLLOW_UP = 8
    LESSON = 9
