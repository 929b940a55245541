"""One switch: a purpose on a floor."""

from services.form import Form


class Switch(Form, frozen=True, kw_only=True):
    """Switch a purpose on or off for a floor; `seen` says that the list of the first day was shown."""

    purpose: str
    floor: str
    on: bool
    seen: bool = False
