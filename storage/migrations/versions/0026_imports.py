"""Sheets of a home in and out: runs, their rows, remembered columns, exports that wait for a second person."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def _id() -> sa.Column[int]:
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column("id", kind, autoincrement=False, nullable=False)


def _link(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{target}")
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name, initially="DEFERRED", deferrable=True)


def upgrade() -> None:
    """Four new tables."""
    op.create_table(
        "import_run",
        _id(),
        sa.Column("home_id", sa.BigInteger(), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("sha", sa.String(length=64), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("plans", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("done_rows", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("all_rows", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("began_at", sa.BigInteger(), nullable=True),
        sa.Column("beat_at", sa.BigInteger(), nullable=True),
        sa.Column("applied_at", sa.BigInteger(), nullable=True),
        sa.Column("applied_by", sa.BigInteger(), nullable=True),
        sa.Column("undone_at", sa.BigInteger(), nullable=True),
        sa.Column("counts", sa.String(length=200), nullable=True),
        sa.Column("told", sa.LargeBinary(), nullable=True),
        sa.Column("failed", sa.LargeBinary(), nullable=True),
        _link("import_run", "home_id", "home"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_run")),
    )
    op.create_index("ix_import_run_home", "import_run", ["home_id", "made_at"])
    op.create_table(
        "import_row",
        _id(),
        sa.Column("home_id", sa.BigInteger(), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("sheet", sa.SmallInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("hidden", sa.Boolean(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=True),
        sa.Column("fixed", sa.LargeBinary(), nullable=True),
        sa.Column("verdict", sa.String(length=10), nullable=False),
        sa.Column("why", sa.LargeBinary(), nullable=True),
        sa.Column("made", sa.LargeBinary(), nullable=True),
        _link("import_row", "home_id", "home"),
        _link("import_row", "run_id", "import_run"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_row")),
    )
    op.create_index("ix_import_row_run", "import_row", ["run_id", "sheet", "number"])
    op.create_table(
        "import_map",
        _id(),
        sa.Column("home_id", sa.BigInteger(), nullable=False),
        sa.Column("heads", sa.String(length=64), nullable=False),
        sa.Column("fields", sa.String(length=4000), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=False),
        _link("import_map", "home_id", "home"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_map")),
    )
    op.create_index("uq_import_map_heads", "import_map", ["home_id", "heads"], unique=True)
    op.create_table(
        "export_ask",
        _id(),
        sa.Column("home_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("asked_by", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("released", sa.Boolean(), nullable=True),
        sa.Column("until_at", sa.BigInteger(), nullable=True),
        sa.Column("fetched", sa.SmallInteger(), nullable=False, server_default="0"),
        _link("export_ask", "home_id", "home"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export_ask")),
    )
    op.create_index("ix_export_ask_home", "export_ask", ["home_id", "asked_at"])


def downgrade() -> None:
    """What was written by imports stays."""
    for table in ("export_ask", "import_map", "import_row", "import_run"):
        op.drop_table(table)
