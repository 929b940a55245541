"""What is filled in at the first start and in the settings; each form is the command of one service."""

from services.form import Form


class Claim(Form, frozen=True, kw_only=True):
    """The one-time code of the terminal, and the first director."""

    code: str
    name: str
    login: str
    password: str


class SetHome(Form, frozen=True, kw_only=True):
    """What families see of the home."""

    name: str
    phone: str
    timezone: str = "Asia/Shanghai"


class SetAccount(Form, frozen=True, kw_only=True):
    """The account of the platform. A secret that is left empty stays as it is; token and key are made here unless
    somebody has their own.
    """

    app_id: str
    app_secret: str = ""
    token: str = ""
    encoding_aes_key: str = ""


class SetDomain(Form, frozen=True, kw_only=True):
    """Where families open pages."""

    public_url: str
