"""A form as a value: what somebody filled in, and the revision of what it was drawn from (architecture, Writes)."""

import msgspec


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """The root of all forms; each is the command of one service. `drawn`: a digest of the fields that the form edits,
    as they were when it was drawn; None = they are read in this transaction.
    """

    drawn: str | None = None
