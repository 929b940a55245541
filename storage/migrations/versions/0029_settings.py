"""常用语, the house's and each colleague's own."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Empty: nobody has written one yet."""
    big = sa.BigInteger
    op.create_table(
        "canned_reply",
        sa.Column("id", big().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("home_id", big(), nullable=False),
        sa.Column("staff_id", big(), nullable=True),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("by_id", big(), nullable=False),
        sa.Column("at", big(), nullable=False),
        sa.Column("gone_at", big(), nullable=True),
        sa.ForeignKeyConstraint(
            ["home_id"],
            ["home.id"],
            name=op.f("fk_canned_reply_home_id_home"),
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"],
            ["staff.id"],
            name=op.f("fk_canned_reply_staff_id_staff"),
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_canned_reply")),
    )
    op.create_index("ix_canned_reply_home_id", "canned_reply", ["home_id"])


def downgrade() -> None:
    """Back."""
    op.drop_table("canned_reply")
