"""家属与同意: who belongs to a resident, who sees what, how the elder agreed; less at once, more by a consent
(design.md 33).
"""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from aiohttp import web

from care import families, notice, pictures, preferences
from care.errors import Invalid, NotFound
from console.context import CLOCK, DATABASE, HOUSE, SETTINGS
from console.files import keep_with
from console.routes import Routes
from services.access import HANDLERS, LEADS
from services.families import consents, contacts, disputes, merging, narrowing, photos, relatives, sheets, ties, wishes
from services.families import preferences as preferring
from services.families.access import access_consent, access_proof, access_tie
from services.families.forms import (
    AddRelative,
    AddWish,
    AllowPictures,
    AttachProof,
    EditRelative,
    EndDispute,
    EndWish,
    ForbidPictures,
    MakePrimary,
    MergeRelative,
    NameContact,
    NarrowScope,
    PlaceRelative,
    PreferRelative,
    ProveRelative,
    RecordConsent,
    RemoveRelative,
    StartDispute,
    WithdrawConsent,
)
from services.form import Form
from services.media import media
from services.residents.access import RESIDENTS, access_resident
from storage import tables
from storage.queries import families_contact, families_notice, families_photos, residents
from storage.queries import families_ties as queries
from storage.queries.outgoing_sms import refusal
from storage.tables.families_ties import ConsentProof
from storage.unit import Unit
from web.forms import SENT
from web.sessions import viewer

ROUTES: Final = Routes(HANDLERS)
HERE: Final = r"/residents/{resident:\d{1,18}}/families"
PERSON: Final = rf"{HERE}/{{person:\d{{1,18}}}}"
ZONES: Final = {
    "": "国内（北京时间）",
    "Asia/Tokyo": "日本、韩国",
    "Asia/Singapore": "新加坡、马来西亚",
    "Australia/Sydney": "澳大利亚东部",
    "Europe/London": "英国",
    "Europe/Paris": "欧洲中部",
    "America/New_York": "美国、加拿大东部",
    "America/Chicago": "美国中部",
    "America/Los_Angeles": "美国、加拿大西部",
}
"""Where relatives live; another zone that is set already stays."""
SOON: Final = timedelta(days=30)
"""So long before its end a consent is marked."""
CHANGES: Final[dict[type[Form], Callable[..., None]]] = {
    EditRelative: ties.edit,
    PlaceRelative: ties.place,
    PreferRelative: preferring.prefer,
    MakePrimary: ties.primary,
    ProveRelative: ties.prove,
    MergeRelative: merging.merge,
}


@ROUTES.get(rf"{HERE}/brief", "families/_brief.html", may=RESIDENTS)
async def brief(request: web.Request) -> dict[str, Any]:
    """The relatives on the page of a resident, for whoever works there."""
    who, resident = viewer(request), _resident(request)

    def work(db: Unit) -> dict[str, Any]:
        row = access_resident(db, who, resident)
        return {
            "line": residents.one(db, row),
            "relatives": queries.relatives(db, row.id),
            "dispute": queries.dispute(db, row.id),
            "wishes": queries.wishes(db, row.id),
            "may_bind": who.role in HANDLERS,
        } | _words()

    return await request.app[DATABASE].read(work)


@ROUTES.get(HERE, "families/index.html")
async def index(request: web.Request) -> dict[str, Any]:
    """All of it on a page of its own."""
    return await _family(request)


@ROUTES.get(rf"{HERE}/part", "families/_family.html")
async def part(request: web.Request) -> dict[str, Any]:
    """The same alone, when something changed."""
    return await _family(request)


@ROUTES.get(rf"{HERE}/side/{{what:add|wish|dispute|pictures}}", "families/_side.html")
async def side(request: web.Request) -> dict[str, Any]:
    """What is filled in beside the list: a new relative, a wish, a dispute, whose pictures may show the elder."""
    return await _family(request) | {"what": request.match_info["what"], "one": None, "scope": ""}


