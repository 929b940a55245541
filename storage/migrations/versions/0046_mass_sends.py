"""群发: the same words to many phones by one call (H1). None was made before."""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

STATES = ("joining", "waiting", "sending", "sent", "failed", "unknown")


def upgrade() -> None:
    """One table, and which of its rows a message leaves by."""
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "mass_send",
        sa.Column("id", number, autoincrement=False, nullable=False),
        sa.Column("home_id", sa.BigInteger(), nullable=False),
        sa.Column("purpose", sa.String(16), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("own", sa.String(32), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("made_at", "expires_at")),
        *(
            sa.Column(name, sa.BigInteger(), nullable=True)
            for name in ("next_at", "lease_until", "asked_at", "settled_at")
        ),
        sa.Column("tries", sa.SmallInteger(), nullable=False, server_default="0"),
        sa.Column("people", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("reached", sa.BigInteger(), nullable=True),
        sa.Column("told_at", sa.BigInteger(), nullable=True),
        sa.Column("ref", sa.String(32), nullable=True),
        sa.Column("code", sa.String(16), nullable=True),
        sa.Column("why", sa.String(160), nullable=True),
        sa.ForeignKeyConstraint(
            ["home_id"],
            ["home.id"],
            name=op.f("fk_mass_send_home_id_home"),
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.CheckConstraint(" OR ".join(f"state = '{one}'" for one in STATES), name=op.f("ck_mass_send_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mass_send")),
        sa.UniqueConstraint("own", name=op.f("uq_mass_send_own")),
    )
    op.create_index("ix_mass_send_open", "mass_send", ["state", "next_at"])
    op.create_index("ix_mass_send_ref", "mass_send", ["ref"])
    op.execute("ALTER TABLE outbox ADD COLUMN mass_id BIGINT")
    op.create_index("ix_outbox_mass_id", "outbox", ["mass_id"])
    waits = sa.text("state = 'parked' AND code = 'mass'")
    op.create_index(
        "ix_outbox_mass", "outbox", ["home_id", "purpose", "id"], sqlite_where=waits, postgresql_where=waits
    )


def downgrade() -> None:
    """Without them."""
    op.drop_index("ix_outbox_mass", "outbox")
    op.drop_index("ix_outbox_mass_id", "outbox")
    op.execute("ALTER TABLE outbox DROP COLUMN mass_id")
    op.drop_table("mass_send")
