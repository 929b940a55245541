"""Whom words accuse is looked for by the person alone: a second index cost each accusing message 2 % of its CPU."""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The rows of a case are found among those of its person."""
    op.drop_index("ix_accused_case_id", table_name="accused")


def downgrade() -> None:
    """Back."""
    op.create_index("ix_accused_case_id", "accused", ["case_id"], unique=False)
