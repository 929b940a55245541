"""A lock at the log-in is told to staff."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Whose account, from where, and who took note. Rows by name alone or address alone stay; nothing looks for them,
    they go after a day.
    """
    with op.batch_alter_table("login_throttle", schema=None) as batch_op:
        batch_op.add_column(sa.Column("staff_id", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("address", sa.String(length=45), nullable=True))
        batch_op.add_column(sa.Column("locked_at", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("seen_at", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("seen_by", sa.BigInteger(), nullable=True))
        batch_op.create_index(batch_op.f("ix_login_throttle_last_at"), ["last_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_login_throttle_locked_at"), ["locked_at"], unique=False)


def downgrade() -> None:
    """Back; what it brought is lost."""
    with op.batch_alter_table("login_throttle", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_login_throttle_locked_at"))
        batch_op.drop_index(batch_op.f("ix_login_throttle_last_at"))
        for name in ("seen_by", "seen_at", "locked_at", "address", "staff_id"):
            batch_op.drop_column(name)
