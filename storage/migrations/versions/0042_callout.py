"""The address at which a duty telephone reads whom to call (E4). There is none until somebody makes it."""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One table."""
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "callout_link",
        sa.Column("id", number, autoincrement=False, nullable=False),
        sa.Column("home_id", sa.BigInteger(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["home_id"],
            ["home.id"],
            name=op.f("fk_callout_link_home_id_home"),
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_callout_link")),
        sa.UniqueConstraint("home_id", name=op.f("uq_callout_link_home_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_callout_link_token_hash")),
    )


def downgrade() -> None:
    """Without it."""
    op.drop_table("callout_link")
