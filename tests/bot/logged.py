"""What the log of the service has told, for those who look after it at night."""

import pytest


def actions(caplog: pytest.LogCaptureFixture) -> list[str]:
    """The actions of all lines of ours so far, in their order."""
    return [
        record.__dict__["action"]
        for record in caplog.records
        if record.name.startswith("jiashu.") and "action" in record.__dict__
    ]
