"""回院交接 (F7): since when somebody is back from hospital and no nurse has signed. Nobody is waited for before it."""

import sqlalchemy as sa
from alembic import op

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One column."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("SET CONSTRAINTS ALL IMMEDIATE")  # else ALTER TABLE waits for keys that are looked at later
    op.add_column("resident", sa.Column("back_at", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    """Without it."""
    with op.batch_alter_table("resident") as resident:
        resident.drop_column("back_at")
