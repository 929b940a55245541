"""Constraints for a table that is there: PostgreSQL adds and proves them, SQLite's table is written anew from its own
words.
"""

import re
from collections.abc import Callable, Mapping

from alembic import op


def constrain(table: str, constraints: Mapping[str, str]) -> None:
    """Add constraints by name. On SQLite every key, default, option and index stays as it is written there."""
    if op.get_bind().dialect.name == "postgresql":
        for name, words in constraints.items():
            op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {words} NOT VALID")
            op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}")
        return
    added = "".join(f",\n\tCONSTRAINT {name} {rule}" for name, rule in constraints.items())

    def with_them(stands: str) -> str:
        body, _, options = stands.rpartition(")")
        return f"{body.rstrip()}{added}\n){options}"

    _anew(table, with_them)


def loosen(table: str, *columns: str) -> None:
    """These columns may be empty from now on."""
    if op.get_bind().dialect.name == "postgresql":
        for column in columns:
            op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} DROP NOT NULL")
        return
    names = "|".join(columns)
    _anew(table, lambda stands: re.sub(rf"(?m)^(\s*\"?(?:{names})\"? [^,\n]*?) NOT NULL", r"\1", stands))


def reword(table: str, column: str, words: str) -> None:
    """Other words for the CHECK of a closed column; what stands in the rows keeps to them already."""
    name, rule = f"ck_{table}_{column}", f"({words})"
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        constrain(table, {name: f"CHECK {rule}"})
        return
    stood = rf"CONSTRAINT {name} CHECK \([^()]*\)"
    _anew(table, lambda stands: re.sub(stood, f"CONSTRAINT {name} CHECK {rule}", stands))


def _anew(table: str, change: Callable[[str], str]) -> None:
    """A table of SQLite by other words: `change` gets what stands after its first bracket."""
    run = op.get_bind().exec_driver_sql
    stands = run("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?", (table,)).scalar_one()
    of = "SELECT sql FROM sqlite_master WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL"
    indexes = list(run(of, (table,)).scalars())
    run(f"CREATE TABLE _alembic_tmp_{table} ({change(stands.partition('(')[2])}")
    run(f"INSERT INTO _alembic_tmp_{table} SELECT * FROM {table}")
    run(f"DROP TABLE {table}")
    run(f"ALTER TABLE _alembic_tmp_{table} RENAME TO {table}")
    for sql in indexes:
        run(sql)
