"""How an alarm ended and why; strangers' phones that are muted."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Columns."""
    with op.batch_alter_table("alarm", schema=None) as batch_op:
        batch_op.add_column(sa.Column("ended_how", sa.String(length=10), nullable=True))
        batch_op.add_column(sa.Column("ended_why", sa.LargeBinary(), nullable=True))
    with op.batch_alter_table("follower", schema=None) as batch_op:
        batch_op.add_column(sa.Column("muted_until", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    """Back."""
    with op.batch_alter_table("follower", schema=None) as batch_op:
        batch_op.drop_column("muted_until")
    with op.batch_alter_table("alarm", schema=None) as batch_op:
        batch_op.drop_column("ended_why")
        batch_op.drop_column("ended_how")
