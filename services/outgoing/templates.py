"""Template messages of the home: bound to a reason by a colleague, filled at the moment of sending, left alone once the
platform has refused them (wechat.md 5a).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import select

from care import templates as rules
from care.errors import Invalid
from care.templates import BY_WORD, RULES, VALUES, Field, Kind
from services.access import Viewer
from services.outgoing.forms import BindTemplate
from services.outgoing.purposes import Purpose
from storage import tables
from storage.seal import Unreadable
from storage.store import Store
from storage.tables.outgoing import Template
from storage.types import new_id
from storage.unit import Unit

BROKEN: Final = frozenset({"40036", "40037", "43106", "43116", "48001", "40132"})
"""Errcodes after which a template is not tried again before somebody has bound it anew."""
ONCE_FOR: Final = timedelta(minutes=9)
"""So long the platform knows our number of a message: it may be sent again without arriving twice."""
PAGE: Final = "page"
"""Among the fields: the page of ours that opens behind the card."""
AGAIN: Final = "微信没应答；模板消息有编号，再发一次不会重复"
REFUSED_WORDS: Final = "47003"
"""The errcode of values that the platform does not take: this message alone goes another way."""
NOT_THESE: Final = "微信不收这一条的内容"
NO_PAGE: Final = "没有家属页的网址，点不开"
NOBODY_KNOWS: Final = "模板消息没有回音，过了十分钟，不确定送到没有；请看一下对方是否收到"
NONE_BOUND: Final = "还没有绑定模板"
REFUSED: Final = "这个模板微信不收了，要管理员重新绑定"


@dataclass(frozen=True, slots=True)
class Filled:
    """A template with its data, as it leaves."""

    template_id: str
    data: dict[str, str]
    page: str = ""
    """The page of ours behind it; "" = that of its words."""


def fill(
    store: Store, home_id: int, purpose: Purpose, row_id: int, made_at: datetime, zone: str, phone: str = ""
) -> tuple[Filled | None, str]:
    """The template of a purpose with the data of one message; None with the reason where it cannot go by one."""
    if not purpose.template:
        return None, ""
    row = store.row(
        "SELECT template_id, lines, broken_at FROM template WHERE home_id = ? AND kind = ? AND template_id <> ''",
        home_id,
        purpose.template,
    )
    if row is None:
        return None, NONE_BOUND
    template_id, lines, broken_at = row
    if broken_at is not None:
        return None, REFUSED
    values = _values(store, home_id, purpose, row_id, made_at, zone)
    data, why = rules.filled(lines_of(lines), values | _phone(phone))
    return (None, why) if why else (Filled(template_id, data, values.get(PAGE, "")), "")


def _phone(phone: str) -> dict[str, str]:
    """The home's number as a field takes it; none where the home has not written one."""
    return {"phone": phone.replace(" ", "")} if phone else {}


def _values(store: Store, home_id: int, purpose: Purpose, row_id: int, made_at: datetime, zone: str) -> dict[str, str]:
    sealed = store.row("SELECT fields FROM outbox_body WHERE id = ?", row_id)
    told: dict[str, str] = {}
    if sealed is not None and sealed[0] is not None:
        try:
            told = json.loads(store.open(tables.OutboxBody, "fields", row_id, sealed[0]))
        except Unreadable:
            told = {}
    name = store.row("SELECT name FROM home WHERE id = ?", home_id)
    at = made_at.astimezone(ZoneInfo(zone))
    always = {
        "home": str(name[0]) if name else "",
        "at": f"{at.year}年{at.month}月{at.day}日 {at:%H:%M}",
        "matter": purpose.matter,
        "state": purpose.brief,
        "number": f"{at:%Y%m%d%H%M}",
    }
    return always | told


def lines_of(text: str) -> dict[str, str]:
    """`thing1=elder time2=at` as a mapping."""
    return dict(pair.split("=", 1) for pair in text.split() if "=" in pair)


