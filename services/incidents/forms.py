"""What is filled in about an incident; each form is the command of one service."""

from services.form import Form


class Begin(Form, frozen=True, kw_only=True):
    """Begin a plan: for an alarm, for a resident, or for the house; as a drill."""

    plan: str
    alarm: int = 0
    resident: int = 0
    place: str = ""
    drill: bool = False


class Tick(Form, frozen=True, kw_only=True):
    """A step is to be done, passed over with a reason, or open again; not turned over, since two press at once."""

    want: str = "done"
    why: str = ""


class ChangePlan(Form, frozen=True, kw_only=True):
    """Another plan, chosen by mistake or in haste."""

    plan: str


class LogCall(Form, frozen=True, kw_only=True):
    """A call to a relative, or to somebody outside, who is named."""

    outcome: str
    who: str = ""
    told: str = ""


class WriteNote(Form, frozen=True, kw_only=True):
    """What happened; why the family is not told, where that is so; after a drill what is to change."""

    note: str = ""
    no_family: str = ""
    revision: str = ""


class Close(WriteNote, frozen=True, kw_only=True):
    """The end, with what stands in the fields at that moment."""


class DecideReport(Form, frozen=True, kw_only=True):
    """Whether it is reported to the authority, and to whom or why not."""

    report: bool = False
    why: str = ""


class TakeLead(Form, frozen=True, kw_only=True):
    """Who is in charge; 0 = whoever presses."""

    staff: int = 0


class SetPlan(Form, frozen=True, kw_only=True):
    """The home's own steps, a line each: minutes, who, what."""

    lines: str
    why: str = ""


class PutContact(Form, frozen=True, kw_only=True):
    """A number outside the house."""

    name: str
    number: str
    what_for: str = ""
