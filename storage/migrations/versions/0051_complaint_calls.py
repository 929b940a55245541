"""Calls for grave complaints at night (F41). Nobody was rung for one before."""

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None

TABLE = "complaint_call"
ENDS = (
    "key_go",
    "key_cannot",
    "answered_no_key",
    "no_answer",
    "busy",
    "off",
    "refused",
    "throttled",
    "unknown",
    "stopped",
)


def _link(column: str, whose: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{TABLE}_{column}_{whose}")
    return sa.ForeignKeyConstraint([column], [f"{whose}.id"], name=name, deferrable=True, initially="DEFERRED")


def upgrade() -> None:
    """One table."""
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        TABLE,
        sa.Column("id", number, autoincrement=False, nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("home_id", "case_id", "staff_id")),
        sa.Column("round", sa.SmallInteger(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("number", sa.LargeBinary(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=True) for name in ("dialed_at", "rang_at", "ended_at")),
        sa.Column("outcome", sa.String(16), nullable=True),
        sa.Column("ref", sa.String(64), nullable=True),
        sa.Column("code", sa.String(64), nullable=True),
        _link("home_id", "home"),
        _link("case_id", "complaint"),
        _link("staff_id", "staff"),
        sa.CheckConstraint(" OR ".join(f"outcome = '{one}'" for one in ENDS), name=op.f(f"ck_{TABLE}_outcome")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TABLE}")),
        sa.UniqueConstraint("case_id", "round", "staff_id", name=op.f(f"uq_{TABLE}_case_id_round_staff_id")),
    )
    op.create_index("ix_complaint_call_open", TABLE, ["ended_at", "home_id"])
    op.create_index("ix_complaint_call_number", TABLE, ["home_id", "digest", "asked_at"])


def downgrade() -> None:
    """Without it."""
    op.drop_table(TABLE)
