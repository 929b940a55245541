"""What the rows say that the service made of the bodies: each kept once and heard, nothing that words became."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from benchmarks.mutations.bodies import ACTS, EVIL, MESSAGES, Body
from benchmarks.mutations.proof import Proof
from conversations import events
from scripts.stage import Stage
from storage import seal


@dataclass(frozen=True, slots=True)
class Row:
    """What the inbox holds of one body."""

    key: str
    kind: str
    event: events.Arrival
    openid: str
    following: bool
    rang: bool
    created: int
    set_aside: str | None


def judge(used: Stage, proof: Proof, made: list[Body]) -> None:
    """Hold each body against the rows that were made of it, and note what must not be."""
    read, nobodys = _rows(used)
    if more := used.rows("SELECT sum(more) FROM unreadable")[0][0]:
        proof.note("only counted, so not judged: make fewer", more)
    if strangers := (set(read) | set(nobodys)) - {body.inner for body in made}:
        proof.note("a row of no body", list(strangers)[:3])
    proof.read += sum(map(len, read.values()))
    proof.nobodys += sum(map(len, nobodys.values()))
    for body in made:
        if body.status != {200}:
            proof.note(f"answered {sorted(body.status)}", body.inner)
        if len(body.answers) != 1:
            proof.note("answers that differ or cannot be read", (body.answers, body.inner))
        rows, urgencies = read.get(body.inner, []), nobodys.get(body.inner, [])
        if len(rows) + len(urgencies) == 1:
            _judge_one(proof, body, rows[0] if rows else None, urgencies)
        else:
            proof.note("kept twice" if rows or urgencies else "lost", body.inner)


def _rows(used: Stage) -> tuple[dict[bytes, list[Row]], dict[bytes, list[int]]]:
    """What the inbox holds of each body, and how urgent each is that names nobody."""
    sealer = seal.load(used.folder / "jiashu.keys", may_create=False)
    alarmed = {person for (person,) in used.rows("SELECT person_id FROM alarm")}
    read: dict[bytes, list[Row]] = {}
    sql = """SELECT i.id, i.raw, i.event, i.key, i.kind, f.openid, f.following, i.person_id, i.created_at, i.set_aside
             FROM inbox i JOIN follower f ON f.person_id = i.person_id"""
    for row, raw, event, key, kind, openid, following, person, created, aside in used.rows(sql):
        found = events.parse(sealer.open("inbox", "event", row, event))
        kept = Row(key, kind, found, openid, bool(following), person in alarmed, created // 1_000_000, aside)
        read.setdefault(sealer.open("inbox", "raw", row, raw), []).append(kept)
    nobodys: dict[bytes, list[int]] = {}
    for row, raw, urgency in used.rows("SELECT id, raw, urgency FROM unreadable"):
        nobodys.setdefault(sealer.open("unreadable", "raw", row, raw), []).append(urgency)
    return read, nobodys


def _judge_one(proof: Proof, body: Body, row: Row | None, urgencies: list[int]) -> None:
    """One that was kept once: in the inbox, or as one that names nobody."""
    if body.whole:
        rang = urgencies[0] <= 1 if row is None else row.rang
        proof.cries += 1
        proof.rang += rang
        if not rang:
            proof.note("deaf", (body.kind, row and row.event, body.inner))
    if row is None:
        if body.words_only:
            proof.note("a sender that was whole is lost", (body.kind, body.inner))
        return
    for what in (*_strays(body, row), *_changed_by_words(body, row)):
        proof.note(what, (body.kind, row, body.inner))


CARRIES: Final[dict[type[events.Arrival], dict[str, str]]] = {
    events.Text: {"menu_id": "bizmsgmenuid"},
    events.Image: {"media_id": "MediaId", "url": "PicUrl"},
    events.Voice: {"media_id": "MediaId", "format": "Format", "media_id_16k": "MediaId16K"},
    events.Video: {"media_id": "MediaId", "thumb_media_id": "ThumbMediaId"},
    events.Location: {"latitude": "Location_X", "longitude": "Location_Y"},
    events.Link: {"url": "Url"},
    events.Click: {"key": "EventKey"},
    events.Followed: {"scene": "EventKey"},
    events.Scanned: {"scene": "EventKey"},
}
"""Fields of an event that no words may fill, each with the field of the envelope that does."""
OWN_WORDS: Final = frozenset(
    {"ScanResult", "scan_result", "Label", "label", "Poiname", "Title", "Description", "Content", "Recognition"}
)


def _strays(body: Body, row: Row) -> Iterator[str]:
    """What the row says that the envelope did not carry."""
    event = row.event
    if row.set_aside is not None:
        yield f"set aside ({row.set_aside})"
    if isinstance(event, events.ACTS) and (
        body.kind in MESSAGES or not isinstance(event, (ACTS.get(body.kind, events.Notice), events.Notice))
    ):
        yield "an act that the envelope did not carry"
    filled = {own: name for own, name in CARRIES.get(type(event), {}).items() if getattr(event, own)}
    if any(name not in body.fields for name in filled.values()):
        yield "a field that the envelope did not carry"
    values = [str(getattr(event, own)) for own in filled] + [row.openid, row.key, row.kind]
    if isinstance(event, events.Notice):
        values += [event.kind, *(value for name, value in event.fields.items() if name not in OWN_WORDS)]
    if isinstance(event, events.Other):
        values.append(event.kind)
    if any(EVIL in value.upper() for value in values):
        yield "words that became a field"
    first = re.search(rb"<FromUserName>\s*<!\[CDATA\[%b\]\]>\s*</FromUserName>" % body.openid.encode(), body.inner)
    if first is not None and b"<FromUserName" not in body.inner[: first.start()] and row.openid != body.openid:
        yield "another sender"


def _changed_by_words(body: Body, row: Row) -> Iterator[str]:
    """What of a whole envelope is not as the platform wrote it."""
    if not row.following and body.kind != "unsubscribe":
        yield "unsubscribed by no unsubscribe"
    if body.words_only and body.kind in MESSAGES:
        kind = "text" if body.kind == "menu" else body.kind
        if (row.openid, row.key, row.kind, row.created) != (
            body.openid,
            f"m:{body.number}:{body.openid}",
            kind,
            body.created,
        ):
            yield "an envelope that words have changed"
