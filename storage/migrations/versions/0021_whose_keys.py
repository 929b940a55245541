"""The database remembers which key file seals it, so that another one is refused (I8)."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None
least_reader = "0020"


def upgrade() -> None:
    """Empty until the next start of the service, which fills it in."""
    op.add_column("home", sa.Column("keys", sa.String(length=32), nullable=True))


def downgrade() -> None:
    """Back."""
    op.drop_column("home", "keys")
