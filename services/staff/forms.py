"""What is filled in at the log-in, on the page of colleagues and on one's own."""

from services.form import Form


class LogIn(Form, frozen=True, kw_only=True):
    """Name and password, and the page that was wanted."""

    login: str
    password: str
    to: str = ""


class AddColleague(Form, frozen=True, kw_only=True):
    """A new colleague; `floors` by blanks or commas, empty for the whole house."""

    name: str
    login: str
    role: str
    floors: str = ""
    phone: str = ""


class EditColleague(Form, frozen=True, kw_only=True):
    """Name, role, floors and phone of a colleague; an empty phone stays what it is, `no_phone` takes it away."""

    name: str
    role: str
    floors: str = ""
    phone: str = ""
    no_phone: bool = False


class EnterCode(Form, frozen=True, kw_only=True):
    """The second step of a log-in: a code of the phone, or a recovery code."""

    code: str
    to: str = ""


class OwnPassword(Form, frozen=True, kw_only=True):
    """A password of one's own, twice; `old` where it is changed on 我的账号."""

    password: str
    again: str
    old: str = ""
    to: str = ""


class Pledge(Form, frozen=True, kw_only=True):
    """我承诺."""

    to: str = ""


class SetUpCodes(Form, frozen=True, kw_only=True):
    """The secret that the page showed, and the code that the phone makes of it; or `later`."""

    secret: str = ""
    code: str = ""
    later: bool = False
    to: str = ""


class Prove(Form, frozen=True, kw_only=True):
    """The password once more, before the account is changed."""

    password: str


class SetPin(Form, frozen=True, kw_only=True):
    """Six digits for stations; nothing takes them away."""

    pin: str


class MarkStation(Form, frozen=True, kw_only=True):
    """The browser that asks becomes a station; `visitors`: visitors see its screen."""

    name: str
    visitors: bool = False


class WhoSees(Form, frozen=True, kw_only=True):
    """Whether visitors see the screen of a station."""

    visitors: bool = False


class EnterPin(Form, frozen=True, kw_only=True):
    """Who comes to a station."""

    who: int
    pin: str
    to: str = ""


class HandOver(Form, frozen=True, kw_only=True):
    """Who takes what a colleague left; 0 = nobody yet."""

    cases: int = 0
    talks: int = 0
    tasks: int = 0


class SetUnit(Form, frozen=True, kw_only=True):
    """Who sees to complaints, and the written procedure."""

    lead: int
    deputy: int = 0
    members: frozenset[int] = frozenset()
    procedure: str
