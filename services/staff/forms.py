"""What is filled in at the log-in."""

from services.form import Form


class LogIn(Form, frozen=True, kw_only=True):
    """Name and password, and the page that was wanted."""

    login: str
    password: str
    to: str = ""