def bound(db: Unit, home_id: int) -> dict[str, Template]:
    """What is bound, by the word of its kind."""
    rows = db.scalars(select(Template).where(Template.home_id == home_id, Template.template_id != ""))
    return {row.kind: row for row in rows}


def stands(db: Unit, home_id: int, purpose: Purpose) -> bool:
    """Whether what is said for this reason can leave as a card."""
    row = bound(db, home_id).get(purpose.template)
    return row is not None and row.broken_at is None


def bind(db: Unit, viewer: Viewer, form: BindTemplate, there: Sequence[dict[str, str]], now: datetime) -> None:
    """Bind a template of the account to a reason, or none. `there`: the templates as the platform lists them.

    Raises Invalid with what to choose.
    """
    kind = BY_WORD.get(form.kind)
    if kind is None:
        raise Invalid(why="没有这一类，请刷新再试。")
    found = next((one for one in there if one["template_id"] == form.template), None)
    if form.template and found is None:
        raise Invalid(why="公众号里没有这个模板了。点「从微信读取」，再选一次。")
    fields = rules.fields_of(found["content"]) if found else []
    chosen = lines_of(" ".join(sorted(form.lines)))
    if found is not None:
        _require(kind, fields, chosen)
    db.lock_row(select(tables.Home).where(tables.Home.id == viewer.home_id))
    row = db.fresh(select(Template).where(Template.home_id == viewer.home_id, Template.kind == kind.word)).first()
    if row is None:
        row = Template(id=new_id(), home_id=viewer.home_id, kind=kind.word)
        db.add(row)
    row.template_id, row.title = (found["template_id"], found["title"][:40]) if found else ("", "")
    row.lines = " ".join(f"{field.key}={chosen[field.key]}" for field in fields)
    row.set_at, row.set_by, row.broken_at, row.broken_code = now, viewer.id, None, None
    db.flush()
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "bind_template", f"template:{row.id}", kind.name)
    db.store.hint("house")


def _require(kind: Kind, fields: Sequence[Field], chosen: dict[str, str]) -> None:
    if not fields:
        raise Invalid(why="这个模板读不出字段，换一个「类目模板」。")
    for field in fields:
        word = chosen.get(field.key, "")
        if word not in VALUES:
            raise Invalid(why=f"「{field.name}」要选填什么。")
        if not field.kind:
            raise Invalid(why=f"「{field.name}」是我们不认识的字段（{field.key}），换一个模板。")
        if word not in kind.values or not may_fill(field.kind, word):
            raise Invalid(why=f"「{field.name}」只收{WANTS.get(field.kind, '别的内容')}，填不了{VALUES[word]}。")


WANTS: Final = {
    "time": "时间",
    "date": "日期",
    "phone_number": "电话",
    "character_string": "编号这样的字母数字",
    "number": "数字",
    "phrase": "五个以内的汉字",
    "name": "姓名",
    "amount": "金额",
    "letter": "字母",
    "symbol": "符号",
    "car_number": "车牌",
}
_SAMPLES: Final = {
    "elder": "王桂兰",
    "home": "青禾颐养院",
    "phone": "0571-88001234",
    "at": "2026年11月30日 16:05",
    "matter": "您反映的事有了答复",
    "state": "有答复",
    "number": "C261130-03",
}


def may_fill(kind: str, word: str) -> bool:
    """Whether a field of a kind takes such a value."""
    return kind in RULES and bool(rules.cleaned(kind, _SAMPLES[word]))


def broke(store: Store, home_id: int, kind: str, code: str, now: datetime) -> None:
    """The platform refuses it: it is not tried again, and the page says so in red."""
    row = store.row("SELECT id FROM template WHERE home_id = ? AND kind = ? AND broken_at IS NULL", home_id, kind)
    if row is not None:
        store.update(tables.Template, row[0], broken_at=now, broken_code=code)
        store.hint("house", "reach")
