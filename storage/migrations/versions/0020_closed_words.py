"""Closed words: a CHECK for each column of states, outcomes, stages and levels.

Rows are looked at first: a word that no release of the house writes stops the upgrade, and nothing is changed. On
SQLite each table is written anew, on PostgreSQL the constraint is added and then proven against the rows that are
there.
"""

import sqlalchemy as sa
from alembic import op

from care.errors import StrangeWords

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

WORDS = {
    "accused": {
        "reach": "'lead', 'desk', 'all'",
        "role": "'', 'carer', 'nurse', 'desk', 'supervisor', 'director', 'admin', 'auditor'",
        "state": "'suspected', 'confirmed', 'lifted'",
    },
    "alarm": {
        "audience": "'floor', 'lead', 'none'",
        "ended_how": "'arrived', 'false', 'muted'",
        "level": "0, 1",
    },
    "application": {"verdict": "'confirmed', 'refused'"},
    "complaint": {
        "level": "1, 2, 3, 4",
        "scope": "'ours', 'partly', 'not_ours'",
        "stage": "1, 2, 3, 4, 5, 6, 7, 8, 9",
    },
    "follower": {"binding": "'guest', 'own', 'shared', 'house', 'staff'"},
    "inbox": {"answer_state": "'none', 'stored', 'outbox'"},
    "letter": {"state": "'ready', 'held', 'released', 'withdrawn'"},
    "letter_reading": {"reaction": "'收到', '谢谢', '有疑问', '请来电'"},
    "mark": {"score": "1, 2, 3, 4, 5"},
    "media": {"state": "'wanted', 'kept', 'lost'"},
    "outbox": {
        "queue": "'alarm', 'conversation', 'notice', 'spoken'",
        "state": "'planned', 'waiting', 'ready', 'sending', 'sent', 'unknown', 'parked', 'review', 'given_up', "
        "'cancelled', 'held'",
    },
    "person": {"kind": "'family', 'elder', 'guest'"},
    "plan": {"state": "'planned', 'held', 'cancelled', 'sent', 'skipped'"},
    "promise": {"mark": "'fresh', 'half', 'near', 'breached'"},
    "proposal": {"kind": "'plan', 'interim'", "verdict": "'approved', 'returned'"},
    "resident": {
        "sex": "'女', '男'",
        "status": "'在住', '请假', '住院', '病危', '退住', '去世'",
    },
    "staff": {"role": "'carer', 'nurse', 'desk', 'supervisor', 'director', 'admin', 'auditor'"},
    "unreadable": {"audience": "'floor', 'lead', 'none'", "urgency": "0, 1, 2, 3"},
}


def upgrade() -> None:
    """Look, then constrain."""
    _look()
    if op.get_bind().dialect.name == "postgresql":
        added = [(table, column, words) for table, columns in WORDS.items() for column, words in columns.items()]
        for table, column, words in added:
            op.execute(
                f"ALTER TABLE {table} ADD CONSTRAINT ck_{table}_{column} CHECK ({_one_of(column, words)}) NOT VALID"
            )
        for table, column, _ in added:
            op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT ck_{table}_{column}")
        return
    for table, columns in WORDS.items():
        _write_anew(table, columns)


def _one_of(column: str, words: str) -> str:
    """Compared with one after the other: SQLite makes a temporary index of a list, anew for each row."""
    return " OR ".join(f"{column} = {word}" for word in words.split(", "))


def _write_anew(table: str, columns: dict[str, str]) -> None:
    """The table from its own words, which keep every key, default and option; then its indexes from theirs. A batch of
    Alembic's reads them by some thousand questions and writes them in other words.
    """
    run = op.get_bind().exec_driver_sql
    words = run("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?", (table,)).scalar_one()
    indexes = run("SELECT sql FROM sqlite_master WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL", (table,))
    indexes = list(indexes.scalars())
    body, _, options = words.partition("(")[2].rpartition(")")
    checks = "".join(f",\n\tCONSTRAINT ck_{table}_{name} CHECK ({_one_of(name, of)})" for name, of in columns.items())
    run(f"CREATE TABLE _alembic_tmp_{table} ({body.rstrip()}{checks}\n){options}")
    run(f"INSERT INTO _alembic_tmp_{table} SELECT * FROM {table}")
    run(f"DROP TABLE {table}")
    run(f"ALTER TABLE _alembic_tmp_{table} RENAME TO {table}")
    for sql in indexes:
        run(sql)


def _look() -> None:
    found = [
        {"table": table, "column": column, "word": word, "rows": rows}
        for table, columns in WORDS.items()
        for column, words in columns.items()
        for word, rows in op.get_bind().execute(
            sa.text(
                f"SELECT {column}, count(*) FROM {table} WHERE {column} NOT IN ({words}) GROUP BY {column} ORDER BY 1"
            )
        )
    ]
    if found:
        raise StrangeWords(
            places="；".join("表 {table} 的 {column} 列有 {rows} 行写着「{word}」".format(**one) for one in found)
        )


def downgrade() -> None:
    """Back: any word."""
    for table, columns in WORDS.items():
        with op.batch_alter_table(table) as batch_op:
            for column in columns:
                batch_op.drop_constraint(batch_op.f(f"ck_{table}_{column}"), type_="check")
