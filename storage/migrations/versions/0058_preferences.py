"""What a relative does not want, and between which hours machines may write to her (N7)."""

import sqlalchemy as sa
from alembic import op

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None

HOURS = ("hour_from", "hour_until")


def upgrade() -> None:
    """Three columns that nobody has filled in."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("SET CONSTRAINTS ALL IMMEDIATE")  # else ALTER TABLE waits for keys that are looked at later
    op.add_column("person", sa.Column("declines", sa.String(64), nullable=True))
    for name in HOURS:
        op.add_column("person", sa.Column(name, sa.SmallInteger(), nullable=True))


def downgrade() -> None:
    """Without them."""
    with op.batch_alter_table("person") as person:
        for name in (*HOURS, "declines"):
            person.drop_column(name)
