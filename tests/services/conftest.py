"""Stories of the services run on a SQLite file and again on real PostgreSQL."""

import pytest


@pytest.fixture(params=["sqlite", "postgres"])
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)
