"""Constraints for a table that is there: PostgreSQL adds and proves them, SQLite's table is written anew from its own
words.
"""

import re
from collections.abc import Mapping

from alembic import op


def constrain(table: str, constraints: Mapping[str, str]) -> None:
    """Add constraints by name. On SQLite every key, default, option and index stays as it is written there."""
    if op.get_bind().dialect.name == "postgresql":
        for name, words in constraints.items():
            op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {words} NOT VALID")
            op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}")
        return
    run = op.get_bind().exec_driver_sql
    words = run("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?", (table,)).scalar_one()
    of = "SELECT sql FROM sqlite_master WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL"
    indexes = list(run(of, (table,)).scalars())
    body, _, options = words.partition("(")[2].rpartition(")")
    added = "".join(f",\n\tCONSTRAINT {name} {rule}" for name, rule in constraints.items())
    run(f"CREATE TABLE _alembic_tmp_{table} ({body.rstrip()}{added}\n){options}")
    run(f"INSERT INTO _alembic_tmp_{table} SELECT * FROM {table}")
    run(f"DROP TABLE {table}")
    run(f"ALTER TABLE _alembic_tmp_{table} RENAME TO {table}")
    for sql in indexes:
        run(sql)


def reword(table: str, column: str, words: str) -> None:
    """Other words for the CHECK of a closed column; what stands in the rows keeps to them already."""
    name, rule = f"ck_{table}_{column}", f"({words})"
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        constrain(table, {name: f"CHECK {rule}"})
        return
    run = op.get_bind().exec_driver_sql
    stands = run("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?", (table,)).scalar_one()
    of = "SELECT sql FROM sqlite_master WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL"
    indexes = list(run(of, (table,)).scalars())
    body = re.sub(rf"CONSTRAINT {name} CHECK \([^()]*\)", f"CONSTRAINT {name} CHECK {rule}", stands.partition("(")[2])
    run(f"CREATE TABLE _alembic_tmp_{table} ({body}")
    run(f"INSERT INTO _alembic_tmp_{table} SELECT * FROM {table}")
    run(f"DROP TABLE {table}")
    run(f"ALTER TABLE _alembic_tmp_{table} RENAME TO {table}")
    for sql in indexes:
        run(sql)
