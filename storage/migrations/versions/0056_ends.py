"""A CHECK for four more columns of states and outcomes: imports, their rows, and how log-ins and colleagues' WeChats
ended. What no release writes stops the upgrade, and nothing is changed (P7).
"""

import sqlalchemy as sa
from alembic import op

from care.errors import StrangeWords

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None

WORDS = {
    ("import_run", "state"): ("staged", "applying", "done", "undone", "gone"),
    ("import_row", "verdict"): ("staged", "done", "left", "undone", "kept"),
    ("staff_session", "ended_how"): ("out", "ended", "put_out", "idle", "password", "switched"),
    ("staff_wechat", "ended_how"): ("newer", "unbound", "put_out", "restored"),
}


def upgrade() -> None:
    """Look, then constrain."""
    _look()
    if op.get_bind().dialect.name == "postgresql":
        op.execute("SET CONSTRAINTS ALL IMMEDIATE")  # else ALTER TABLE waits for keys that are looked at later
    for (table, column), words in WORDS.items():
        with op.batch_alter_table(table) as changed:
            one_of = " OR ".join(f"{column} = '{word}'" for word in words)
            changed.create_check_constraint(op.f(f"ck_{table}_{column}"), one_of)


def _look() -> None:
    found = [
        {"table": table, "column": column, "word": row.word, "rows": row.rows}
        for (table, column), words in WORDS.items()
        for row in op.get_bind().execute(
            sa.text(
                f"SELECT {column} AS word, count(*) AS rows FROM {table} WHERE {column} NOT IN :words "
                f"GROUP BY {column} ORDER BY 1"
            ).bindparams(sa.bindparam("words", words, expanding=True))
        )
    ]
    if found:
        raise StrangeWords(
            places="；".join("表 {table} 的 {column} 列有 {rows} 行写着「{word}」".format(**one) for one in found)
        )


def downgrade() -> None:
    """Back: any word."""
    for table, column in WORDS:
        with op.batch_alter_table(table) as changed:
            changed.drop_constraint(op.f(f"ck_{table}_{column}"), type_="check")
