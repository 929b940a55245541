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


class SetClocks(Form, frozen=True, kw_only=True):
    """How long something may take; the reason is for who makes one longer than the home's word."""

    first_feedback_minutes: str
    serious_feedback_minutes: str
    result_hours: str
    approval_hours: str
    reply_minutes: str
    reason: str = ""


class SetLetterHour(Form, frozen=True, kw_only=True):
    """From when the letters of a day may be read: 17:30."""

    letter_time: str


class SetDepartments(Form, frozen=True, kw_only=True):
    """One name a line."""

    names: str


class SetCategories(Form, frozen=True, kw_only=True):
    """Those beside ours, one a line."""

    names: str


class SetCosts(Form, frozen=True, kw_only=True):
    """How many SMS a month at most, and what an SMS and a call cost, in 分."""

    sms_most: str
    sms_price: str
    call_price: str


class SetFestivals(Form, frozen=True, kw_only=True):
    """The festivals that are ticked, by their ids."""

    festivals: frozenset[str]


class SetPhrase(Form, frozen=True, kw_only=True):
    """Own words, with the Chinese names of blanks; which phrase is in the address."""

    text: str


class ResetPhrase(Form, frozen=True, kw_only=True):
    """Our words again."""