@ROUTES.get(rf"{PERSON}/{{what:edit|prefer|prove|less|more|merge|remove}}", "families/_side.html")
async def side_of(request: web.Request) -> dict[str, Any]:
    """The same about one relative; less and remove show what the relative will read."""
    facts = await _family(request)
    person, scope = int(request.match_info["person"]), request.query.get("scope", "")
    one = next((row for row in facts["relatives"] if row.person_id == person), None)
    if one is None or (scope and scope not in families.SCOPES):
        raise NotFound
    what, who, house, now = request.match_info["what"], viewer(request), request.app[HOUSE], request.app[CLOCK]()

    def work(db: Unit) -> str:
        tie, _ = access_tie(db, who, one.tie.resident_id, person)
        return narrowing.notice(db, house, who, tie, {scope}, now, removed=what == "remove")

    words = await request.app[DATABASE].read(work) if what in {"less", "remove"} else ""
    number = one.person.phone
    no_sms = await request.app[DATABASE].read(
        lambda db: refusal(db, who.home_id, db.words(one.person, "phone")) if what == "prove" and number else None
    )
    return facts | {
        "what": what,
        "one": one,
        "scope": scope,
        "words": words,
        "no_sms": no_sms,
        "rang": one.tie.rang_at is not None and now - one.tie.rang_at < families.NUMBER_AGES,
        "drawn_one": ties.revision_of(one.tie, one.person),
        "drawn_wants": preferring.revision_of(one.person),
        "asked": families.HEALTH_SENTENCE.format(name=one.name),
    }


@ROUTES.form(HERE, AddRelative, "families/_family.html")
async def add(request: web.Request, form: AddRelative) -> dict[str, Any]:
    """A relative, with a WeChat or without one."""
    who, now = viewer(request), request.app[CLOCK]()
    await request.app[DATABASE].write(lambda db: relatives.add(db, who, _resident(request), form, now).id)
    return await _family(request) | {"done": f"{form.name.strip()}登记好了，还没有发任何消息。"}


@ROUTES.forms(
    rf"{PERSON}/{{act:edit|place|prefer|primary|prove|less|merge|remove}}",
    "act",
    {
        "edit": EditRelative,
        "place": PlaceRelative,
        "prefer": PreferRelative,
        "primary": MakePrimary,
        "prove": ProveRelative,
        "less": NarrowScope,
        "merge": MergeRelative,
        "remove": RemoveRelative,
    },
    "families/_family.html",
)
async def change(request: web.Request, form: Form) -> dict[str, Any]:
    """One relative: who it is, in which order, who is primary, how it was proved, less, or gone."""
    who, now, house = viewer(request), request.app[CLOCK](), request.app[HOUSE]
    resident, person = _resident(request), int(request.match_info["person"])

    def work(db: Unit) -> narrowing.Notice | None:
        if isinstance(form, NarrowScope):
            return narrowing.narrow(db, house, who, resident, person, form, now)
        if isinstance(form, RemoveRelative):
            return narrowing.remove(db, house, who, resident, person, form, now)
        CHANGES[type(form)](db, who, resident, person, form, now)
        return None

    told = await request.app[DATABASE].write(work)
    return await _family(request) | _said(told)


@ROUTES.form(rf"{PERSON}/consent", RecordConsent, "families/_family.html")
async def consent(request: web.Request, form: RecordConsent) -> dict[str, Any]:
    """The elder agreed; the photographed paper or the recording is sealed first."""
    who, now, resident, person = (
        viewer(request),
        request.app[CLOCK](),
        _resident(request),
        int(request.match_info["person"]),
    )
    await request.app[DATABASE].read(lambda db: access_tie(db, who, resident, person))
    data = request[SENT][0] if request[SENT] else b""
    proof = consents.take(data) if data else None
    await keep_with(
        request,
        [(proof.id, data)] if proof else [],
        lambda db: ties.agree(db, who, resident, person, form, now, proof),
    )
    return await _family(request) | {"done": "记好了，从现在起就能看。"}


@ROUTES.form(rf"{HERE}/pictures", AllowPictures, "families/_family.html")
async def allow(request: web.Request, form: AllowPictures) -> dict[str, Any]:
    """The elder may be seen in pictures of other families (F32)."""
    who, now, resident = viewer(request), request.app[CLOCK](), _resident(request)
    await request.app[DATABASE].read(lambda db: access_resident(db, who, resident) and None)
    data = request[SENT][0] if request[SENT] else b""
    proof = consents.take(data) if data else None
    await keep_with(
        request,
        [(proof.id, data)] if proof else [],
        lambda db: photos.allow(db, who, resident, form, now, proof),
    )
    return await _family(request) | {"done": "记好了。点到名的照片，别人家也能看。"}


