"""What colleagues speak with a relative; nobody was asked before."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One column more."""
    op.add_column("person", sa.Column("language", sa.String(8), nullable=True))


def downgrade() -> None:
    """Without it."""
    op.drop_column("person", "language")
