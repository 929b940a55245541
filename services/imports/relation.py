"""A relative as a sheet has them, for the service that writes one down."""

from collections.abc import Mapping
from typing import Any, Final

from services.families.forms import AddRelative

SCOPES: Final = ("daily",)
"""What a relative sees of whom nobody has asked anything: the rest wants a consent (F14)."""


def relative(draft: Mapping[str, Any]) -> AddRelative:
    """The form of the page, filled in."""
    return AddRelative(
        name=draft["name"],
        relation=draft["relation"],
        phone=draft["phone"],
        scopes=SCOPES,
        way="none",
        primary=draft["primary"],
        order=draft["order"],
    )
