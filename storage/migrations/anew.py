"""Constraints for a table that is there: PostgreSQL adds and proves them, SQLite's table is written anew from its own
words.
"""

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
