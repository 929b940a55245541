"""What this subject gives to the house."""

from typing import Final

from services.subject import Subject

SUBJECT: Final = Subject(
    name="knowledge",
    actions={"edit": "改知识库", "fill": "填空", "restore": "恢复原样", "teach": "教机器人", "unteach": "撤销教的话"},
    things={"knowledge": "知识库", "blank": "空格"},
)
