"""What the robot of a group was to tell of alarms (F15). No group was told before."""

import sqlalchemy as sa
from alembic import op

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None

TABLE = "group_post"
WORDS = {"reason": ("new", "late", "nobody", "test"), "outcome": ("sent", "refused", "unheard", "stopped")}


def _link(column: str, whose: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{TABLE}_{column}_{whose}")
    return sa.ForeignKeyConstraint([column], [f"{whose}.id"], name=name, deferrable=True, initially="DEFERRED")


def _one_of(column: str) -> sa.CheckConstraint:
    words = " OR ".join(f"{column} = '{word}'" for word in WORDS[column])
    return sa.CheckConstraint(words, name=op.f(f"ck_{TABLE}_{column}"))


def upgrade() -> None:
    """One table."""
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        TABLE,
        sa.Column("id", number, autoincrement=False, nullable=False),
        sa.Column("home_id", sa.BigInteger(), nullable=False),
        sa.Column("alarm_id", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(8), nullable=False),
        sa.Column("times", sa.SmallInteger(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=True) for name in ("taken_at", "ended_at")),
        sa.Column("outcome", sa.String(8), nullable=True),
        sa.Column("code", sa.String(64), nullable=True),
        sa.Column("why", sa.String(120), nullable=True),
        _link("home_id", "home"),
        _link("alarm_id", "alarm"),
        _one_of("reason"),
        _one_of("outcome"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TABLE}")),
        sa.UniqueConstraint("alarm_id", "reason", "times", name=op.f(f"uq_{TABLE}_alarm_id_reason_times")),
    )
    op.create_index("ix_group_post_open", TABLE, ["ended_at", "home_id"])


def downgrade() -> None:
    """Without it."""
    op.drop_table(TABLE)
