"""就医: appointments of residents with doctors (R1, V3). None was kept before."""

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None

TABLE = "appointment"
WORDS = {
    "companion": ("house", "family", "here"),
    "every": ("once", "week", "fortnight", "month", "quarter"),
    "stage": ("planned", "done", "missed", "cancelled"),
}


def _link(column: str, whose: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{TABLE}_{column}_{whose}")
    return sa.ForeignKeyConstraint([column], [f"{whose}.id"], name=name, deferrable=True, initially="DEFERRED")


def _in(name: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(" OR ".join(f"{name} = '{one}'" for one in WORDS[name]), name=op.f(f"ck_{TABLE}_{name}"))


def upgrade() -> None:
    """One table."""
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        TABLE,
        sa.Column("id", number, autoincrement=False, nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("home_id", "resident_id", "at")),
        *(sa.Column(name, sa.LargeBinary(), nullable=False) for name in ("what", "place")),
        sa.Column("caution", sa.LargeBinary(), nullable=True),
        sa.Column("companion", sa.String(8), nullable=False),
        sa.Column("every", sa.String(10), nullable=False),
        sa.Column("of_month", sa.SmallInteger(), nullable=False),
        sa.Column("told_id", sa.BigInteger(), nullable=True),
        sa.Column("stage", sa.String(10), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("made_by", "made_at")),
        sa.Column("remind_at", sa.BigInteger(), nullable=True),
        sa.Column("why", sa.String(60), nullable=True),
        sa.Column("result", sa.LargeBinary(), nullable=True),
        *(sa.Column(name, sa.BigInteger(), nullable=True) for name in ("ended_by", "ended_at")),
        sa.Column("result_told", sa.Boolean(), nullable=False),
        _link("home_id", "home"),
        _link("resident_id", "resident"),
        _link("told_id", "person"),
        *(_in(name) for name in WORDS),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TABLE}")),
    )
    op.create_index(f"ix_{TABLE}_stage", TABLE, ["home_id", "stage", "at"])
    op.create_index(f"ix_{TABLE}_resident_id", TABLE, ["resident_id"])
    op.create_index(f"ix_{TABLE}_told_id", TABLE, ["told_id"])


def downgrade() -> None:
    """Without it."""
    op.drop_table(TABLE)
