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
