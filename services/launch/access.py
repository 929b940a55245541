"""Who may let the machine begin to speak."""

from typing import Final

from care.errors import Invalid
from services.access import LEADS, Page, Viewer

LAUNCH: Final = Page("按楼层启用", "/launch", LEADS, icon="go", place=97)


def sees_floor(viewer: Viewer, floor: str) -> bool:
    """Whether the switches of a floor ("" = of the house) are theirs."""
    return not viewer.floors or floor in viewer.floors


def need_floor(viewer: Viewer, floor: str) -> None:
    """Raises Invalid for who looks after other floors."""
    if not sees_floor(viewer, floor):
        raise Invalid(why=f"{f'{floor} 楼' if floor else '全院'}不归您管，请管全院的主管或院长来按。")