@ROUTES.form(rf"{HERE}/contact", NameContact, "families/_family.html")
async def contact(request: web.Request, form: NameContact) -> dict[str, Any]:
    """The colleague whom the family may ask (F30)."""
    who, now = viewer(request), request.app[CLOCK]()
    await request.app[DATABASE].write(lambda db: contacts.name(db, who, _resident(request), form, now))
    return await _family(request) | {"done": "记下了，家属在家书下面看得到。"}


@ROUTES.form(rf"{HERE}/pictures/forbid", ForbidPictures, "families/_family.html")
async def forbid(request: web.Request, form: ForbidPictures) -> dict[str, Any]:
    """Not any more, from this second on."""
    who, now = viewer(request), request.app[CLOCK]()
    await request.app[DATABASE].write(lambda db: photos.forbid(db, who, _resident(request), form, now))
    return await _family(request) | {"done": "马上生效了：点过这位的照片，别人家的信里都看不到了，旧信也一样。"}


@ROUTES.form(rf"{HERE}/consents/{{consent:\d{{1,18}}}}/proof", AttachProof, "families/_family.html")
async def attach(request: web.Request, _: AttachProof) -> dict[str, Any]:
    """The paper was photographed later."""
    who, now, resident = viewer(request), request.app[CLOCK](), _resident(request)
    number = int(request.match_info["consent"])
    await request.app[DATABASE].read(lambda db: access_consent(db, who, resident, number) and None)
    if not request[SENT]:
        raise Invalid(why="请先选一张照片、一份 PDF 或一段录音。")
    proof = consents.take(request[SENT][0])
    await keep_with(
        request,
        [(proof.id, request[SENT][0])],
        lambda db: consents.attach(db, who, resident, number, proof, now),
    )
    return await _family(request) | {"done": "凭据收好了。"}


@ROUTES.form(rf"{HERE}/consents/{{consent:\d{{1,18}}}}/withdraw", WithdrawConsent, "families/_family.html")
async def withdraw(request: web.Request, form: WithdrawConsent) -> dict[str, Any]:
    """A consent is taken back, as easily as it was given."""
    who, now, house, number = (
        viewer(request),
        request.app[CLOCK](),
        request.app[HOUSE],
        int(request.match_info["consent"]),
    )
    told = await request.app[DATABASE].write(
        lambda db: narrowing.withdraw(db, house, who, _resident(request), number, form, now)
    )
    return await _family(request) | _said(told)


@ROUTES.get(rf"{HERE}/proofs/{{proof:\d{{1,18}}}}")
async def proof(request: web.Request) -> web.StreamResponse:
    """The photographed proof, without place and device; that it was opened is written down."""
    who, number = viewer(request), int(request.match_info["proof"])

    def work(db: Unit) -> ConsentProof:
        return access_proof(db, who, _resident(request), number)

    row = await request.app[DATABASE].read(work)
    folder, sealer = request.app[SETTINGS].media.path, request.app[DATABASE].sealer
    try:
        data = await asyncio.to_thread(media.shown, folder, sealer, number)
    except FileNotFoundError as error:
        raise NotFound from error
    return web.Response(body=data, content_type=row.mime, headers={"Content-Disposition": "inline"})


@ROUTES.form(rf"{HERE}/wishes", AddWish, "families/_family.html")
async def wish(request: web.Request, form: AddWish) -> dict[str, Any]:
    """「先别告诉我闺女」."""
    who, now = viewer(request), request.app[CLOCK]()
    await request.app[DATABASE].write(lambda db: wishes.add(db, who, _resident(request), form, now))
    return await _family(request) | {"done": "记下了。打电话、写家书前都会看到。"}


@ROUTES.form(rf"{HERE}/wishes/{{wish:\d{{1,18}}}}/end", EndWish, "families/_family.html")
async def end_wish(request: web.Request, form: EndWish) -> dict[str, Any]:
    """The elder thinks otherwise now."""
    who, now, number = viewer(request), request.app[CLOCK](), int(request.match_info["wish"])
    await request.app[DATABASE].write(lambda db: wishes.end(db, who, _resident(request), number, form, now))
    return await _family(request) | {"done": "这条心愿去掉了。"}


