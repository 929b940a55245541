"""The fields of a push whose XML is clean; whatever words of a person may have brought about is not clean."""

import re
from typing import Any, Final
from xml.parsers import expat

MAX_DEPTH: Final = 16
Node = str | dict[str, Any] | list[Any]
_FIELD: Final = re.compile(r"<(\w+)>(<!\[CDATA\[[^\]]*(?:\](?!\]>)[^\]]*)*\]\]>|[^<&]*)</\1>([ \t\n]*)", re.ASCII)
"""A field and the blanks behind it: the platform writes each field on a line of its own."""
_SHORT: Final = 2048
"""Bytes that one pattern reads: it looks for a closing tag at each `<` of the words."""
_PLAIN: Final = bytes(set(range(256)) - set(range(32)) | set(b"\t\n"))
"""The bytes that XML leaves as they are; others are for expat to refuse or to change."""
_REPEATED: Final = frozenset({"item", "List"})
"""What the platform itself repeats within an event."""


def clean(body: bytes) -> dict[str, Node] | None:
    """The children of the root: text, dict for a nest, list for repeats. None for whatever user text may have brought
    about.

    Nearly every push is a flat list of fields, which one pattern reads; whatever is more than that goes to expat. Not
    clean is bad XML, and also what XML allows and the platform never writes: a field twice, a child or a second text
    beside the words of a field, attributes, comments, instructions, a DOCTYPE.
    """
    flat = _flat(body)
    return _nested(body) if flat is None else flat


def _flat(body: bytes) -> dict[str, Node] | None:
    """The fields of a flat push, each once and nothing but blanks between them; None for any other XML."""
    if (
        len(body) > _SHORT or body.translate(None, _PLAIN) or b"\xef\xbf" in body
    ):  # control characters; U+FFC0 and up, two of them illegal
        return None
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return None
    if not (text.startswith("<xml>") and text.endswith("</xml>")):
        return None
    found: dict[str, Node] = {}
    fields = text[len("<xml>") : -len("</xml>")]
    size = len(fields) - len(fields.lstrip(" \t\n"))
    for name, value, blanks in _FIELD.findall(fields):
        if name in found or name == "xml":
            return None
        size += 2 * len(name) + len(value) + len(blanks) + len("<></>")
        if value[:1] == "<":  # the pattern lets nothing begin so but a CDATA section, whole
            found[name] = value[9:-3]
        elif "]]>" in value:
            return None
        else:
            found[name] = value
    return found if size == len(fields) else None  # something between them


class _NotClean(Exception):
    """Stops expat."""


def _nested(body: bytes) -> dict[str, Node] | None:
    reader = _Nest()
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = reader.start, reader.end
    parser.CharacterDataHandler = reader.text
    parser.StartCdataSectionHandler, parser.EndCdataSectionHandler = reader.opened, reader.closed
    for handler in ("StartDoctypeDeclHandler", "EntityDeclHandler", "CommentHandler", "ProcessingInstructionHandler"):
        setattr(parser, handler, _refuse)
    try:
        parser.Parse(body, True)
    except (expat.ExpatError, _NotClean):
        return None
    root = reader.found.get("xml")
    if not isinstance(root, dict) or (
        root.get("MsgType") != "event" and any(not isinstance(value, str) for value in root.values())
    ):
        return None
    return root


def _refuse(*_: object) -> None:
    raise _NotClean


class _Nest:
    """Gathers what expat tells: a value is a text, or children, never both; blanks around a CDATA section are not part
    of it (W2).
    """

    def __init__(self) -> None:
        self.found: dict[str, Node] = {}
        self._stack: list[dict[str, Node]] = [self.found]
        self._loose: list[list[str]] = [[]]
        self._quoted: list[list[str] | None] = [None]
        self._in_quotes = False

    def start(self, _name: str, attributes: object) -> None:
        if len(self._stack) >= MAX_DEPTH or attributes:
            raise _NotClean
        self._stack.append({})
        self._loose.append([])
        self._quoted.append(None)

    def opened(self) -> None:
        self._in_quotes = True
        if self._quoted[-1] is None:
            self._quoted[-1] = []

    def closed(self) -> None:
        self._in_quotes = False

    def text(self, data: str) -> None:
        quoted = self._quoted[-1]
        (quoted if self._in_quotes and quoted is not None else self._loose[-1]).append(data)

    def end(self, name: str) -> None:
        children, loose, quoted = self._stack.pop(), "".join(self._loose.pop()), self._quoted.pop()
        if (children or quoted is not None) and loose.strip():
            raise _NotClean
        if children and quoted is not None:
            raise _NotClean
        value: Node = children or (loose if quoted is None else "".join(quoted))
        parent = self._stack[-1]
        if name not in parent:
            parent[name] = value
        elif name not in _REPEATED:
            raise _NotClean
        elif isinstance(held := parent[name], list):
            held.append(value)
        else:
            parent[name] = [held, value]
