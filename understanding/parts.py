"""A message that says several things at once, cut where the next one begins: at the end of a sentence, and at words
that begin something else (另外, 还有, 顺便, 2. …). Pure; time grows with the length alone.
"""

import re
from typing import Final

MOST: Final = 6
"""Parts of a message that are read by themselves."""
SHORTEST: Final = 5
"""Signs from which on a part may say something of its own; a shorter one belongs to the one before it."""
LONGEST: Final = 400
"""Signs of a message that is cut: a longer one is a story."""
_NEXT: Final = re.compile(
    r"[。！？!?；;\n…]+"
    r"|[,，\s]*(?=另外|对了|等等|顺便|顺带|再问|再就是|再一个|还想(?:问|请|麻烦)|同时(?:也|还|请|麻烦)|另[,，:：一]"
    r"|还有(?!没|人|谁|什么|多|几|房|床|空|名额|位))"
    r"|[,，\s]*(?=(?<!\d)[一二三四1-4][、.)](?!\d))"
)
_BEGINS: Final = re.compile(
    r"^(?:[一二三四1-4][、.)]|另外|对了|等等|顺便|顺带|再就是|再一个|还有(?:就是|件事)?|同时|另)?[,，:：\s]*"
)


def cut(words: str) -> list[str]:
    """The parts of a message in its plain form; empty where it says one thing."""
    if len(words) > LONGEST:
        return []
    found: list[str] = []
    for piece in _NEXT.split(words):
        said = _BEGINS.sub("", piece.strip(" ,，"))
        if len(said) >= SHORTEST:
            found.append(said)
    return found[:MOST] if len(found) > 1 else []
