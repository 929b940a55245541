"""What a password costs whoever guesses it; all other tests use a quick hasher in the place of this one."""

import pytest
from argon2 import PasswordHasher, Type, extract_parameters

from services.staff import staff
from tests.conftest import HomeUnderTest


async def test_p2_passwords_are_kept_by_argon2id_with_its_full_cost(
    home: HomeUnderTest, costly_hasher: PasswordHasher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staff, "_hasher", costly_hasher)
    await home.staff()
    found = await home.database.read(lambda db: staff.find(db, "陈晓雯"))
    assert found is not None
    cost = extract_parameters(found[1])
    assert cost.type is Type.ID
    assert cost.time_cost >= 3
    assert cost.memory_cost >= 64 * 1024
    assert staff.verify(found[1], "long-enough")
    assert not staff.verify(found[1], "wrong")