@ROUTES.form(rf"{HERE}/dispute", StartDispute, "families/_family.html", may=LEADS)
async def start_dispute(request: web.Request, form: StartDispute) -> dict[str, Any]:
    """From now on nothing is widened."""
    who, now = viewer(request), request.app[CLOCK]()
    await request.app[DATABASE].write(lambda db: disputes.start(db, who, _resident(request), form, now))
    return await _family(request) | {"done": "记下了：从现在起谁都不能加人、放宽，只能收窄。"}


@ROUTES.form(rf"{HERE}/dispute/end", EndDispute, "families/_family.html", may=LEADS)
async def end_dispute(request: web.Request, form: EndDispute) -> dict[str, Any]:
    """It is settled."""
    who, now = viewer(request), request.app[CLOCK]()
    await request.app[DATABASE].write(lambda db: disputes.end(db, who, _resident(request), form, now))
    return await _family(request) | {"done": "争议结束了，可以照常加人、放宽。"}


@ROUTES.post(rf"{HERE}/sheets/{{sheet:\d{{1,18}}}}/revoke", "families/_family.html")
async def revoke(request: web.Request) -> dict[str, Any]:
    """这张作废."""
    who, now, number = viewer(request), request.app[CLOCK](), int(request.match_info["sheet"])
    await request.app[DATABASE].write(lambda db: sheets.revoke(db, who, _resident(request), number, now))
    return await _family(request) | {"done": "这张作废了，扫了、发了都没有用。"}


def _resident(request: web.Request) -> int:
    return int(request.match_info["resident"])


def _said(told: narrowing.Notice | None) -> dict[str, Any]:
    if told is None:
        return {"done": "存好了。"}
    if told.sent:
        return {"done": "马上生效了，也告诉这位家属了。"}
    return {"done": "马上生效了。", "call": told.words}


def _words() -> dict[str, Any]:
    return {
        "SCOPES": families.SCOPES,
        "BY": families.WAYS,
        "GIVES": families.GIVES,
        "PROOFS": families.PROOFS,
        "FREQUENCIES": families.FREQUENCIES,
        "ASKED_BY": families.ASKED_BY,
        "HOURS": families.HOURS,
        "ZONES": ZONES,
        "LANGUAGES": families.LANGUAGES,
        "ALL_THE_SAME": wishes.ALL_THE_SAME,
        "WANTS": preferences,
        "FILES": consents.KINDS,
        "AGREES_BY": pictures.AGREES_BY,
        "NOTICE": notice.VERSION,
        "short": families.short,
        "names": families.names,
    }


async def _family(request: web.Request) -> dict[str, Any]:
    who, resident, now = viewer(request), _resident(request), request.app[CLOCK]()

    def work(db: Unit) -> dict[str, Any]:
        row: tables.Resident = access_resident(db, who, resident)
        kin = queries.relatives(db, row.id)
        named = families_contact.holding(db, row.id)
        return {
            "line": residents.one(db, row),
            "relatives": kin,
            "named": named.staff_id if named else 0,
            "contact": families_contact.name_of(db, row.id),
            "colleagues": contacts.offered(db, who),
            "drawn_contact": contacts.revision_of(named),
            "noticed": families_notice.newest(db, [one.person_id for one in kin]),
            "consents": queries.consents(db, row.id),
            "sheets": queries.sheets(db, row.id, now),
            "changes": queries.changes(db, row.id),
            "wishes": queries.wishes(db, row.id),
            "elsewhere": families_photos.consent(db, row.id),
            "dispute": queries.dispute(db, row.id),
            "drawn_order": ties.order_of(queries.ties(db, row.id)),
            "drawn_dispute": disputes.revision_of(disputes.open_one(db, row.id)),
        }

    found = await request.app[DATABASE].read(work)
    given = {(one.person_id, scope) for one in found["consents"] for scope in one.scopes}
    free = families.GIVES["none"]
    lacking = [
        (
            one,
            [scope for scope in families.SCOPES if scope in one.scopes - free and (one.person_id, scope) not in given],
        )
        for one in found["relatives"]
    ]
    found["bare"] = [(one, scopes) for one, scopes in lacking if scopes]
    found["soon"] = now.astimezone(request.app[HOUSE].home.zone).date() + SOON
    return found | _words() | {"may_lead": who.role in LEADS, "done": "", "call": "", "what": ""}
