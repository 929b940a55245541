"""Whether a picture may leave for a family: only if everybody who can be recognised in it may be shown there (F32)."""

from collections.abc import Mapping, Sequence
from typing import Final

UNASKED: Final = "unasked"
RESIDENTS: Final = "residents"
COMPANY: Final[Mapping[str, str]] = {
    "alone": "只有{name}一个人",
    "family": "{name}和自己家里的人",
    "nobody": "没有人：饭菜、花、手工",
    RESIDENTS: "还有别的老人",
    "others": "还有别人：孩子、访客、同事",
}
"""Who is in a picture, as a colleague ticked it; nobody is recognised by a machine."""
AGREES_BY: Final[Mapping[str, str]] = {
    "own": "本人在自己手机上点了同意",
    "voice": "读给本人听，本人说同意（有录音）",
    "paper": "签字或按手印的同意书",
    "agent": "服务协议里写明的代理人",
    "guardian": "监护人（看过证明）",
}
"""How an elder agrees to be seen in pictures of other families."""


def stays(company: str | None, refused: Sequence[str]) -> str:
    """Why a picture does not leave, as a sentence for a colleague; "" when it may. `refused`: the names of those in it
    who have not agreed.

    Nothing answered is not sent. None is a picture that families could see before anybody was asked.
    """
    if company == UNASKED:
        return "还没点里面有谁，家属看不到"
    if company == RESIDENTS and refused:
        return f"{'、'.join(refused)}没有同意出现在别人家的照片里，不发"
    if company == "others":
        return "里面有孩子、访客或同事，没人能替他们同意，不发"
    return ""
