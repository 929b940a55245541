"""The rows of a run against the house as it is now: pure, nothing is written, the same answer for the same sheet."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from services.imports import judge_others, judge_residents
from services.imports.fields import Kind
from services.imports.heads import Plan
from services.imports.known import Known, Lives, Works
from services.imports.rows import SAID, SKIP, SUMS, Cells, Fault, Judged, Row, Verdict
from services.imports.values import text

TITLE_CELLS = 2


@dataclass(frozen=True, slots=True)
class Tally:
    """The four numbers; they add up to the sheet."""

    ready: int
    fixed: int
    look: int
    skip: int

    @property
    def total(self) -> int:
        """All rows with something in them."""
        return self.ready + self.fixed + self.look + self.skip


def judged(plans: Sequence[Plan], rows: Sequence[Row], known: Known) -> list[Judged]:
    """Each row; residents first, since relatives are tied to them, colleagues before their shifts."""
    known = replace(known)
    found: dict[int, Judged] = {}
    for kind in (Kind.RESIDENTS, Kind.STAFF, Kind.RELATIVES, Kind.ROTA):
        mine = [
            _first(plans[row.sheet], row) for row in rows if plans[row.sheet].kind is kind and plans[row.sheet].wanted
        ]
        match kind:
            case Kind.RESIDENTS:
                judge_residents.residents(plans, mine, known)
                known.people = tuple(_with_kin(known.people, mine))
            case Kind.STAFF:
                judge_others.staff(plans, mine, known)
                known.staff += tuple(_works(one) for one in mine if one.verdict is not Verdict.SKIP)
            case Kind.RELATIVES:
                look = {f"r:{one.row.id}" for one in found.values() if one.verdict is Verdict.LOOK}
                judge_residents.relatives(plans, mine, known, look)
            case Kind.ROTA:
                look = {f"r:{one.row.id}" for one in found.values() if one.verdict is Verdict.LOOK}
                judge_others.rota(plans, mine, known, look)
        for one in mine:
            if (said := one.row.fixed.get(SAID)) and one.verdict is not Verdict.SKIP:
                one.faults.append(Fault(SAID, "登记", one.who, said, "", "", leave=False, asks=(), typed=False))
            found[one.row.id] = one.settle()
    return [found[row.id] if row.id in found else _unread(plans[row.sheet], row) for row in rows]


def tally(found: Sequence[Judged]) -> Tally:
    """How many of each."""
    counts = {verdict: sum(one.verdict is verdict for one in found) for verdict in Verdict}
    return Tally(counts[Verdict.READY], counts[Verdict.FIXED], counts[Verdict.LOOK], counts[Verdict.SKIP])


def _unread(plan: Plan, row: Row) -> Judged:
    return Judged(row, plan.kind).skip("这张表不要" if not plan.wanted else "没认出是什么表")


def _first(plan: Plan, row: Row) -> Judged:
    """What is no row of anybody: titles, the head, sums, hidden rows, and what a colleague left out."""
    one = Judged(row, plan.kind)
    cells = Cells(plan, row)
    full = [cell for cell in row.cells if text(cell)]
    if row.number < plan.head:
        return one.skip("大标题")
    if row.number == plan.head:
        return one.skip("表头")
    if row.hidden and not plan.hidden:
        return one.skip("隐藏的行")
    if row.fixed.get(SKIP):
        return one.skip("不要这一行")
    if any(SUMS.search(text(cell)) for cell in full[:TITLE_CELLS]):
        return one.skip("合计或说明")
    name = "elder" if plan.kind is Kind.RELATIVES and not cells.text("name") else "name"
    if not cells.text(name) and len(full) <= TITLE_CELLS and not row.fixed:
        return one.skip("空行或小标题")
    if [text(cell) for cell in row.cells if text(cell)] == [head for head in plan.heads if head]:
        return one.skip("又一遍表头")
    return one


def _with_kin(people: Sequence[Lives], rows: Sequence[Judged]) -> Iterator[Lives]:
    """Who lives here once the residents of the sheet are written, and which relatives they then have."""
    brings = {one.updates: frozenset(str(kin["name"]) for kin in one.kin) for one in rows if one.updates}
    for lives in people:
        yield replace(lives, kin=lives.kin | brings[lives.ref]) if lives.ref in brings else lives
    for one in rows:
        if one.verdict is not Verdict.SKIP and not one.updates:
            yield _lives(one)


def _lives(one: Judged) -> Lives:
    return Lives(
        f"r:{one.row.id}",
        one.who,
        one.place,
        str(one.draft.get("identity", "")),
        str(one.draft.get("born", "")),
        one.row.number,
        frozenset(str(kin["name"]) for kin in one.kin),
    )


def _works(one: Judged) -> Works:
    return Works(f"r:{one.row.id}", one.who, str(one.draft.get("login", "")), one.row.number)
